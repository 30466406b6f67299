package ddbec

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
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

// chain is AES-CBC in one direction over several attributes of an item.
type chain struct {
	block cipher.Block
	mode  cipher.BlockMode
	start func(cipher.Block, []byte) cipher.BlockMode
}

// crypt puts src through the chain that starts with iv.
func (c *chain) crypt(iv, dst, src []byte) {
	// The modes of the standard library take another IV, which saves an allocation an attribute.
	if again, ok := c.mode.(interface{ SetIV([]byte) }); ok {
		again.SetIV(iv)
	} else {
		c.mode = c.start(c.block, iv)
	}
	c.mode.CryptBlocks(dst, src)
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
	n := int(b[len(b)-1])
	ok := subtle.ConstantTimeLessOrEq(1, n) & subtle.ConstantTimeLessOrEq(n, blockSize)
	for i := range blockSize {
		padding := subtle.ConstantTimeLessOrEq(i+1, n)
		same := subtle.ConstantTimeByteEq(b[len(b)-1-i], byte(n))
		ok &= subtle.ConstantTimeSelect(padding, same, 1)
	}
	if ok == 0 {
		return nil, false
	}
	return b[:len(b)-n], true
}
