package mpl_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"testing"

	"github.com/aws/aws-cryptographic-material-providers-library/releases/go/mpl/awscryptographymaterialproviderssmithygenerated"
	mpl "github.com/aws/aws-cryptographic-material-providers-library/releases/go/mpl/awscryptographymaterialproviderssmithygeneratedtypes"
	primitives "github.com/aws/aws-cryptographic-material-providers-library/releases/go/primitives/awscryptographyprimitivessmithygeneratedtypes"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/require"
)

// peer is AWS's library.
type peer struct {
	*awscryptographymaterialproviderssmithygenerated.Client
}

func newPeer(t testing.TB) peer {
	t.Helper()
	c, err := awscryptographymaterialproviderssmithygenerated.NewClient(mpl.MaterialProvidersConfig{})
	require.NoError(t, err)
	return peer{c}
}

func inPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func spki(t testing.TB, public any) []byte {
	t.Helper()
	return must(t, func() ([]byte, error) { return x509.MarshalPKIXPublicKey(public) })
}

// keyring is the peer's, of the side that writes or the side that reads.
func (p peer) keyring(t testing.TB, k wrapKey, writes bool) mpl.IKeyring {
	t.Helper()
	return must(t, func() (mpl.IKeyring, error) {
		switch k.Kind {
		case "aes":
			algorithms := map[int]mpl.AesWrappingAlg{
				16: mpl.AesWrappingAlgAlgAes128GcmIv12Tag16, 24: mpl.AesWrappingAlgAlgAes192GcmIv12Tag16, 32: mpl.AesWrappingAlgAlgAes256GcmIv12Tag16,
			}
			return p.CreateRawAesKeyring(t.Context(), mpl.CreateRawAesKeyringInput{
				KeyNamespace: k.Namespace, KeyName: k.Name, WrappingAlg: algorithms[len(k.AES)], WrappingKey: k.AES,
			})
		case "rsa":
			public := &private(t, k.RSA).(*rsa.PrivateKey).PublicKey
			return p.CreateRawRsaKeyring(t.Context(), mpl.CreateRawRsaKeyringInput{
				KeyNamespace: k.Namespace, KeyName: k.Name, PaddingScheme: mpl.PaddingScheme(k.Padding),
				PrivateKey: inPEM("PRIVATE KEY", k.RSA), PublicKey: inPEM("PUBLIC KEY", spki(t, public)),
			})
		}
		recipient := onCurve(t, k.Recipient)
		specs := map[string]primitives.ECDHCurveSpec{
			"P-256": primitives.ECDHCurveSpecEccNistP256, "P-384": primitives.ECDHCurveSpecEccNistP384, "P-521": primitives.ECDHCurveSpecEccNistP521,
		}
		return p.CreateRawEcdhKeyring(t.Context(), mpl.CreateRawEcdhKeyringInput{
			CurveSpec: specs[recipient.Curve.Params().Name], KeyAgreementScheme: schema(t, k, writes),
		})
	})
}

func schema(t testing.TB, k wrapKey, writes bool) mpl.RawEcdhStaticConfigurations {
	t.Helper()
	static := func(own, other []byte) mpl.RawEcdhStaticConfigurations {
		return &mpl.RawEcdhStaticConfigurationsMemberRawPrivateKeyToStaticPublicKey{Value: mpl.RawPrivateKeyToStaticPublicKeyInput{
			SenderStaticPrivateKey: inPEM("PRIVATE KEY", own), RecipientPublicKey: spki(t, public(t, other)),
		}}
	}
	switch {
	case k.Schema == "static" && writes:
		return static(k.Sender, k.Recipient)
	case k.Schema == "static":
		return static(k.Recipient, k.Sender)
	case writes:
		return &mpl.RawEcdhStaticConfigurationsMemberEphemeralPrivateKeyToStaticPublicKey{Value: mpl.EphemeralPrivateKeyToStaticPublicKeyInput{
			RecipientPublicKey: spki(t, public(t, k.Recipient)),
		}}
	}
	return &mpl.RawEcdhStaticConfigurationsMemberPublicKeyDiscovery{Value: mpl.PublicKeyDiscoveryInput{
		RecipientStaticPrivateKey: inPEM("PRIVATE KEY", k.Recipient),
	}}
}

func public(t testing.TB, der []byte) *ecdsa.PublicKey {
	t.Helper()
	return &onCurve(t, der).PublicKey
}

func suiteOf(s keyring.Suite) mpl.AlgorithmSuiteId {
	if s == keyring.SuiteHMAC {
		return &mpl.AlgorithmSuiteIdMemberDBE{Value: mpl.DBEAlgorithmSuiteIdAlgAes256GcmHkdfSha512CommitKeySymsigHmacSha384}
	}
	return &mpl.AlgorithmSuiteIdMemberDBE{Value: mpl.DBEAlgorithmSuiteIdAlgAes256GcmHkdfSha512CommitKeyEcdsaP384SymsigHmacSha384}
}

// write wraps a data key by these keys.
func (p peer) write(t testing.TB, v *vector, keys []wrapKey) {
	t.Helper()
	in := mpl.InitializeEncryptionMaterialsInput{AlgorithmSuiteId: suiteOf(v.Suite), EncryptionContext: v.Context, RequiredEncryptionContextKeys: []string{}}
	if entry, ok := v.Context[keyring.PublicKeyEntry]; ok { // it adds the entry itself
		in.EncryptionContext = maps.Clone(v.Context)
		delete(in.EncryptionContext, keyring.PublicKeyEntry)
		in.SigningKey = []byte("is not used")
		in.VerificationKey = must(t, func() ([]byte, error) { return base64.StdEncoding.DecodeString(entry) })
	}
	m, err := p.InitializeEncryptionMaterials(t.Context(), in)
	require.NoError(t, err)
	k := p.keyring(t, keys[0], true)
	if len(keys) > 1 {
		all := mpl.CreateMultiKeyringInput{Generator: k, ChildKeyrings: []mpl.IKeyring{}}
		for _, other := range keys[1:] {
			all.ChildKeyrings = append(all.ChildKeyrings, p.keyring(t, other, true))
		}
		k, err = p.CreateMultiKeyring(t.Context(), all)
		require.NoError(t, err)
	}
	out, err := k.OnEncrypt(mpl.OnEncryptInput{Materials: *m})
	require.NoError(t, err)
	v.DataKey, v.SigningKeys = out.Materials.PlaintextDataKey, out.Materials.SymmetricSigningKeys
	for _, e := range out.Materials.EncryptedDataKeys {
		v.EncryptedDataKeys = append(v.EncryptedDataKeys, dataKey{e.KeyProviderId, e.KeyProviderInfo, e.Ciphertext})
	}
}

// read unwraps by one key.
func (p peer) read(t testing.TB, v vector, k wrapKey) (dataKey, signingKey []byte, _ error) {
	t.Helper()
	m, err := p.InitializeDecryptionMaterials(t.Context(), mpl.InitializeDecryptionMaterialsInput{
		AlgorithmSuiteId: suiteOf(v.Suite), EncryptionContext: v.Context, RequiredEncryptionContextKeys: []string{},
	})
	require.NoError(t, err)
	in := mpl.OnDecryptInput{Materials: *m}
	for _, e := range v.EncryptedDataKeys {
		in.EncryptedDataKeys = append(in.EncryptedDataKeys, mpl.EncryptedDataKey{KeyProviderId: e.ProviderID, KeyProviderInfo: e.ProviderInfo, Ciphertext: e.Ciphertext})
	}
	out, err := p.keyring(t, k, false).OnDecrypt(in)
	if err != nil {
		return nil, nil, err
	}
	return out.Materials.PlaintextDataKey, out.Materials.SymmetricSigningKey, nil
}
