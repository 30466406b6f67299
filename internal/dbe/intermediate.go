package dbe

// Labels of what is derived from an intermediate key (1.2).
const (
	labelEncryption = "AWS_MPL_INTERMEDIATE_KEYWRAP_ENC"
	labelSigning    = "AWS_MPL_INTERMEDIATE_KEYWRAP_MAC"
)

// Intermediate derives from an intermediate key the key that encrypts an item's data key, and the key of
// the data key's tag (2.1). It needs no Derive.
func (k *KeySchedule) Intermediate(intermediate []byte, encryption, signing *[32]byte) error {
	return k.pair(intermediate, labelEncryption, labelSigning, nil, encryption, signing)
}
