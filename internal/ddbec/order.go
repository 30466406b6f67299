package ddbec

import (
	"cmp"
	"slices"

	"github.com/dynaseal/ddb/internal/wire"
)

// compareBinary orders members of a binary set as Java does, by signed bytes (1.4).
func compareBinary(a, b []byte) int {
	i, n := 0, min(len(a), len(b))
	for i < n && a[i] == b[i] {
		i++
	}
	if i == n {
		return cmp.Compare(len(a), len(b))
	}
	return cmp.Compare(int8(a[i]), int8(b[i]))
}

// member is an entry of an open set or map, as offsets of buf. The text it is ordered by ends at text;
// that of a set's member is all there is.
type member struct{ start, text, end int }

// order sorts what f holds and drops its members.
func (e *Encoder) order(f frame) {
	all := e.members[f.first:]
	e.members = e.members[:f.first]
	for i := range all {
		all[i].end = len(e.buf)
		if i+1 < len(all) {
			all[i].end = all[i+1].start
		}
	}
	text := func(m member) []byte {
		if f.kind == wire.Map {
			return e.buf[m.start+tagSize+countSize : m.text]
		}
		return e.buf[m.start+countSize : m.end]
	}
	compare := func(a, b member) int { return e.dialect.compare(f.kind, text(a), text(b)) }
	sorted := slices.IsSortedFunc(all, compare)
	if !sorted {
		slices.SortFunc(all, compare)
	}
	other := e.dialect.Other() // in which equal members are equal too
	for i := 1; i < len(all); i++ {
		switch c := other.compare(f.kind, text(all[i-1]), text(all[i])); {
		case c < 0:
		case c > 0:
			e.differs = true
		case f.kind == wire.Map:
			e.fail(errSameKey)
		case e.mode != ForVerification:
			e.fail(errDuplicate)
		}
	}
	if sorted || e.err != nil {
		return
	}
	e.spare = append(e.spare[:0], e.buf[f.body:]...)
	e.buf = e.buf[:f.body]
	for _, m := range all {
		e.buf = append(e.buf, e.spare[m.start-f.body:m.end-f.body]...)
	}
}
