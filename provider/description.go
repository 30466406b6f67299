package provider

import (
	"fmt"
	"iter"
	"maps"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
)

// Description is a material description (ddbec 1.6): text entries that lie beside an item, unsigned
// and readable by whoever can read the table. It is immutable and may be copied; the zero Description
// is empty.
type Description struct{ b []byte } // serialized and checked; nil: empty

// NewDescription returns the description with these entries. It is at most 64 KiB long with 256
// entries, all valid UTF-8, those that the format adds included.
func NewDescription(entries map[string]string) (Description, error) {
	list := make([]ddbec.Entry, 0, len(entries))
	for name, value := range maps.All(entries) {
		list = append(list, ddbec.Entry{Name: []byte(name), Value: []byte(value)})
	}
	b, err := ddbec.AppendDescription(nil, list)
	if err != nil {
		return Description{}, fmt.Errorf("provider: new description: %w", err)
	}
	return Description{b}, nil
}

// ParseDescription reads a serialized description, of the same limits. It keeps b, which nobody
// writes to from then on. Of entries with one name the last counts. The error wraps crypt.ErrFormat.
func ParseDescription(b []byte) (Description, error) {
	if err := ddbec.CheckDescription(b); err != nil {
		return Description{}, fmt.Errorf("provider: parse description: %w: %w", crypt.ErrFormat, err)
	}
	return Description{b}, nil
}

// AppendTo appends the serialized description to dst, what [ParseDescription] reads.
func (d Description) AppendTo(dst []byte) []byte {
	if d.b == nil {
		return append(dst, 0, 0, 0, 0)
	}
	return append(dst, d.b...)
}

// Lookup returns the value of an entry.
func (d Description) Lookup(name string) (value string, ok bool) {
	b, ok := ddbec.LookupEntry(d.b, name)
	return string(b), ok
}

// All yields the entries, each name once, in no particular order.
func (d Description) All() iter.Seq2[string, string] { return maps.All(d.Map()) }

// Map returns the entries as a map of the caller's own.
func (d Description) Map() map[string]string {
	m := make(map[string]string)
	for e := range ddbec.Entries(d.b) {
		m[string(e.Name)] = string(e.Value)
	}
	return m
}
