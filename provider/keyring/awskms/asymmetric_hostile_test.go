package awskms_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/x509"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/ecdhwrap"
	"github.com/dynaseal/ddb/internal/point"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The modern format keeps its contract over asymmetric keys in KMS.
func TestAsymmetricConformance(t *testing.T) {
	s := start(t)
	formatOf := func(k keyring.Keyring) crypt.Format {
		return made(t, func() (crypt.Format, error) { return dbe.New(dbe.Config{Keyring: k, Suite: keyring.SuiteHMAC}) })
	}
	own := func() awskms.ECDHConfig {
		c := ownEC(s, newEC(t, ecdh.P256()))
		c.KeepSecrets = time.Hour
		return c
	}
	ofRSA, _ := pairRSA(t, s)
	theirs := newRSA(t, awskms.RSAConfig{Key: addRSA(t, s, "", otherRSA), Public: &made(t, otherRSA).PublicKey, Client: s.Client(east)})
	other := newEC(t, ecdh.P256()).PublicKey()
	for name, c := range map[string]struct{ keys, others keyring.Keyring }{
		"RSA":  {ofRSA, theirs},
		"ECDH": {newECDH(t, own(), other), newECDH(t, own(), other)},
	} {
		t.Run(name, func(t *testing.T) {
			crypttest.TestFormat(t, formatOf(c.keys), crypttest.Config{NamesUnsigned: true, OtherKeys: formatOf(c.others)})
		})
	}
}

func TestAsymmetricKeysPrintNoMoreThanNames(t *testing.T) {
	s := start(t)
	ofRSA, arn := pairRSA(t, s)
	own := ownEC(s, newEC(t, ecdh.P256()))
	own.KeepSecrets, own.GrantTokens = time.Hour, []string{"CANARY"}
	static, discovery := newECDH(t, own, newEC(t, ecdh.P256()).PublicKey()), newECDHDiscovery(t, own)
	dataKeys(t, static, nil) // a secret is kept
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.Equal(t, fmt.Sprintf("AWS KMS RSA %q with OAEP_SHA256_MGF1", arn), fmt.Sprintf(verb, ofRSA))
		assert.Equal(t, fmt.Sprintf("AWS KMS ECDH %q, static on P-256", own.Key), fmt.Sprintf(verb, static))
		assert.Equal(t, fmt.Sprintf("AWS KMS ECDH %q, discovery on P-256", own.Key), fmt.Sprintf(verb, discovery))
	}
}

// Whatever an item says of its keys, KMS is asked to agree with points on the curve, and with the configured one.
func FuzzECDHKeysOfItems(f *testing.F) {
	fixed := func(scalar byte) *ecdh.PublicKey { // a fuzzer's processes share inputs
		return made(f, func() (*ecdh.PrivateKey, error) { return ecdh.P256().NewPrivateKey(append(make([]byte, 31), scalar)) }).PublicKey()
	}
	own, other, sender := fixed(2), fixed(3), fixed(5)
	compressed := func(k *ecdh.PublicKey) []byte { return point.Compress(k.Bytes()) }
	for _, from := range []*ecdh.PublicKey{other, sender, own} {
		info := ecdhwrap.AppendInfo(nil, ecdhwrap.Parties{Sender: compressed(from), Recipient: compressed(own)})
		f.Add("aws-kms-ecdh", info, make([]byte, 48+ecdhwrap.WrappedSize))
		f.Add("raw-ecdh", append(info[:len(info)-1:len(info)-1], 0), make([]byte, 48+ecdhwrap.WrappedSize))
		f.Add("aws-kms-ecdh", info, make([]byte, 100))
	}
	f.Fuzz(func(t *testing.T, id string, info, ciphertext []byte) {
		var asked []*ecdh.PublicKey
		c := awskms.ECDHConfig{Key: someKey, Public: own, Client: stub{derive: func(in *kms.DeriveSharedSecretInput) (*kms.DeriveSharedSecretOutput, error) {
			require.Equal(t, someKey, *in.KeyId)
			parsed, err := x509.ParsePKIXPublicKey(in.PublicKey)
			require.NoError(t, err)
			k, err := parsed.(interface {
				ECDH() (*ecdh.PublicKey, error)
			}).ECDH()
			require.NoError(t, err)
			require.Equal(t, ecdh.P256(), k.Curve())
			asked = append(asked, k)
			return &kms.DeriveSharedSecretOutput{KeyId: in.KeyId, SharedSecret: make([]byte, 32)}, nil
		}}}
		hostile := keyring.EncryptedDataKey{ProviderID: id, ProviderInfo: info, Ciphertext: ciphertext}
		_, err := open(t.Context(), newECDHDiscovery(t, c), nil, hostile)
		require.Error(t, err)
		require.LessOrEqual(t, len(asked), 1)
		for _, k := range asked {
			require.True(t, bytes.Contains(info, compressed(k)))
		}

		asked = nil
		_, err = open(t.Context(), newECDH(t, c, other), nil, hostile)
		require.Error(t, err)
		require.LessOrEqual(t, len(asked), 1)
		for _, k := range asked {
			require.True(t, other.Equal(k))
		}
	})
}
