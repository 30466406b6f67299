package dbe_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// victim is an item with an attribute of every type for each protection, and its encryptor.
type victim struct {
	plain, stored crypt.Item
	enc           crypt.ItemEncryptor
	schema        crypt.SchemaConfig
	format        crypt.Format
}

// newVictim is an item of version 1 or 2. suffix makes it another one.
func newVictim(t testing.TB, s keyring.Suite, version int, suffix string) *victim {
	t.Helper()
	v := &victim{
		format: of(t, s),
		plain:  crypt.Item{"pk": &avS{Value: "k" + suffix}, "sk": &avN{Value: "17"}, "free": &avS{Value: "unsigned"}},
		schema: table(actions{"absent": crypt.Sign, "absent2": crypt.Encrypt, "free": crypt.Plain}),
	}
	values := crypt.Item{
		"S": &avS{Value: "text" + suffix}, "N": &avN{Value: "-12.34"}, "B": &avB{Value: []byte{0, 0x7F, 0xFF}}, "BOOL": &avBOOL{Value: true}, "NULL": &avNULL{Value: true},
		"SS": &avSS{Value: []string{"a", "b", "c" + suffix}}, "NS": &avNS{Value: []string{"1", "20"}}, "BS": &avBS{Value: [][]byte{{1}, {0x80}}},
		"L": &avL{Value: []types.AttributeValue{&avS{Value: "x"}, &avBOOL{}}}, "M": &avM{Value: crypt.Item{"k": &avN{Value: "1"}, "l": &avS{Value: "y"}}},
	}
	for kind, value := range values {
		v.plain["s"+kind], v.schema.Actions["s"+kind] = value, crypt.Sign
		v.plain["é"+kind], v.schema.Actions["é"+kind] = itemtest.CopyValue(value), crypt.Encrypt
		if version == 2 {
			v.plain["c"+kind], v.schema.Actions["c"+kind] = itemtest.CopyValue(value), crypt.SignContext
		}
	}
	v.enc = encryptor(t, v.format, v.schema)
	v.stored = encrypted(t, v.enc, v.plain)
	return v
}

// opens demands that the untouched item opens.
func (v *victim) opens(t *testing.T) {
	t.Helper()
	opened := decrypted(t, v.enc, v.stored)
	require.Equal(t, v.plain, opened.Item)
	require.Equal(t, []string{"free"}, opened.Unsigned)
	require.False(t, opened.Stale)
	require.Nil(t, opened.Actions)
}

// refuses demands that an altered item does not.
func (v *victim) refuses(t *testing.T, altered crypt.Item, what ...any) {
	t.Helper()
	opened, err := v.enc.DecryptItem(t.Context(), altered)
	require.Error(t, err, what...)
	require.Zero(t, opened)
	var e *crypt.Error
	require.ErrorAs(t, err, &e)
	if errors.Is(err, crypt.ErrAuth) {
		refused(t, err, crypt.ErrAuth)
	}
}

// every calls f with a victim of each suite and version.
func every(t *testing.T, f func(t *testing.T, s keyring.Suite, version int)) {
	for _, s := range suites {
		for version := 1; version <= 2; version++ {
			t.Run(fmt.Sprintf("%v, version %d", s, version), func(t *testing.T) { f(t, s, version) })
		}
	}
}

func TestRoundTrip(t *testing.T) {
	every(t, func(t *testing.T, s keyring.Suite, version int) {
		v := newVictim(t, s, version, "1")
		v.opens(t)
		assert.Equal(t, []string{head, foot}, v.enc.Marks().All)
		assert.Equal(t, foot, v.enc.Marks().Seal)
		assert.Len(t, v.stored, len(v.plain)+2)
		for name, value := range v.plain {
			if strings.HasPrefix(name, "é") {
				assert.IsType(t, &avB{}, v.stored[name])
				assert.NotContains(t, string(bytesOf(t, v.stored, name)), "text")
			} else {
				assert.Equal(t, value, v.stored[name], "stored as it is")
			}
		}
		again := encrypted(t, v.enc, v.plain)
		assert.NotEqual(t, v.stored[foot], again[foot], "the seal changes with every write")
		assert.NotEqual(t, v.stored["éNULL"], again["éNULL"])
	})
}

func TestReadersAcceptTheSuitesTheyName(t *testing.T) {
	for _, s := range suites {
		for _, c := range []struct {
			reader dbe.Config
			opens  bool
		}{
			{dbe.Config{}, s == keyring.SuiteECDSA},
			{dbe.Config{Suite: keyring.SuiteHMAC}, s == keyring.SuiteHMAC},
			{dbe.Config{Suite: keyring.SuiteHMAC, AcceptSuites: suites}, true},
			{dbe.Config{AcceptSuites: suites}, true},
		} {
			v := newVictim(t, s, 1, "1")
			c.reader.Keyring = rawAES(t, 1)
			opened, err := encryptor(t, format(t, c.reader), v.schema).DecryptItem(t.Context(), v.stored)
			if !c.opens {
				refusedWith(t, err, crypt.ErrFormat, head, "AcceptSuites")
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, v.plain, opened.Item)
			writes := c.reader.Suite
			if writes == 0 {
				writes = keyring.SuiteECDSA
			}
			assert.Equal(t, s != writes, opened.Stale, "the writer would write it under another suite")
		}
	}
}

func TestNewRefuses(t *testing.T) {
	ring := rawAES(t, 1)
	manager, err := keyring.NewManager(keyring.ManagerConfig{Keyring: ring})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		config dbe.Config
		want   string
	}{
		"no keyring":                       {dbe.Config{}, "no Keyring"},
		"keyring and manager":              {dbe.Config{Keyring: ring, Manager: manager}, "one of them"},
		"another suite":                    {dbe.Config{Keyring: ring, Suite: 0x0578}, "Suite 0x0578"},
		"another suite to read":            {dbe.Config{Keyring: ring, AcceptSuites: []keyring.Suite{keyring.SuiteECDSA, 1}}, "AcceptSuites: 0x0001"},
		"a suite that is written not read": {dbe.Config{Keyring: ring, AcceptSuites: suites[:1]}, "0x6701 is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := dbe.New(c.config)
			require.Error(t, err)
			assert.Nil(t, f)
			assert.Contains(t, err.Error(), c.want)
		})
	}
	_, err = dbe.New(dbe.Config{Suite: 1, AcceptSuites: []keyring.Suite{2}})
	for _, want := range []string{"no Keyring", "Suite 0x0001", "AcceptSuites: 0x0002"} {
		assert.ErrorContains(t, err, want, "all mistakes at once")
	}
	s, err := crypt.NewSchema(table(nil))
	require.NoError(t, err)
	_, err = dbe.Format(nil).Encryptor(s)
	assert.ErrorContains(t, err, "no Keyring")
	e, err := dbe.Format(ring).Encryptor(s)
	require.NoError(t, err)
	assert.Equal(t, crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}}, decrypted(t, e, encrypted(t, e, crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}})).Item, "only keys")
}

func TestEncryptorRefusesSchemas(t *testing.T) {
	for name, c := range map[string]struct {
		schema crypt.SchemaConfig
		want   string
	}{
		"a plain key":        {table(actions{"pk": crypt.Plain}), `"pk"`},
		"a name of context":  {table(actions{"aws-crypto-x": crypt.Plain}), "aws-crypto-"},
		"a long name":        {table(actions{strings.Repeat("n", 65530): crypt.SignContext}), "too long"},
		"a long table":       {crypt.SchemaConfig{Table: strings.Repeat("t", 65536), PartitionKey: "pk"}, "65535"},
		"context of unknown": {func() crypt.SchemaConfig { c := table(nil); c.Unknown = crypt.SignContext; return c }(), "declare one"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := crypt.NewSchema(c.schema)
			require.NoError(t, err)
			e, err := dbe.Format(rawAES(t, 1)).Encryptor(s)
			require.Error(t, err)
			assert.Nil(t, e)
			assert.Contains(t, err.Error(), c.want)
		})
	}
	_, err := dbe.Format(rawAES(t, 1)).Encryptor(crypt.Schema{})
	assert.ErrorContains(t, err, "zero Schema")
}

func TestEncryptRefuses(t *testing.T) {
	v1 := table(actions{"e": crypt.Encrypt, "s": crypt.Sign})
	v2 := table(actions{"c": crypt.SignContext, "e": crypt.Encrypt})
	item := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avN{Value: "1"}, "c": &avS{Value: canary}, "e": &avS{Value: canary}}
	for name, c := range map[string]struct {
		schema            crypt.SchemaConfig
		changes           crypt.Item
		attribute, detail string
	}{
		"no partition key":         {v2, crypt.Item{"pk": nil}, "pk", "missing"},
		"no sort key":              {v2, crypt.Item{"sk": nil}, "sk", "missing"},
		"no context attribute":     {v2, crypt.Item{"c": nil}, "c", "encryption context"},
		"an empty key":             {v2, crypt.Item{"pk": &avS{}}, "pk", "empty"},
		"a key that is a list":     {v2, crypt.Item{"pk": &avL{}}, "pk", "S, N or B"},
		"an undeclared attribute":  {v2, crypt.Item{"u": &avS{Value: canary}}, "u", "undeclared"},
		"undeclared in version 1":  {v1, nil, "c", "undeclared"},
		"a header":                 {v2, crypt.Item{head: &avB{}}, head, "already encrypted"},
		"a beacon":                 {v2, crypt.Item{"aws_dbe_b_e": &avS{}}, "aws_dbe_b_e", "modern format"},
		"a legacy mark":            {v2, crypt.Item{"*amzn-ddb-map-sig*": &avB{}}, "*amzn-ddb-map-sig*", "legacy format"},
		"a member twice":           {v2, crypt.Item{"e": &avSS{Value: []string{canary, canary}}}, "e", "twice"},
		"a number not DynamoDB's":  {v2, crypt.Item{"e": &avN{Value: "1" + strings.Repeat("7391", 10)}}, "e", "38"},
		"text not UTF-8":           {v2, crypt.Item{"c": &avS{Value: canary + "\xff"}}, "c", "UTF-8"},
		"a long context attribute": {v2, crypt.Item{"c": &avS{Value: strings.Repeat("7391", 20000)}}, "c", "65535 bytes"},
		"nil":                      {v2, crypt.Item{"e": (*avS)(nil)}, "e", "type"},
		"400 KB":                   {v2, crypt.Item{"e": &avS{Value: strings.Repeat("x", 400<<10)}}, "", "400 KB"},
		"400 KB with its marks":    {v2, crypt.Item{"e": &avS{Value: strings.Repeat("x", 400<<10-300)}}, "", "400 KB"},
	} {
		t.Run(name, func(t *testing.T) {
			stored, err := encryptor(t, of(t, keyring.SuiteHMAC), c.schema).EncryptItem(t.Context(), with(item, c.changes))
			refusedWith(t, err, crypt.ErrFormat, c.attribute, c.detail)
			assert.Nil(t, stored)
		})
	}
}

func TestArgumentsAreLeftAlone(t *testing.T) {
	v := newVictim(t, keyring.SuiteECDSA, 2, "1")
	item := itemtest.Copy(v.plain)
	reverseSets(item)
	again := itemtest.Copy(item)
	encrypted(t, v.enc, item)
	assert.Equal(t, again, item)
	stored := itemtest.Copy(v.stored)
	decrypted(t, v.enc, stored)
	assert.Equal(t, v.stored, stored)
}

func TestConcurrentUse(t *testing.T) {
	v := newVictim(t, keyring.SuiteHMAC, 2, "1")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				stored, err := v.enc.EncryptItem(t.Context(), v.plain)
				if !assert.NoError(t, err) {
					return
				}
				opened, err := v.enc.DecryptItem(t.Context(), stored)
				assert.NoError(t, err)
				assert.Equal(t, v.plain, opened.Item)
			}
		})
	}
	wg.Wait()
}

func TestNamesBeyondASCII(t *testing.T) {
	every(t, func(t *testing.T, s keyring.Suite, version int) {
		schema := crypt.SchemaConfig{Table: "täble", PartitionKey: "schlüssel", Actions: actions{}, Unsigned: []string{"ü*"}}
		item := crypt.Item{"schlüssel": &avS{Value: "k"}, "überall": &avS{Value: "x"}}
		for i, name := range []string{"a", "ä", "\uFFFF", "\uE000", "\U00010000", "𐀀", "aa", "\U0001F600x", "zzz"} {
			item[name], schema.Actions[name] = &avS{Value: name}, crypt.Action(i%2+1)
			if version == 2 && i%4 == 3 {
				schema.Actions[name] = crypt.SignContext
			}
		}
		e := encryptor(t, of(t, s), schema)
		assert.Equal(t, item, decrypted(t, e, encrypted(t, e, item)).Item)
	})
}

func TestALargeItemOpens(t *testing.T) {
	e := encryptor(t, of(t, keyring.SuiteHMAC), table(actions{"e": crypt.Encrypt, "s": crypt.Sign, "m": crypt.Encrypt}))
	item := crypt.Item{
		"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}, "e": &avB{Value: make([]byte, 150<<10)}, "s": &avB{Value: make([]byte, 150<<10)},
		"m": &avL{Value: slices.Repeat([]types.AttributeValue{&avS{Value: "member"}}, 5000)},
	}
	stored := encrypted(t, e, item)
	assert.Equal(t, item, decrypted(t, e, stored).Item)
	assert.LessOrEqual(t, attribute.ItemSize(stored), attribute.MaxItemSize)
}

func TestContextsEnd(t *testing.T) {
	v := newVictim(t, keyring.SuiteHMAC, 1, "1")
	inner, err := keyring.NewManager(keyring.ManagerConfig{Keyring: rawAES(t, 1)})
	require.NoError(t, err)
	for name, use := range map[string]func(context.Context, crypt.ItemEncryptor) error{
		"encrypt": func(ctx context.Context, e crypt.ItemEncryptor) error {
			_, err := e.EncryptItem(ctx, v.plain)
			return err
		},
		"decrypt": func(ctx context.Context, e crypt.ItemEncryptor) error {
			_, err := e.DecryptItem(ctx, v.stored)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			asked := 0
			ending := managerFunc{
				func(_ context.Context, r keyring.Request) (keyring.EncryptionMaterials, error) {
					asked++
					cancel()
					return inner.EncryptionMaterials(t.Context(), r)
				},
				func(_ context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
					asked++
					cancel()
					return inner.DecryptionMaterials(t.Context(), r)
				},
			}
			e := encryptor(t, format(t, dbe.Config{Manager: ending, Suite: keyring.SuiteHMAC}), v.schema)
			for range 2 { // it ends while the manager works, and is over before
				err := use(ctx, e)
				require.ErrorIs(t, err, context.Canceled)
				require.NotErrorIs(t, err, crypt.ErrKeys)
			}
			assert.Equal(t, 1, asked)
		})
	}
}

func TestDescribe(t *testing.T) {
	every(t, func(t *testing.T, s keyring.Suite, version int) {
		v := newVictim(t, s, version, canary)
		d, err := dbe.Describe(v.stored, "free")
		require.NoError(t, err)
		assert.Equal(t, version, d.Version)
		assert.Equal(t, s, d.Suite)
		require.Len(t, d.DataKeys, 1)
		assert.Equal(t, "dynaseal", d.DataKeys[0].ProviderID)
		assert.Contains(t, string(d.DataKeys[0].ProviderInfo), "key-1")
		assert.Equal(t, 96, d.DataKeys[0].CiphertextSize)
		assert.Len(t, d.Context, int(s&1))
		assert.Equal(t, len(bytesOf(t, v.stored, head)), d.HeaderSize)
		assert.Equal(t, len(bytesOf(t, v.stored, foot)), d.FooterSize)
		assert.Equal(t, attribute.ItemSize(v.stored), d.ItemSize)
		seen := map[string]dbe.AttributeDescription{}
		for _, a := range d.Attributes {
			seen[a.Name] = a
		}
		require.Len(t, seen, len(v.plain))
		schema, err := crypt.NewSchema(v.schema)
		require.NoError(t, err)
		for name, action := range schema.Attributes() {
			if _, ok := v.plain[name]; !ok {
				continue
			}
			if version == 2 && (name == "pk" || name == "sk") {
				action = crypt.SignContext
			}
			assert.Equal(t, action, seen[name].Action, name)
			assert.Equal(t, attribute.KindOf(v.plain[name]).String(), seen[name].Type, name)
			assert.Equal(t, attribute.Size(v.stored[name]), seen[name].Size, name)
		}
		assert.Contains(t, d.String(), "nothing below is authenticated")
		assert.NotContains(t, d.String(), canary)

		d, err = dbe.Describe(v.stored)
		require.NoError(t, err)
		assert.Zero(t, d.Attributes[0].Action, "the legend does not fit")
		assert.Contains(t, d.String(), "does not fit")
	})
	v := newVictim(t, keyring.SuiteHMAC, 1, "1")
	for name, changes := range map[string]crypt.Item{
		"no header":       {head: nil},
		"no footer":       {foot: nil},
		"a header of S":   {head: &avS{}},
		"a broken header": {head: &avB{Value: []byte{1}}},
		"a broken footer": {foot: &avB{Value: []byte{1}}},
	} {
		_, err := dbe.Describe(with(v.stored, changes))
		assert.ErrorIs(t, err, crypt.ErrFormat, name)
	}
	_, err := dbe.Describe(nil)
	assert.ErrorIs(t, err, crypt.ErrFormat)
}

func TestClaims(t *testing.T) {
	e := encryptor(t, of(t, keyring.SuiteHMAC), table(nil))
	for names, want := range map[string]bool{head: true, foot: true, head + " " + foot: true, "aws_dbe_b_x": false, "*amzn-ddb-map-sig*": false, "": false} {
		item := crypt.Item{}
		for _, name := range strings.Fields(names) {
			item[name] = &avNULL{Value: true}
		}
		assert.Equal(t, want, e.Claims(item), names)
	}
	assert.False(t, e.Claims(nil))
}
