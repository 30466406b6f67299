//go:build hsm

package hsm

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/provider"
	"github.com/miekg/pkcs11"
)

// AESWrapper is AES key wrap (RFC 3394) under a key in a token, for [provider.WrapAESIn]. It is safe for
// concurrent use.
type AESWrapper struct{ key *object }

var _ provider.AESWrapper = (*AESWrapper)(nil)

// AESWrapper finds an AES key, and checks that the token wraps and unwraps under it (CKM_AES_KEY_WRAP).
//
// Content keys are used in this process. For the time of a call they are session objects of the token that
// are not sensitive and extractable, which the token's policy must allow; the key they are wrapped under
// stays in the token.
func (t *Token) AESWrapper(ctx context.Context, k Key) (*AESWrapper, error) {
	o, err := t.object(ctx, k, pkcs11.CKO_SECRET_KEY, pkcs11.CKK_AES)
	if err != nil {
		return nil, fmt.Errorf("hsm: AES key wrap: %w", err)
	}
	w := &AESWrapper{o}
	if err := w.check(ctx); err != nil {
		return nil, fmt.Errorf("hsm: AES key wrap: %w", err)
	}
	return w, nil
}

// WrapKey wraps key, of 16, 24 or 32 bytes.
func (w *AESWrapper) WrapKey(ctx context.Context, key []byte) ([]byte, error) {
	wrapped, err := w.wrap(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("hsm: wrap key: %w", err)
	}
	return wrapped, nil
}

// UnwrapKey unwraps what was wrapped. What does not unwrap is [provider.ErrUnwrap].
func (w *AESWrapper) UnwrapKey(ctx context.Context, wrapped []byte) ([]byte, error) {
	key, err := w.unwrap(ctx, wrapped)
	if err != nil {
		key, err = settle(err, func() error { return w.check(ctx) }, func() ([]byte, error) { return w.unwrap(ctx, wrapped) })
	}
	if err != nil {
		return nil, fmt.Errorf("hsm: unwrap key: %w", err)
	}
	return key, nil
}

// check wraps and unwraps a key of its own.
func (w *AESWrapper) check(ctx context.Context) error {
	key := make([]byte, 32)
	rand.Read(key)
	wrapped, err := w.wrap(ctx, key)
	if err != nil {
		return fmt.Errorf("wrap: %w", err)
	}
	got, err := w.unwrap(ctx, wrapped)
	if err != nil {
		return fmt.Errorf("unwrap: %w", err)
	}
	if subtle.ConstantTimeCompare(key, got) != 1 {
		return errors.New("the token does not unwrap what it wrapped")
	}
	return nil
}

// contentKey is what the token holds while it wraps or unwraps one.
func contentKey() []*pkcs11.Attribute {
	return []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY),
		pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_AES),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, false),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, false),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, true),
	}
}

// destroy ends a session object. Where that fails the session is closed, which does the same.
func (c *call) destroy(h pkcs11.ObjectHandle) {
	if c.DestroyObject(c.handle, h) != nil {
		c.tainted = true
	}
}

func aesKeyWrap() []*pkcs11.Mechanism {
	return []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_KEY_WRAP, nil)}
}

func (w *AESWrapper) wrap(ctx context.Context, key []byte) (wrapped []byte, err error) {
	err = w.key.do(ctx, func(c *call, kek found) error {
		h, err := c.CreateObject(c.handle, append(contentKey(), pkcs11.NewAttribute(pkcs11.CKA_VALUE, key)))
		if err != nil {
			return fmt.Errorf("create session object: %w", err)
		}
		defer c.destroy(h)
		wrapped, err = c.WrapKey(c.handle, aesKeyWrap(), kek.handle, h)
		return err
	})
	return wrapped, err
}

func (w *AESWrapper) unwrap(ctx context.Context, wrapped []byte) (key []byte, err error) {
	err = w.key.do(ctx, func(c *call, kek found) error {
		h, err := c.UnwrapKey(c.handle, aesKeyWrap(), kek.handle, wrapped, contentKey())
		if err != nil {
			return err
		}
		defer c.destroy(h)
		value, err := c.GetAttributeValue(c.handle, h, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
		if err != nil {
			return fmt.Errorf("read the content key: %w", err)
		}
		key = value[0].Value
		return nil
	})
	return key, err
}
