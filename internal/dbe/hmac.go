package dbe

import (
	"crypto/hmac"
	"crypto/sha512"
	"crypto/subtle"
	"encoding"
	"hash"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/internal/kdf"
)

// resumable is a SHA-512 or SHA-384 whose state can be kept: that of a padded key is hashed once for
// several MACs.
type resumable interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// deriver computes HMAC-SHA-512, HMAC-SHA-384 and HKDF-SHA-512 (RFC 2104, RFC 5869) as crypto/hmac and
// crypto/hkdf do, without an allocation for each key. The zero deriver is ready.
type deriver struct {
	sha512, sha384 resumable
	padded         [sha512.BlockSize]byte
	ipad, opad     [sha512.BlockSize]byte // what keys are padded with, inside and outside
	inner          [sha512.Size]byte
	prk            [sha512.Size]byte
	saltless       hmacState // of the key that stands for no salt, which is no secret
	expand         hmacState
	label          []byte
}

// hmacState is a padded key, hashed: inside and outside.
type hmacState struct{ inside, outside []byte }

func (d *deriver) init() {
	if d.sha512 != nil {
		return
	}
	d.sha512 = sha512.New().(resumable)
	d.sha384 = sha512.New384().(resumable)
	for i := range sha512.BlockSize {
		d.ipad[i], d.opad[i] = 0x36, 0x5C
	}
	d.prepare(&d.saltless, nil)
}

// pad is a key of at most a block, padded: exclusive-or ipad or opad.
func (d *deriver) pad(key []byte, with *[sha512.BlockSize]byte) []byte {
	n := subtle.XORBytes(d.padded[:], key, with[:])
	copy(d.padded[n:], with[n:])
	return d.padded[:]
}

// once appends the HMAC of one message.
func (d *deriver) once(h resumable, dst, key, message []byte) []byte {
	h.Reset()
	h.Write(d.pad(key, &d.ipad))
	h.Write(message)
	inner := h.Sum(d.inner[:0])
	h.Reset()
	h.Write(d.pad(key, &d.opad))
	h.Write(inner)
	return h.Sum(dst)
}

// hmac512 appends an HMAC-SHA-512 under a key of at most 128 bytes.
func (d *deriver) hmac512(dst, key, message []byte) []byte {
	if !fastpath.On {
		return plainHMAC(sha512.New, dst, key, message)
	}
	d.init()
	return d.once(d.sha512, dst, key, message)
}

// hmac384 appends an HMAC-SHA-384 under a key of at most 128 bytes.
func (d *deriver) hmac384(dst, key, message []byte) []byte {
	if !fastpath.On {
		return plainHMAC(sha512.New384, dst, key, message)
	}
	d.init()
	return d.once(d.sha384, dst, key, message)
}

func plainHMAC(h func() hash.Hash, dst, key, message []byte) []byte {
	m := hmac.New(h, key)
	m.Write(message)
	return m.Sum(dst)
}

// prepare hashes a padded key for [deriver.again].
func (d *deriver) prepare(s *hmacState, key []byte) {
	s.inside = d.state(s.inside, key, &d.ipad)
	s.outside = d.state(s.outside, key, &d.opad)
}

func (d *deriver) state(dst, key []byte, with *[sha512.BlockSize]byte) []byte {
	d.sha512.Reset()
	d.sha512.Write(d.pad(key, with))
	dst, err := d.sha512.AppendBinary(dst[:0])
	if err != nil {
		panic("internal error: SHA-512 does not give its state")
	}
	return dst
}

// again appends the HMAC-SHA-512 of one message under a prepared key.
func (d *deriver) again(s *hmacState, dst, message []byte) []byte {
	d.resume(s.inside)
	d.sha512.Write(message)
	inner := d.sha512.Sum(d.inner[:0])
	d.resume(s.outside)
	d.sha512.Write(inner)
	return d.sha512.Sum(dst)
}

func (d *deriver) resume(state []byte) {
	if err := d.sha512.UnmarshalBinary(state); err != nil {
		panic("internal error: SHA-512 does not take its state")
	}
}

// pair derives two keys of a secret by HKDF-SHA-512 without salt, under labels that are each followed by
// tail.
func (d *deriver) pair(secret []byte, labelA, labelB string, tail []byte, a, b *[keySize]byte) error {
	if !fastpath.On {
		return plainPair(secret, labelA, labelB, tail, a, b)
	}
	d.init()
	prk := d.again(&d.saltless, d.prk[:0], secret)
	d.prepare(&d.expand, prk)
	d.okm(labelA, tail, a)
	d.okm(labelB, tail, b)
	return nil
}

// okm is the first block that HKDF expands, cut to a key.
func (d *deriver) okm(label string, tail []byte, key *[keySize]byte) {
	d.label = append(append(append(d.label[:0], label...), tail...), 1)
	copy(key[:], d.again(&d.expand, d.prk[:0], d.label))
}

func plainPair(secret []byte, labelA, labelB string, tail []byte, a, b *[keySize]byte) error {
	keys, err := kdf.HKDF(secret, keySize, labelA+string(tail), labelB+string(tail))
	if err != nil {
		return err
	}
	copy(a[:], keys[0])
	copy(b[:], keys[1])
	return nil
}

// wipe leaves nothing of a secret.
func (d *deriver) wipe() {
	clear(d.padded[:])
	clear(d.inner[:])
	clear(d.prk[:])
	if d.sha512 != nil {
		wipeHash(d.sha512, d.padded[1:])
		wipeHash(d.sha384, d.padded[1:])
	}
	d.expand.inside, d.expand.outside = canonical.Wiped(d.expand.inside), canonical.Wiped(d.expand.outside)
	d.label = canonical.Wiped(d.label)
}

// wipeHash is Reset that leaves no part of a message in h, which keeps what is less than a block. zeros
// are as many.
func wipeHash(h hash.Hash, zeros []byte) {
	h.Reset()
	h.Write(zeros)
	h.Reset()
}
