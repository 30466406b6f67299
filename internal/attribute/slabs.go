package attribute

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Sizes counts the attribute values of an item by type, S and N together, and the bytes of formatted
// text and binary. The sizes of one item are a good guess of the next one's, within limits: a large item
// says nothing of the small one behind it.
type Sizes struct{ Text, B, Bool, L, M, TextBytes, BinaryBytes int }

// slabs allocate the values of one item together. They live as long as one of the values does.
type slabs struct {
	s    []types.AttributeValueMemberS // S, and N: the types differ in name only
	b    []types.AttributeValueMemberB
	bool []types.AttributeValueMemberBOOL
	l    []types.AttributeValueMemberL
	m    []types.AttributeValueMemberM
	rare []rare
	text strings.Builder
	bin  []byte
	used Sizes
}

// rare has a value of each of the types that items have few of: one allocation in place of four.
type rare struct {
	b    types.AttributeValueMemberB
	l    types.AttributeValueMemberL
	m    types.AttributeValueMemberM
	bool types.AttributeValueMemberBOOL
}

// maxRare is how many values of each type are allocated as rare; more would waste room.
const maxRare = 4

// The most that is allocated by a guess.
const (
	maxGuess      = 128
	maxGuessBytes = 2 << 10
)

// maxShared is the longest text or binary that shares a slab, in bytes. Longer ones would keep much
// alive, and cost more to move than to allocate.
const maxShared = 256

// reset makes room for the values of an item of sizes h. The slabs of the one before belong to its values.
func (a *slabs) reset(h Sizes) {
	a.s = slab[types.AttributeValueMemberS](h.Text)
	a.b, a.bool, a.l, a.m, a.rare = nil, nil, nil, nil, nil
	if most := max(h.B, h.Bool, h.L, h.M); most <= maxRare {
		a.rare = slab[rare](most)
	} else {
		a.b, a.bool = slab[types.AttributeValueMemberB](h.B), slab[types.AttributeValueMemberBOOL](h.Bool)
		a.l, a.m = slab[types.AttributeValueMemberL](h.L), slab[types.AttributeValueMemberM](h.M)
	}
	a.bin = nil
	if h.BinaryBytes > 0 {
		a.bin = make([]byte, 0, min(h.BinaryBytes, maxGuessBytes))
	}
	a.text.Reset()
	if h.TextBytes > 0 {
		a.text.Grow(min(h.TextBytes, maxGuessBytes))
	}
	a.used = Sizes{}
}

func slab[T any](n int) []T {
	if n == 0 {
		return nil
	}
	return make([]T, 0, min(n, maxGuess))
}

// grow returns the next element of a slab; a full one is left to the values that point into it.
func grow[T any](slab *[]T) *T {
	if len(*slab) == cap(*slab) {
		*slab = make([]T, 0, max(8, min(2*cap(*slab), 256)))
	}
	*slab = (*slab)[:len(*slab)+1]
	return &(*slab)[len(*slab)-1]
}

func (a *slabs) newS() *types.AttributeValueMemberS {
	a.used.Text++
	return grow(&a.s)
}

func (a *slabs) newB() *types.AttributeValueMemberB {
	a.used.B++
	if a.used.B <= cap(a.rare) {
		return &a.rare[:a.used.B][a.used.B-1].b
	}
	return grow(&a.b)
}

func (a *slabs) newBool() *types.AttributeValueMemberBOOL {
	a.used.Bool++
	if a.used.Bool <= cap(a.rare) {
		return &a.rare[:a.used.Bool][a.used.Bool-1].bool
	}
	return grow(&a.bool)
}

func (a *slabs) newL() *types.AttributeValueMemberL {
	a.used.L++
	if a.used.L <= cap(a.rare) {
		return &a.rare[:a.used.L][a.used.L-1].l
	}
	return grow(&a.l)
}

func (a *slabs) newM() *types.AttributeValueMemberM {
	a.used.M++
	if a.used.M <= cap(a.rare) {
		return &a.rare[:a.used.M][a.used.M-1].m
	}
	return grow(&a.m)
}

// keep copies text.
func (a *slabs) keep(v []byte) string {
	if len(v) > maxShared {
		return string(v)
	}
	a.used.TextBytes += len(v)
	a.text.Write(v)
	all := a.text.String()
	return all[len(all)-len(v):]
}

// keepBinary copies a binary. The copy is never nil.
func (a *slabs) keepBinary(v []byte) []byte {
	if len(v) > maxShared {
		return append(make([]byte, 0, len(v)), v...)
	}
	a.used.BinaryBytes += len(v)
	if a.bin == nil || len(a.bin)+len(v) > cap(a.bin) {
		a.bin = make([]byte, 0, max(len(v), min(2*cap(a.bin), maxGuessBytes)))
	}
	a.bin = append(a.bin, v...)
	return a.bin[len(a.bin)-len(v) : len(a.bin) : len(a.bin)]
}
