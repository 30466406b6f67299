package ddbec

import (
	"crypto/aes"
	"crypto/cipher"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unpadded says in plain words what unpad takes: the last byte n is 1 to 16, and so are the last n.
func unpadded(b []byte) bool {
	n := int(b[len(b)-1])
	if n < 1 || n > blockSize {
		return false
	}
	for _, c := range b[len(b)-n:] {
		if int(c) != n {
			return false
		}
	}
	return true
}

func TestUnpadTakesPKCS7AndNothingElse(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 16))
	taken := 0
	for n := range 256 {
		for range 300 {
			b := make([]byte, 16*(1+random.IntN(3)))
			for i := range b {
				b[i] = byte(random.Uint32())
			}
			for i := range min(n, len(b)) {
				b[len(b)-1-i] = byte(n)
			}
			b[len(b)-1] = byte(n)
			if random.IntN(2) == 0 { // of the last block, often of the padding
				b[len(b)-1-random.IntN(16)] ^= byte(1 << random.IntN(8))
			}
			plain, ok := unpad(b)
			require.Equal(t, unpadded(b), ok, "%x", b)
			if ok {
				taken++
				assert.Equal(t, b[:len(b)-int(b[len(b)-1])], plain)
			}
		}
	}
	assert.Greater(t, taken, 1000)
}

func TestAChainIsOfTheKeyThatIsAskedFor(t *testing.T) {
	first, second := newBlock(t, 1), newBlock(t, 2)
	var c chain
	for i, block := range []cipher.Block{first, first, second, first, second, second} {
		for range 2 { // attributes of one item
			iv, src := make([]byte, blockSize), make([]byte, 3*blockSize)
			iv[0], src[0] = byte(i), byte(i)
			got, want := make([]byte, len(src)), make([]byte, len(src))
			c.crypt(cipher.NewCBCEncrypter, block, iv, got, src)
			cipher.NewCBCEncrypter(block, iv).CryptBlocks(want, src)
			require.Equal(t, want, got)
		}
		c.release(block)
	}
}

func TestAChainForgetsTheKeyOfOneItem(t *testing.T) {
	block, other := newBlock(t, 1), newBlock(t, 2)
	var c chain
	b := make([]byte, blockSize)
	item := func(block cipher.Block) {
		c.crypt(cipher.NewCBCEncrypter, block, b, b, b)
		c.release(block)
	}
	forgotten := func(why string) {
		t.Helper()
		assert.Nil(t, c.block, why)
		assert.Nil(t, c.mode, why)
	}
	item(block)
	forgotten("it protected one item so far")
	item(block)
	assert.Equal(t, block, c.block, "it protects items one behind the other")
	item(other)
	forgotten("another key")
	item(other)
	require.NotNil(t, c.block)
	item(newBlock(t, 2))
	forgotten("the key of one item, which was fetched again")
	item(other)
	item(other)
	require.NotNil(t, c.block)
	c.release(nil)
	forgotten("an item without encrypted attributes")
	c.release(nil)
	item(block)
	item(block)
	c.release(other)
	forgotten("an item in the other direction, under another key")
}

// The memory of a key is soon that of another. Many chains at once make it likely in one collection of garbage.
func TestAChainKnowsKeysApartThatLieAtOneAddress(t *testing.T) {
	chains := make([]chain, 4096)
	b := make([]byte, blockSize)
	for round := range 4 {
		for i := range chains {
			block := newBlock(t, byte(round))
			chains[i].crypt(cipher.NewCBCEncrypter, block, b, b, b)
			chains[i].release(block)
			require.Nil(t, chains[i].block, "kept after one item, in round %d", round)
		}
		runtime.GC()
	}
}

func TestAScratchHoldsNoKeyThatItsItemWasNotUnder(t *testing.T) {
	read, written := newBlock(t, 1), newBlock(t, 2)
	var e encryptor
	var s scratch
	b := make([]byte, blockSize)
	item := func(c *chain, start func(cipher.Block, []byte) cipher.BlockMode, block cipher.Block) {
		s.block = block
		c.crypt(start, block, b, b, b)
		e.release(&s)
	}
	for range 2 {
		item(&s.decrypts, cipher.NewCBCDecrypter, read)
		item(&s.encrypts, cipher.NewCBCEncrypter, read)
	}
	require.NotNil(t, s.decrypts.mode, "read and written in turn under one key")
	require.NotNil(t, s.encrypts.mode)
	item(&s.encrypts, cipher.NewCBCEncrypter, written)
	assert.Nil(t, s.decrypts.mode)
	assert.Nil(t, s.encrypts.mode)
	item(&s.encrypts, cipher.NewCBCEncrypter, written)
	require.NotNil(t, s.encrypts.mode)
	e.release(&s) // an item that failed before its key was known
	assert.Nil(t, s.encrypts.mode)
}

func newBlock(t *testing.T, first byte) cipher.Block {
	key := make([]byte, 32)
	key[0] = first
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	return block
}
