package dbe

import (
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"github.com/dynaseal/ddb/internal/canonical"
)

// HashSize is the size of a canonical hash, in bytes.
const HashSize = sha512.Size384

// The words that say how an attribute is protected (1.9).
const (
	wordEncrypted = "ENCRYPTED"
	wordPlain     = "PLAINTEXT"
)

// Hasher makes the canonical hash of an item (1.9): SHA-384 over the header, the encryption context and
// the signed attributes, in canonical order. The zero Hasher is ready for Reset; it belongs to one
// goroutine.
type Hasher struct {
	digest  hash.Hash
	pending []byte // not yet hashed
	sum     [HashSize]byte
}

// Small writes wait until there are pendingSize bytes of them, since each costs the hash a call.
const pendingSize = 1 << 10

// Reset begins the hash of an item. context is the whole one of the materials, as [AppendContext] makes it.
func (h *Hasher) Reset(header, context []byte) {
	if h.digest == nil {
		h.digest = sha512.New384()
		h.pending = make([]byte, 0, pendingSize)
	}
	h.digest.Reset()
	h.pending = h.pending[:0]
	h.write(header)
	h.uint64(len(context))
	h.write(context)
}

// Encrypted adds an attribute that is encrypted, as it is stored: type id, ciphertext and tag.
func (h *Hasher) Encrypted(path, stored []byte) { h.attribute(path, wordEncrypted, stored) }

// Plain adds an attribute that is signed only, as type id and value.
func (h *Hasher) Plain(path, value []byte) { h.attribute(path, wordPlain, value) }

// attribute adds one; the length says the value's alone, without its type id.
func (h *Hasher) attribute(path []byte, word string, value []byte) {
	h.write(path)
	h.uint64(len(value) - TypeSize)
	h.pending = append(h.pending, word...)
	h.write(value)
}

func (h *Hasher) uint64(n int) { h.pending = binary.BigEndian.AppendUint64(h.pending, uint64(n)) }

func (h *Hasher) write(b []byte) {
	if len(h.pending)+len(b) <= pendingSize {
		h.pending = append(h.pending, b...)
		return
	}
	h.digest.Write(h.pending)
	h.pending = h.pending[:0]
	h.digest.Write(b)
}

// Sum is the hash, valid until the next Reset.
func (h *Hasher) Sum() []byte {
	h.digest.Write(h.pending)
	h.pending = h.pending[:0]
	return h.digest.Sum(h.sum[:0])
}

// Wipe leaves nothing of an item in h.
func (h *Hasher) Wipe() {
	h.pending = canonical.Wiped(h.pending)
	if h.digest != nil {
		wipeHash(h.digest, h.pending[:sha512.BlockSize-1])
	}
	clear(h.sum[:])
}
