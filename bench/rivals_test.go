package bench

import (
	"testing"

	mpl "github.com/aws/aws-cryptographic-material-providers-library/releases/go/mpl/awscryptographymaterialproviderssmithygenerated"
	mpltypes "github.com/aws/aws-cryptographic-material-providers-library/releases/go/mpl/awscryptographymaterialproviderssmithygeneratedtypes"
	esdk "github.com/aws/aws-encryption-sdk/releases/go/encryption-sdk/awscryptographyencryptionsdksmithygenerated"
	esdktypes "github.com/aws/aws-encryption-sdk/releases/go/encryption-sdk/awscryptographyencryptionsdksmithygeneratedtypes"
	"github.com/chainifynet/aws-encryption-sdk-go/pkg/client"
	"github.com/chainifynet/aws-encryption-sdk-go/pkg/materials"
	"github.com/chainifynet/aws-encryption-sdk-go/pkg/providers/rawprovider"
	"github.com/chainifynet/aws-encryption-sdk-go/pkg/suite"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// messageRival encrypts one message under the raw AES key: five of them for the encrypted values of a
// Customer, whose other seven nobody signs. None of these libraries protects items.
type messageRival struct {
	name             string
	encrypt, decrypt func([]byte) ([]byte, error)
}

var rivalContext = map[string]string{"table": "customers", "order": "42"}

// messageRivals are those that commit to their keys and, under keyring.SuiteECDSA, sign.
func messageRivals(t testing.TB, s keyring.Suite) []messageRival {
	rivals := []messageRival{chainify(t, s), awsESDK(t, s)}
	if s == keyring.SuiteHMAC {
		rivals = append(rivals, tinkEnvelope(t))
	}
	return rivals
}

func chainify(t testing.TB, s keyring.Suite) messageRival {
	p, err := rawprovider.NewWithOpts(floorNamespace, rawprovider.WithStaticKey(floorKeyName, encryptionKey))
	require.NoError(t, err)
	m, err := materials.NewDefault(p)
	require.NoError(t, err)
	algorithm := suite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
	if s == keyring.SuiteECDSA {
		algorithm = suite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384
	}
	c := client.NewClient()
	return messageRival{"chainify5",
		func(b []byte) ([]byte, error) {
			b, _, err := c.Encrypt(t.Context(), b, rivalContext, m, client.WithAlgorithm(algorithm))
			return b, err
		},
		func(b []byte) ([]byte, error) {
			b, _, err := c.Decrypt(t.Context(), b, m)
			return b, err
		},
	}
}

func awsESDK(t testing.TB, s keyring.Suite) messageRival {
	providers, err := mpl.NewClient(mpltypes.MaterialProvidersConfig{})
	require.NoError(t, err)
	k, err := providers.CreateRawAesKeyring(t.Context(), mpltypes.CreateRawAesKeyringInput{
		KeyNamespace: floorNamespace, KeyName: floorKeyName, WrappingAlg: mpltypes.AesWrappingAlgAlgAes256GcmIv12Tag16, WrappingKey: encryptionKey,
	})
	require.NoError(t, err)
	algorithm := mpltypes.ESDKAlgorithmSuiteIdAlgAes256GcmHkdfSha512CommitKey
	if s == keyring.SuiteECDSA {
		algorithm = mpltypes.ESDKAlgorithmSuiteIdAlgAes256GcmHkdfSha512CommitKeyEcdsaP384
	}
	c, err := esdk.NewClient(esdktypes.AwsEncryptionSdkConfig{})
	require.NoError(t, err)
	return messageRival{"esdk5",
		func(b []byte) ([]byte, error) {
			out, err := c.Encrypt(t.Context(), esdktypes.EncryptInput{Plaintext: b, Keyring: k, EncryptionContext: rivalContext, AlgorithmSuiteId: &algorithm})
			if err != nil {
				return nil, err
			}
			return out.Ciphertext, nil
		},
		func(b []byte) ([]byte, error) {
			out, err := c.Decrypt(t.Context(), esdktypes.DecryptInput{Ciphertext: b, Keyring: k})
			if err != nil {
				return nil, err
			}
			return out.Plaintext, nil
		},
	}
}

// tinkEnvelope wraps a key for each message, and neither commits to it nor signs.
func tinkEnvelope(t testing.TB) messageRival {
	kek, err := subtle.NewAESGCM(encryptionKey)
	require.NoError(t, err)
	a := aead.NewKMSEnvelopeAEAD2(aead.AES256GCMKeyTemplate(), kek)
	context := []byte("customers, order 42")
	return messageRival{"tink5",
		func(b []byte) ([]byte, error) { return a.Encrypt(b, context) },
		func(b []byte) ([]byte, error) { return a.Decrypt(b, context) },
	}
}

func encryptedOf(c Customer) [][]byte {
	return [][]byte{[]byte(c.Address), []byte(c.Balance), []byte(c.Email), []byte(c.History), []byte(c.Phone)}
}

func each(values [][]byte, f func([]byte) ([]byte, error)) ([][]byte, error) {
	out := make([][]byte, len(values))
	for i, v := range values {
		var err error
		if out[i], err = f(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func TestMessageRivals(t *testing.T) {
	values := encryptedOf(NewCustomer())
	for name, s := range suites {
		for _, r := range messageRivals(t, s) {
			sealed, err := each(values, r.encrypt)
			require.NoError(t, err, name+" "+r.name)
			opened, err := each(sealed, r.decrypt)
			require.NoError(t, err, name+" "+r.name)
			assert.Equal(t, values, opened, name+" "+r.name)
		}
	}
}

// measureRivals measures five messages where an item has five encrypted values.
func measureRivals(b *testing.B, c Customer) {
	values := encryptedOf(c)
	for _, name := range []string{"dbe6700", "dbe6701"} {
		for _, r := range messageRivals(b, suites[name]) {
			sealed, err := each(values, r.encrypt)
			require.NoError(b, err)
			measure(b, name+"/write/"+r.name, func() error { _, err := each(values, r.encrypt); return err })
			measure(b, name+"/read/"+r.name, func() error { _, err := each(sealed, r.decrypt); return err })
		}
	}
}
