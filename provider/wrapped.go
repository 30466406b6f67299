package provider

import (
	"context"
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/provider/secret"
)

// WrappedConfig describes a provider that makes a content key for each item and stores it, wrapped,
// beside the item (ddbec 1.11, Wrapped). Wrap and at least one of Sign and Verify are required;
// both must be of one pair.
type WrappedConfig struct {
	hidden

	// Wrap wraps the content keys. Items that name another algorithm are refused.
	Wrap KeyWrap

	// ContentKeySize is that of the content keys made, 16, 24 or 32 bytes of AES. 0: 32. Items with
	// content keys of the other sizes are read.
	ContentKeySize int

	// Sign signs items, an [HMAC] or what [NewSigner] makes. It is one key for all items. Nil: the
	// provider only reads.
	Sign Signer

	// Verify verifies items, the same HMAC or what [NewVerifier] makes. Nil: the provider only writes.
	Verify Verifier

	// Description is stored with every item, for all to read. Items of other descriptions are read.
	Description map[string]string
}

// WrappedAES returns a provider of content keys of 32 bytes, wrapped by AES key wrap under a key of 16,
// 24 or 32, and one HMAC-SHA256 key, which AWS's clients call WrappedMaterialsProvider and
// WrappedCryptographicMaterialsProvider.
func WrappedAES(wrap, mac secret.Key) (Provider, error) {
	w, err := WrapAES(wrap)
	if err != nil {
		return nil, err
	}
	h, err := NewHMAC(crypto.SHA256, mac)
	if err != nil {
		return nil, err
	}
	return NewWrapped(WrappedConfig{Wrap: w, Sign: h, Verify: h})
}

// NewWrapped checks c and returns its provider. It keeps nothing of c that can change.
//
// The signature of an item does not cover its wrapped key. One that was altered does not unwrap, and
// one of another item gives a content key under which no value of this item decrypts to something
// well-formed (by chance one in 2^56 would); both are crypt.ErrAuth. Where RSA wraps, whoever has the
// public key and can write the table may choose the content key, and so search on their own machines for
// one under which an item with a single encrypted attribute reads as a few random bytes they know. AES
// key wrap leaves them nothing to choose: prefer it where its key can be shared.
func NewWrapped(c WrappedConfig) (Provider, error) {
	if c.Wrap.method == nil {
		return nil, errors.New("provider: new wrapped: no Wrap: make one by WrapAES or WrapRSA")
	}
	if c.ContentKeySize == 0 {
		c.ContentKeySize = 32
	}
	if !isContentKey(c.ContentKeySize) {
		return nil, fmt.Errorf("provider: new wrapped: ContentKeySize of %d bytes: AES takes 16, 24 or 32", c.ContentKeySize)
	}
	if err := checkHalves(c.Sign, c.Verify); err != nil {
		return nil, fmt.Errorf("provider: new wrapped: %w", err)
	}
	if c.Sign == nil && !c.Wrap.unwraps() {
		return nil, errors.New("provider: new wrapped: no Sign to write with, and Wrap has no private key to read with: give one of them")
	}
	w := &wrapped{method: c.Wrap.method, size: c.ContentKeySize, sign: c.Sign, verify: c.Verify}
	entries := []ddbec.Entry{
		{Name: []byte(ddbec.EntryEnvAlg), Value: []byte(algorithmAES)},
		{Name: []byte(ddbec.EntryWrapAlg), Value: []byte(w.algorithm())},
	}
	for name, value := range c.Description {
		switch name {
		case ddbec.EntryEnvKey, ddbec.EntryEnvAlg, ddbec.EntryWrapAlg:
			return nil, fmt.Errorf("provider: new wrapped: description entry %.128q: the name is the provider's own: set Wrap and ContentKeySize instead", name)
		}
		if ddbec.IsOwnEntry(name) {
			return nil, fmt.Errorf("provider: new wrapped: description entry %.128q: the name is the format's own: choose another", name)
		}
		entries = append(entries, ddbec.Entry{Name: []byte(name), Value: []byte(value)})
	}
	var err error
	if w.description, err = ddbec.AppendDescription(nil, entries); err == nil {
		longest := base64.StdEncoding.AppendEncode(nil, make([]byte, w.wrappedSize(w.size)))
		err = ddbec.CheckDescription(appendEntry(w.description[:len(w.description):len(w.description)], ddbec.EntryEnvKey, longest))
	}
	if err != nil {
		return nil, fmt.Errorf("provider: new wrapped: description: %w", err)
	}
	return w, nil
}

type wrapped struct {
	method
	size        int // of content keys made
	sign        Signer
	verify      Verifier
	description []byte // serialized, all but the wrapped key
}

// algorithmAES is what Java writes for the content key, whatever its size; Python adds that.
const algorithmAES = "AES"

func isContentKey(n int) bool { return n == 16 || n == 24 || n == 32 }

// contentKeySize is the size in bytes that an item states for its content key, 0 for none.
func contentKeySize(algorithm string) (n int, ok bool) {
	switch algorithm {
	case algorithmAES:
		return 0, true
	case "AES/128":
		return 16, true
	case "AES/192":
		return 24, true
	case "AES/256":
		return 32, true
	}
	return 0, false
}

var _ AlgorithmProvider = (*wrapped)(nil)

// VerifyAlgorithm is that of the Verifier.
func (w *wrapped) VerifyAlgorithm() string { return algorithmOfHalf(w.verify) }

// EncryptionMaterials makes a content key.
func (w *wrapped) EncryptionMaterials(ctx context.Context, _ Request) (none EncryptionMaterials, _ error) {
	if w.sign == nil {
		return none, ErrNoSigner
	}
	b := make([]byte, w.size)
	defer clear(b)
	rand.Read(b)
	key, err := secret.New(b)
	if err != nil {
		return none, err
	}
	sealed, err := w.wrap(ctx, b)
	if err != nil {
		return none, fmt.Errorf("provider: wrap: %w", err)
	}
	if len(sealed) != w.wrappedSize(w.size) {
		return none, fmt.Errorf("provider: wrap: %s gave %d bytes for a key of %d", w.algorithm(), len(sealed), w.size)
	}
	text := base64.StdEncoding.EncodedLen(len(sealed))
	d := make([]byte, 0, len(w.description)+8+len(ddbec.EntryEnvKey)+text)
	d = appendEntry(append(d, w.description...), ddbec.EntryEnvKey, base64.StdEncoding.AppendEncode(make([]byte, 0, text), sealed))
	return EncryptionMaterials{Encrypt: key, Sign: w.sign, Description: Description{d}}, nil
}

// appendEntry appends an entry to a serialized description, in which order does not matter.
func appendEntry(d []byte, name string, value []byte) []byte {
	d = binary.BigEndian.AppendUint32(d, uint32(len(name)))
	d = append(d, name...)
	d = binary.BigEndian.AppendUint32(d, uint32(len(value)))
	return append(d, value...)
}

// DecryptionMaterials unwraps the item's content key. What the item says of algorithms is compared with
// what the provider was made for, and decides nothing.
func (w *wrapped) DecryptionMaterials(ctx context.Context, r Request) (none DecryptionMaterials, _ error) {
	if w.verify == nil {
		return none, ErrNoVerifier
	}
	algorithm, named := r.Description.Lookup(ddbec.EntryWrapAlg)
	unwrap := w.unwrapper(algorithm, named, w.size)
	if unwrap == nil {
		return none, fmt.Errorf("%w: the material description's entry %s is not %s: it was written by another provider", crypt.ErrFormat, ddbec.EntryWrapAlg, w.algorithm())
	}
	algorithm, _ = r.Description.Lookup(ddbec.EntryEnvAlg)
	stated, ok := contentKeySize(algorithm)
	if !ok {
		return none, fmt.Errorf("%w: the material description's entry %s names no content key of the format", crypt.ErrFormat, ddbec.EntryEnvAlg)
	}
	text, _ := ddbec.LookupEntry(r.Description.b, ddbec.EntryEnvKey)
	sealed, ok := w.decode(text)
	if !ok {
		return none, fmt.Errorf("%w: the material description's entry %s is no wrapped key in Base64: it was written by another provider", crypt.ErrFormat, ddbec.EntryEnvKey)
	}
	b, err := unwrap(ctx, sealed)
	defer clear(b)
	switch {
	case errors.Is(err, ErrUnwrap):
		return none, crypt.ErrAuth
	case err != nil:
		return none, fmt.Errorf("provider: unwrap: %w", err)
	case !isContentKey(len(b)) || stated != 0 && stated != len(b):
		return none, crypt.ErrAuth
	}
	key, err := secret.New(b)
	if err != nil {
		return none, err
	}
	return DecryptionMaterials{Decrypt: key, Verify: w.verify}, nil
}

// decode reads Base64, broken into lines or not: the oldest Java client breaks it.
func (w *wrapped) decode(text []byte) ([]byte, bool) {
	const lineEnds = 2 // at most doubles the text
	if len(text) == 0 || len(text) > lineEnds*base64.StdEncoding.EncodedLen(w.longestWrapped()) {
		return nil, false
	}
	b, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	return b, err == nil && len(b) > 0
}
