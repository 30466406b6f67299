package mapper

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/assert"
)

// log is a Writer that prints what it is told.
type log struct{ said strings.Builder }

func (l *log) Null()                          { l.said.WriteString("null ") }
func (l *log) Bool(v bool)                    { fmt.Fprint(&l.said, v, " ") }
func (l *log) String(v string)                { fmt.Fprintf(&l.said, "string %s ", v) }
func (l *log) Text(v []byte)                  { fmt.Fprintf(&l.said, "text %s ", v) }
func (l *log) Binary(v []byte)                { fmt.Fprintf(&l.said, "binary %s ", v) }
func (l *log) Number(v []byte)                { fmt.Fprintf(&l.said, "number %s ", v) }
func (l *log) BeginSet(k wire.Kind, hint int) { fmt.Fprint(&l.said, k, " ", hint, " { ") }
func (l *log) EndSet()                        { l.said.WriteString("} ") }
func (l *log) BeginList(hint int)             { fmt.Fprint(&l.said, "list ", hint, " { ") }
func (l *log) EndList()                       { l.said.WriteString("} ") }
func (l *log) BeginMap(hint int)              { fmt.Fprint(&l.said, "map ", hint, " { ") }
func (l *log) Key(k string)                   { fmt.Fprintf(&l.said, "key %s ", k) }
func (l *log) KeyText(k []byte)               { fmt.Fprintf(&l.said, "keytext %s ", k) }
func (l *log) EndMap()                        { l.said.WriteString("} ") }
func (l *log) Scratch() []byte                { return nil }
func (l *log) Err() error                     { return nil }

func TestTapePlaysWhatItRecorded(t *testing.T) {
	var recorded, played, again log
	var tp tape
	tp.start(&recorded)
	tp.BeginMap(7)
	tp.Key("a")
	tp.Null()
	tp.KeyText([]byte("b"))
	tp.BeginList(6)
	tp.Bool(true)
	tp.String("s")
	tp.Text([]byte("t"))
	tp.Binary([]byte("bin"))
	tp.Number(append(tp.Scratch(), "12"...))
	tp.BeginSet(wire.NumberSet, 1)
	tp.Number([]byte("3"))
	tp.EndSet()
	tp.EndList()
	tp.EndMap()
	assert.Equal(t, "map 7 { key a null keytext b list 6 { true string s text t binary bin number 12 NS 1 { number 3 } } } ", recorded.said.String())
	tp.play(&played)
	tp.play(&again)
	assert.Equal(t, recorded.said.String(), played.said.String())
	assert.Equal(t, recorded.said.String(), again.said.String())
}

func TestTapeKeepsNothing(t *testing.T) {
	var l log
	var tp tape
	tp.start(&l)
	tp.String("secret")
	tp.Text([]byte("secret"))
	tp.clear()
	assert.Zero(t, tp.events[:1][0])
	assert.NotContains(t, string(tp.bytes[:cap(tp.bytes)]), "s")

	tp.start(&l)
	tp.Text(make([]byte, maxKeptBytes+1))
	for range maxKeptEvents + 1 {
		tp.Null()
	}
	tp.clear()
	assert.Nil(t, tp.bytes, "a large buffer is not kept")
	assert.Nil(t, tp.events)
}
