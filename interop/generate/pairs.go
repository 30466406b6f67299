package generate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"github.com/dynaseal/ddb/interop/protocol"
)

// Names of [Pairs]. The elliptic ones are those of the curves, p256, p384 and p521, and the same with
// PairRecipient behind it.
const (
	PairWrap = "wrap" // RSA of 2048 bits, as PairSign
	PairSign = "sign"

	PairRecipient = "-recipient"
)

// Pairs makes the key pairs that samples name. They are other ones in every run: the standard library
// makes none from a seed.
func Pairs() (map[string]protocol.Key, error) {
	pairs := map[string]protocol.Key{}
	for _, name := range []string{PairWrap, PairSign} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("generate: %w", err)
		}
		if pairs[name], err = encodePair("rsa", key, &key.PublicKey); err != nil {
			return nil, err
		}
	}
	for name, curve := range map[string]elliptic.Curve{"p256": elliptic.P256(), "p384": elliptic.P384(), "p521": elliptic.P521()} {
		for _, name := range []string{name, name + PairRecipient} {
			key, err := ecdsa.GenerateKey(curve, rand.Reader)
			if err != nil {
				return nil, fmt.Errorf("generate: %w", err)
			}
			if pairs[name], err = encodePair("ec", key, &key.PublicKey); err != nil {
				return nil, err
			}
		}
	}
	return pairs, nil
}

func encodePair(kind string, private, public any) (protocol.Key, error) {
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return protocol.Key{}, fmt.Errorf("generate: %w", err)
	}
	publicDER, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return protocol.Key{}, fmt.Errorf("generate: %w", err)
	}
	return protocol.Key{Type: kind, PrivateDER: privateDER, PublicDER: publicDER}, nil
}
