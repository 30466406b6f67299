package mapper_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	stamp      struct{ time.Time } // nothing but the time: its text is the value
	stampNoted struct {
		time.Time `ddb:"t"`
		Note      string
	}
	stampPointer struct{ *time.Time }
	period       struct{ From int }
	extra        struct {
		period
		Note string
	}
)

func (p period) IsZero() bool { return p.From == 0 }

func TestAPromotedMarshalTextWouldLoseTheOtherFields(t *testing.T) {
	for name, typ := range map[string]reflect.Type{
		"other fields": reflect.TypeFor[struct {
			ID  string `ddb:"id,pk"`
			Doc stampNoted
		}](),
		"an embedded pointer": reflect.TypeFor[struct {
			ID  string `ddb:"id,pk"`
			Doc stampPointer
		}](),
		"in a list": reflect.TypeFor[struct {
			ID   string `ddb:"id,pk"`
			Docs []stampNoted
		}](),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mapper.Compile(typ, mapper.Options{})
			assert.ErrorContains(t, err, "is an embedded field's and would lose the others")
		})
	}
	_, err := mapper.Compile(reflect.TypeFor[struct {
		ID string `ddb:"id,pk"`
		At stamp
	}](), mapper.Options{})
	assert.NoError(t, err)
}

func TestAPromotedIsZeroDoesNotDropTheOtherFields(t *testing.T) {
	type item struct {
		ID    string `ddb:"id,pk"`
		Extra extra  `ddb:"extra,omitzero"`
	}
	plan, err := mapper.Compile(reflect.TypeFor[item](), mapper.Options{})
	require.NoError(t, err)
	src := plan.Source(&item{ID: "1", Extra: extra{Note: "penicillin"}})
	defer src.Release()
	assert.Len(t, src.Slots(nil), 2)
	again := plan.Source(&item{ID: "1"})
	defer again.Release()
	assert.Len(t, again.Slots(nil), 1)
}

// keeper keeps what it is given, as many types do by mistake.
type keeper []byte

func (k keeper) MarshalText() ([]byte, error)  { return k, nil }
func (k *keeper) UnmarshalText(b []byte) error { *k = b; return nil }

func TestATypeMayKeepTheTextItIsGiven(t *testing.T) {
	type item struct {
		A, B keeper
		ID   string `ddb:",pk"`
	}
	plan, err := mapper.Compile(reflect.TypeFor[item](), mapper.Options{})
	require.NoError(t, err)
	var got item
	sink := plan.Sink(&got)
	var r attribute.Reader
	for slot, text := range []string{"first", "other", "id"} {
		r.Reset(&types.AttributeValueMemberS{Value: text})
		require.NoError(t, sink.Set(wire.Slot(slot), 0, &r))
	}
	require.NoError(t, sink.Finish())
	sink.Release()
	assert.Equal(t, "first", string(got.A))
	assert.Equal(t, "other", string(got.B))
}

func TestOmits(t *testing.T) {
	type item struct {
		ID   string  `ddb:"a,pk"`
		Text string  `ddb:"b,omitempty"`
		Ptr  *string `ddb:"c"`
		Null *string `ddb:"d,null"`
	}
	plan, err := mapper.Compile(reflect.TypeFor[item](), mapper.Options{})
	require.NoError(t, err)
	for _, c := range []struct {
		slot int
		v    any
		want bool
	}{{0, "", false}, {1, "", true}, {1, "x", false}, {2, (*string)(nil), true}, {2, nil, true}, {3, nil, false}, {1, 7, false}, {9, "", false}} {
		assert.Equal(t, c.want, plan.Omits(wire.Slot(c.slot), c.v), "%d %v", c.slot, c.v)
	}
}
