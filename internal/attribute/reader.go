package attribute

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/wire"
)

// Reader is a cursor over an attribute value. A value that DynamoDB does not have (nil, say) has the
// invalid Kind 0, which fits no Go type. The zero Reader stands on such a value.
type Reader struct {
	at      node
	open    []level
	keys    []string // of the open maps, one after the other
	scratch []byte
}

// node is where the cursor stands: on v, or on a member of the set v, which is no attribute value of its
// own. It is small, since it is copied for every value.
type node struct {
	kind   wire.Kind
	member int
	v      Value
}

type level struct {
	in   node
	next int
	keys int // start of this map's keys
}

var _ wire.Reader = (*Reader)(nil)

// Reset moves r to v.
func (r *Reader) Reset(v Value) {
	r.at = nodeOf(v)
	if len(r.open) > 0 {
		r.open = r.open[:0]
		clear(r.keys)
		r.keys = r.keys[:0]
	}
}

// maxScratch is how many bytes, keys or levels a pooled Reader has room for.
const maxScratch = 64 << 10

// Wipe readies r for a pool: it refers to no value and holds no text.
func (r *Reader) Wipe() {
	r.Reset(nil)
	clear(r.open[:cap(r.open)])
	clear(r.keys[:cap(r.keys)])
	clear(r.scratch[:cap(r.scratch)])
	if max(cap(r.scratch), 16*cap(r.keys), cap(r.open)) > maxScratch {
		*r = Reader{}
	}
}

func nodeOf(v Value) node { return node{kind: KindOf(v), v: v} }

// Top is the value that r was last moved to by Reset, if it is still there.
func (r *Reader) Top() Value {
	if len(r.open) > 0 {
		return nil
	}
	return r.at.v
}

// Kind is the type of the value r stands on.
func (r *Reader) Kind() wire.Kind { return r.at.kind }

// Bool is the value of a BOOL.
func (r *Reader) Bool() bool {
	return r.at.kind == wire.Bool && r.at.v.(*types.AttributeValueMemberBOOL).Value
}

// Str is the text of an S or N, shared with the stored value.
func (r *Reader) Str() string {
	if r.at.kind != wire.String && r.at.kind != wire.Number {
		return ""
	}
	switch v := r.at.v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberSS:
		return v.Value[r.at.member]
	case *types.AttributeValueMemberNS:
		return v.Value[r.at.member]
	}
	return ""
}

// Text is Str as bytes, valid until the next call.
func (r *Reader) Text() []byte {
	r.scratch = append(r.scratch[:0], r.Str()...)
	return r.scratch
}

// Binary is the value of a B, shared with the stored value.
func (r *Reader) Binary() []byte {
	if r.at.kind != wire.Binary {
		return nil
	}
	switch v := r.at.v.(type) {
	case *types.AttributeValueMemberB:
		return v.Value
	case *types.AttributeValueMemberBS:
		return v.Value[r.at.member]
	}
	return nil
}

// Len is the number of members.
func (r *Reader) Len() int { return r.at.length() }

func (n node) length() int {
	if n.kind < wire.StringSet {
		return 0
	}
	switch v := n.v.(type) {
	case *types.AttributeValueMemberSS:
		return len(v.Value)
	case *types.AttributeValueMemberNS:
		return len(v.Value)
	case *types.AttributeValueMemberBS:
		return len(v.Value)
	case *types.AttributeValueMemberL:
		return len(v.Value)
	case *types.AttributeValueMemberM:
		return len(v.Value)
	}
	return 0
}

// Enter steps into a set, list or map. The keys of a map come in byte order, so that what is reported
// first does not change from run to run.
func (r *Reader) Enter() {
	r.open = append(r.open, level{in: r.at, keys: len(r.keys)})
	if r.at.kind == wire.Map {
		m := r.at.v.(*types.AttributeValueMemberM)
		start := len(r.keys)
		for k := range m.Value {
			r.keys = append(r.keys, k)
		}
		slices.Sort(r.keys[start:])
	}
	r.at = node{}
}

// Next moves to the next member.
func (r *Reader) Next() bool {
	if len(r.open) == 0 {
		return false
	}
	l := &r.open[len(r.open)-1]
	i := l.next
	if i >= l.in.length() {
		r.at = node{}
		return false
	}
	l.next++
	switch v := l.in.v.(type) {
	case *types.AttributeValueMemberSS:
		r.at = node{wire.String, i, v}
	case *types.AttributeValueMemberNS:
		r.at = node{wire.Number, i, v}
	case *types.AttributeValueMemberBS:
		r.at = node{wire.Binary, i, v}
	case *types.AttributeValueMemberL:
		r.at = nodeOf(v.Value[i])
	case *types.AttributeValueMemberM:
		r.at = nodeOf(v.Value[r.keys[l.keys+i]])
	}
	return true
}

// Key is KeyStr as bytes, valid until the next call.
func (r *Reader) Key() []byte {
	r.scratch = append(r.scratch[:0], r.KeyStr()...)
	return r.scratch
}

// KeyStr is the key of the member of a map, shared with the stored value.
func (r *Reader) KeyStr() string {
	if len(r.open) == 0 {
		return ""
	}
	l := r.open[len(r.open)-1]
	if l.in.kind != wire.Map || l.next == 0 {
		return ""
	}
	return r.keys[l.keys+l.next-1]
}

// Leave steps out, back onto the set, list or map.
func (r *Reader) Leave() {
	if len(r.open) == 0 {
		return
	}
	l := r.open[len(r.open)-1]
	r.open[len(r.open)-1] = level{}
	r.open = r.open[:len(r.open)-1]
	clear(r.keys[l.keys:])
	r.keys = r.keys[:l.keys]
	r.at = l.in
}

// Read builds the attribute value that r stands on. It shares a stored value and copies decrypted
// bytes; it holds what the format holds, an empty set too.
func Read(r wire.Reader) Value {
	if stored, ok := r.(*Reader); ok && stored.at.kind == KindOf(stored.at.v) && stored.at.kind != 0 {
		return stored.at.v
	}
	switch r.Kind() {
	case wire.Null:
		return &types.AttributeValueMemberNULL{Value: true}
	case wire.Bool:
		return &types.AttributeValueMemberBOOL{Value: r.Bool()}
	case wire.String:
		return &types.AttributeValueMemberS{Value: r.Str()}
	case wire.Number:
		return &types.AttributeValueMemberN{Value: r.Str()}
	case wire.Binary:
		return &types.AttributeValueMemberB{Value: slices.Clone(nonNil(r.Binary()))}
	case wire.StringSet:
		return &types.AttributeValueMemberSS{Value: readStrings(r)}
	case wire.NumberSet:
		return &types.AttributeValueMemberNS{Value: readStrings(r)}
	case wire.BinarySet:
		set := make([][]byte, 0, r.Len())
		for r.Enter(); r.Next(); {
			set = append(set, slices.Clone(nonNil(r.Binary())))
		}
		r.Leave()
		return &types.AttributeValueMemberBS{Value: set}
	case wire.List:
		list := make([]Value, 0, r.Len())
		for r.Enter(); r.Next(); {
			list = append(list, Read(r))
		}
		r.Leave()
		return &types.AttributeValueMemberL{Value: list}
	case wire.Map:
		m := make(map[string]Value, r.Len())
		for r.Enter(); r.Next(); {
			k := r.KeyStr()
			m[k] = Read(r)
		}
		r.Leave()
		return &types.AttributeValueMemberM{Value: m}
	}
	return nil
}

func readStrings(r wire.Reader) []string {
	set := make([]string, 0, r.Len())
	for r.Enter(); r.Next(); {
		set = append(set, r.Str())
	}
	r.Leave()
	return set
}

// nonNil keeps an empty binary from becoming a nil slice, which the SDK does not send.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
