package mapper_test

import (
	"context"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// habitat is a type that hostile values are read into.
type habitat struct {
	typ    reflect.Type
	stale  func() any // a new one that holds something
	encode func(v any) (item, error)
	decode func(it item, v any) error
	whose  string       // package, as errors begin
	plan   *mapper.Plan // nil: a codec's
}

func habitatOf[T any](t testing.TB, stale T, o mapper.Options) habitat {
	t.Helper()
	typ := reflect.TypeFor[T]()
	p, err := mapper.Compile(typ, o)
	require.NoError(t, err)
	return habitat{
		typ, func() any { return new(stale) },
		func(v any) (item, error) { return encode(p, v) },
		func(it item, v any) error { return decode(p, it, v) },
		"mapper", p,
	}
}

// habitatOfTable is habitatOf for a type with words that package ddb gives their meaning.
func habitatOfTable[T any](t testing.TB, stale T) habitat {
	t.Helper()
	codec, err := ddb.NewCodec[T]("habitat", ddb.Config{})
	require.NoError(t, err)
	return habitat{
		reflect.TypeFor[T](), func() any { return new(stale) },
		func(v any) (item, error) { return codec.Encode(context.Background(), v.(*T)) },
		func(it item, v any) (err error) { *v.(*T), err = codec.Decode(context.Background(), it); return err },
		"ddb", nil,
	}
}

// habitatOfUsual is a table whose items are read in one go, beside events, which must agree.
func habitatOfUsual(t testing.TB) habitat {
	t.Helper()
	_, slow := ways(t)
	h := habitatOfTable(t, fullUsual())
	write, table := h.encode, h.decode
	h.encode = func(v any) (item, error) {
		u := v.(*usual)
		u.Date, u.Unix, u.Millis = u.Date.UTC().Truncate(24*time.Hour), u.Unix.Truncate(time.Second), u.Millis.Truncate(time.Millisecond)
		return write(u)
	}
	h.decode = func(it item, v any) error {
		if err := table(it, v); err != nil {
			return err
		}
		var events usual
		if err := decode(slow, it, &events); err != nil {
			t.Errorf("read, and events say %q", err)
		}
		if got := *v.(*usual); !alike(reflect.ValueOf(events), reflect.ValueOf(got)) {
			t.Errorf("read %#v, events %#v", got, events)
		}
		return nil
	}
	return h
}

// habitatsOf have every kind that the mapper knows.
func habitatsOf(t testing.TB) []habitat {
	return []habitat{
		habitatOf(t, Zoo{A: "stale", V: "stale"}, mapper.Options{}),
		habitatOf(t, ZooForeign{I: "stale"}, foreign()),
		habitatOf(t, ZooForeign2{J: []Name{"stale"}}, foreign()),
		habitatOf(t, Wilds{A: map[Half]int{1: 1}, WildBase: &WildBase{}}, mapper.Options{
			Variants: []mapper.Variant{mapper.VariantOf[WildA](), mapper.VariantOf[*WildB]()},
		}),
		habitatOf(t, Bill{By: Card{Number: "stale"}}, payments()),
		habitatOfTable(t, ZooTable{A: "stale", D: 1}),
		habitatOfUsual(t),
	}
}

func (h habitat) new() any { return reflect.New(h.typ).Interface() }

// read reads an item that no honest writer would write, and reports whether there was no error. Nothing
// panics. After an error the struct is zero. What was read is, if it is to be checked, written again, or
// an error says why not, and then read as the same.
func (h habitat) read(t testing.TB, stored item, check bool) (ok bool) {
	v := h.stale()
	if err := h.decode(stored, v); err != nil {
		if !reflect.ValueOf(v).Elem().IsZero() {
			t.Errorf("after an error: %#v", v)
		}
		if !strings.HasPrefix(err.Error(), h.whose+": decode: ") {
			t.Errorf("error %q", err)
		}
		return false
	}
	if !check {
		return true
	}
	once, err := h.encode(v)
	if err != nil {
		// Such as digits beyond 38, an empty set inside an any.
		if !strings.HasPrefix(err.Error(), h.whose+": encode: ") {
			t.Errorf("error %q", err)
		}
		return true
	}
	again := h.new()
	require.NoError(t, h.decode(once, again), "what was encoded decodes")
	twice, err := h.encode(again)
	require.NoError(t, err)
	if !attribute.EqualItems(once, twice) {
		t.Errorf("%s became %s", shown(avM(once)), shown(avM(twice)))
	}
	if !alike(reflect.ValueOf(v), reflect.ValueOf(again)) {
		t.Errorf("%#v became %#v", v, again)
	}
	if h.plan == nil {
		return true
	}
	fromBytes := h.new()
	require.NoError(t, decodeBytes(t, h.plan, once, fromBytes))
	if want, got := canonical(t, h.plan, v), canonical(t, h.plan, fromBytes); !maps.Equal(want, got) {
		assert.Equal(t, want, got)
	}
	return true
}
