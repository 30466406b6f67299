// Package oaep takes off the padding of RSA-OAEP (RFC 8017, section 7.1.2) in constant time, for hardware
// modules that do no more than raw RSA. Where the key is at hand crypto/rsa does both.
package oaep

import (
	"crypto"
	"crypto/subtle"
	"encoding/binary"
	"errors"
)

// ErrPadding: the block is not padded so. It was altered, or encrypted under another key or hash; which
// of these is not told, by time either (Manger's attack asks for no more than that).
var ErrPadding = errors.New("oaep: wrong padding")

// Unpad returns the message in block, which is as long as the modulus, for an empty label. MGF1 is with
// mgf, which need not be hash; both must be linked in, or it panics as their New does. The message
// belongs to the caller, and block is left as it is. The only error is ErrPadding. Its time depends on
// the lengths of block and, once the padding is found to be right, of the message.
func Unpad(block []byte, hash, mgf crypto.Hash) ([]byte, error) {
	size := hash.Size()
	if len(block) < 2*size+2 {
		return nil, ErrPadding
	}
	open := make([]byte, len(block))
	defer clear(open)
	copy(open, block)
	seed, data := open[1:1+size], open[1+size:]
	mask(seed, data, mgf)
	mask(data, seed, mgf)

	label, padded := data[:size], data[size:]
	right := subtle.ConstantTimeByteEq(open[0], 0) & subtle.ConstantTimeCompare(label, hash.New().Sum(nil))
	// Behind the label's hash: zeros, a one, the message.
	begins, at := 0, 0
	for i, b := range padded {
		one := subtle.ConstantTimeByteEq(b, 1)
		at = subtle.ConstantTimeSelect(one&^begins, i, at)
		begins |= one
		right &= begins | subtle.ConstantTimeByteEq(b, 0)
	}
	if right&begins != 1 {
		return nil, ErrPadding
	}
	return append([]byte(nil), padded[at+1:]...), nil
}

// mask adds MGF1 of seed to dst (RFC 8017, appendix B.2.1).
func mask(dst, seed []byte, mgf crypto.Hash) {
	h := mgf.New()
	counter := make([]byte, 4)
	for i := uint32(0); len(dst) > 0; i++ {
		h.Reset()
		h.Write(seed)
		binary.BigEndian.PutUint32(counter, i)
		h.Write(counter)
		dst = dst[subtle.XORBytes(dst, dst, h.Sum(nil)):]
	}
}
