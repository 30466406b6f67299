package bench

import (
	"crypto/sha512"
	"crypto/subtle"
	"encoding"
	"hash"
)

// macs computes HMAC and HKDF with states that are kept: crypto/hmac and crypto/hkdf allocate for each key.
type macs struct {
	sha512, sha384  *mac
	unsalted, keyed macState
	label           []byte
	block           [sha512.Size]byte
}

type mac struct {
	hash interface {
		hash.Hash
		encoding.BinaryAppender
		encoding.BinaryUnmarshaler
	}
	padded [sha512.BlockSize]byte
	inner  [sha512.Size]byte
}

// macState is a key hashed, inside and outside.
type macState struct{ inside, outside []byte }

func newMACs() macs {
	m := macs{sha512: newMAC(sha512.New()), sha384: newMAC(sha512.New384())}
	m.sha512.prepare(&m.unsalted, nil)
	return m
}

func newMAC(h hash.Hash) *mac {
	m := new(mac)
	m.hash = h.(interface {
		hash.Hash
		encoding.BinaryAppender
		encoding.BinaryUnmarshaler
	})
	return m
}

var inside, outside = repeated(0x36), repeated(0x5C)

func repeated(b byte) (block [sha512.BlockSize]byte) {
	for i := range block {
		block[i] = b
	}
	return block
}

func (m *mac) pad(key []byte, with *[sha512.BlockSize]byte) {
	n := subtle.XORBytes(m.padded[:], key, with[:])
	copy(m.padded[n:], with[n:])
	m.hash.Reset()
	m.hash.Write(m.padded[:])
}

// once appends the MAC of one message.
func (m *mac) once(dst, key, message []byte) []byte {
	m.pad(key, &inside)
	m.hash.Write(message)
	inner := m.hash.Sum(m.inner[:0])
	m.pad(key, &outside)
	m.hash.Write(inner)
	return m.hash.Sum(dst)
}

func (m *mac) prepare(s *macState, key []byte) {
	m.pad(key, &inside)
	s.inside, _ = m.hash.AppendBinary(s.inside[:0])
	m.pad(key, &outside)
	s.outside, _ = m.hash.AppendBinary(s.outside[:0])
}

// again appends the MAC of one message under a prepared key.
func (m *mac) again(s *macState, dst, message []byte) []byte {
	_ = m.hash.UnmarshalBinary(s.inside)
	m.hash.Write(message)
	inner := m.hash.Sum(m.inner[:0])
	_ = m.hash.UnmarshalBinary(s.outside)
	m.hash.Write(inner)
	return m.hash.Sum(dst)
}

// derive is HKDF-SHA-512 of two keys from one secret.
func (m *macs) derive(secret []byte, labelA, labelB string, tail []byte, a, b *[32]byte) {
	m.sha512.prepare(&m.keyed, m.sha512.again(&m.unsalted, m.block[:0], secret))
	m.label = append(append(append(m.label[:0], labelA...), tail...), 1)
	copy(a[:], m.sha512.again(&m.keyed, m.block[:0], m.label))
	m.label = append(append(append(m.label[:0], labelB...), tail...), 1)
	copy(b[:], m.sha512.again(&m.keyed, m.block[:0], m.label))
}
