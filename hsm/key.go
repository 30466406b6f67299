//go:build hsm

package hsm

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/dynaseal/ddb/provider"
	"github.com/miekg/pkcs11"
)

// Key says which key of a token is meant. At least one of Label and ID is required, and exactly one key of
// the kind asked for must have both.
type Key struct {
	Label string // CKA_LABEL; "": any
	ID    []byte // CKA_ID; nil: any
}

// String names the key by label and ID, which are no secrets.
func (k Key) String() string { return fmt.Sprintf("key (label %.64q, id %.64x)", k.Label, k.ID) }

// ErrNoKey: the token has no such key, or does not show it without a login.
var ErrNoKey = errors.New("no such key")

// template is what the key is found by.
func (k Key) template(class, keyType uint) []*pkcs11.Attribute {
	attributes := []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, class), pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, keyType)}
	if k.Label != "" {
		attributes = append(attributes, pkcs11.NewAttribute(pkcs11.CKA_LABEL, k.Label))
	}
	if len(k.ID) > 0 {
		attributes = append(attributes, pkcs11.NewAttribute(pkcs11.CKA_ID, k.ID))
	}
	return attributes
}

// found is a key under one login.
type found struct {
	handle  pkcs11.ObjectHandle
	keyType uint
	login   int
}

// find finds the one key of a class and any of the types.
func (c *call) find(k Key, class uint, types []uint) (none found, _ error) {
	var all []found
	for _, keyType := range types {
		if err := c.FindObjectsInit(c.handle, k.template(class, keyType)); err != nil {
			return none, fmt.Errorf("find %v: %w", k, err)
		}
		handles, _, err := c.FindObjects(c.handle, 2)
		if err := errors.Join(err, c.FindObjectsFinal(c.handle)); err != nil {
			return none, fmt.Errorf("find %v: %w", k, err)
		}
		for _, h := range handles {
			all = append(all, found{h, keyType, c.login})
		}
	}
	switch len(all) {
	case 0:
		return none, fmt.Errorf("find %v: %w", k, ErrNoKey)
	case 1:
		return all[0], nil
	}
	return none, fmt.Errorf("find %v: there are several: give a Key that only one has", k)
}

// object is a key of a token, whose handle is found again under each login.
type object struct {
	token  *Token
	key    Key
	class  uint
	types  []uint
	public crypto.PublicKey // of a private key, as it was first found
	last   atomic.Pointer[found]
}

// object finds a key.
func (t *Token) object(ctx context.Context, k Key, class uint, types ...uint) (*object, error) {
	if k.Label == "" && len(k.ID) == 0 {
		return nil, errors.New("a Key with neither Label nor ID: give the one or the other")
	}
	o := &object{token: t, key: Key{k.Label, slices.Clone(k.ID)}, class: class, types: types}
	err := t.do(ctx, func(c *call) error {
		f, err := c.find(o.key, class, types)
		if err == nil && class == pkcs11.CKO_PRIVATE_KEY {
			o.public, err = c.public(f)
		}
		return err
	})
	return o, err
}

// do calls f with the key and a session.
func (o *object) do(ctx context.Context, f func(*call, found) error) error {
	return o.token.do(ctx, func(c *call) error {
		last := o.last.Load()
		if last == nil || last.login != c.login {
			now, err := c.find(o.key, o.class, o.types)
			if err == nil && o.public != nil {
				err = o.same(c, now)
			}
			if err != nil {
				return err
			}
			last = &now
			o.last.Store(last)
		}
		return f(c, *last)
	})
}

// same checks that a private key is the one that was first found: its public key is in others' hands.
func (o *object) same(c *call, now found) error {
	public, err := c.public(now)
	if err != nil {
		return err
	}
	if !o.public.(interface{ Equal(crypto.PublicKey) bool }).Equal(public) {
		return fmt.Errorf("%v is another key than it was", o.key)
	}
	return nil
}

// settle makes [provider.ErrUnwrap] of an error by which the token refuses what it was given. Where it
// does not say why it failed it is asked to do the same with something of our own: can it, then it was
// not out of order, and is asked once more.
func settle(err error, ownWorks func() error, again func() ([]byte, error)) ([]byte, error) {
	if isVague(err) && ownWorks() == nil {
		var result []byte
		if result, err = again(); err == nil {
			return result, nil
		}
		if isVague(err) {
			return nil, provider.ErrUnwrap
		}
	}
	if isRefusal(err) {
		return nil, provider.ErrUnwrap
	}
	return nil, err
}
