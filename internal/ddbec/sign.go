package ddbec

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// Hash is a SHA-256, what the string to sign is made of.
type Hash = [sha256.Size]byte

// The hashes of the words that say how an attribute is protected (1.8).
const (
	hashOfENCRYPTED = "\x39\x41\x15\xac\x4e\xb0\x9a\xa4\x94\x29\x34\x88\x16\xb2\x03\x81\x27\xb0\xf9\xe3\xa5\x20\x37\x2a\xe1\x00\xca\x19\xfb\x08\xfd\x50"
	hashOfPLAINTEXT = "\xcb\x40\xe7\xda\xdc\x86\x16\x1b\x97\x98\xde\x48\x51\x2f\x33\x2d\x21\xc1\x41\xfc\xc1\xe2\x8a\x08\x6f\xde\x4a\x33\x75\xaa\xb1\xb5"
)

// SignedSize is what one attribute takes in a string to sign, in bytes.
const SignedSize = 3 * sha256.Size

// HashTable is what a string to sign starts with (1.8). name is the logical table name.
func HashTable(name string) Hash { return sha256.Sum256([]byte("TABLE>" + name + "<TABLE")) }

// HashName is the hash of an attribute name.
func HashName(name string) Hash { return sha256.Sum256([]byte(name)) }

// HashValue is the hash of a stored value's canonical bytes.
func HashValue(canonical []byte) Hash { return sha256.Sum256(canonical) }

// Hasher hashes stored binaries without a copy of their canonical bytes. The zero Hasher is ready; it
// belongs to one goroutine.
type Hasher struct {
	digest hash.Hash
	prefix [tagSize + countSize]byte
	sum    Hash
}

// Binary is HashValue of the canonical bytes of the binary b.
func (h *Hasher) Binary(b []byte) Hash {
	if h.digest == nil {
		h.digest = sha256.New()
	}
	h.digest.Reset()
	h.prefix[1] = tagBinary
	binary.BigEndian.PutUint32(h.prefix[tagSize:], uint32(len(b)))
	h.digest.Write(h.prefix[:])
	h.digest.Write(b)
	h.digest.Sum(h.sum[:0])
	return h.sum
}

// AppendSigned appends one attribute to a string to sign. Attributes follow each other in the order
// of [canonical.CompareText] over their names.
func AppendSigned(dst []byte, name *Hash, encrypted bool, value *Hash) []byte {
	dst = append(dst, name[:]...)
	if encrypted {
		dst = append(dst, hashOfENCRYPTED...)
	} else {
		dst = append(dst, hashOfPLAINTEXT...)
	}
	return append(dst, value[:]...)
}
