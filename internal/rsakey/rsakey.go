// Package rsakey checks the RSA keys that callers give, and unwraps with them.
package rsakey

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // makes the hash available that a pair is tried with
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"

	"github.com/dynaseal/ddb/internal/given"
)

// Sizes of RSA keys, in bits: what is smaller can be broken (SP 800-131A), what is larger makes items
// and calls large.
const (
	MinBits = 2048
	MaxBits = 16384
)

// maxExponent is the largest public exponent that crypto/rsa takes.
const maxExponent = 1<<31 - 1

// Check reports what crypto/rsa would refuse, or worse, of a public key.
func Check(k *rsa.PublicKey) error {
	if k == nil || k.N == nil || k.N.Sign() <= 0 || k.N.Bit(0) == 0 {
		return errors.New("RSA key without a modulus, or with one that is none")
	}
	if bits := k.N.BitLen(); bits < MinBits || bits > MaxBits {
		return fmt.Errorf("RSA key of %d bits: give one of %d to %d", bits, MinBits, MaxBits)
	}
	if k.E < 3 || k.E > maxExponent || k.E%2 == 0 {
		return errors.New("RSA key whose public exponent is even, less than 3 or more than 2^31-1")
	}
	return nil
}

// Copy returns a copy, since the caller's may change.
func Copy(k *rsa.PublicKey) *rsa.PublicKey {
	return &rsa.PublicKey{N: new(big.Int).Set(k.N), E: k.E}
}

// Pair checks the halves of a key, of which one may be nil, and returns a copy of the public one. A
// private key may be in a hardware module, and is not asked then; one of this process signs something,
// since its public half may not be its own.
func Pair(public *rsa.PublicKey, private crypto.Decrypter) (*rsa.PublicKey, error) {
	if private != nil {
		own, err := publicOf(private)
		if err != nil {
			return nil, err
		}
		if public == nil {
			public = own
		}
		if err := Check(public); err != nil {
			return nil, err
		}
		if !own.Equal(public) {
			return nil, errors.New("the Public and Private given are not a pair")
		}
	}
	if public == nil {
		return nil, errors.New("neither Public nor Private")
	}
	if err := Check(public); err != nil {
		return nil, err
	}
	return Copy(public), nil
}

func publicOf(private crypto.Decrypter) (*rsa.PublicKey, error) {
	if given.Nil(private) {
		return nil, errors.New("the Private given is nil")
	}
	own, ok := private.Public().(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("the Private given is not an RSA key")
	}
	if err := Check(own); err != nil {
		return nil, err
	}
	if local, ok := private.(*rsa.PrivateKey); ok {
		digest := make([]byte, crypto.SHA256.Size())
		signature, err := rsa.SignPKCS1v15(nil, local, crypto.SHA256, digest)
		if err != nil || rsa.VerifyPKCS1v15(own, crypto.SHA256, digest, signature) != nil {
			return nil, errors.New("the private key does not belong to its public half")
		}
	}
	return own, nil
}

// Decrypt decrypts by a private key. Unlike the key, it does not print.
type Decrypt func(ctx context.Context, wrapped []byte, o crypto.DecrypterOpts) ([]byte, error)

// DecryptBy is how private decrypts: by DecryptContext where it has that, since a hardware module may take
// its time. Nil for nil.
func DecryptBy(private crypto.Decrypter) Decrypt {
	if private == nil {
		return nil
	}
	remote, ok := private.(interface {
		DecryptContext(context.Context, []byte, crypto.DecrypterOpts) ([]byte, error)
	})
	if ok {
		return remote.DecryptContext
	}
	return func(_ context.Context, wrapped []byte, o crypto.DecrypterOpts) ([]byte, error) {
		return private.Decrypt(rand.Reader, wrapped, o)
	}
}

// UnwrapPKCS1v15 returns the key of size bytes that is encrypted with PKCS #1 v1.5 padding, and size
// random bytes where there is none, as in TLS: what is told of a wrong padding opens everything that was
// encrypted under the key. An error that says so may be given as isWrong. The only errors are others of
// decrypt.
func UnwrapPKCS1v15(ctx context.Context, decrypt Decrypt, wrapped []byte, size int, isWrong error) ([]byte, error) {
	random := make([]byte, size)
	rand.Read(random)
	//lint:ignore SA1019 the owner asked for it, and was warned
	key, err := decrypt(ctx, wrapped, &rsa.PKCS1v15DecryptOptions{SessionKeyLen: size})
	if err != nil && !errors.Is(err, rsa.ErrDecryption) && !errors.Is(err, isWrong) {
		return nil, err
	}
	sound := subtle.ConstantTimeEq(int32(len(key)), int32(size))
	padded := make([]byte, size)
	copy(padded, key)
	subtle.ConstantTimeCopy(sound, random, padded)
	clear(key)
	clear(padded)
	return random, nil
}
