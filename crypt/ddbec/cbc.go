package ddbec

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"reflect"

	"github.com/dynaseal/ddb/internal/fastpath"
)

// An encrypted attribute is a random IV and, behind it, AES-CBC over the padded plaintext (1.7).
const (
	blockSize     = aes.BlockSize
	minCiphertext = 2 * blockSize
)

// isCiphertext reports whether n bytes have the shape of an encrypted attribute.
func isCiphertext(n int) bool { return n >= minCiphertext && n%blockSize == 0 }

// ciphertextSize is what n bytes of plaintext become: IV, and one to sixteen bytes of padding.
func ciphertextSize(n int) int { return blockSize + n - n%blockSize + blockSize }

// chain is AES-CBC in one direction. It is set up once for the attributes of an item, and for the items one
// behind the other that the same key protects.
type chain struct {
	block cipher.Block
	mode  cipher.BlockMode
	kept  bool  // from the item before
	last  trace // of the block of the item before, where that was not kept
}

// trace tells a block from others: where it lies, which may soon be where another key does, and what zeros
// are under it.
type trace struct {
	at    uintptr
	zeros [blockSize]byte
}

// crypt puts src through the chain that starts with iv. start is one of package cipher's.
func (c *chain) crypt(start func(cipher.Block, []byte) cipher.BlockMode, block cipher.Block, iv, dst, src []byte) {
	again, ok := c.mode.(interface{ SetIV([]byte) }) // the standard library's modes take another IV
	if fastpath.On && ok && c.block == block {
		again.SetIV(iv)
	} else {
		c.kept = c.kept && c.block == block
		c.block, c.mode = block, start(block, iv)
	}
	c.mode.CryptBlocks(dst, src)
}

// release forgets the key, unless it is that of the item that ends and was that of the one before: keys of one
// item are not kept, nor one that is no longer used. block is nil if nothing of the item was encrypted.
func (c *chain) release(block cipher.Block) {
	switch {
	case c.block == nil || c.kept && c.block == block:
		return
	case c.block == block:
		before := c.last
		c.last = trace{at: reflect.ValueOf(block).Pointer()}
		block.Encrypt(c.last.zeros[:], c.last.zeros[:])
		if c.kept = c.last == before; c.kept {
			return
		}
	}
	c.block, c.mode, c.kept = nil, nil, false
}

// pad appends PKCS #7 padding.
func pad(b []byte) []byte {
	n := blockSize - len(b)%blockSize
	for range n {
		b = append(b, byte(n))
	}
	return b
}

// unpad cuts the padding off whole blocks. Its time does not depend on what is wrong with the padding.
func unpad(b []byte) ([]byte, bool) {
	last := b[len(b)-blockSize:]
	n := uint(last[blockSize-1])
	want := uint64(n) * 0x0101010101010101
	// The padding is the last n bytes, in little endian the highest.
	high := ^(^uint64(0) >> (8 * n))
	beyond := subtle.ConstantTimeSelect(subtle.ConstantTimeLessOrEq(8, int(n)), 8*int(n)-64, 0) // max may be a branch
	low := ^(^uint64(0) >> uint(beyond))
	wrong := (binary.LittleEndian.Uint64(last[8:])^want)&high | (binary.LittleEndian.Uint64(last)^want)&low
	wrong |= uint64(subtle.ConstantTimeLessOrEq(1, int(n))&subtle.ConstantTimeLessOrEq(int(n), blockSize)) ^ 1
	if wrong != 0 {
		return nil, false
	}
	return b[:len(b)-int(n)], true
}
