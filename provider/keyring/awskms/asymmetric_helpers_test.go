package awskms_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/require"
)

// RSA keys are slow to make.
var (
	rsaKey   = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	otherRSA = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
)

func made[T any](t testing.TB, f func() (T, error)) T {
	t.Helper()
	v, err := f()
	require.NoError(t, err)
	return v
}

// addRSA adds a key with this private half.
func addRSA(t testing.TB, s *fakekms.Server, account string, private func() (*rsa.PrivateKey, error)) string {
	t.Helper()
	return s.AddKey(fakekms.Key{Region: east, Account: account, Spec: kmstypes.KeySpecRsa2048, PrivateKey: made(t, private)})
}

func newRSA(t testing.TB, c awskms.RSAConfig) keyring.Keyring {
	t.Helper()
	return made(t, func() (keyring.Keyring, error) { return awskms.NewRSA(c) })
}

// pairRSA is the keyring of a new key that writes and reads.
func pairRSA(t testing.TB, s *fakekms.Server) (keyring.Keyring, string) {
	t.Helper()
	arn := addRSA(t, s, "", rsaKey)
	return newRSA(t, awskms.RSAConfig{Key: arn, Public: &made(t, rsaKey).PublicKey, Client: s.Client(east)}), arn
}

var specs = map[kmstypes.KeySpec]ecdh.Curve{
	kmstypes.KeySpecEccNistP256: ecdh.P256(),
	kmstypes.KeySpecEccNistP384: ecdh.P384(),
	kmstypes.KeySpecEccNistP521: ecdh.P521(),
}

func newEC(t testing.TB, c ecdh.Curve) *ecdh.PrivateKey {
	t.Helper()
	return made(t, func() (*ecdh.PrivateKey, error) { return c.GenerateKey(rand.Reader) })
}

// addEC adds a key with this private half.
func addEC(s *fakekms.Server, private *ecdh.PrivateKey) string {
	for spec, curve := range specs {
		if curve == private.Curve() {
			return s.AddKey(fakekms.Key{Region: east, Spec: spec, PrivateKey: private})
		}
	}
	panic("no such curve")
}

// ownEC is the config of a key with this private half.
func ownEC(s *fakekms.Server, private *ecdh.PrivateKey) awskms.ECDHConfig {
	return awskms.ECDHConfig{Key: addEC(s, private), Public: private.PublicKey(), Client: s.Client(east)}
}

func newECDH(t testing.TB, c awskms.ECDHConfig, other *ecdh.PublicKey) keyring.Keyring {
	t.Helper()
	return made(t, func() (keyring.Keyring, error) { return awskms.NewECDH(c, other) })
}

func newECDHDiscovery(t testing.TB, c awskms.ECDHConfig) keyring.Keyring {
	t.Helper()
	return made(t, func() (keyring.Keyring, error) { return awskms.NewECDHDiscovery(c) })
}

// stub is a client that answers as it is told.
type stub struct {
	decrypt   func(*kms.DecryptInput) (*kms.DecryptOutput, error)
	publicKey func(*kms.GetPublicKeyInput) (*kms.GetPublicKeyOutput, error)
	derive    func(*kms.DeriveSharedSecretInput) (*kms.DeriveSharedSecretOutput, error)
}

func (s stub) Decrypt(_ context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	return s.decrypt(in)
}

func (s stub) GetPublicKey(_ context.Context, in *kms.GetPublicKeyInput, _ ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error) {
	return s.publicKey(in)
}

func (s stub) DeriveSharedSecret(_ context.Context, in *kms.DeriveSharedSecretInput, _ ...func(*kms.Options)) (*kms.DeriveSharedSecretOutput, error) {
	return s.derive(in)
}

// altered is k with a part changed.
func altered(k keyring.EncryptedDataKey, change func(*keyring.EncryptedDataKey)) keyring.EncryptedDataKey {
	k.ProviderInfo, k.Ciphertext = slices.Clone(k.ProviderInfo), slices.Clone(k.Ciphertext)
	change(&k)
	return k
}
