package mapper_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/mapper"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var conformanceSeed = flag.Uint64("conformance.seed", 1, "of the random values that are compared with attributevalue's")

const (
	conformanceTable  = "conformance"
	conformanceTypes  = 200 // of attributes, at least
	conformanceValues = 50  // of each type of items
	wiredValues       = 10  // of them, through the SDK too
	encryptedValues   = 3   // of these, encrypted too
)

// family is item types that are built from one type.
type family struct {
	items []reflect.Type
	run   []func(*testing.T, *conformer)
	text  bool // attributevalue is asked to use MarshalText
}

func ofType[T any]() family {
	return family{items: []reflect.Type{reflect.TypeFor[T]()}, run: []func(*testing.T, *conformer){conforms[T]}}
}

func (f family) and(g family) family {
	return family{append(f.items, g.items...), append(f.run, g.run...), f.text}
}

func (f family) withText() family { f.text = true; return f }

func built[T any]() family { return ofType[Single[T]]().and(ofType[Many[T]]()) }

func emptiable[T any]() family { return built[T]().and(ofType[Omitting[T]]()) }

func nilable[T any]() family { return ofType[SingleNil[T]]().and(ofType[Many[T]]()) }

func anything[T any]() family { return ofType[SingleAny[T]]().and(ofType[ManyAny[T]]()) }

// conformer is what comparing needs.
type conformer struct {
	*random
	ctx       context.Context // of the whole test: one that ends with a subtest may close the connection of the next
	client    *dynamodb.Client
	encrypted ddb.Config
	encoder   *attributevalue.Encoder
	decoder   *attributevalue.Decoder
}

func newConformer(t *testing.T, text bool) *conformer {
	key, err := secret.New([]byte("0123456789abcdef0123456789abcdef"))
	require.NoError(t, err)
	keys, err := provider.Static(key, key)
	require.NoError(t, err)
	c := &conformer{
		ctx:       t.Context(),
		client:    ddbtest.New(t),
		encrypted: ddb.Config{Encryption: ddbec.Format(keys)},
		encoder:   attributevalue.NewEncoder(func(o *attributevalue.EncoderOptions) { o.UseEncodingMarshalers = text }),
		decoder: attributevalue.NewDecoder(func(o *attributevalue.DecoderOptions) {
			o.UseEncodingUnmarshalers = text
			o.UseNumber = true // float64 would lose digits
		}),
	}
	codec, err := ddb.NewCodec[Times](conformanceTable, ddb.Config{})
	require.NoError(t, err)
	_, err = c.client.CreateTable(t.Context(), codec.CreateTableInput())
	require.NoError(t, err)
	return c
}

// Items equal attributevalue's, numbers by value and sets without order; each package reads what the
// other wrote, and ours reads what came back through the SDK's serializer and deserializer, in clear
// and encrypted.
func TestConformance(t *testing.T) {
	t.Logf("-conformance.seed=%d", *conformanceSeed)
	all, items := map[reflect.Type]bool{}, 0
	conformers := map[bool]*conformer{false: newConformer(t, false), true: newConformer(t, true)}
	for _, f := range conformance {
		for i, run := range f.run {
			p, err := mapper.Compile(f.items[i], mapper.Options{})
			require.NoError(t, err)
			for _, a := range p.Attributes() {
				all[a.Type] = true
			}
			items++
			t.Run(readable(f.items[i]), func(t *testing.T) {
				c := *conformers[f.text]
				c.random = newRandom(*conformanceSeed)
				run(t, &c)
			})
		}
	}
	t.Logf("%d types of attributes in %d types of items, %d values of each", len(all), items, conformanceValues)
	assert.GreaterOrEqual(t, len(all), conformanceTypes)
}

func readable(t reflect.Type) string {
	return strings.ReplaceAll(t.String(), "github.com/dynaseal/ddb/mapper_test.", "")
}

func conforms[T any](t *testing.T, c *conformer) {
	codec, err := ddb.NewCodec[T](conformanceTable, ddb.Config{})
	require.NoError(t, err)
	encrypting, err := ddb.NewCodec[T](conformanceTable, c.encrypted)
	require.NoError(t, err)
	for i := range conformanceValues {
		var v T
		c.fill(reflect.ValueOf(&v).Elem(), nil, 0)
		ours, err := codec.Encode(t.Context(), &v)
		require.NoError(t, err)
		theirs := c.theirs(t, &v)
		requireEqualItems(t, theirs, ours)

		read, err := codec.Decode(t.Context(), theirs)
		require.NoError(t, err)
		requireSame(t, v, read, "theirs read by us")
		var byThem T
		require.NoError(t, c.decoder.Decode(&types.AttributeValueMemberM{Value: ours}, &byThem))
		requireSame(t, v, byThem, "ours read by them")

		if i >= wiredValues {
			continue
		}
		wired := c.wire(t, ours)
		requireEqualItems(t, ours, wired)
		read, err = codec.Decode(t.Context(), wired)
		require.NoError(t, err)
		requireSame(t, v, read, "through the wire")
		if i < encryptedValues {
			sealed, err := encrypting.Encode(t.Context(), &v)
			require.NoError(t, err)
			read, err = encrypting.Decode(t.Context(), c.wire(t, sealed))
			require.NoError(t, err)
			requireSame(t, v, read, "encrypted, through the wire")
		}
	}
}

// theirs is the item that attributevalue makes of v.
func (c *conformer) theirs(t *testing.T, v any) item {
	t.Helper()
	stored, err := c.encoder.Encode(v)
	require.NoError(t, err)
	m, ok := stored.(*types.AttributeValueMemberM)
	require.True(t, ok)
	return m.Value
}

// wire sends an item to a server in this process and reads it back.
func (c *conformer) wire(t *testing.T, it item) item {
	t.Helper()
	_, err := c.client.PutItem(c.ctx, &dynamodb.PutItemInput{TableName: new(conformanceTable), Item: it})
	require.NoError(t, err)
	out, err := c.client.GetItem(c.ctx, &dynamodb.GetItemInput{TableName: new(conformanceTable), Key: item{"id": it["id"]}})
	require.NoError(t, err)
	return out.Item
}

// Every kind that is stored, those on which the packages disagree included.
func TestKindsThroughTheSDK(t *testing.T) {
	c := newConformer(t, false)
	for _, tt := range kinds {
		t.Run(tt.name, func(t *testing.T) {
			typ := holder(reflect.TypeOf(tt.value), tt.words)
			p, err := mapper.Compile(typ, mapper.Options{})
			require.NoError(t, err)
			v := held(typ, tt.value)
			it, err := encode(p, v.Interface())
			require.NoError(t, err)
			wired := c.wire(t, it)
			requireEqualItems(t, it, wired)
			read := reflect.New(typ)
			require.NoError(t, decode(p, wired, read.Interface()))
			assertSame(t, v, read)
		})
	}
}

func requireEqualItems(t *testing.T, want, got item) {
	t.Helper()
	if attribute.EqualItems(want, got) {
		return
	}
	for name := range want {
		if !attribute.Equal(want[name], got[name]) {
			t.Errorf("attribute %s: want %s, got %s", name, shown(want[name]), shown(got[name]))
		}
	}
	for name := range got {
		if want[name] == nil {
			t.Errorf("attribute %s: want none, got %s", name, shown(got[name]))
		}
	}
	t.FailNow()
}

func requireSame[T any](t *testing.T, want, got T, how string) {
	t.Helper()
	// A field that is not stored holds nothing afterwards.
	if !same(reflect.ValueOf(want), reflect.ValueOf(got)) {
		require.Failf(t, how, "want %+v\ngot %+v", jsonOf(want), jsonOf(got))
	}
}

// shown is a value as DynamoDB JSON.
func shown(v av) string {
	if v == nil {
		return "none"
	}
	text, err := ddbjson.Marshal(item{"": v})
	if s, ok := v.(*types.AttributeValueMemberS); ok && err != nil {
		return fmt.Sprintf(`{"S":%q}`, s.Value)
	}
	if err != nil {
		return err.Error()
	}
	return string(text[len(`{"":`) : len(text)-1])
}

func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%+v", v)
	}
	return string(text)
}
