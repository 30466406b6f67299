package directkms

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider"
)

const (
	dataKeySize = 32   // bytes
	maxBlob     = 6144 // bytes of a ciphertext, the most that KMS takes
)

// directKMS is immutable but for last.
type directKMS struct {
	client      Client
	grantTokens []string
	key         kmskey.ARN // zero: it only reads
	readers     []kmskey.ARN
	entries     map[string]string // of every item's description

	last atomic.Int32 // index of the reader that last opened an item
}

var _ provider.Provider = (*directKMS)(nil)

// EncryptionMaterials has KMS make a data key for the item.
func (p *directKMS) EncryptionMaterials(ctx context.Context, r provider.Request) (none provider.EncryptionMaterials, _ error) {
	if p.key == (kmskey.ARN{}) {
		return none, fmt.Errorf("directkms: no Key to write under: %w", provider.ErrNoSigner)
	}
	a := algorithms{p.entries[ddbec.EntryEnvAlg], p.entries[entrySigAlg]}
	b, err := bind(r, a)
	if err != nil {
		return none, err
	}
	bindings, err := b.written(r.Table)
	if err != nil {
		return none, err
	}
	dataKey, blob, err := p.generate(ctx, bindings)
	if err != nil {
		return none, err
	}
	defer clear(dataKey)
	content, mac, err := a.derive(dataKey)
	if err != nil {
		return none, err
	}
	entries := maps.Clone(p.entries)
	entries[ddbec.EntryEnvKey] = base64.StdEncoding.EncodeToString(blob)
	d, err := provider.NewDescription(entries)
	if err != nil {
		return none, err
	}
	return provider.EncryptionMaterials{Encrypt: content, Sign: mac, Description: d}, nil
}

// generate has KMS make a data key. The caller clears it.
func (p *directKMS) generate(ctx context.Context, bindings map[string]string) (dataKey, blob []byte, _ error) {
	const operation, permission = "GenerateDataKey", "kms:GenerateDataKey"
	key := p.key.String()
	out, err := kmskey.Do(ctx, crypt.Call{Service: crypt.KMS, Operation: operation, Key: key}, p.client.GenerateDataKey, &kms.GenerateDataKeyInput{
		KeyId: &key, NumberOfBytes: aws.Int32(dataKeySize), EncryptionContext: bindings, GrantTokens: p.grantTokens,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("directkms: %w", unavailable(permission, key, err))
	}
	if !isKey(p.key, out.KeyId) || len(out.Plaintext) != dataKeySize || len(out.CiphertextBlob) == 0 || len(out.CiphertextBlob) > maxBlob {
		clear(out.Plaintext)
		return nil, nil, fmt.Errorf("%w: directkms: %s on %q: the answer is of another key or no data key of %d bytes", crypt.ErrKeys, permission, key, dataKeySize)
	}
	return out.Plaintext, out.CiphertextBlob, nil
}

// isKey reports whether KMS answered with the key it was asked for.
func isKey(want kmskey.ARN, answered *string) bool {
	got, err := kmskey.ParseARN(aws.ToString(answered))
	return err == nil && want.Same(got)
}

// DecryptionMaterials has KMS decrypt the item's data key.
func (p *directKMS) DecryptionMaterials(ctx context.Context, r provider.Request) (none provider.DecryptionMaterials, _ error) {
	a, blob, err := stated(r.Description)
	if err != nil {
		return none, err
	}
	b, err := bind(r, a)
	if err != nil {
		return none, err
	}
	dataKey, err := p.decrypt(ctx, blob, b.readable(r))
	if err != nil {
		return none, err
	}
	defer clear(dataKey)
	content, mac, err := a.derive(dataKey)
	if err != nil {
		return none, err
	}
	return provider.DecryptionMaterials{Decrypt: content, Verify: mac}, nil
}

// stated is what an item says of its keys, in bounds.
func stated(d provider.Description) (a algorithms, blob []byte, err error) {
	foreign := func(entry, problem string) error {
		return fmt.Errorf("%w: directkms: the material description's entry %s %s: it was written by another provider", crypt.ErrFormat, entry, problem)
	}
	if wrap, _ := d.Lookup(ddbec.EntryWrapAlg); wrap != wrapKMS {
		return a, nil, foreign(ddbec.EntryWrapAlg, "is not "+wrapKMS)
	}
	a.content, _ = d.Lookup(ddbec.EntryEnvAlg)
	if _, ok := contentSize(a.content); !ok {
		return a, nil, foreign(ddbec.EntryEnvAlg, "names no content key of the format")
	}
	a.mac, _ = d.Lookup(entrySigAlg)
	if _, _, ok := macOf(a.mac); !ok {
		return a, nil, foreign(entrySigAlg, "names no HMAC of the format")
	}
	text, _ := d.Lookup(ddbec.EntryEnvKey)
	long := len(text) > base64.StdEncoding.EncodedLen(maxBlob)
	if !long {
		blob, err = base64.StdEncoding.Strict().DecodeString(text)
	}
	if long || err != nil || len(blob) == 0 {
		return a, nil, foreign(ddbec.EntryEnvKey, "is no ciphertext of KMS in Base64")
	}
	return a, blob, nil
}

// decrypt has KMS decrypt a data key that is under one of the readers, bound to one of the contexts. KMS compares
// the key first, so that an item costs at most a call for each of both. The caller clears the data key.
func (p *directKMS) decrypt(ctx context.Context, blob []byte, contexts []map[string]string) ([]byte, error) {
	var denied []error
	first := int(p.last.Load())
	for i := range p.readers {
		at := (first + i) % len(p.readers)
		dataKey, err := p.decryptUnder(ctx, p.readers[at], blob, contexts)
		if err == nil {
			p.last.Store(int32(at))
			return dataKey, nil
		}
		if _, other := errors.AsType[*types.IncorrectKeyException](err); other {
			continue
		}
		switch {
		case errors.Is(err, crypt.ErrAuth) || kmskey.Refused(err):
			return nil, crypt.ErrAuth
		case kmskey.Lasting(err): // a key that is gone does not hide the others
			denied = append(denied, unavailable("kms:Decrypt", p.readers[at].String(), err))
		default:
			return nil, fmt.Errorf("directkms: %w", unavailable("kms:Decrypt", p.readers[at].String(), err))
		}
	}
	if len(denied) > 0 {
		return nil, fmt.Errorf("directkms: %w", errors.Join(denied...))
	}
	return nil, crypt.ErrAuth
}

// decryptUnder has KMS decrypt a data key with one key. Its error is the SDK's.
func (p *directKMS) decryptUnder(ctx context.Context, reader kmskey.ARN, blob []byte, contexts []map[string]string) ([]byte, error) {
	key := reader.String()
	var err error
	for _, bindings := range contexts {
		var out *kms.DecryptOutput
		out, err = kmskey.Do(ctx, crypt.Call{Service: crypt.KMS, Operation: "Decrypt", Key: key}, p.client.Decrypt,
			&kms.DecryptInput{KeyId: &key, CiphertextBlob: blob, EncryptionContext: bindings, GrantTokens: p.grantTokens})
		if err == nil {
			if isKey(reader, out.KeyId) && len(out.Plaintext) == dataKeySize {
				return out.Plaintext, nil
			}
			clear(out.Plaintext)
			return nil, crypt.ErrAuth
		}
		if _, refused := errors.AsType[*types.InvalidCiphertextException](err); !refused {
			return nil, err
		}
	}
	return nil, err
}
