package ddbec

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/internal/wire"
)

var (
	errUTF8      = errors.New("text is not valid UTF-8: store it as binary")
	errDuplicate = errors.New("set with a member twice")
	errSameKey   = errors.New("map with a key twice")
	errEmptySet  = errors.New("empty set, which DynamoDB stores only inside an encrypted attribute")
	errEmptyKey  = errors.New("map with an empty key, which DynamoDB stores only inside an encrypted attribute")
	errTooDeep   = errors.New("nested deeper than 32 levels")
	errTooLong   = errors.New("value is longer than the format can say")
	errNumbers   = errors.New("numbers are far longer than their spelling, which DynamoDB does not return")
	errEvents    = errors.New("value was not described as one value")
)

// maxGained is by how many bytes the plain spelling of a stored value's numbers may exceed the spelling
// they came in, so that many short ones such as 1E99 do not take many times their memory.
const maxGained = 64 << 10

// maxPooledMembers is how many members of sets and maps an Encoder has room for that is kept.
const maxPooledMembers = 2048

// Mode says what an [Encoder]'s bytes are for, and so what it refuses.
type Mode uint8

const (
	// ForStorage: the value will be stored as it is, signed or not. What DynamoDB would refuse or
	// change is refused: numbers out of range, members and keys twice, empty sets and keys.
	ForStorage Mode = iota

	// ForEncryption: the value will be stored encrypted, where empty sets and keys are possible.
	ForEncryption

	// ForVerification: the value is stored, perhaps by a peer, and must hash as the peer hashed it:
	// members may come twice, and numbers may be outside DynamoDB's range.
	ForVerification
)

// Encoder makes the canonical bytes of one value at a time (1.2): numbers in plain spelling (1.3),
// members of sets and maps in order (1.4). The zero Encoder is ready, [ForStorage], in Java's dialect. It
// holds what it wrote until Reset or Wipe.
type Encoder struct {
	buf     []byte
	start   int      // of the value in buf
	spare   []byte   // members while they are put in order
	members []member // of the open sets and maps, one after the other
	open    []frame
	mode    Mode
	dialect Dialect
	differs bool // see Differs
	whole   bool // buf is one value
	gained  int  // bytes by which numbers are longer than their spelling was
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

var _ wire.Writer = (*Encoder)(nil)

// Reset readies e for a value.
func (e *Encoder) Reset(m Mode) {
	e.buf = e.buf[:0]
	e.Next(m)
}

// Next readies e for a value behind those before it, whose bytes stay where they are.
func (e *Encoder) Next(m Mode) {
	e.start, e.members, e.open = len(e.buf), e.members[:0], e.open[:0]
	e.mode, e.whole, e.gained, e.err = m, false, 0, nil
	e.dialect, e.differs = Java, false
}

// In has the value, which is yet to come, written in d.
func (e *Encoder) In(d Dialect) { e.dialect = d }

// Differs reports whether the value, written [ForVerification] in Java's dialect, may have other bytes in
// Python's.
func (e *Encoder) Differs() bool { return e.differs }

// Wipe is Reset that leaves no byte of a value behind, for an Encoder that goes back to a pool.
func (e *Encoder) Wipe() {
	e.Reset(ForStorage)
	e.buf, e.spare = canonical.Wiped(e.buf), canonical.Wiped(e.spare)
	clear(e.scratch[:])
	if cap(e.members) > maxPooledMembers {
		e.members = nil
	}
}

// Bytes are the canonical bytes of the value, valid until the next event of another, or the first
// refusal.
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

func (e *Encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// begin makes room for a value of kind k: it counts it as a member of what is open and writes its tag,
// which members of sets do not have.
func (e *Encoder) begin(k wire.Kind, tag byte) bool {
	if e.err != nil {
		return false
	}
	if len(e.open) == 0 {
		if e.whole {
			e.fail(errEvents)
			return false
		}
		e.whole = true
		e.buf = append(e.buf, 0, tag)
		return true
	}
	f := &e.open[len(e.open)-1]
	switch f.kind {
	case wire.List:
		f.count++
	case wire.Map:
		if !f.keyed {
			e.fail(errEvents)
			return false
		}
		f.keyed = false
	default:
		if k != canonical.MemberKind(f.kind) {
			e.fail(errEvents)
			return false
		}
		f.count++
		e.members = append(e.members, member{start: len(e.buf)})
		return true
	}
	if len(e.open) >= wire.MaxDepth {
		e.fail(errTooDeep)
		return false
	}
	e.buf = append(e.buf, 0, tag)
	return true
}

// Null writes a NULL.
func (e *Encoder) Null() { e.begin(wire.Null, tagNull) }

// Bool writes a BOOL.
func (e *Encoder) Bool(v bool) {
	if !e.begin(wire.Bool, tagBool) {
		return
	}
	var b byte
	if v {
		b = 1
	}
	e.buf = append(e.buf, b)
}

// String writes an S, or a member of an SS.
func (e *Encoder) String(v string) {
	if !fastpath.ValidString(v) {
		e.fail(errUTF8)
	}
	if e.begin(wire.String, tagString) {
		appendCounted(e, v)
	}
}

// Text is String of bytes.
func (e *Encoder) Text(v []byte) {
	if !fastpath.Valid(v) {
		e.fail(errUTF8)
	}
	if e.begin(wire.String, tagString) {
		appendCounted(e, v)
	}
}

// Binary writes a B, or a member of a BS.
func (e *Encoder) Binary(v []byte) {
	if e.begin(wire.Binary, tagBinary) {
		appendCounted(e, v)
	}
}

func appendCounted[T ~string | ~[]byte](e *Encoder, v T) {
	if len(v) > math.MaxInt32 { // peers read lengths as signed
		e.fail(errTooLong)
		return
	}
	e.buf = binary.BigEndian.AppendUint32(e.buf, uint32(len(v)))
	e.buf = append(e.buf, v...)
}

// Number writes an N, or a member of an NS.
func (e *Encoder) Number(v []byte) {
	if !e.begin(wire.Number, tagNumber) {
		return
	}
	at := len(e.buf)
	e.buf = append(e.buf, 0, 0, 0, 0)
	var err error
	if e.buf, err = e.dialect.appendNumber(e.buf, v, e.mode); err != nil {
		e.fail(err)
		return
	}
	if e.mode == ForVerification {
		e.differs = e.differs || mayRound(v, e.buf[at+countSize:])
	}
	n := len(e.buf) - at - countSize
	e.gained += max(0, n-len(v))
	if e.mode != ForEncryption && e.gained > maxGained {
		e.fail(errNumbers)
		return
	}
	binary.BigEndian.PutUint32(e.buf[at:], uint32(n))
}
