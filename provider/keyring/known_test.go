package keyring_test

import (
	"encoding/hex"
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	return made(t, func() ([]byte, error) { return hex.DecodeString(s) })
}

// The figures of formats/dbesdk-known-answers.md: what is derived from an intermediate key, which the
// hierarchical keyring wrapped.
func TestKnownAnswers(t *testing.T) {
	const branch = "bd3842ff-3076-4092-9918-4395730050b8"
	for name, c := range map[string]struct {
		context                                    map[string]string
		ciphertext, intermediate, dataKey, signing string
	}{
		"test 1": {
			map[string]string{
				"aws-crypto-attr.RecNum": "AAIx", "aws-crypto-partition-name": "RecNum", "aws-crypto-table-name": "GazelleVectorTable",
				keyring.PublicKeyEntry: "AlFRpKfrVcR1idjZ/xkMj+RBWGOIrciK/aZWndlX7O2j/7Lj/htGQ5pMvamfWsg5IA==",
			},
			"d632e5e98b82ae301cb00008ee93ee55b78ec93e4fcdd0723cfe8126060c686bebd665da810ced28c483003b19d0582f" +
				"566becafebf928b7ea1d1537e428204962ec4cf9502cf70c528837a9e9ce18a3edb542729f861cacb7997ff6694ef0a8158a38a15e0309ac32bc186090ea779e7b3cf597bf6e0a6fca2cffaddcd5bb0021fb1c96864e72cba138b6af",
			"3d724fa183d758c3a7fc99ac6c2841b3dc76f2887cbe95e2dc37d57679f60717",
			"dafb7a8ec15b5e71e42f21a386ee34a5a0c837c8532d877d3fb5b4cc3d588f66",
			"5f6e51c1c4617d658520c21914f7b99f6116f019f33b22b2d5156496b2a8df31",
		},
		"test 7": {
			map[string]string{"aws-crypto-attr.RecNum": "AAIx", "aws-crypto-partition-name": "RecNum", "aws-crypto-table-name": "GazelleVectorTable"},
			"738d18974927973f459f07f08cf13891b3f1b86b3548202335176a8d50a8b14b66cdb52cce9c98678cf73b5c4dccccaa" +
				"6b5a7b810fdf44bb508ac5cca3a6f49b31edfae30d5a1f4527559949e9ce18a3edb542729f861cacb7997ff66f13e29ab7306ffd3dd7fe424533727a387b77102976361e60fda80c7dac3ae433f06efb07a8914e95a5c18c36a83f84",
			"00c261ae97d28af9a41c7664b10dcb6de014f50778fb84278273bb6488101f4e",
			"aead6fb9920f724c2708b2f8cecd32e71c900128877742bc5a6e9835e815c2e8",
			"0dceab4af88e7932eb62bc0a1b02d3d6eb15a8e5e68982e50279cd6f1f455c7e",
		},
	} {
		t.Run(name, func(t *testing.T) {
			stored := keyring.EncryptedDataKey{ProviderID: "aws-kms-hierarchy", ProviderInfo: []byte(branch), Ciphertext: unhex(t, c.ciphertext)}
			k := newKeyring(t, wrapper{unwrap: func(got keyring.EncryptedDataKey, b keyring.Binding) ([]byte, error) {
				assert.Equal(t, stored.ProviderID, got.ProviderID)
				assert.Equal(t, stored.ProviderInfo, got.ProviderInfo)
				assert.Equal(t, stored.Ciphertext[48:], got.Ciphertext)
				assert.Equal(t, c.context, b.Context)
				return unhex(t, c.intermediate), nil
			}})
			m, err := read(t, k, c.context, stored)
			require.NoError(t, err)
			assert.Equal(t, c.dataKey, hex.EncodeToString(m.DataKey.Expose()))
			assert.Equal(t, c.signing, hex.EncodeToString(m.SigningKey.Expose()))
		})
	}
}
