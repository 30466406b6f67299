package dbe

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"

	"github.com/dynaseal/ddb/internal/canonical"
)

// Labels of an item's keys (1.2), which its message id follows.
const (
	labelCommit = "AWS_DBE_COMMIT_KEY"
	labelField  = "AWS_DBE_DERIVE_KEY"
)

const (
	keySize   = 32
	nonceSize = 12

	// GCMOverhead is what encryption adds to a value, in bytes.
	GCMOverhead = 16

	// fieldStep is how many bytes of the stream a field takes: three blocks, of which 44 bytes are key
	// and nonce.
	fieldStep   = 3 * aes.BlockSize
	fieldPrefix = "AwsDbeField\x2c" // followed by the number of the field's first block

	// MaxFields is how many attributes of an item may be encrypted.
	MaxFields = MaxLegend
)

var errFields = errors.New("more attributes are encrypted than the format counts")

// KeySchedule derives an item's keys from its data key and computes what is made with them. The zero
// KeySchedule is ready for Derive; it belongs to one goroutine and holds keys until Wipe.
type KeySchedule struct {
	deriver
	commit, root [keySize]byte
	stream       []byte // keys and nonces of the fields
	counter      [aes.BlockSize]byte
	sum          [64]byte
}

// Derive takes the keys of an item from its data key (1.2).
func (k *KeySchedule) Derive(dataKey, messageID []byte) error {
	return k.pair(dataKey, labelCommit, labelField, messageID, &k.commit, &k.root)
}

// AppendCommitment appends the commitment of a header, given all before it (1.3).
func (k *KeySchedule) AppendCommitment(dst, header []byte) []byte {
	return append(dst, k.hmac512(k.sum[:0], k.commit[:], header)[:CommitmentSize]...)
}

// Committed compares the commitment of a header, all before it and itself, in constant time.
func (k *KeySchedule) Committed(header []byte) bool {
	n := len(header) - CommitmentSize
	return subtle.ConstantTimeCompare(k.hmac512(k.sum[:0], k.commit[:], header[:n])[:CommitmentSize], header[n:]) == 1
}

// AppendTag appends the tag of a data key: that of a canonical hash under its signing key (1.9).
func (k *KeySchedule) AppendTag(dst, signingKey, canonicalHash []byte) []byte {
	return k.hmac384(dst, signingKey, canonicalHash)
}

// Tagged reports whether any of the tags is that of a canonical hash under signingKey (1.9). It compares
// all of them, each in constant time.
func (k *KeySchedule) Tagged(tags, signingKey, canonicalHash []byte) bool {
	want := k.hmac384(k.sum[:0], signingKey, canonicalHash)
	found := 0
	for ; len(tags) >= TagSize; tags = tags[TagSize:] {
		found |= subtle.ConstantTimeCompare(want, tags[:TagSize])
	}
	return found == 1
}

// Fields derives the keys and nonces of n encrypted attributes (1.7).
func (k *KeySchedule) Fields(n int) error {
	if n > MaxFields {
		return errFields
	}
	block, err := aes.NewCipher(k.root[:])
	if err != nil {
		return err
	}
	copy(k.counter[:], fieldPrefix)
	binary.BigEndian.PutUint32(k.counter[len(fieldPrefix):], 0)
	k.stream = append(k.stream[:0], make([]byte, n*fieldStep)...)
	cipher.NewCTR(block, k.counter[:]).XORKeyStream(k.stream, k.stream)
	return nil
}

// Field is the cipher and the nonce of the i-th encrypted attribute in canonical order, from 0.
func (k *KeySchedule) Field(i int) (_ cipher.AEAD, nonce []byte, _ error) {
	key := k.stream[i*fieldStep:]
	block, err := aes.NewCipher(key[:keySize])
	if err != nil {
		return nil, nil, err
	}
	gcm, err := cipher.NewGCM(block)
	return gcm, key[keySize : keySize+nonceSize], err
}

// Wipe leaves no key in k.
func (k *KeySchedule) Wipe() {
	k.deriver.wipe()
	k.stream = canonical.Wiped(k.stream)
	clear(k.commit[:])
	clear(k.root[:])
	clear(k.counter[:])
	clear(k.sum[:])
}
