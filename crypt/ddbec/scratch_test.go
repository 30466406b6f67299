package ddbec

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// troubled is a provider, and both halves of a pair, that meets the trouble set.
type troubled struct {
	*provider.HMAC
	key secret.Key
	met func() error // where it signs or verifies
}

func (p *troubled) EncryptionMaterials(context.Context, provider.Request) (provider.EncryptionMaterials, error) {
	return provider.EncryptionMaterials{Encrypt: p.key, Sign: p}, nil
}

func (p *troubled) DecryptionMaterials(context.Context, provider.Request) (provider.DecryptionMaterials, error) {
	return provider.DecryptionMaterials{Decrypt: p.key, Verify: p}, nil
}

func (p *troubled) Sign(ctx context.Context, text []byte) ([]byte, error) {
	if err := p.met(); err != nil {
		return nil, err
	}
	return p.HMAC.Sign(ctx, text)
}

func (p *troubled) Verify(ctx context.Context, text, signature []byte) error {
	if err := p.met(); err != nil {
		return err
	}
	return p.HMAC.Verify(ctx, text, signature)
}

// leavesNothing looks at all that e keeps for its next item, to the end of its room.
func leavesNothing(t *testing.T, e *encryptor, after string) {
	t.Helper()
	for {
		s, ok := e.pool.Get().(*scratch)
		if !ok {
			return
		}
		defer e.pool.Put(s)
		for _, a := range s.attrs[:cap(s.attrs)] {
			require.Zero(t, a, after)
		}
		for _, v := range s.values[:cap(s.values)] {
			require.Zero(t, v, after)
		}
		for _, entry := range s.entries[:cap(s.entries)] {
			require.Zero(t, entry, after)
		}
		for _, b := range [][]byte{s.plain, s.text, s.other, s.given, s.description, s.kept.All(), s.encoder.All()} {
			require.Zero(t, bytes.Trim(b[:cap(b)], "\x00"), after)
		}
		require.Zero(t, s.reader.Kind(), after)
		require.Zero(t, s.block, after)
		require.Nil(t, s.inPython, after)
	}
}

type sinkFunc func(wire.Slot, wire.Protection, wire.Reader) error

func (f sinkFunc) Set(slot wire.Slot, p wire.Protection, r wire.Reader) error { return f(slot, p, r) }

func TestAScratchKeepsNothingOfAnItem(t *testing.T) {
	newKey := func(first byte) secret.Key {
		k, err := secret.New(slices.Repeat([]byte{first}, 32))
		require.NoError(t, err)
		return k
	}
	mac, err := provider.NewHMAC(crypto.SHA256, newKey(3))
	require.NoError(t, err)
	fine := func() error { return nil }
	p := &troubled{HMAC: mac, key: newKey(1), met: fine}
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "Tbl", PartitionKey: "pk", Unknown: crypt.Encrypt, Actions: map[string]crypt.Action{
		"e": crypt.Encrypt, "large": crypt.Encrypt, "s": crypt.Sign, "z": crypt.Plain,
	}})
	require.NoError(t, err)
	made, err := Format(p).Encryptor(schema)
	require.NoError(t, err)
	e := made.(*encryptor)
	item := crypt.Item{
		"pk": &types.AttributeValueMemberS{Value: "k"}, "e": &types.AttributeValueMemberS{Value: "secret"},
		"large": &types.AttributeValueMemberS{Value: strings.Repeat("secret", 1000)}, "s": &types.AttributeValueMemberB{Value: []byte("s")},
		"undeclared": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}, "z": &types.AttributeValueMemberN{Value: "1"},
	}
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	leavesNothing(t, e, "written")
	opened, err := e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.Equal(t, item, opened.Item)
	leavesNothing(t, e, "read")

	for what, met := range map[string]error{"the context ended": nil, "no signature": provider.ErrSignature, "no key": errors.New("no key")} {
		for _, call := range []func(context.Context) error{
			func(ctx context.Context) error { _, err := e.EncryptItem(ctx, item); return err },
			func(ctx context.Context) error { _, err := e.DecryptItem(ctx, stored); return err },
		} {
			ctx, cancel := context.WithCancel(t.Context())
			p.met = func() error {
				if met == nil {
					cancel()
				}
				return met
			}
			require.Error(t, call(ctx), what)
			cancel()
			leavesNothing(t, e, what)
		}
	}
	p.met, p.key = fine, newKey(2)
	_, err = e.DecryptItem(t.Context(), stored)
	require.ErrorIs(t, err, crypt.ErrAuth)
	leavesNothing(t, e, "decrypted to no value")
	p.key = newKey(1)
	for name := range item {
		changed := maps.Clone(stored)
		changed[name] = &types.AttributeValueMemberS{Value: "secret\xff"}
		_, err := e.DecryptItem(t.Context(), changed)
		require.Error(t, err, name)
		leavesNothing(t, e, "not to be read: "+name)
		changed = maps.Clone(item)
		changed[name] = &types.AttributeValueMemberS{Value: "secret\xff"}
		_, err = e.EncryptItem(t.Context(), changed)
		require.Error(t, err, name)
		leavesNothing(t, e, "not to be written: "+name)
	}
	for given := range item {
		for _, end := range []func() error{func() error { return errors.New("no room") }, func() error { panic("no room") }} {
			read := e.stored.Read(stored)
			func() {
				defer func() { _ = recover() }()
				_, err := e.OpenItem(t.Context(), read, sinkFunc(func(slot wire.Slot, _ wire.Protection, r wire.Reader) error {
					if read.Name(slot) != given {
						return nil
					}
					r.Enter()
					return end()
				}))
				require.Error(t, err)
			}()
			leavesNothing(t, e, "the sink ended at "+given)
		}
	}
}
