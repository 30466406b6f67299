package attribute

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/internal/wire"
)

// ValueSource is a Source that can make attribute values itself, which saves the events.
type ValueSource interface {
	wire.Source

	// AttributeValue makes the value of a slot with w's Make methods; nil: Write is to describe it.
	AttributeValue(s wire.Slot, w *Writer) Value
}

// The Make methods return values in the form that events have them, allocated and counted with those of
// w, for the caller to put where they belong. They return nil for what may be refused or is not in
// canonical form: events then decide.

// MakeS makes an S.
func (w *Writer) MakeS(v string) Value {
	if !fastpath.ValidString(v) {
		return nil
	}
	w.size += len(v)
	p := w.newS()
	p.Value = v
	return p
}

// MakeText makes an S of ASCII that does not outlive the call.
func (w *Writer) MakeText(v []byte) Value {
	w.size += len(v)
	p := w.newS()
	p.Value = w.keep(v)
	return p
}

// MakeInt makes an N.
func (w *Writer) MakeInt(v int64) Value { return w.makeN(strconv.AppendInt(w.format[:0], v, 10)) }

// MakeUint makes an N.
func (w *Writer) MakeUint(v uint64) Value { return w.makeN(strconv.AppendUint(w.format[:0], v, 10)) }

// MakeFloat makes an N of a float of so many bits.
func (w *Writer) MakeFloat(v float64, bits int) Value {
	text := strconv.AppendFloat(w.format[:0], v, 'g', -1, bits)
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' { // an exponent, or no number
			return nil
		}
	}
	if v == 0 {
		text = append(w.format[:0], '0') // not -0
	}
	return w.makeN(text)
}

func (w *Writer) makeN(canonical []byte) Value {
	text := w.keep(canonical)
	w.size += numberSize(text)
	p := (*types.AttributeValueMemberN)(w.newS())
	p.Value = text
	return p
}

// MakeBool makes a BOOL.
func (w *Writer) MakeBool(v bool) Value {
	w.size++
	p := w.newBool()
	p.Value = v
	return p
}

// MakeB makes a B.
func (w *Writer) MakeB(v []byte) Value {
	w.size += len(v)
	p := w.newB()
	p.Value = w.keepBinary(v)
	return p
}

// MakeL makes an empty L with room for n members, see Add.
func (w *Writer) MakeL(n int) *types.AttributeValueMemberL {
	w.size += containerSize
	p := w.newL()
	p.Value = make([]Value, 0, n)
	return p
}

// Add appends a member.
func (w *Writer) Add(l *types.AttributeValueMemberL, v Value) {
	w.size++
	l.Value = append(l.Value, v)
}

// MakeM makes an empty M with room for n members, see Set.
func (w *Writer) MakeM(n int) *types.AttributeValueMemberM {
	w.size += containerSize
	p := w.newM()
	p.Value = make(map[string]Value, n)
	return p
}

// Set adds a member under a key that is valid UTF-8, not empty and new.
func (w *Writer) Set(m *types.AttributeValueMemberM, key string, v Value) {
	w.size += 1 + len(key)
	m.Value[key] = v
}

// IsKey reports whether key can be that of an M's member.
func IsKey(key string) bool { return key != "" && fastpath.ValidString(key) }
