package crypt_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type actions = map[string]crypt.Action

// Package wire imports nothing of ours, so its protections repeat the actions.
func TestActionsAreWiresProtections(t *testing.T) {
	for a, p := range map[crypt.Action]wire.Protection{
		crypt.Encrypt: wire.Encrypt, crypt.Sign: wire.Sign, crypt.SignContext: wire.SignContext, crypt.Plain: wire.Plain, crypt.Refuse: wire.Refuse,
	} {
		assert.Equal(t, uint8(a), uint8(p), a)
	}
}

func TestActionString(t *testing.T) {
	for a, want := range map[crypt.Action]string{
		0: "invalid", crypt.Encrypt: "encrypt", crypt.Sign: "sign", crypt.SignContext: "context", crypt.Plain: "plain", crypt.Refuse: "refuse", 99: "invalid",
	} {
		assert.Equal(t, want, a.String())
	}
}

func TestReserved(t *testing.T) {
	for name, want := range map[string]bool{
		"*amzn-ddb-map-sig*": true, "*amzn-ddb-map-desc*": true, "*amzn-ddb-map-": true, "aws_dbe_head": true, "aws_dbe_": true,
		"": false, "amzn-ddb-map-sig": false, "x*amzn-ddb-map-sig*": false, "aws_dbe": false, "AWS_DBE_head": false,
	} {
		assert.Equal(t, want, crypt.Reserved(name), name)
	}
}

func valid() crypt.SchemaConfig {
	return crypt.SchemaConfig{
		Table: "visits", PartitionKey: "patient", SortKey: "at",
		Actions: actions{"name": crypt.Encrypt, "ward": crypt.Sign, "seen": crypt.Plain, "at": crypt.SignContext},
		Unknown: crypt.Refuse,
	}
}

func TestSchema(t *testing.T) {
	c := valid()
	c.Aliases = []string{"visits-restored", "visits-2"}
	s, err := crypt.NewSchema(c)
	require.NoError(t, err)
	c.Actions["name"] = crypt.Plain
	c.Aliases[0] = "changed"
	s.Aliases()[1] = "changed"
	assert.Equal(t, []string{"visits-restored", "visits-2"}, s.Aliases())
	assert.False(t, s.IsZero())
	assert.Equal(t, []string{"visits", "patient", "at"}, []string{s.Table(), s.PartitionKey(), s.SortKey()})
	assert.Equal(t, crypt.Refuse, s.Unknown())
	var names []string
	for name, a := range s.Attributes() {
		names = append(names, fmt.Sprint(name, "=", a))
	}
	assert.Equal(t, []string{"at=context", "name=encrypt", "patient=sign", "seen=plain", "ward=sign"}, names, "sorted, keys included, nothing of the config kept")
	for range s.Attributes() {
		break // leaving early is fine
	}
	assert.True(t, crypt.Schema{}.IsZero())
}

func TestATableNameIsNoFormatString(t *testing.T) {
	_, err := crypt.NewSchema(crypt.SchemaConfig{Table: "arn:%s%d"})
	assert.ErrorContains(t, err, `table "arn:%s%d": no partition key`)
}

func TestUnsigned(t *testing.T) {
	c := valid()
	c.Unsigned = []string{"z", "seen", "tmp_*", "a", "z"}
	s, err := crypt.NewSchema(c)
	require.NoError(t, err)
	names, prefix := s.Unsigned()
	assert.Equal(t, []string{"a", "seen", "z"}, names, "a plain attribute may be named")
	assert.Equal(t, "tmp_", prefix)
	for name, want := range map[string]bool{"a": true, "z": true, "tmp_": true, "tmp_x": true, "tmp": false, "ward": false, "": false} {
		assert.Equal(t, want, s.IsUnsigned(name), name)
	}
	s, err = crypt.NewSchema(valid())
	require.NoError(t, err)
	assert.False(t, s.IsUnsigned("seen"), "none but what is listed")
}

func TestSchemaAttributesAreInByteOrder(t *testing.T) {
	s, err := crypt.NewSchema(crypt.SchemaConfig{Table: "t", PartitionKey: "\uffff", Actions: actions{"\U00010000": crypt.Sign, "a": crypt.Sign, "B": crypt.Sign}})
	require.NoError(t, err)
	var names []string
	for name := range s.Attributes() {
		names = append(names, name)
	}
	assert.Equal(t, []string{"B", "a", "\uffff", "\U00010000"}, names)
}

func TestNewSchemaRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*crypt.SchemaConfig)
		want   string
	}{
		"no table":                     {func(c *crypt.SchemaConfig) { c.Table = "" }, "no table name"},
		"an ARN":                       {func(c *crypt.SchemaConfig) { c.Table = "arn:aws:dynamodb:eu-west-1:1:table/visits" }, "ARN"},
		"an empty alias":               {func(c *crypt.SchemaConfig) { c.Aliases = []string{""} }, "alias is empty"},
		"an ARN as an alias":           {func(c *crypt.SchemaConfig) { c.Aliases = []string{"arn:aws:dynamodb:eu-west-1:1:table/visits"} }, "ARN"},
		"its name as alias":            {func(c *crypt.SchemaConfig) { c.Aliases = []string{"visits"} }, "twice"},
		"an alias twice":               {func(c *crypt.SchemaConfig) { c.Aliases = []string{"a", "b", "a"} }, `"a" is given twice`},
		"four aliases":                 {func(c *crypt.SchemaConfig) { c.Aliases = []string{"a", "b", "c", "d"} }, "3 at most"},
		"no partition key":             {func(c *crypt.SchemaConfig) { c.PartitionKey = "" }, "no partition key"},
		"one name for both":            {func(c *crypt.SchemaConfig) { c.SortKey = "patient" }, "both"},
		"an encrypted key":             {func(c *crypt.SchemaConfig) { c.Actions["patient"] = crypt.Encrypt }, "use Sign"},
		"an action of 0":               {func(c *crypt.SchemaConfig) { c.Actions["ward"] = 0 }, "no valid action"},
		"Refuse as an action":          {func(c *crypt.SchemaConfig) { c.Actions["ward"] = crypt.Refuse }, "no valid action"},
		"an unknown Unknown":           {func(c *crypt.SchemaConfig) { c.Unknown = 6 }, "unknown attributes"},
		"an empty name":                {func(c *crypt.SchemaConfig) { c.Actions[""] = crypt.Sign }, "empty"},
		"a name not UTF-8":             {func(c *crypt.SchemaConfig) { c.Actions["\xff"] = crypt.Sign }, "UTF-8"},
		"a name too long":              {func(c *crypt.SchemaConfig) { c.Actions[strings.Repeat("x", 65536)] = crypt.Sign }, "65535"},
		"a legacy mark":                {func(c *crypt.SchemaConfig) { c.Actions["*amzn-ddb-map-sig*"] = crypt.Sign }, "reserved"},
		"a modern mark":                {func(c *crypt.SchemaConfig) { c.SortKey = "aws_dbe_foot" }, "reserved"},
		"a signed unsigned attribute":  {func(c *crypt.SchemaConfig) { c.Unsigned = []string{"ward"} }, "Unsigned"},
		"an unsigned prefix of signed": {func(c *crypt.SchemaConfig) { c.Unsigned = []string{"na*"} }, `"name"`},
		"two prefixes":                 {func(c *crypt.SchemaConfig) { c.Unsigned = []string{"x*", "y*"} }, "one prefix"},
		"a prefix of all":              {func(c *crypt.SchemaConfig) { c.Unsigned = []string{"*"} }, "empty"},
		"an unsigned mark":             {func(c *crypt.SchemaConfig) { c.Unsigned = []string{"aws_dbe_*"} }, "reserved"},
	} {
		t.Run(name, func(t *testing.T) {
			config := valid()
			c.change(&config)
			s, err := crypt.NewSchema(config)
			require.Error(t, err)
			assert.True(t, s.IsZero())
			assert.Contains(t, err.Error(), c.want)
			assert.Less(t, len(err.Error()), 500, "a long name does not make a long message")
		})
	}
	t.Run("every mistake at once", func(t *testing.T) {
		_, err := crypt.NewSchema(crypt.SchemaConfig{Actions: actions{"a": 0, "aws_dbe_x": crypt.Sign}, Unknown: 9})
		require.Error(t, err)
		for _, want := range []string{"no table name", "no partition key", `"a"`, `"aws_dbe_x"`, "unknown attributes"} {
			assert.Contains(t, err.Error(), want)
		}
	})
}

func TestAKeyMayBePlainOrInTheContext(t *testing.T) {
	c := valid()
	c.Actions["patient"] = crypt.Plain
	_, err := crypt.NewSchema(c)
	assert.NoError(t, err)
}

func TestFingerprint(t *testing.T) {
	fingerprint := func(change func(*crypt.SchemaConfig)) string {
		c := valid()
		c.Actions = maps.Clone(c.Actions)
		change(&c)
		s, err := crypt.NewSchema(c)
		require.NoError(t, err)
		f := s.Fingerprint()
		return hex.EncodeToString(f[:])
	}
	same := fingerprint(func(*crypt.SchemaConfig) {})
	assert.Equal(t, "b5d0ce90c43c5a13a2a8abaa4ee229f16d85da4f634deca34cc7b3569fd14194", same, "it is the same in every process and version")
	seen := map[string]string{same: "the schema itself"}
	for name, change := range map[string]func(*crypt.SchemaConfig){
		"table":         func(c *crypt.SchemaConfig) { c.Table = "visit" },
		"partition key": func(c *crypt.SchemaConfig) { c.PartitionKey = "patien" },
		"sort key":      func(c *crypt.SchemaConfig) { c.SortKey = "" },
		"unknown":       func(c *crypt.SchemaConfig) { c.Unknown = 0 },
		"an action":     func(c *crypt.SchemaConfig) { c.Actions["ward"] = crypt.Encrypt },
		"a name":        func(c *crypt.SchemaConfig) { c.Actions["w"] = crypt.Sign },
		"a name less":   func(c *crypt.SchemaConfig) { delete(c.Actions, "ward") },
		"unsigned":      func(c *crypt.SchemaConfig) { c.Unsigned = []string{"x"} },
		"its prefix":    func(c *crypt.SchemaConfig) { c.Unsigned = []string{"x*"} },
		"both":          func(c *crypt.SchemaConfig) { c.Unsigned = []string{"x", "x*"} },
	} {
		f := fingerprint(change)
		assert.Empty(t, seen[f], name)
		seen[f] = name
	}
	assert.Equal(t, same, fingerprint(func(c *crypt.SchemaConfig) { c.Actions["patient"] = crypt.Sign }), "a key's default said aloud")
	assert.Equal(t, same, fingerprint(func(c *crypt.SchemaConfig) { c.Aliases = []string{"a"} }), "nothing is written otherwise")
}

func TestError(t *testing.T) {
	cause := fmt.Errorf("%w: too long", crypt.ErrFormat)
	for want, e := range map[string]*crypt.Error{
		"crypt: encrypt: table \"visits\": attribute \"name\": cut it: item does not fit the format: too long": {Op: "encrypt", Table: "visits", Attribute: "name", Detail: "cut it", Err: cause},
		"crypt: decrypt: table \"visits\": item failed verification":                                           {Op: "decrypt", Table: "visits", Err: crypt.ErrAuth},
		"crypt: decrypt: table \"visits\"":                                                                     {Op: "decrypt", Table: "visits"},
		"crypt: decrypt: table \"visits\": attribute \"\\xff\"":                                                {Op: "decrypt", Table: "visits", Attribute: "\xff"},
		"crypt: decrypt: table \"visits\": attribute \"" + strings.Repeat("x", 128) + "\"…":                    {Op: "decrypt", Table: "visits", Attribute: strings.Repeat("x", 1000)},
	} {
		assert.Equal(t, want, e.Error())
	}
	err := error(&crypt.Error{Err: cause})
	assert.ErrorIs(t, err, crypt.ErrFormat)
	assert.NotErrorIs(t, err, crypt.ErrAuth)
	assert.Nil(t, errors.Unwrap(&crypt.Error{}))
}

func ExampleSchema_Fingerprint() {
	s, err := crypt.NewSchema(crypt.SchemaConfig{Table: "visits", PartitionKey: "patient", Actions: map[string]crypt.Action{"name": crypt.Encrypt}})
	if err != nil {
		panic(err)
	}
	f := s.Fingerprint()
	fmt.Printf("%x", f[:4])
	// Output: dab7ced9
}
