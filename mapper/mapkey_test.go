package mapper_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Fold is read without regard to case.
type Fold string

func (f Fold) MarshalText() ([]byte, error) {
	if f == "secret" {
		return nil, errors.New("cannot write secret")
	}
	return []byte(f), nil
}

func (f *Fold) UnmarshalText(b []byte) error {
	if strings.HasPrefix(string(b), "secret") {
		return errors.New("cannot read " + string(b))
	}
	*f = Fold(strings.ToLower(string(b)))
	return nil
}

// Loose holds what a Go map cannot hash.
type Loose struct{ V any }

func (l Loose) MarshalText() ([]byte, error) { return []byte("loose"), nil }

func (l *Loose) UnmarshalText(b []byte) error { l.V = b; return nil }

// eachCompiler calls f with a plan of a holder of V for each way to compile one.
func eachCompiler[V any](t *testing.T, words string, f func(t *testing.T, p *mapper.Plan)) {
	t.Helper()
	for how, compile := range compilers {
		t.Run(how, func(t *testing.T) {
			p, err := compile(holder(reflect.TypeFor[V](), words), mapper.Options{})
			require.NoError(t, err)
			f(t, p)
		})
	}
}

// readBoth decodes stored into a holder of V, as attribute values and as the bytes that ddbec encrypts.
func readBoth[V any](t *testing.T, p *mapper.Plan, stored av, check func(V, error)) {
	t.Helper()
	h := held(p.Type(), nil)
	err := decode(p, item{"id": avS("x"), "v": stored}, h.Interface())
	check(h.Elem().Field(1).Interface().(V), err)
	h = held(p.Type(), nil)
	err = decodeBytes(t, p, item{"id": avS("x"), "v": stored}, h.Interface())
	check(h.Elem().Field(1).Interface().(V), err)
}

func readsMap[V any](t *testing.T, words string, stored av, want V) {
	t.Helper()
	eachCompiler[V](t, words, func(t *testing.T, p *mapper.Plan) {
		readBoth(t, p, stored, func(got V, err error) {
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	})
}

func refusesMap[V any](t *testing.T, words string, stored av, kind, reason string) {
	t.Helper()
	eachCompiler[V](t, words, func(t *testing.T, p *mapper.Plan) {
		readBoth(t, p, stored, func(got V, err error) {
			e := mapperError(t, err)
			assert.Equal(t, "decode", e.Op)
			assert.Equal(t, "v", e.Attribute)
			assert.Equal(t, kind, e.Kind)
			assert.Contains(t, e.Reason, reason)
			assert.NotContains(t, err.Error(), "secret")
			assert.NotContains(t, err.Error(), "777")
			assert.Zero(t, got, "nothing half decoded")
		})
	})
}

func TestStoredKeysOfMaps(t *testing.T) {
	const same = "two of the stored keys are read as the same Go value"
	readsMap(t, "", avM(item{"1E2": avN("1"), "+7": avN("2"), "007000": avN("3")}), map[int]int{100: 1, 7: 2, 7000: 3})
	readsMap(t, "", avM(item{"A": avN("1")}), map[Fold]int{"a": 1})
	readsMap(t, "", avM(item{"2026-11-24T13:00:00.123456789+01:00": null}), map[time.Time]int{noon: 0})
	readsMap[map[int]int](t, "", null, nil)

	refusesMap[map[int]int](t, "", avM(item{"1": avN("1"), "1.0": avN("1")}), "M", same)
	refusesMap[map[Fold]int](t, "", avM(item{"a": avN("1"), "A": avN("1")}), "M", same)
	refusesMap[map[time.Time]int](t, "", avM(item{"2026-11-24T13:00:00+01:00": null, "2026-11-24T12:00:00Z": null}), "M", same)
	refusesMap[map[int]int](t, "", avM(item{"secret": null}), "M", "a key of the map: ")
	refusesMap[map[int]int](t, "", avM(item{"777.5": null}), "M", "a key of the map: the number has a fraction")
	refusesMap[map[int8]int](t, "", avM(item{"777": null}), "M", "a key of the map: the number does not fit int8")
	refusesMap[map[uint]int](t, "", avM(item{"-777": null}), "M", "a key of the map: the number does not fit uint")
	refusesMap[map[int]int](t, "", avM(item{strings.Repeat("7", 5000): null}), "M", "a key of the map: ")
	refusesMap[map[Fold]int](t, "", avM(item{"secret": null}), "M", "a key of the map: UnmarshalText failed with a *errors.errorString")
	refusesMap[map[time.Time]int](t, "", avM(item{"secret": null}), "M", "a key of the map: ")
	refusesMap[map[Loose]int](t, "", avM(item{"secret": null}), "M", "a Go value that cannot be compared")
	refusesMap[map[int]int](t, "", avM(item{"1": avS("secret")}), "S", "S cannot be read into int")
	refusesMap[map[int]int](t, "", avL(null), "L", "L cannot be read into map[int]int, which is stored as M")
}

func TestKeysOfMapsThatCannotBeStored(t *testing.T) {
	for name, tt := range map[string]struct {
		value  any
		reason string
	}{
		"text twice":            {map[time.Time]int{noon: 1, noon.In(time.FixedZone("", 3600)): 2}, "twice"},
		"text that fails":       {map[Fold]int{"secret": 1}, "MarshalText failed with a *errors.errorString"},
		"empty text":            {map[Fold]int{"": 1}, "empty"},
		"text that is no UTF-8": {map[Fold]int{"\xff": 1}, "UTF-8"},
		"time out of range":     {map[time.Time]int{noon.AddDate(9000, 0, 0): 1}, "year"},
		"member":                {map[int]chan int{1: nil}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.reason == "" {
				_, err := mapper.Compile(holder(reflect.TypeOf(tt.value), ""), mapper.Options{})
				assert.ErrorContains(t, err, "cannot be stored")
				return
			}
			_, err := encodeField(t, tt.value, "")
			e := mapperError(t, err)
			assert.Contains(t, e.Reason, tt.reason)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestSetsFromMaps(t *testing.T) {
	type T struct {
		ID    string              `ddb:"id,pk"`
		Set   map[string]struct{} `ddb:"names"`
		Null  map[int]struct{}    `ddb:"numbers,null"`
		Bools map[string]bool     `ddb:"bools,set"`
	}
	for how, compile := range compilers {
		t.Run(how, func(t *testing.T) {
			p, err := compile(reflect.TypeFor[T](), mapper.Options{})
			require.NoError(t, err)
			it, err := encode(p, &T{ID: "x"})
			require.NoError(t, err)
			assert.Equal(t, item{"id": avS("x"), "numbers": null}, it, "nil")
			it, err = encode(p, &T{ID: "x", Set: map[string]struct{}{}, Null: map[int]struct{}{}, Bools: map[string]bool{"a": false}})
			require.NoError(t, err)
			assert.Equal(t, item{"id": avS("x")}, it, "no members")

			v := T{ID: "x", Set: map[string]struct{}{"a": {}, "b": {}, "c": {}}, Null: map[int]struct{}{1: {}, 2: {}}, Bools: map[string]bool{"a": true, "b": false, "c": true}}
			it, err = encode(p, &v)
			require.NoError(t, err)
			assert.ElementsMatch(t, []string{"a", "b", "c"}, it["names"].(*types.AttributeValueMemberSS).Value)
			assert.ElementsMatch(t, []string{"1", "2"}, it["numbers"].(*types.AttributeValueMemberNS).Value)
			assert.ElementsMatch(t, []string{"a", "c"}, it["bools"].(*types.AttributeValueMemberSS).Value)

			old := map[string]struct{}{"old": {}}
			read := T{Set: old}
			require.NoError(t, decode(p, it, &read))
			delete(v.Bools, "b") // a member that is false is no member
			assert.Equal(t, v, read)
			assert.Equal(t, map[string]struct{}{"old": {}}, old, "written to no memory it referred to")
			assert.Equal(t, canonical(t, p, &v), canonical(t, p, &read))
		})
	}
	_, err := encodeField(t, []map[string]struct{}{{}}, "")
	assert.ErrorContains(t, err, "empty", "a member of a list")
	_, err = encodeField(t, map[string]map[string]struct{}{"k": {}}, "")
	assert.ErrorContains(t, err, "empty", "a member of a map")
	_, err = encodeField(t, map[mapper.Number]struct{}{"1": {}, "1.0": {}}, "")
	assert.ErrorContains(t, err, "twice")
}

func TestStoredSetsIntoMaps(t *testing.T) {
	const same = "two of the stored members are read as the same Go value"
	type set = map[string]struct{}
	readsMap(t, "", avL(avS("a"), avS("b")), set{"a": {}, "b": {}})
	readsMap(t, "set", avSS("a", "b"), map[string]bool{"a": true, "b": true})
	readsMap(t, "set", avL(avN("1")), map[int]bool{1: true})

	refusesMap[set](t, "", avL(avS("secret"), avS("secret")), "L", same)
	refusesMap[set](t, "", avL(null, avS("")), "L", same)
	refusesMap[map[int]struct{}](t, "", avL(avN("777"), avN("777.0")), "L", same)
	refusesMap[map[Fold]struct{}](t, "", avSS("a", "A"), "SS", same)
	refusesMap[map[Fold]bool](t, "set", avSS("a", "A"), "SS", same)
	refusesMap[map[int]struct{}](t, "", avSS("secret"), "S", "S cannot be read into int")
	refusesMap[map[int8]struct{}](t, "", avNS("777"), "N", "does not fit int8")
	refusesMap[map[[2]byte]struct{}](t, "", avBS("777"), "B", "the array takes exactly 2")
	refusesMap[map[Loose]struct{}](t, "", avSS("secret"), "SS", "cannot be compared")
	refusesMap[set](t, "", avM(item{"secret": avM(nil)}), "M", "M cannot be read into map[string]struct {}, which is stored as SS")
	refusesMap[map[string]bool](t, "", avSS("secret"), "SS", "which is stored as M")
	refusesMap[map[string]bool](t, "set", avM(item{"secret": avBool(true)}), "M", "which is stored as SS")
}

// What MarshalText answers for keys when an item is signed is what is stored.
func TestKeysOfMapsAreAskedOnce(t *testing.T) {
	type T struct {
		ID string          `ddb:"id,pk"`
		M  map[Turning]int `ddb:"m"`
		S  map[Turning]struct{}
	}
	p := compiled[T](t)
	src := p.Source(&T{M: map[Turning]int{{new(int)}: 1}, S: map[Turning]struct{}{{new(int)}: {}}})
	defer src.Release()
	assembled := func() item {
		a, err := attribute.Assemble(layoutOf(p), src, &wire.Sealed{}, new(attribute.Sizes))
		require.NoError(t, err)
		return a.Item
	}
	first := assembled()
	assert.Equal(t, first, assembled())
	assert.Equal(t, item{"id": avS(""), "m": avM(item{"1": avN("1")}), "S": avSS("1")}, first)
}

// Turning answers differently every time.
type Turning struct{ n *int }

func (t Turning) MarshalText() ([]byte, error) {
	*t.n++
	return []byte{byte('0' + *t.n)}, nil
}

func (t *Turning) UnmarshalText([]byte) error { return nil }
