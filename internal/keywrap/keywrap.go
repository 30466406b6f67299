// Package keywrap is AES key wrap of RFC 3394 (KW of SP 800-38F), with its default initial value. It
// encrypts keys under a key: deterministic, since what it wraps is random, and with an integrity check.
package keywrap

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes of keys to wrap, in bytes. RFC 3394 takes 16 and more; the limit above is ours, so that no
// input makes a caller allocate at will.
const (
	MinKey   = 16
	MaxKey   = 64 << 10
	Overhead = chunk // what a wrapped key is longer than the key
)

const (
	chunk  = 8 // bytes of the RFC's registers
	block  = 2 * chunk
	rounds = 6
	iv     = 0xA6A6A6A6A6A6A6A6 // the default initial value, which unwrapping checks
)

// What makes an unwrapping fail, or a wrapping. Their texts hold no input.
var (
	ErrSize      = fmt.Errorf("keywrap: size: keys are of %d to %d bytes, in steps of %d, and wrapped ones %d longer", MinKey, MaxKey, chunk, Overhead)
	ErrIntegrity = errors.New("keywrap: integrity check failed")
)

// Wrap returns key wrapped under kek, which is AES. The result belongs to the caller. The only error is
// ErrSize, and a panic says that kek has blocks of another size.
func Wrap(kek cipher.Block, key []byte) ([]byte, error) {
	mustBeAES(kek)
	if !wrappable(len(key)) {
		return nil, ErrSize
	}
	out := make([]byte, chunk+len(key))
	copy(out[chunk:], key)
	n := uint64(len(key) / chunk)
	b := make([]byte, block)
	binary.BigEndian.PutUint64(b, iv)
	for j := range uint64(rounds) {
		for i := uint64(1); i <= n; i++ {
			register := out[i*chunk:][:chunk]
			copy(b[chunk:], register)
			kek.Encrypt(b, b)
			copy(register, b[chunk:])
			binary.BigEndian.PutUint64(b, binary.BigEndian.Uint64(b)^(n*j+i))
		}
	}
	copy(out, b[:chunk])
	clear(b)
	return out, nil
}

// Unwrap returns the key that [Wrap] wrapped under kek, which belongs to the caller. The errors are
// ErrSize, and ErrIntegrity where wrapped was altered or wrapped under another key; nothing is
// returned then. Its time depends on the length of wrapped only.
func Unwrap(kek cipher.Block, wrapped []byte) ([]byte, error) {
	mustBeAES(kek)
	if !wrappable(len(wrapped) - Overhead) {
		return nil, ErrSize
	}
	out := make([]byte, len(wrapped)-Overhead)
	copy(out, wrapped[chunk:])
	n := uint64(len(out) / chunk)
	b := make([]byte, block)
	copy(b, wrapped[:chunk])
	for j := uint64(rounds); j > 0; j-- {
		for i := n; i > 0; i-- {
			register := out[(i-1)*chunk:][:chunk]
			binary.BigEndian.PutUint64(b, binary.BigEndian.Uint64(b)^(n*(j-1)+i))
			copy(b[chunk:], register)
			kek.Decrypt(b, b)
			copy(register, b[chunk:])
		}
	}
	sound := subtle.ConstantTimeCompare(b[:chunk], binary.BigEndian.AppendUint64(nil, iv))
	clear(b)
	if sound != 1 {
		clear(out)
		return nil, ErrIntegrity
	}
	return out, nil
}

func wrappable(n int) bool { return MinKey <= n && n <= MaxKey && n%chunk == 0 }

// mustBeAES stops a programmer's mistake: no input decides the cipher.
func mustBeAES(kek cipher.Block) {
	if kek.BlockSize() != block {
		panic("keywrap: the cipher is not AES")
	}
}
