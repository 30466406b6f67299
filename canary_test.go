package ddb_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// canary is planted in every kind of value, in keys and in key material, and must never sing.
const canary = "CANARY7391"

// canaryNumber is the canary of number fields.
const canaryNumber = 7391739173917391

type Aviary struct {
	ID     string            `ddb:"id,pk"`
	Sort   int64             `ddb:"sort,sk"`
	Text   string            `ddb:"text,encrypt"`
	Number int64             `ddb:"number,encrypt"`
	Bytes  []byte            `ddb:"bytes,encrypt"`
	List   []string          `ddb:"list,encrypt"`
	Set    []string          `ddb:"set,set,encrypt"`
	Map    map[string]string `ddb:"map,encrypt"`
	Any    any               `ddb:"any,encrypt"`
	Signed string            `ddb:"signed,sign"`
	Plain  string            `ddb:"plain,plain"`
	Exact  ddb.Number        `ddb:"exact,sign"`
}

func aviary() Aviary {
	return Aviary{
		ID: canary, Sort: canaryNumber, Text: canary, Number: canaryNumber, Bytes: []byte(canary), List: []string{canary}, Set: []string{canary},
		Map: map[string]string{"k": canary}, Any: []any{canary}, Signed: canary, Plain: canary, Exact: ddb.Number(fmt.Sprint(canaryNumber)),
	}
}

// songs are the spellings in which the canary would give itself away.
var songs = []string{
	canary, strings.ToLower(canary), fmt.Sprint(canaryNumber),
	base64.StdEncoding.EncodeToString([]byte(canary))[:12], hex.EncodeToString([]byte(canary)), strings.TrimSuffix(fmt.Sprint([]byte(canary)), "]"),
}

// silent demands that no way to print v shows a canary.
func silent(t *testing.T, what string, v any) {
	t.Helper()
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v)
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
	if j, err := json.Marshal(v); err == nil {
		b.Write(j)
	}
	for err, ok := v.(error); ok && err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&b, "%+v\n", err)
	}
	for _, song := range songs {
		assert.NotContains(t, b.String(), song, what)
	}
}

func TestNoErrorShowsAValueOrAKey(t *testing.T) {
	material := []byte(canary + canary + canary + canary)[:32]
	k, err := secret.New(material)
	require.NoError(t, err)
	keys, err := provider.Static(k, k)
	require.NoError(t, err)
	cfg := ddb.Config{Encryption: ddbec.Format(keys)}
	codec, err := ddb.NewCodec[Aviary]("aviary", cfg)
	require.NoError(t, err)
	v := aviary()
	genuine, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)

	provoked := 0
	provoke := func(what string, err error) {
		t.Helper()
		if assert.Error(t, err, what) {
			provoked++
			silent(t, what, err)
		}
	}

	decode := func(what string, f func(crypt.Item)) {
		item := maps.Clone(genuine)
		f(item)
		_, err := codec.Decode(t.Context(), item)
		provoke(what, err)
	}
	plainCodec, err := ddb.NewCodec[struct {
		ID     string     `ddb:"id,pk"`
		Sort   int8       `ddb:"sort,sk"`
		Text   int        `ddb:"text"`
		Number int8       `ddb:"number"`
		Signed bool       `ddb:"signed"`
		Exact  float32    `ddb:"exact"`
		List   [9]string  `ddb:"list"`
		Any    ddb.Number `ddb:"any"`
	}]("aviary", ddb.Config{})
	require.NoError(t, err)

	// Every attribute replaced by every kind of value, encrypted and as a type that does not fit.
	kinds := map[string]crypt.Item{
		"S":    {"": &avS{Value: canary}},
		"N":    {"": &avN{Value: fmt.Sprint(canaryNumber)}},
		"N?":   {"": &avN{Value: canary}},
		"B":    {"": &avB{Value: []byte(canary)}},
		"B32":  {"": &avB{Value: []byte(canary + canary + canary + "..")}},
		"SS":   {"": &avSS{Value: []string{canary}}},
		"none": nil,
	}
	for _, name := range slices.Sorted(maps.Keys(genuine)) {
		if name == "plain" || name == "*amzn-ddb-map-desc*" {
			continue
		}
		for kind, value := range kinds {
			decode(name+" as "+kind, func(m crypt.Item) {
				if value == nil {
					delete(m, name)
				} else {
					m[name] = value[""]
				}
				m["signed"] = &avS{Value: canary + "!"}
			})
		}
	}
	for kind, value := range kinds {
		if value == nil {
			continue
		}
		_, err := plainCodec.Decode(t.Context(), crypt.Item{
			"id": &avS{Value: canary}, "sort": value[""], "text": value[""], "number": value[""], "signed": value[""], "exact": value[""], "list": value[""], "any": value[""],
		})
		provoke("plain "+kind, err)
	}
	for what, f := range map[string]func(*Aviary){
		"invalid UTF-8":            func(v *Aviary) { v.Text = canary + "\xff" },
		"duplicate members":        func(v *Aviary) { v.Set = []string{canary, canary} },
		"no number":                func(v *Aviary) { v.Exact = canary },
		"a long key":               func(v *Aviary) { v.ID = strings.Repeat(canary, 300) },
		"a large item":             func(v *Aviary) { v.Text = strings.Repeat(canary, 50_000) },
		"a channel in any":         func(v *Aviary) { v.Any = map[string]any{canary: make(chan int)} },
		"invalid UTF-8 in a key":   func(v *Aviary) { v.Map = map[string]string{canary + "\xff": canary} },
		"invalid UTF-8 in a list":  func(v *Aviary) { v.List = []string{canary + "\xff"} },
		"39 digits":                func(v *Aviary) { v.Exact = ddb.Number(strings.Repeat("7391739173", 4)) },
		"an empty key":             func(v *Aviary) { v.ID = "" },
		"an invalid signed string": func(v *Aviary) { v.Signed = canary + "\xff" },
		"an invalid plain string":  func(v *Aviary) { v.Plain = canary + "\xff" },
	} {
		v := aviary()
		f(&v)
		_, err := codec.Encode(t.Context(), &v)
		provoke(what, err)
	}
	assert.GreaterOrEqual(t, provoked, 100, "the errors that were provoked")

	field := ddb.F(func(v *Aviary) *string { return &v.Signed })
	for what, v := range map[string]any{
		"codec": codec, "config": cfg, "key": codec.Key(canary, canaryNumber), "condition": field.Eq(canary).And(field.In(canary)),
		"secret": k, "a struct that holds a secret": struct{ k secret.Key }{k}, "provider": keys,
		"condition error": &ddb.ConditionError[Aviary]{Current: &v, Err: ddb.ErrCondition},
	} {
		silent(t, what, v)
	}
}
