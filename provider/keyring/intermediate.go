package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"

	"github.com/dynaseal/ddb/internal/kdf"
	"github.com/dynaseal/ddb/provider/secret"
)

// What is derived from an intermediate key (dbesdk 1.2): the key that encrypts the item's data key, and
// the key of its tag.
const (
	labelEncryption = "AWS_MPL_INTERMEDIATE_KEYWRAP_ENC"
	labelSigning    = "AWS_MPL_INTERMEDIATE_KEYWRAP_MAC"
)

// Sizes of AES-GCM in bytes, and of an encrypted data key.
const (
	nonceSize  = 12
	tagSize    = 16
	sealedSize = DataKeySize + tagSize
)

// zeroNonce serves under keys that encrypt once.
var zeroNonce [nonceSize]byte

func newIntermediateKey() []byte {
	key := make([]byte, IntermediateKeySize)
	rand.Read(key)
	return key
}

// intermediateKeys derives both keys of an intermediate key.
func intermediateKeys(intermediate []byte) (encryption cipher.AEAD, signing secret.Key, _ error) {
	if len(intermediate) != IntermediateKeySize {
		return nil, signing, fmt.Errorf("intermediate key of %d bytes, the format takes %d", len(intermediate), IntermediateKeySize)
	}
	keys, err := kdf.HKDF(intermediate, IntermediateKeySize, labelEncryption, labelSigning)
	if err != nil {
		return nil, signing, err
	}
	defer clear(keys[0])
	defer clear(keys[1])
	if encryption, err = newGCM(keys[0]); err != nil {
		return nil, signing, err
	}
	signing, err = secret.New(keys[1])
	return encryption, signing, err
}

// newGCM does not keep key.
func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sealDataKey encrypts an item's data key under an intermediate key (dbesdk 2.1), with room for as many
// bytes more. The signing key belongs to the result.
func sealDataKey(intermediate []byte, dataKey secret.Key, aad []byte, room int) (sealed []byte, signing secret.Key, _ error) {
	encryption, signing, err := intermediateKeys(intermediate)
	if err != nil {
		return nil, signing, err
	}
	return encryption.Seal(make([]byte, 0, sealedSize+room), zeroNonce[:], dataKey.Expose(), aad), signing, nil
}

// openDataKey is the inverse. What does not open is ErrUnwrap, as an intermediate key that does not
// unwrap is.
func openDataKey(intermediate, sealed, aad []byte) (dataKey, signing secret.Key, _ error) {
	encryption, signing, err := intermediateKeys(intermediate)
	if err != nil {
		return dataKey, secret.Key{}, err
	}
	b, err := encryption.Open(make([]byte, 0, DataKeySize), zeroNonce[:], sealed, aad)
	if err != nil {
		return dataKey, secret.Key{}, ErrUnwrap
	}
	defer clear(b)
	if dataKey, err = secret.New(b); err != nil {
		return dataKey, secret.Key{}, err
	}
	return dataKey, signing, nil
}
