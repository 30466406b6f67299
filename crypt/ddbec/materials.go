package ddbec

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// encryptionMaterials asks the provider.
func (e *encryptor) encryptionMaterials(ctx context.Context, src wire.Source) (provider.EncryptionMaterials, error) {
	r := e.request(provider.Description{})
	r.Keys = func() (crypt.Item, error) {
		return e.keyItem(func(slot wire.Slot) (attribute.Value, error) {
			w := &keyWriter{Writer: attribute.NewWriter(attribute.Sizes{})}
			if err := src.Write(slot, w); err != nil {
				return nil, err
			}
			if w.negativeZero {
				return nil, fmt.Errorf("%w: key attribute %.128q is -0, which DynamoDB returns as 0: write 0", crypt.ErrFormat, e.declared[slot].name)
			}
			return w.Value()
		})
	}
	m, err := e.provider.EncryptionMaterials(ctx, r)
	if ended := e.encrypt.Context(ctx); ended != nil {
		return m, ended
	}
	if err != nil {
		return m, e.encrypt.Keys("the provider gave no materials", err)
	}
	if m.Sign == nil {
		return m, e.encrypt.Keys("the provider gave no Signer", nil)
	}
	return m, nil
}

// keyWriter makes a key's value, and notices the number -0: who is given it as it was written and who is given
// it as it was stored would bind different texts.
type keyWriter struct {
	*attribute.Writer
	negativeZero bool
}

func (w *keyWriter) Number(v []byte) {
	w.negativeZero = number.NegativeZero(v)
	w.Writer.Number(v)
}

// decryptionMaterials asks the provider.
func (e *encryptor) decryptionMaterials(ctx context.Context, item wire.Stored, d provider.Description) (provider.DecryptionMaterials, error) {
	r := e.request(d)
	r.Aliases = e.schema.Aliases()
	r.Keys = func() (crypt.Item, error) {
		return e.keyItem(func(slot wire.Slot) (attribute.Value, error) { return attribute.Read(item.Value(slot)), nil })
	}
	m, err := e.provider.DecryptionMaterials(ctx, r)
	if ended := e.decrypt.Context(ctx); ended != nil {
		return m, ended
	}
	if errors.Is(err, crypt.ErrAuth) {
		return m, e.decrypt.Auth() // no word on what failed
	}
	if err != nil {
		return m, e.decrypt.Keys("the provider gave no materials", err)
	}
	if m.Verify == nil {
		return m, e.decrypt.Keys("the provider gave no Verifier", nil)
	}
	return m, nil
}

// request names the item to the provider, all but its Keys.
func (e *encryptor) request(d provider.Description) provider.Request {
	return provider.Request{
		Table:        e.schema.Table(),
		PartitionKey: e.schema.PartitionKey(),
		SortKey:      e.schema.SortKey(),
		Description:  d,
	}
}

// keyItem makes the item's key attributes.
func (e *encryptor) keyItem(value func(wire.Slot) (attribute.Value, error)) (crypt.Item, error) {
	item := make(crypt.Item, len(e.keys))
	for _, key := range e.keys {
		v, err := value(wire.Slot(key))
		if err != nil {
			return nil, err
		}
		item[e.declared[key].name] = v
	}
	return item, nil
}

// cipher is the block cipher of the item, nil if nothing in it is encrypted.
func (e *encryptor) cipher(r report.Report, key secret.Key, s *scratch) (cipher.Block, error) {
	for i := range s.attrs {
		if s.attrs[i].action != crypt.Encrypt {
			continue
		}
		if key.IsZero() {
			return nil, r.Keys("the provider has no encryption key, and attributes are encrypted", nil)
		}
		block, err := key.AES()
		if err != nil {
			return nil, r.Keys("the provider's encryption key is not of 16, 24 or 32 bytes", nil)
		}
		s.block = block
		return block, nil
	}
	return nil, nil
}
