package attribute

import (
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Sizes counts the attribute values of an item by type, S and N together, and the bytes of formatted
// text and binary. The sizes of one item are a good guess of the next one's, within limits: a large item
// says nothing of the small one behind it.
type Sizes struct{ Text, B, Bool, L, M, Bytes int }

// slabs allocate the values of one item together. They live as long as one of the values does.
type slabs struct {
	s     []types.AttributeValueMemberS // S, and N: the types differ in name only
	rare  []rare
	more  *many  // of the others, where rare has not enough
	bytes []byte // of text and binary
	used  Sizes  // without what is in s
}

// many are the slabs of an item that has many of the rarer types.
type many struct {
	b    []types.AttributeValueMemberB
	bool []types.AttributeValueMemberBOOL
	l    []types.AttributeValueMemberL
	m    []types.AttributeValueMemberM
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

// The values of most items fit one of these, in one allocation of a size that the runtime has: 384,
// 576 and 768 bytes, of which it takes 8 for itself in the larger two.
type (
	smallBlock struct {
		s     [10]types.AttributeValueMemberS
		rare  [1]rare
		bytes [56]byte
	}
	mediumBlock struct {
		s     [12]types.AttributeValueMemberS
		rare  [2]rare
		bytes [104]byte
	}
	largeBlock struct {
		s     [19]types.AttributeValueMemberS
		rare  [2]rare
		bytes [128]byte
	}
)

// The most that is allocated by a guess.
const (
	maxGuess      = 128
	maxGuessBytes = 2 << 10
)

// maxShared is the longest text or binary that shares a slab, in bytes. Longer ones would keep much
// alive, and cost more to move than to allocate.
const maxShared = 256

// Prepare makes room, in zero slabs, for the values of an item of about these sizes.
func (a *slabs) Prepare(h *Sizes) {
	switch most := max(h.B, h.Bool, h.L, h.M); {
	case h.Text == 0 || most > 2 || h.Text > 19 || h.Bytes > 128:
		a.s = slab[types.AttributeValueMemberS](min(h.Text, maxGuess))
		a.bytes = slab[byte](min(h.Bytes, maxGuessBytes))
		if most <= maxRare {
			a.rare = slab[rare](most)
			break
		}
		a.more = &many{
			b:    slab[types.AttributeValueMemberB](min(h.B, maxGuess)),
			bool: slab[types.AttributeValueMemberBOOL](min(h.Bool, maxGuess)),
			l:    slab[types.AttributeValueMemberL](min(h.L, maxGuess)),
			m:    slab[types.AttributeValueMemberM](min(h.M, maxGuess)),
		}
	case most == 0:
		a.s = make([]types.AttributeValueMemberS, 0, h.Text)
		a.bytes = slab[byte](h.Bytes)
	case h.Text <= 10 && most == 1 && h.Bytes <= 56:
		block := new(smallBlock)
		a.s, a.rare, a.bytes = block.s[:0], block.rare[:0], block.bytes[:0]
	case h.Text <= 12 && h.Bytes <= 104:
		block := new(mediumBlock)
		a.s, a.rare, a.bytes = block.s[:0], block.rare[:0], block.bytes[:0]
	default:
		block := new(largeBlock)
		a.s, a.rare, a.bytes = block.s[:0], block.rare[:0], block.bytes[:0]
	}
}

func slab[T any](n int) []T {
	if n == 0 {
		return nil
	}
	return make([]T, 0, n)
}

// grow returns the next element of a slab; a full one is left to the values that point into it.
func grow[T any](slab *[]T) *T {
	if len(*slab) == cap(*slab) {
		*slab = make([]T, 0, larger(cap(*slab)))
	}
	*slab = (*slab)[:len(*slab)+1]
	return &(*slab)[len(*slab)-1]
}

// larger is the size of the slab behind a full one.
func larger(full int) int { return max(8, min(2*full, 256)) }

// Better is guess if it was right, else the sizes of what was made.
func (a *slabs) Better(guess *Sizes) *Sizes {
	u := &a.used
	if u.Text+len(a.s) == guess.Text && u.B == guess.B && u.Bool == guess.Bool && u.L == guess.L && u.M == guess.M && u.Bytes == guess.Bytes {
		return guess
	}
	return new(a.Sizes())
}

// Sizes of all that was made.
func (a *slabs) Sizes() Sizes {
	sizes := a.used
	sizes.Text += len(a.s)
	return sizes
}

func (a *slabs) newS() *types.AttributeValueMemberS {
	if len(a.s) == cap(a.s) {
		a.growS()
	}
	a.s = a.s[:len(a.s)+1]
	return &a.s[len(a.s)-1]
}

// growS is apart from newS for it to be inlined.
func (a *slabs) growS() {
	a.used.Text += len(a.s)
	a.s = make([]types.AttributeValueMemberS, 0, larger(cap(a.s)))
}

func (a *slabs) newB() *types.AttributeValueMemberB {
	a.used.B++
	if a.used.B <= cap(a.rare) {
		return &a.rare[:a.used.B][a.used.B-1].b
	}
	return grow(&a.others().b)
}

func (a *slabs) newBool() *types.AttributeValueMemberBOOL {
	a.used.Bool++
	if a.used.Bool <= cap(a.rare) {
		return &a.rare[:a.used.Bool][a.used.Bool-1].bool
	}
	return grow(&a.others().bool)
}

func (a *slabs) newL() *types.AttributeValueMemberL {
	a.used.L++
	if a.used.L <= cap(a.rare) {
		return &a.rare[:a.used.L][a.used.L-1].l
	}
	return grow(&a.others().l)
}

func (a *slabs) newM() *types.AttributeValueMemberM {
	a.used.M++
	if a.used.M <= cap(a.rare) {
		return &a.rare[:a.used.M][a.used.M-1].m
	}
	return grow(&a.others().m)
}

func (a *slabs) others() *many {
	if a.more == nil {
		a.more = new(many)
	}
	return a.more
}

// room returns n bytes that nobody else has.
func (a *slabs) room(n int) []byte {
	if n > maxShared {
		return make([]byte, n)
	}
	start := len(a.bytes)
	if start+n > cap(a.bytes) {
		start = 0
		a.bytes = make([]byte, 0, max(n, min(2*cap(a.bytes), maxGuessBytes)))
	}
	a.used.Bytes += n
	a.bytes = a.bytes[:start+n]
	return a.bytes[start : start+n : start+n]
}

// keep copies text.
func (a *slabs) keep(v []byte) string {
	if len(v) == 0 {
		return ""
	}
	b := a.room(len(v))
	copy(b, v)
	return unsafe.String(&b[0], len(b)) // nobody writes to it again
}

// keepBinary copies a binary. The copy is never nil.
func (a *slabs) keepBinary(v []byte) []byte {
	if len(v) == 0 {
		return []byte{}
	}
	b := a.room(len(v))
	copy(b, v)
	return b
}
