package fastpath

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
	"unsafe"
)

// ValidString is utf8.ValidString, at twice its speed for what is mostly stored: ASCII.
func ValidString(s string) bool {
	return Valid(unsafe.Slice(unsafe.StringData(s), len(s))) // which only reads it
}

// Valid is utf8.Valid, as ValidString. It looks at words for the bits that no ASCII has; the last word
// overlaps the one before.
func Valid(b []byte) bool {
	const high = 0x8080808080808080
	n := len(b)
	switch {
	case !On:
		return utf8.Valid(b)
	case n >= 8:
		all, rest := word(b[n-8:]), b
		for len(rest) >= 32 {
			if (word(rest)|word(rest[8:])|word(rest[16:])|word(rest[24:]))&high != 0 {
				return utf8.Valid(b)
			}
			rest = rest[32:]
		}
		for len(rest) > 8 {
			all |= word(rest)
			rest = rest[8:]
		}
		if all&high == 0 {
			return true
		}
	case n >= 4:
		if (binary.LittleEndian.Uint32(b)|binary.LittleEndian.Uint32(b[n-4:]))&(high&math.MaxUint32) == 0 {
			return true
		}
	case n == 0 || b[0]|b[n/2]|b[n-1] < utf8.RuneSelf:
		return true
	}
	return utf8.Valid(b)
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
