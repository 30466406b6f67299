// Package kdf derives keys from keys: HKDF of RFC 5869 with SHA-512, and the counter mode of SP 800-108
// with an HMAC.
package kdf

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"
)

// HKDF returns a key of size bytes for each label, derived from key by HKDF-SHA-512 without a salt. Size
// is at most 255 times 64. The results belong to the caller.
func HKDF(key []byte, size int, labels ...string) ([][]byte, error) {
	extracted, err := hkdf.Extract(sha512.New, key, nil)
	if err != nil {
		return nil, fmt.Errorf("kdf: HKDF: %w", err)
	}
	defer clear(extracted)
	keys := make([][]byte, len(labels))
	for i, label := range labels {
		if keys[i], err = hkdf.Expand(sha512.New, extracted, label, size); err != nil {
			return nil, fmt.Errorf("kdf: HKDF: %w", err)
		}
	}
	return keys, nil
}

// Counter returns size bytes derived from key by the counter mode of SP 800-108 (4.1) with HMAC of h: the
// counter of 32 bits before the label, a zero byte, the context and the size in bits of 32 bits after it.
// The result belongs to the caller.
func Counter(h func() hash.Hash, key, label, context []byte, size int) []byte {
	mac := hmac.New(h, key)
	var word [4]byte
	out := make([]byte, 0, (size/mac.Size()+1)*mac.Size())
	for i := uint32(1); len(out) < size; i++ {
		mac.Reset()
		binary.BigEndian.PutUint32(word[:], i)
		mac.Write(word[:])
		mac.Write(label)
		mac.Write([]byte{0})
		mac.Write(context)
		binary.BigEndian.PutUint32(word[:], uint32(size)*8)
		mac.Write(word[:])
		out = mac.Sum(out)
	}
	clear(out[size:])
	return out[:size:size]
}
