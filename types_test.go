package ddb_test

import (
	"database/sql"
	"errors"
	"math/big"
	"net/netip"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Dose says itself how it is stored, and that none is not.
type Dose struct {
	Amount int
	Unit   string
}

func (d Dose) MarshalDDB() (types.AttributeValue, error) {
	switch {
	case d.Amount < 0:
		return nil, errors.New(canary)
	case d == Dose{}:
		return nil, ddb.ErrOmit
	}
	return &types.AttributeValueMemberL{Value: []types.AttributeValue{&avN{Value: strconv.Itoa(d.Amount)}, &avS{Value: d.Unit}}}, nil
}

func (d *Dose) UnmarshalDDB(v types.AttributeValue) error {
	l, ok := v.(*types.AttributeValueMemberL)
	if !ok || len(l.Value) != 2 {
		return errors.New(canary)
	}
	d.Unit = l.Value[1].(*avS).Value
	return attributevalue.Unmarshal(l.Value[0], &d.Amount)
}

var (
	_ ddb.Marshaler   = Dose{}
	_ ddb.Unmarshaler = (*Dose)(nil)
)

// Celsius is stored by a codec, as what nobody measured not at all.
type Celsius struct{ degrees *float64 }

var celsius = ddb.CodecFor(
	func(c Celsius) (ddb.Number, error) {
		if c.degrees == nil {
			return "", ddb.ErrOmit
		}
		return ddb.Number(strconv.FormatFloat(*c.degrees, 'g', -1, 64)), nil
	},
	func(n ddb.Number) (c Celsius, err error) {
		r, err := n.Rat()
		if err == nil {
			f, _ := r.Float64()
			c.degrees = new(f)
		}
		return c, err
	},
)

type Chart struct {
	Patient  string                  `ddb:"patient,pk"`
	Address  netip.Addr              `ddb:"address,sk,binary"`
	Dose     Dose                    `ddb:"dose,plain"`
	Doses    map[string]Dose         `ddb:"doses"`
	Fever    Celsius                 `ddb:"fever,plain"`
	Readings []Celsius               `ddb:"readings"`
	Price    *big.Rat                `ddb:"price"`
	Scale    *big.Float              `ddb:"scale"`
	Ward     sql.NullString          `ddb:"ward,plain"`
	Left     sql.Null[time.Time]     `ddb:"left,unixtime,null"`
	Link     *url.URL                `ddb:"link"`
	Notes    map[string][]string     `ddb:"notes,json"`
	Raw      types.AttributeValue    `ddb:"raw"`
	Seen     attributevalue.UnixTime `ddb:"seen"`
	Any      any                     `ddb:"any"`
}

func chart(t *testing.T) Chart {
	link, err := url.Parse("https://example.com/?q=1")
	require.NoError(t, err)
	return Chart{
		Patient: "p", Address: netip.MustParseAddr("10.0.0.1"), Dose: Dose{5, "mg"}, Doses: map[string]Dose{"a": {1, "g"}, "none": {}},
		Fever: Celsius{new(38.5)}, Readings: []Celsius{{new(0.5)}}, Price: big.NewRat(5, 4), Scale: big.NewFloat(0.1),
		Ward: sql.NullString{String: "3B", Valid: true}, Link: link, Notes: map[string][]string{"n": {"<a>"}},
		Raw:  &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"n": &avN{Value: "1.5"}, "null": &types.AttributeValueMemberNULL{Value: true}}},
		Seen: attributevalue.UnixTime(time.Unix(1795521600, 0).UTC()), Any: Dose{7, "ml"},
	}
}

// storedChart is the item of chart.
func storedChart() crypt.Item {
	list := func(vs ...types.AttributeValue) types.AttributeValue { return &types.AttributeValueMemberL{Value: vs} }
	return crypt.Item{
		"patient": &avS{Value: "p"}, "address": &types.AttributeValueMemberB{Value: []byte{10, 0, 0, 1}}, "dose": list(&avN{Value: "5"}, &avS{Value: "mg"}),
		"doses": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": list(&avN{Value: "1"}, &avS{Value: "g"})}},
		"fever": &avN{Value: "38.5"}, "readings": list(&avN{Value: "0.5"}), "price": &avN{Value: "1.25"}, "scale": &avN{Value: "0.1"},
		"ward": &avS{Value: "3B"}, "left": &types.AttributeValueMemberNULL{Value: true}, "link": &types.AttributeValueMemberB{Value: []byte("https://example.com/?q=1")},
		"notes": &avS{Value: `{"n":["\u003ca\u003e"]}`}, "seen": &avN{Value: "1795521600"}, "any": list(&avN{Value: "7"}, &avS{Value: "ml"}),
		"raw": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"n": &avN{Value: "1.5"}, "null": &types.AttributeValueMemberNULL{Value: true}}},
	}
}

func TestEveryTypeIsSealed(t *testing.T) {
	for name, cfg := range map[string]ddb.Config{"encrypted": {Encryption: format(t)}, "not encrypted": {}} {
		t.Run(name, func(t *testing.T) {
			cfg.Codecs = []ddb.TypeCodec{celsius}
			codec, err := ddb.NewCodec[Chart]("charts", cfg)
			require.NoError(t, err)
			v := chart(t)
			item, err := codec.Encode(t.Context(), &v)
			require.NoError(t, err)
			plain := item
			if cfg.Encryption != nil {
				enc, err := cfg.Encryption.Encryptor(codec.Schema())
				require.NoError(t, err)
				opened, err := enc.DecryptItem(t.Context(), item)
				require.NoError(t, err)
				plain = opened.Item
			}
			assert.Equal(t, storedChart(), plain)
			read, err := codec.Decode(t.Context(), item)
			require.NoError(t, err)
			delete(v.Doses, "none")
			scale, held := read.Scale, read.Any
			assert.EqualValues(t, 128, scale.Prec())
			assert.Equal(t, []any{ddb.Number("7"), "ml"}, held)
			read.Scale, read.Any = v.Scale, v.Any
			assert.Equal(t, v, read)

			again := Chart{Patient: "p", Address: v.Address, Seen: v.Seen}
			item, err = codec.Encode(t.Context(), &again)
			require.NoError(t, err)
			assert.NotContains(t, item, "dose")
			assert.NotContains(t, item, "fever")
			assert.NotContains(t, item, "ward")
			assert.Contains(t, item, "left")
		})
	}
}

func TestUsersErrorsAreNotShown(t *testing.T) {
	codec, err := ddb.NewCodec[Chart]("charts", ddb.Config{Codecs: []ddb.TypeCodec{celsius}})
	require.NoError(t, err)
	v := chart(t)
	v.Dose.Amount = -1
	_, err = codec.Encode(t.Context(), &v)
	require.ErrorContains(t, err, "ddb: encode: mapper: encode: Chart.Dose (ddb_test.Dose): attribute \"dose\": MarshalDDB failed")
	silent(t, "marshaler", err)
	item := storedChart()
	item["dose"] = &avS{Value: canary}
	_, err = codec.Decode(t.Context(), item)
	require.ErrorContains(t, err, "UnmarshalDDB failed")
	silent(t, "unmarshaler", err)
}

func TestCodecsAreChecked(t *testing.T) {
	_, err := ddb.NewCodec[Chart]("charts", ddb.Config{Codecs: []ddb.TypeCodec{celsius, celsius, {}}})
	assert.ErrorContains(t, err, "Config.Codecs[1] (ddb_test.Celsius): it has a codec already: keep one")
	assert.ErrorContains(t, err, "Config.Codecs[2] (nil): the zero TypeCodec: make one with CodecFor")
	_, err = ddb.NewCodec[Chart]("charts", ddb.Config{})
	assert.ErrorContains(t, err, "Chart.Fever (ddb_test.Celsius): none of its fields is stored", "codecs hold for one table")
}

// A key that its codec leaves out is no key.
func TestKeysAreNotLeftOut(t *testing.T) {
	type T struct {
		ID Celsius `ddb:"id,pk"`
	}
	codec, err := ddb.NewCodec[T]("t", ddb.Config{Encryption: format(t), Codecs: []ddb.TypeCodec{celsius}})
	require.NoError(t, err)
	item, err := codec.Encode(t.Context(), &T{Celsius{new(1.5)}})
	require.NoError(t, err)
	assert.Equal(t, &avN{Value: "1.5"}, item["id"])
	_, err = codec.Encode(t.Context(), &T{})
	assert.ErrorContains(t, err, `"id"`)
	client := &counting{}
	table, err := ddb.NewTable[T](client, "t", ddb.Config{Encryption: format(t), Codecs: []ddb.TypeCodec{celsius}})
	require.NoError(t, err)
	_, err = table.Get(t.Context(), table.Key(Celsius{}))
	assert.ErrorContains(t, err, "leaves it out, which only a field or a member of a map can be")
	assert.Zero(t, client.n)
}

var (
	chartDose = ddb.F(func(c *Chart) *Dose { return &c.Dose })
	chartWard = ddb.F(func(c *Chart) *sql.NullString { return &c.Ward })
)

func TestModifyWhatMayBeLeftOut(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		for name, cfg := range map[string]ddb.Config{"encrypted": {Encryption: format(t)}, "not encrypted": {}} {
			t.Run(name, func(t *testing.T) {
				cfg.Codecs = []ddb.TypeCodec{celsius}
				table := newTable[Chart](t, client, cfg)
				v := chart(t)
				require.NoError(t, table.Create(t.Context(), &v))
				key := table.KeyOf(&v)
				edit := func(f func(c *Chart)) crypt.Item {
					_, err := table.Modify(t.Context(), key, func(c *Chart) error { f(c); return nil })
					require.NoError(t, err)
					return stored(t, client, *table.CreateTableInput().TableName, crypt.Item{"patient": &avS{Value: "p"}, "address": &types.AttributeValueMemberB{Value: []byte{10, 0, 0, 1}}})
				}
				item := edit(func(c *Chart) { c.Dose, c.Ward.Valid = Dose{}, false })
				assert.NotContains(t, item, "dose")
				assert.NotContains(t, item, "ward")
				assert.Contains(t, item, "fever")
				item = edit(func(c *Chart) { c.Dose, c.Fever = Dose{1, "g"}, Celsius{} })
				assert.Contains(t, item, "dose")
				assert.NotContains(t, item, "fever")
				read, err := table.Get(t.Context(), key)
				require.NoError(t, err)
				assert.Equal(t, Dose{1, "g"}, read.Dose)
				assert.Equal(t, "1.25", read.Price.FloatString(2))

				require.NoError(t, table.Put(t.Context(), &v, chartDose.Eq(Dose{1, "g"}), chartWard.Missing()))
				require.ErrorIs(t, table.Put(t.Context(), &v, chartDose.Eq(Dose{1, "g"})), ddb.ErrCondition)
				assert.ErrorContains(t, table.Put(t.Context(), &v, chartDose.Eq(Dose{})), "use Missing or Exists")
				assert.ErrorContains(t, table.Put(t.Context(), &v, chartWard.Eq(sql.NullString{})), "use Missing or Exists")
			})
		}
	})
}

// Words that came from elsewhere, on types that are stored as others.
func TestOtherWordsOnForeignTypes(t *testing.T) {
	type Moment struct{ t time.Time }
	type T struct {
		ID      string                  `ddb:"id,pk"`
		Expires Moment                  `ddb:"expires,ttl"`
		Dose    Dose                    `ddb:"dose,was=old"`
		Ward    sql.NullString          `ddb:"ward,was=station"`
		Notes   []string                `ddb:"notes,json,was=remarks"`
		Seen    attributevalue.UnixTime `dynamodbav:"seen"`
		Rest    ddb.Unknown             `ddb:",unknown"`
	}
	cfg := ddb.Config{Encryption: format(t), FallbackTag: "dynamodbav", Codecs: []ddb.TypeCodec{ddb.CodecFor(
		func(m Moment) (time.Time, error) { return m.t, nil }, func(t time.Time) (Moment, error) { return Moment{t}, nil })}}
	codec, err := ddb.NewCodec[T]("t", cfg)
	require.NoError(t, err)
	enc, err := cfg.Encryption.Encryptor(codec.Schema())
	require.NoError(t, err)
	second := time.Unix(1795521600, 0).UTC()
	v := T{ID: "1", Expires: Moment{second}, Seen: attributevalue.UnixTime(second)}
	item, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	opened, err := enc.DecryptItem(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, crypt.Item{"id": &avS{Value: "1"}, "expires": &avN{Value: "1795521600"}, "seen": &avN{Value: "1795521600"}}, opened.Item)

	opened.Item["old"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{&avN{Value: "5"}, &avS{Value: "mg"}}}
	opened.Item["station"], opened.Item["remarks"], opened.Item["ward"] = &avS{Value: "3B"}, &avS{Value: `["a"]`}, &avS{Value: "3B"}
	old, err := enc.EncryptItem(t.Context(), opened.Item)
	require.NoError(t, err)
	read, err := codec.Decode(t.Context(), old)
	require.NoError(t, err)
	v.Dose, v.Ward, v.Notes = Dose{5, "mg"}, sql.NullString{String: "3B", Valid: true}, []string{"a"}
	assert.Equal(t, v, read)
	item, err = codec.Encode(t.Context(), &read)
	require.NoError(t, err)
	for _, name := range []string{"old", "station", "remarks"} {
		assert.NotContains(t, item, name)
	}
}
