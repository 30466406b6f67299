package provider_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"math/big"
	"testing"

	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSignatures(t *testing.T) {
	curve := func(c elliptic.Curve) *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		require.NoError(t, err)
		return k
	}
	for h, name := range map[crypto.Hash]string{crypto.SHA224: "SHA224with", crypto.SHA256: "SHA256with", crypto.SHA384: "SHA384with", crypto.SHA512: "SHA512with"} {
		for kind, k := range map[string]crypto.Signer{"RSA": made(t, rsaKey), "ECDSA": curve(elliptic.P256()), "ECDSA, P-384": curve(elliptic.P384()), "ECDSA, P-521": curve(elliptic.P521())} {
			t.Run(name+kind, func(t *testing.T) {
				s, err := provider.NewSigner(h, k)
				require.NoError(t, err)
				v, err := provider.NewVerifier(h, k.Public())
				require.NoError(t, err)
				assert.Equal(t, name+kind[:min(len(kind), 5)], s.SigningAlgorithm())
				assert.Equal(t, s.SigningAlgorithm(), v.Algorithm())
				assert.Equal(t, v.Algorithm(), fmt.Sprint(v))
				assert.True(t, v.(provider.LocalVerifier).Local())

				message := []byte("message")
				signature, err := s.Sign(t.Context(), message)
				require.NoError(t, err)
				require.NoError(t, v.Verify(t.Context(), message, signature))
				digest := h.New()
				digest.Write(message)
				switch public := k.Public().(type) {
				case *rsa.PublicKey:
					assert.NoError(t, rsa.VerifyPKCS1v15(public, h, digest.Sum(nil), signature))
				case *ecdsa.PublicKey:
					assert.True(t, ecdsa.VerifyASN1(public, digest.Sum(nil), signature))
				}

				step := 1
				if kind == "ECDSA, P-384" || kind == "ECDSA, P-521" { // slow
					step = 13
				}
				for bit := 0; bit < 8*len(signature); bit += step {
					signature[bit/8] ^= 1 << (bit % 8)
					require.Equal(t, provider.ErrSignature, v.Verify(t.Context(), message, signature))
					signature[bit/8] ^= 1 << (bit % 8)
				}
				for what, altered := range map[string][]byte{"none": nil, "cut": signature[1:], "longer": append(signature[:len(signature):len(signature)], 0)} {
					assert.Equal(t, provider.ErrSignature, v.Verify(t.Context(), message, altered), what)
				}
				assert.Equal(t, provider.ErrSignature, v.Verify(t.Context(), []byte("messagf"), signature))
			})
		}
	}
}

func TestSignaturesOfAnotherHash(t *testing.T) {
	for kind, k := range map[string]crypto.Signer{"RSA": made(t, rsaKey), "ECDSA": made(t, ecKey)} {
		s, err := provider.NewSigner(crypto.SHA512, k)
		require.NoError(t, err)
		v, err := provider.NewVerifier(crypto.SHA384, k.Public())
		require.NoError(t, err)
		signature, err := s.Sign(t.Context(), []byte("message"))
		require.NoError(t, err)
		assert.Equal(t, provider.ErrSignature, v.Verify(t.Context(), []byte("message"), signature), kind)
	}
}

// module is a key of hardware that does not sign.
type module struct {
	public crypto.PublicKey
	err    error
}

func (m module) Public() crypto.PublicKey                                  { return m.public }
func (m module) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, m.err }

func TestSignerThatFails(t *testing.T) {
	outage := errors.New("out of order")
	s, err := provider.NewSigner(crypto.SHA256, module{&made(t, rsaKey).PublicKey, outage})
	require.NoError(t, err)
	_, err = s.Sign(t.Context(), nil)
	assert.ErrorIs(t, err, outage)
}

func TestSignaturesRefuse(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	for name, public := range map[string]crypto.PublicKey{
		"nothing": nil, "RSA of 1024 bits": &small.PublicKey, "no RSA": (*rsa.PublicKey)(nil), "RSA by value": small.PublicKey, "an empty RSA": &rsa.PublicKey{},
		"P-224": &p224.PublicKey, "no ECDSA": (*ecdsa.PublicKey)(nil), "an empty ECDSA": &ecdsa.PublicKey{},
		//lint:ignore SA1019 no other way makes a key that is wrong
		"off the curve": &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)}, "Ed25519": edwards, "a private key": made(t, ecKey),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := provider.NewVerifier(crypto.SHA256, public)
			assert.ErrorContains(t, err, "provider: new verifier: ")
			_, err = provider.NewSigner(crypto.SHA256, module{public, nil})
			assert.ErrorContains(t, err, "provider: new signer: ")
		})
	}
	for _, h := range []crypto.Hash{0, crypto.MD5, crypto.SHA1, crypto.SHA3_256} {
		_, err := provider.NewSigner(h, made(t, ecKey))
		assert.Error(t, err)
		_, err = provider.NewVerifier(h, made(t, ecKey).Public())
		assert.Error(t, err)
	}
	_, err = provider.NewSigner(crypto.SHA256, nil)
	assert.Error(t, err)
}
