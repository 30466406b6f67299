package mapper_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Asked counts how often it is asked, and refuses to answer where it is told to.
type Asked struct {
	times  *int
	refuse bool
}

func (a Asked) MarshalText() ([]byte, error) {
	*a.times++
	if a.refuse {
		return nil, errors.New(canary)
	}
	return []byte(canary), nil
}

func (a *Asked) UnmarshalText([]byte) error { return nil }

func TestAllAttributesThatCannotBeWrittenAreReported(t *testing.T) {
	type Form struct {
		ID     string            `ddb:"id,pk"`
		Before Asked             `ddb:"b"`
		Text   string            `ddb:"c"`
		Map    map[string]string `ddb:"d"`
		Middle Asked             `ddb:"e"`
		Bad    Asked             `ddb:"f"`
		Fine   string            `ddb:"g"`
		Set    []string          `ddb:"h,set"`
		After  Asked             `ddb:"j"`
	}
	const notUTF8 = canary + "\xff"
	p := compiled[Form](t)
	times := make([]int, 4)
	v := Form{
		ID: "1", Text: notUTF8, Map: map[string]string{canary: notUTF8}, Fine: "fine", Set: []string{canary, canary},
		Before: Asked{&times[0], false}, Middle: Asked{&times[1], false}, Bad: Asked{&times[2], true}, After: Asked{&times[3], false},
	}
	src := p.Source(&v)
	defer src.Release()
	_, first := attribute.Assemble(layoutOf(p), src, nil, new(attribute.Sizes))
	require.Error(t, first)
	wrapped := fmt.Errorf("elsewhere: %w", first)
	err := p.Failures(src, wrapped)

	assertSilent(t, err)
	require.ErrorIs(t, err, wrapped)
	all := flatten(err)
	require.Len(t, all, 4, "%v", err)
	for i, where := range []string{"Form.Text", "Form.Map[…]", "Form.Bad", "Form.Set"} {
		assert.ErrorContains(t, all[i], "mapper: encode: "+where)
	}
	assert.Equal(t, []int{1, 1, 1, 1}, times, "asked once each")
}

func TestAttributesThatCannotBeWrittenAreReportedUpToALimit(t *testing.T) {
	fields := []reflect.StructField{{Name: "ID", Type: reflect.TypeFor[string](), Tag: `ddb:",pk"`}}
	for i := range 20 {
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%02d", i), Type: reflect.TypeFor[string]()})
	}
	p, err := mapper.Compile(reflect.StructOf(fields), mapper.Options{})
	require.NoError(t, err)
	v := reflect.New(p.Type())
	for i := range len(fields) {
		v.Elem().Field(i).SetString(strings.Repeat("\xff", i))
	}
	src := p.Source(v.Interface())
	defer src.Release()
	_, first := attribute.Assemble(layoutOf(p), src, nil, new(attribute.Sizes))
	all := flatten(p.Failures(src, first))
	require.Len(t, all, 17)
	assert.EqualError(t, all[16], "mapper: encode: struct{…} (struct{…}): 4 more attributes failed")
}

func TestAFailureOfNoAttributeStandsAlone(t *testing.T) {
	type Form struct {
		ID   string `ddb:"id,pk"`
		Text string `ddb:"text"`
	}
	p := compiled[Form](t)
	src := p.Source(&Form{Text: "\xff"})
	defer src.Release()
	for _, first := range []error{errors.New("no keys"), src.Write(wire.Slot(99), attribute.NewWriter(attribute.Sizes{}))} {
		require.Error(t, first)
		assert.Equal(t, first, p.Failures(src, first))
	}
}
