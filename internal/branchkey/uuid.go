package branchkey

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

const uuidLength = 36

// NewUUID makes a random UUID, of version 4.
func NewUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, as documented
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return UUID(b)
}

// UUID is the text of a UUID, in lower case as all clients write it.
func UUID(b [16]byte) string {
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ParseUUID is the inverse of [UUID].
func ParseUUID(s string) (b [16]byte, ok bool) {
	if !IsUUID(s) {
		return b, false
	}
	_, err := hex.Decode(b[:], []byte(strings.ReplaceAll(s, "-", "")))
	return b, err == nil
}

// IsUUID reports whether s is the text of a UUID of any version, as [UUID] has it.
func IsUUID(s string) bool {
	if len(s) != uuidLength {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
