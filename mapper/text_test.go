package mapper_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Counter answers differently each time it is asked.
type Counter struct{ asked *int }

func (c Counter) MarshalText() ([]byte, error) {
	*c.asked++
	return []byte(strconv.Itoa(*c.asked)), nil
}

func (c *Counter) UnmarshalText([]byte) error { return nil }

// Moody is zero every other time.
type Moody struct {
	V     string
	asked *int
}

func (m Moody) IsZero() bool { *m.asked++; return *m.asked%2 == 0 }

func writeSlot(t *testing.T, src *mapper.Source, s wire.Slot) av {
	t.Helper()
	w := attribute.NewWriter(attribute.Sizes{})
	require.NoError(t, src.Write(s, w))
	v, err := w.Value()
	require.NoError(t, err)
	return v
}

// A value is written for the signature and again for storage: both are the same, whatever users'
// methods answer.
func TestTwoWritesAreTheSame(t *testing.T) {
	type Inner struct {
		Moody Moody `ddb:"moody,omitzero"`
		Other Moody `ddb:"other,omitzero"`
	}
	type T struct {
		ID    string `ddb:"id,pk"`
		Text  Counter
		List  []Counter
		Map   map[string]Counter
		Set   []Counter `ddb:"set,set"`
		Any   any
		Inner Inner
		Moody Moody `ddb:"moody,omitzero"`
		Other Moody `ddb:"other,omitzero"`
		Plain map[string]int
	}
	asked := new(int)
	c, m := Counter{asked}, Moody{"v", asked}
	v := T{
		ID: "x", Text: c, List: []Counter{c, c}, Map: map[string]Counter{"a": c, "b": c, "c": c, "d": c}, Set: []Counter{c, c},
		Any:   map[string]any{"a": c, "b": []any{c, nil, true, 1, []byte("b"), mapper.StringSet{"s"}, mapper.Number("2")}},
		Inner: Inner{m, m}, Moody: m, Other: m, Plain: map[string]int{"a": 1, "b": 2},
	}
	p := compiled[T](t)
	for range 3 {
		src := p.Source(&v)
		slots := src.Slots(nil)
		assert.Equal(t, slots, src.Slots(nil))
		assert.Len(t, slots, 9, "one of the moody fields is left out")
		before := *asked
		first := map[wire.Slot]av{}
		for _, s := range slots {
			first[s] = writeSlot(t, src, s)
		}
		assert.Greater(t, *asked, before)
		before = *asked
		for range 3 {
			for _, s := range slots {
				assert.Equal(t, first[s], writeSlot(t, src, s), p.Attributes()[s].Name)
			}
		}
		assert.Equal(t, before, *asked, "they are not asked again")
		src.Release()
	}
}

// What one Writer takes another may refuse: an empty set can be encrypted and not stored as it is.
func TestSecondWriterRefuses(t *testing.T) {
	type T struct {
		ID  string `ddb:"id,pk"`
		Any any
	}
	src := compiled[T](t).Source(&T{ID: "x", Any: mapper.StringSet{}})
	defer src.Release()
	var e ddbec.Encoder
	e.Reset(ddbec.ForEncryption)
	require.NoError(t, src.Write(0, &e))
	err := src.Write(0, attribute.NewWriter(attribute.Sizes{}))
	assert.EqualError(t, err, `mapper: encode: T.Any (interface {}): attribute "Any": empty set, which DynamoDB does not store`)
}

// Grumpy fails with its value in the error, both ways.
type Grumpy string

type grumpyError struct{ text string }

func (e grumpyError) Error() string { return e.text }

func (g Grumpy) MarshalText() ([]byte, error) {
	if g == "" {
		return []byte("fine"), nil
	}
	return nil, grumpyError{string(g)}
}

func (g *Grumpy) UnmarshalText(b []byte) error { return grumpyError{string(b)} }

func TestTextErrorsAreNotShown(t *testing.T) {
	_, err := encodeField(t, Grumpy(canary), "")
	assert.EqualError(t, err, `mapper: encode: struct{…}.V (mapper_test.Grumpy): attribute "v": MarshalText failed with a mapper_test.grumpyError, which is not shown since it may hold the value`)
	_, err = decodeField[Grumpy](t, avS(canary), "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V (mapper_test.Grumpy): attribute "v": UnmarshalText failed with a mapper_test.grumpyError, which is not shown since it may hold the value`)
	_, isGrumpy := errors.AsType[grumpyError](err)
	assert.False(t, isGrumpy, "an error that can be unwrapped can be printed")
	got, err := encodeField(t, Grumpy(""), "omitempty")
	require.NoError(t, err)
	assert.Nil(t, got)
}
