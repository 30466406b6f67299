package provider

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/keywrap"
	"github.com/dynaseal/ddb/provider/secret"
)

// ErrUnwrap: a wrapped key does not unwrap. It was altered, or wrapped under another key. The format
// reports it as crypt.ErrAuth.
var ErrUnwrap = errors.New("provider: wrapped key does not unwrap")

// ErrNoUnwrap: a KeyWrap without a private key is asked to unwrap. The format reports it as
// crypt.ErrKeys.
var ErrNoUnwrap = errors.New("provider: no private key to unwrap with: it only writes")

// AESWrapper is AES key wrap (RFC 3394, its default initial value) under a key that stays where it is,
// in a hardware module say. It is safe for concurrent use and does not keep its arguments; results
// belong to the caller. What does not unwrap is [ErrUnwrap]; any other error says that the key could
// not be used, and is reported as crypt.ErrKeys.
type AESWrapper interface {
	WrapKey(ctx context.Context, key []byte) (wrapped []byte, err error)
	UnwrapKey(ctx context.Context, wrapped []byte) (key []byte, err error)
}

// KeyWrap is an algorithm that wraps content keys, and its key. Which algorithm is the owner's choice:
// an item that names another is refused. It is immutable, may be copied and used concurrently; the zero
// KeyWrap wraps nothing.
type KeyWrap struct{ method }

// method is what is behind a KeyWrap.
type method interface {
	algorithm() string     // what is written to amzn-ddb-wrap-alg
	wrappedSize(n int) int // of a key of n bytes, when wrapped
	longestWrapped() int   // of all that may be read
	unwraps() bool         // whether there is a key to unwrap with
	wrap(ctx context.Context, key []byte) ([]byte, error)

	// unwrapper is how to unwrap the key of an item that names the algorithm, or none; nil if that is
	// not what the owner chose. size is that of the content keys which the owner makes, in bytes.
	unwrapper(algorithm string, named bool, size int) unwrapper
}

// unwrapper fails with ErrUnwrap, or with what kept it from trying.
type unwrapper func(ctx context.Context, wrapped []byte) (key []byte, err error)

// String is the algorithm: keys do not print.
func (w KeyWrap) String() string {
	if w.method == nil {
		return "none"
	}
	return w.algorithm()
}

// GoString is String, for %#v.
func (w KeyWrap) GoString() string { return w.String() }

const algorithmAESWrap = "AESWrap"

// WrapAES wraps by AES key wrap under a key of 16, 24 or 32 bytes.
func WrapAES(key secret.Key) (KeyWrap, error) {
	if n := key.Len(); n != 16 && n != 24 && n != 32 {
		return KeyWrap{}, fmt.Errorf("provider: new AES key wrap: key of %d bytes: AES takes 16, 24 or 32", n)
	}
	if _, err := key.AES(); err != nil {
		return KeyWrap{}, fmt.Errorf("provider: new AES key wrap: %w", err)
	}
	return KeyWrap{newAESWrap(localAES{key.AES})}, nil
}

// WrapAESIn wraps by AES key wrap under a key that does not leave w.
func WrapAESIn(w AESWrapper) (KeyWrap, error) {
	if given.Nil(w) {
		return KeyWrap{}, errors.New("provider: new AES key wrap: no AESWrapper")
	}
	return KeyWrap{newAESWrap(w)}, nil
}

// localAES is AES key wrap under a key of the process's own, in a closure that does not print.
type localAES struct{ block func() (cipher.Block, error) }

func (l localAES) WrapKey(_ context.Context, key []byte) ([]byte, error) {
	block, err := l.block()
	if err != nil {
		return nil, err
	}
	return keywrap.Wrap(block, key)
}

func (l localAES) UnwrapKey(_ context.Context, wrapped []byte) ([]byte, error) {
	block, err := l.block()
	if err != nil {
		return nil, err
	}
	key, err := keywrap.Unwrap(block, wrapped)
	if err != nil {
		return nil, ErrUnwrap
	}
	return key, nil
}

// aesWrap holds the methods of an AESWrapper, which do not print.
type aesWrap struct {
	wrapKey, unwrapKey func(ctx context.Context, key []byte) ([]byte, error)
}

func newAESWrap(w AESWrapper) aesWrap { return aesWrap{w.WrapKey, w.UnwrapKey} }

func (aesWrap) algorithm() string { return algorithmAESWrap }

func (aesWrap) wrappedSize(n int) int { return n + keywrap.Overhead }

func (aesWrap) unwraps() bool { return true }

func (aesWrap) longestWrapped() int { return 32 + keywrap.Overhead }

func (a aesWrap) wrap(ctx context.Context, key []byte) ([]byte, error) { return a.wrapKey(ctx, key) }

// A peer's item always names AESWrap: without a name its readers would take plain AES, which unwraps
// nothing that was ever written.
func (a aesWrap) unwrapper(algorithm string, _ bool, _ int) unwrapper {
	if algorithm != algorithmAESWrap {
		return nil
	}
	return func(ctx context.Context, wrapped []byte) ([]byte, error) {
		if !isContentKey(len(wrapped) - keywrap.Overhead) {
			return nil, ErrUnwrap
		}
		return a.unwrapKey(ctx, wrapped)
	}
}
