package mapper

import (
	"reflect"
	"strings"

	"github.com/dynaseal/ddb/internal/wire"
)

// tape passes events on and records them, to play them again: a value is written once for its
// signature and again for storage, and a method of a user's type could answer differently, or a map of
// them come in another order.
type tape struct {
	wire.Writer // the listener of the recording
	events      []event
	bytes       []byte // of Text, Binary, Number and KeyText, one after the other
	complete    bool
}

type event struct {
	op   op
	kind wire.Kind // of a set
	n    int       // bytes, or a hint
	s    string
	b    bool
}

type op uint8

const (
	opNull op = iota
	opBool
	opString
	opText
	opBinary
	opNumber
	opBeginSet
	opEndSet
	opBeginList
	opEndList
	opBeginMap
	opKey
	opKeyText
	opEndMap
)

func (t *tape) record(e event) { t.events = append(t.events, e) }

func (t *tape) recordBytes(o op, b []byte) {
	t.record(event{op: o, n: len(b)})
	t.bytes = append(t.bytes, b...)
}

func (t *tape) Null()           { t.record(event{op: opNull}); t.Writer.Null() }
func (t *tape) Bool(v bool)     { t.record(event{op: opBool, b: v}); t.Writer.Bool(v) }
func (t *tape) String(v string) { t.record(event{op: opString, s: v}); t.Writer.String(v) }
func (t *tape) Text(v []byte)   { t.recordBytes(opText, v); t.Writer.Text(v) }
func (t *tape) Binary(v []byte) { t.recordBytes(opBinary, v); t.Writer.Binary(v) }
func (t *tape) Number(v []byte) { t.recordBytes(opNumber, v); t.Writer.Number(v) }
func (t *tape) BeginSet(k wire.Kind, hint int) {
	t.record(event{op: opBeginSet, kind: k, n: hint})
	t.Writer.BeginSet(k, hint)
}
func (t *tape) EndSet() { t.record(event{op: opEndSet}); t.Writer.EndSet() }
func (t *tape) BeginList(hint int) {
	t.record(event{op: opBeginList, n: hint})
	t.Writer.BeginList(hint)
}
func (t *tape) EndList()          { t.record(event{op: opEndList}); t.Writer.EndList() }
func (t *tape) BeginMap(hint int) { t.record(event{op: opBeginMap, n: hint}); t.Writer.BeginMap(hint) }
func (t *tape) Key(k string)      { t.record(event{op: opKey, s: k}); t.Writer.Key(k) }
func (t *tape) KeyText(k []byte)  { t.recordBytes(opKeyText, k); t.Writer.KeyText(k) }
func (t *tape) EndMap()           { t.record(event{op: opEndMap}); t.Writer.EndMap() }

// start forgets what was recorded and listens for w.
func (t *tape) start(w wire.Writer) {
	t.clear()
	t.Writer = w
}

// play gives the recorded events to w.
func (t *tape) play(w wire.Writer) {
	rest := t.bytes
	next := func(n int) []byte {
		b := rest[:n:n]
		rest = rest[n:]
		return b
	}
	for _, e := range t.events {
		switch e.op {
		case opNull:
			w.Null()
		case opBool:
			w.Bool(e.b)
		case opString:
			w.String(e.s)
		case opText:
			w.Text(next(e.n))
		case opBinary:
			w.Binary(next(e.n))
		case opNumber:
			w.Number(next(e.n))
		case opBeginSet:
			w.BeginSet(e.kind, e.n)
		case opEndSet:
			w.EndSet()
		case opBeginList:
			w.BeginList(e.n)
		case opEndList:
			w.EndList()
		case opBeginMap:
			w.BeginMap(e.n)
		case opKey:
			w.Key(e.s)
		case opKeyText:
			w.KeyText(next(e.n))
		case opEndMap:
			w.EndMap()
		}
	}
}

// The most that a tape keeps for its next user.
const (
	maxKeptBytes  = 64 << 10
	maxKeptEvents = 1 << 10
)

// clear leaves no value behind.
func (t *tape) clear() {
	clear(t.events[:cap(t.events)])
	clear(t.bytes[:cap(t.bytes)])
	t.events, t.bytes = t.events[:0], t.bytes[:0]
	if cap(t.events) > maxKeptEvents {
		t.events = nil
	}
	if cap(t.bytes) > maxKeptBytes {
		t.bytes = nil
	}
	t.Writer, t.complete = nil, false
}

// nobody is the listener of a tape that only records.
type nobody struct{}

func (nobody) Null()                   {}
func (nobody) Bool(bool)               {}
func (nobody) String(string)           {}
func (nobody) Text([]byte)             {}
func (nobody) Binary([]byte)           {}
func (nobody) Number([]byte)           {}
func (nobody) BeginSet(wire.Kind, int) {}
func (nobody) EndSet()                 {}
func (nobody) BeginList(int)           {}
func (nobody) EndList()                {}
func (nobody) BeginMap(int)            {}
func (nobody) Key(string)              {}
func (nobody) KeyText([]byte)          {}
func (nobody) EndMap()                 {}
func (nobody) Scratch() []byte         { return nil }
func (nobody) Err() error              { return nil }

// asksUser reports whether writing a t may call a method or a function of a user's. An interface may hold
// what has one.
func (c *compiler) asksUser(t reflect.Type, seen map[reflect.Type]bool) bool {
	if c.isRegistered(t) {
		return true
	}
	if seen[t] || t == timeType || t == bigIntType || t == bigRatType || t == bigFloatType {
		return false
	}
	seen[t] = true
	if t.Kind() == reflect.Interface || isOneValue(t) || reflect.PointerTo(t).Implements(zeroerType) {
		return true
	}
	switch t.Kind() {
	case reflect.Map:
		return c.asksUser(t.Key(), seen) || c.asksUser(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return c.asksUser(t.Elem(), seen)
	case reflect.Struct:
		for sf := range t.Fields() {
			// What encoding/json calls is not looked for: a tape more costs little.
			if _, words, _ := strings.Cut(sf.Tag.Get("ddb"), ","); strings.Contains(words, "json") || c.asksUser(sf.Type, seen) {
				return true
			}
		}
	}
	return false
}
