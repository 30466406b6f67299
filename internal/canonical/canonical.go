// Package canonical has what the canonical bytes of both formats share: Java's order of texts, and buffers
// that are used again.
package canonical

import (
	"cmp"

	"github.com/dynaseal/ddb/internal/wire"
)

// CompareText orders names, map keys and set members as Java does, by UTF-16 code unit (ddbec 1.4,
// dbesdk 1.5). Both texts are valid UTF-8.
//
// Bytes of UTF-8 have the order of code points. UTF-16 differs from it in one case: characters beyond
// U+FFFF are surrogates, D800 to DFFF, and so come before U+E000 to U+FFFF.
func CompareText[T, U ~string | ~[]byte](a T, b U) int {
	i, n := 0, min(len(a), len(b))
	for i < n && a[i] == b[i] {
		i++
	}
	if i == n {
		return cmp.Compare(len(a), len(b))
	}
	return cmp.Compare(unitOrder(a[i]), unitOrder(b[i]))
}

// unitOrder moves EE and EF, which start U+E000 to U+FFFF, behind F0 to F4, which start what is beyond.
func unitOrder(b byte) byte {
	if b == 0xEE || b == 0xEF {
		return b + 0x10
	}
	return b
}

// MemberKind is the kind of the members of a set, 0 if k is no set.
func MemberKind(k wire.Kind) wire.Kind {
	switch k {
	case wire.StringSet:
		return wire.String
	case wire.NumberSet:
		return wire.Number
	case wire.BinarySet:
		return wire.Binary
	}
	return 0
}

// maxPooled is the largest buffer that is kept for its next user, in bytes.
const maxPooled = 64 << 10

// Wiped clears all of b's capacity and returns b empty for reuse, or nil if it is too large to keep.
func Wiped(b []byte) []byte {
	clear(b[:cap(b)])
	if cap(b) > maxPooled {
		return nil
	}
	return b[:0]
}
