package dbe

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/internal/wire"
)

var (
	errUTF8      = errors.New("text is not valid UTF-8: store it as binary")
	errDuplicate = errors.New("set with a member twice")
	errSameKey   = errors.New("map with a key twice")
	errEmptySet  = errors.New("empty set, which DynamoDB stores only inside an encrypted attribute")
	errEmptyKey  = errors.New("map with an empty key, which neither DynamoDB nor the format's other clients take")
	errLongKey   = errors.New("map with a key longer than 65535 bytes")
	errTooDeep   = errors.New("nested deeper than 32 levels")
	errTooLong   = errors.New("value is longer than the format can say")
	errEvents    = errors.New("value was not described as one value")
)

// MaxDepth is how deeply a value may nest, the attribute itself counted (1.5).
const MaxDepth = 32

// maxKey is the longest key of a map, in bytes.
const maxKey = 1<<16 - 1

// maxPooledMembers is how many members of sets and maps an Encoder has room for that is kept.
const maxPooledMembers = 2048

// maxSpare is how many bytes of members an Encoder holds on to between values.
const maxSpare = 64 << 10

// Mode says what an [Encoder]'s bytes are for, and so what it refuses.
type Mode uint8

const (
	// ForStorage: the value will be stored as it is, signed or not. What DynamoDB would refuse or
	// change is refused.
	ForStorage Mode = iota

	// ForEncryption: the value will be stored encrypted, where empty sets are possible.
	ForEncryption

	// ForVerification: the value is stored, perhaps by a peer that took empty sets and keys.
	ForVerification
)

// Encoder makes the canonical bytes of one value at a time (1.5): the type id, then the value; numbers
// normalised, members of sets and maps in order. The zero Encoder is ready, [ForStorage]. It holds what it
// wrote until Reset or Wipe.
type Encoder struct {
	buf     []byte
	start   int      // of the value in buf
	spare   []byte   // members while they are put in order
	members []member // of the open sets and maps, one after the other
	open    []frame
	mode    Mode
	whole   bool // buf is one value
	err     error
	scratch [96]byte
}

// frame is an open set, list or map.
type frame struct {
	kind  wire.Kind
	body  int // offset behind the count
	first int // its first member in members
	count int
	keyed bool // of a map: a key waits for its value
}

// top is the offset at which a value at the top says no length.
const top = -1

var _ wire.Writer = (*Encoder)(nil)

// Reset readies e for a value.
func (e *Encoder) Reset(m Mode) {
	e.buf = e.buf[:0]
	e.Next(m)
}

// Next readies e for a value behind those before it, whose bytes stay where they are.
func (e *Encoder) Next(m Mode) {
	e.start, e.members, e.open = len(e.buf), e.members[:0], e.open[:0]
	e.mode, e.whole, e.err = m, false, nil
}

// Drop takes back the value written last.
func (e *Encoder) Drop() { e.buf = e.buf[:e.start] }

// Wipe is Reset that leaves no byte of a value behind, for an Encoder that goes back to a pool.
func (e *Encoder) Wipe() {
	e.Reset(ForStorage)
	e.buf, e.spare = canonical.Wiped(e.buf), canonical.Wiped(e.spare)
	clear(e.scratch[:])
	if cap(e.members) > maxPooledMembers {
		e.members = nil
	}
}

// Bytes are type id and value, valid until the next event of another, or the first refusal.
func (e *Encoder) Bytes() ([]byte, error) {
	if e.err == nil && (!e.whole || len(e.open) > 0) {
		e.err = errEvents
	}
	if e.err != nil {
		return nil, e.err
	}
	return e.buf[e.start:], nil
}

// All are the bytes of all values since Reset, as Bytes are valid.
func (e *Encoder) All() []byte { return e.buf }

// Err is the first refusal.
func (e *Encoder) Err() error { return e.err }

// Scratch lends room to format a value.
func (e *Encoder) Scratch() []byte { return e.scratch[:0] }

// room makes room for n bytes of content and what goes before them. A buffer for many small parts grows by
// leaps, since every size leaves one behind that was too small.
func (e *Encoder) room(n int) {
	const small, leap = 2 << 10, 26 << 10
	need := len(e.buf) + n + 32
	if need <= cap(e.buf) || need <= small {
		return
	}
	size := max(need+need/8, 2*cap(e.buf))
	if n < leap {
		for size = leap; size < need; {
			size *= 4 // 416 KB, the third, hold the largest item
		}
	}
	grown := append(make([]byte, 0, size), e.buf...)
	clear(e.buf)
	e.buf = grown
}

func (e *Encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// begin makes room for a value: it counts it as a member of what is open and writes its type id and,
// below the top, room for its length. at is what end is to be told.
func (e *Encoder) begin(k wire.Kind, t typeID) (at int, ok bool) {
	if e.err != nil {
		return 0, false
	}
	if len(e.open) == 0 {
		if e.whole {
			e.fail(errEvents)
			return 0, false
		}
		e.whole = true
		e.buf = binary.BigEndian.AppendUint16(e.buf, uint16(t))
		return top, true
	}
	f := &e.open[len(e.open)-1]
	switch f.kind {
	case wire.List:
		f.count++
	case wire.Map:
		if !f.keyed {
			e.fail(errEvents)
			return 0, false
		}
		f.keyed = false
	default:
		if k != canonical.MemberKind(f.kind) {
			e.fail(errEvents)
			return 0, false
		}
		f.count++
		e.members = append(e.members, member{start: len(e.buf)})
		e.buf = append(e.buf, 0, 0, 0, 0)
		return len(e.buf) - countSize, true
	}
	if len(e.open) >= MaxDepth {
		e.fail(errTooDeep)
		return 0, false
	}
	e.buf = append(e.buf, byte(t>>8), byte(t), 0, 0, 0, 0)
	return len(e.buf) - countSize, true
}

// end writes the length of a value that begin made room for.
func (e *Encoder) end(at int) {
	if at == top {
		return
	}
	n := len(e.buf) - at - countSize
	if n > math.MaxInt32 { // peers read lengths as signed
		e.fail(errTooLong)
		return
	}
	binary.BigEndian.PutUint32(e.buf[at:], uint32(n))
}

// Null writes a NULL.
func (e *Encoder) Null() { e.begin(wire.Null, typeNull) }

// Bool writes a BOOL.
func (e *Encoder) Bool(v bool) {
	at, ok := e.begin(wire.Bool, typeBool)
	if !ok {
		return
	}
	var b byte
	if v {
		b = 1
	}
	e.buf = append(e.buf, b)
	e.end(at)
}

// String writes an S, or a member of an SS.
func (e *Encoder) String(v string) {
	if !fastpath.ValidString(v) {
		e.fail(errUTF8)
	}
	e.room(len(v))
	if at, ok := e.begin(wire.String, typeString); ok {
		e.buf = append(e.buf, v...)
		e.end(at)
	}
}

// Text is String of bytes.
func (e *Encoder) Text(v []byte) {
	if !fastpath.Valid(v) {
		e.fail(errUTF8)
	}
	e.room(len(v))
	if at, ok := e.begin(wire.String, typeString); ok {
		e.buf = append(e.buf, v...)
		e.end(at)
	}
}

// Binary writes a B, or a member of a BS.
func (e *Encoder) Binary(v []byte) {
	e.room(len(v))
	if at, ok := e.begin(wire.Binary, typeBinary); ok {
		e.buf = append(e.buf, v...)
		e.end(at)
	}
}

// Number writes an N, or a member of an NS.
func (e *Encoder) Number(v []byte) {
	e.room(len(v))
	at, ok := e.begin(wire.Number, typeNumber)
	if !ok {
		return
	}
	var err error
	if e.buf, err = number.Storable(e.buf, v); err != nil {
		e.fail(err)
		return
	}
	e.end(at)
}
