package bench

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"math/big"
)

// newP384 makes a key pair, and the public half as the context has it.
func newP384() (*ecdsa.PrivateKey, string, error) {
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, "", err
	}
	b, err := k.PublicKey.Bytes()
	if err != nil {
		return nil, "", err
	}
	compressed := append([]byte{2 + b[96]&1}, b[1:49]...)
	return k, base64.StdEncoding.EncodeToString(compressed), nil
}

// appendP384 signs a canonical hash in the 103 bytes of the format: of s and n-s one has the length that
// r leaves.
func appendP384(dst []byte, k *ecdsa.PrivateKey, hash []byte) ([]byte, error) {
	digest := sha512.Sum384(hash)
	for {
		r, s, err := ecdsa.Sign(rand.Reader, k, digest[:])
		if err != nil {
			return dst, err
		}
		if derSize(r)+derSize(s) != 97 {
			s.Sub(elliptic.P384().Params().N, s)
		}
		if derSize(r)+derSize(s) != 97 {
			continue
		}
		dst = append(dst, 0x30, 101)
		for _, v := range []*big.Int{r, s} {
			n := derSize(v)
			dst = append(append(dst, 2, byte(n)), make([]byte, n)...)
			v.FillBytes(dst[len(dst)-n:])
		}
		return dst, nil
	}
}

func derSize(v *big.Int) int { return v.BitLen()/8 + 1 }

func verifyP384(public string, hash, signature []byte) bool {
	compressed, err := base64.StdEncoding.DecodeString(public)
	if err != nil {
		return false
	}
	x, y := elliptic.UnmarshalCompressed(elliptic.P384(), compressed)
	if x == nil {
		return false
	}
	digest := sha512.Sum384(hash)
	//lint:ignore SA1019 nothing else makes a key of what is decompressed
	return ecdsa.VerifyASN1(&ecdsa.PublicKey{Curve: elliptic.P384(), X: x, Y: y}, digest[:], signature)
}
