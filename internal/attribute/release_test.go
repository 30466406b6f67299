package attribute

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
)

func TestAReleasedItemHoldsNothing(t *testing.T) {
	canary := strings.Repeat("CANARY", 100)
	l := NewLayout([]string{"a"}, nil)
	it := l.Read(map[string]Value{"a": &types.AttributeValueMemberL{Value: []Value{&types.AttributeValueMemberS{Value: canary}}}, "x": nil})
	r := it.Value(0)
	r.Enter()
	r.Next()
	r.Text()
	it.Release()
	scratch := it.reader.scratch
	assert.False(t, bytes.Contains(scratch[:cap(scratch)], []byte("CANARY")), "text")
	for _, level := range it.reader.open[:cap(it.reader.open)] {
		assert.Nil(t, level.in.v, "a value it had entered")
	}
	assert.Nil(t, it.m)
	assert.Nil(t, it.values[0])

	many := map[string]Value{"a": &types.AttributeValueMemberS{Value: strings.Repeat(canary, 1000)}}
	for i := range 5000 {
		many[fmt.Sprint(i)] = &types.AttributeValueMemberNULL{Value: true}
	}
	it = l.Read(many)
	it.Value(0).Text()
	it.Release()
	assert.LessOrEqual(t, cap(it.extra), maxPooled)
	assert.LessOrEqual(t, cap(it.reader.scratch), maxScratch)
}

func TestATypedNilIsNoValue(t *testing.T) {
	for _, v := range []Value{(*types.AttributeValueMemberS)(nil), (*types.AttributeValueMemberM)(nil), (*types.UnknownUnionMember)(nil)} {
		assert.Zero(t, KindOf(v))
		assert.ErrorIs(t, Write(v, NewWriter(Sizes{})), errNoType)
		var r Reader
		r.Reset(v)
		assert.Zero(t, r.Kind())
		assert.Zero(t, r.Len())
		assert.False(t, Equal(v, v))
		assert.Zero(t, Size(v))
	}
	it := NewLayout(nil, []string{"mark"}).Read(map[string]Value{"mark": (*types.AttributeValueMemberB)(nil)})
	b, present := it.Mark("mark")
	assert.True(t, present)
	assert.Nil(t, b)
}
