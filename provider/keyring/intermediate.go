package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/provider/secret"
)

// Sizes of AES-GCM in bytes, and of an encrypted data key.
const (
	nonceSize  = 12
	tagSize    = 16
	sealedSize = DataKeySize + tagSize
)

// zeroNonce serves under keys that encrypt once.
var zeroNonce [nonceSize]byte

func newIntermediateKey() []byte {
	key := make([]byte, IntermediateKeySize)
	rand.Read(key)
	return key
}

// works are reused: deriving keys would else allocate most of what a keyring does.
type works struct{ pool sync.Pool }

// work is what one call works in.
type work struct {
	schedule            dbe.KeySchedule
	encryption, signing [32]byte
	dataKey             [DataKeySize]byte
	aad                 []byte
}

func (s *works) acquire() *work {
	if w, ok := s.pool.Get().(*work); ok {
		return w
	}
	return new(work)
}

// release leaves no key in w.
func (s *works) release(w *work) {
	w.schedule.Wipe()
	clear(w.encryption[:])
	clear(w.signing[:])
	clear(w.dataKey[:])
	w.aad = canonical.Wiped(w.aad)
	s.pool.Put(w)
}

// intermediateKeys derives both keys of an intermediate key.
func (w *work) intermediateKeys(intermediate []byte) (encryption cipher.AEAD, signing secret.Key, _ error) {
	if len(intermediate) != IntermediateKeySize {
		return nil, signing, fmt.Errorf("intermediate key of %d bytes, the format takes %d", len(intermediate), IntermediateKeySize)
	}
	if err := w.schedule.Intermediate(intermediate, &w.encryption, &w.signing); err != nil {
		return nil, signing, err
	}
	encryption, err := newGCM(w.encryption[:])
	if err != nil {
		return nil, signing, err
	}
	signing, err = secret.New(w.signing[:])
	return encryption, signing, err
}

// newGCM does not keep key.
func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal encrypts an item's data key under an intermediate key (dbesdk 2.1), with room for as many bytes
// more. The signing key belongs to the result.
func (w *work) seal(intermediate []byte, dataKey secret.Key, room int) (sealed []byte, signing secret.Key, _ error) {
	encryption, signing, err := w.intermediateKeys(intermediate)
	if err != nil {
		return nil, signing, err
	}
	return encryption.Seal(make([]byte, 0, sealedSize+room), zeroNonce[:], dataKey.Expose(), w.aad), signing, nil
}

// open is the inverse. What does not open is ErrUnwrap, as an intermediate key that does not unwrap is.
func (w *work) open(intermediate, sealed []byte) (dataKey, signing secret.Key, _ error) {
	encryption, signing, err := w.intermediateKeys(intermediate)
	if err != nil {
		return dataKey, secret.Key{}, err
	}
	b, err := encryption.Open(w.dataKey[:0], zeroNonce[:], sealed, w.aad)
	if err != nil {
		return dataKey, secret.Key{}, ErrUnwrap
	}
	if dataKey, err = secret.New(b); err != nil {
		return dataKey, secret.Key{}, err
	}
	return dataKey, signing, nil
}
