package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"sync"

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

// schedules are reused: deriving keys would else allocate most of what a keyring does.
type schedules struct{ pool sync.Pool }

// intermediateKeys derives both keys of an intermediate key.
func (s *schedules) intermediateKeys(intermediate []byte) (encryption cipher.AEAD, signing secret.Key, _ error) {
	if len(intermediate) != IntermediateKeySize {
		return nil, signing, fmt.Errorf("intermediate key of %d bytes, the format takes %d", len(intermediate), IntermediateKeySize)
	}
	k, ok := s.pool.Get().(*derived)
	if !ok {
		k = new(derived)
	}
	defer s.pool.Put(k)
	defer k.wipe()
	if err := k.schedule.Intermediate(intermediate, &k.encryption, &k.signing); err != nil {
		return nil, signing, err
	}
	encryption, err := newGCM(k.encryption[:])
	if err != nil {
		return nil, signing, err
	}
	signing, err = secret.New(k.signing[:])
	return encryption, signing, err
}

// derived is what is left of a derivation until it is wiped.
type derived struct {
	schedule            dbe.KeySchedule
	encryption, signing [32]byte
}

func (k *derived) wipe() {
	k.schedule.Wipe()
	clear(k.encryption[:])
	clear(k.signing[:])
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
func (s *schedules) seal(intermediate []byte, dataKey secret.Key, aad []byte, room int) (sealed []byte, signing secret.Key, _ error) {
	encryption, signing, err := s.intermediateKeys(intermediate)
	if err != nil {
		return nil, signing, err
	}
	return encryption.Seal(make([]byte, 0, sealedSize+room), zeroNonce[:], dataKey.Expose(), aad), signing, nil
}

// open is the inverse. What does not open is ErrUnwrap, as an intermediate key that does not unwrap is.
func (s *schedules) open(intermediate, sealed, aad []byte) (dataKey, signing secret.Key, _ error) {
	encryption, signing, err := s.intermediateKeys(intermediate)
	if err != nil {
		return dataKey, secret.Key{}, err
	}
	b, err := encryption.Open(make([]byte, 0, DataKeySize), zeroNonce[:], sealed, aad)
	if err != nil {
		return dataKey, secret.Key{}, ErrUnwrap
	}
	defer clear(b)
	if dataKey, err = secret.New(b); err != nil {
		return dataKey, secret.Key{}, err
	}
	return dataKey, signing, nil
}
