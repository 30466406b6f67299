package ddbec_test

import (
	"context"
	"crypto"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// in is a format that writes a dialect.
func in(t testing.TB, d ddbec.Dialect) crypt.Format {
	return format(t, ddbec.Config{Provider: keys(t), Dialect: d})
}

// dialectVectors are items of which AWS's two clients sign different bytes, written by both.
func dialectVectors(t *testing.T) peerFile {
	t.Helper()
	var f peerFile
	readJSON(t, &f, "../../testdata/ddbec", "dialects.json")
	require.GreaterOrEqual(t, len(f.Vectors), 36, "there are fewer vectors than there were")
	return f
}

func TestBothDialectsAreReadWhateverIsWritten(t *testing.T) {
	f := dialectVectors(t)
	for _, v := range f.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			written := map[string]ddbec.Dialect{"java": ddbec.Java, "python": ddbec.Python}[v.Case.Dialect]
			for _, d := range []ddbec.Dialect{ddbec.Java, ddbec.Python} {
				opened, err := encryptor(t, v.Case.format(t, f, d), v.Case.schema()).DecryptItem(t.Context(), crypt.Item(v.Stored))
				require.NoError(t, err)
				assert.True(t, attribute.EqualItems(crypt.Item(v.Plaintext), opened.Item))
				assert.Equal(t, written != d && v.Case.Provider.Encrypt == "", opened.Stale, "the writer would not write it so")
			}
		})
	}
}

func TestWhatIsWrittenHasTheSignatureOfTheClient(t *testing.T) {
	f := dialectVectors(t)
	same, refusals, zeros := 0, 0, 0
	for _, v := range f.Vectors {
		if v.Case.Provider.Encrypt != "" {
			continue // under another random vector each time
		}
		t.Run(v.ID, func(t *testing.T) {
			plain := crypt.Item(maps.Clone(v.Stored))
			delete(plain, ddbec.SignatureField)
			delete(plain, ddbec.DescriptionField)
			stored, err := encryptor(t, v.Case.format(t, f), v.Case.schema()).EncryptItem(t.Context(), plain)
			switch {
			case v.Case.Dialect == "python" && strings.Contains(v.ID, "digits") || strings.Contains(v.ID, "python: numbers") || strings.Contains(v.ID, "python: names and numbers"):
				require.ErrorIs(t, err, crypt.ErrFormat)
				var refusal *crypt.Error
				require.ErrorAs(t, err, &refusal)
				assert.Contains(t, plain, refusal.Attribute)
				assert.ErrorContains(t, err, "28 digits")
				refusals++
			case v.Case.Dialect == "python" && strings.Contains(v.ID, "zero"):
				require.NoError(t, err)
				assert.NotEqual(t, v.Stored[ddbec.SignatureField], stored[ddbec.SignatureField], "DynamoDB returns 0")
				assert.Contains(t, []any{&avN{Value: "0"}, &avNS{Value: []string{"0", "-1", "1"}}}, stored["v"])
				zeros++
			default:
				require.NoError(t, err)
				assert.Equal(t, v.Stored[ddbec.SignatureField], stored[ddbec.SignatureField])
				same++
			}
		})
	}
	assert.Equal(t, []int{23, 9, 2}, []int{same, refusals, zeros})
}

// Python signs 28 digits. Those behind them anybody may alter, so they are not handed out.
func TestDigitsThatPythonDidNotSignAreNotHandedOut(t *testing.T) {
	f := dialectVectors(t)
	altered := 0
	for _, v := range f.Vectors {
		n, ok := v.Stored["v"].(*avN)
		if v.Case.Dialect != "python" || !ok || !strings.Contains(v.ID, "38 digits") {
			continue
		}
		item := maps.Clone(v.Stored)
		item["v"] = &avN{Value: n.Value[:len(n.Value)-1] + "8"}
		require.NotEqual(t, n.Value, item["v"].(*avN).Value)
		opened, err := encryptor(t, v.Case.format(t, f), v.Case.schema()).DecryptItem(t.Context(), crypt.Item(item))
		require.NoError(t, err)
		assert.True(t, attribute.EqualItems(crypt.Item(v.Plaintext), opened.Item), v.ID)
		altered++

		item["v"] = &avN{Value: strings.Replace(n.Value, "9", "8", 1)}
		if strings.Contains(v.ID, "fraction") {
			item["v"] = &avN{Value: strings.Replace(n.Value, "1", "2", 1)}
		}
		_, err = encryptor(t, v.Case.format(t, f), v.Case.schema()).DecryptItem(t.Context(), crypt.Item(item))
		assert.ErrorIs(t, err, crypt.ErrAuth, v.ID)
	}
	assert.Equal(t, 2, altered)
}

const (
	astral, high = "\U00010000", "\uFFFD"

	// unhinted is a description with the mode of encryption and nothing else.
	unhinted = "0000000000000015616d7a6e2d6464622d6d61702d73796d2d6d6f6465000000112f4342432f504b43533550616464696e67"
)

// disputed has attributes of every sort that the dialects sign differently.
func disputed() crypt.Item {
	return crypt.Item{
		"pk":   &avS{Value: canary},
		astral: &avBS{Value: [][]byte{{1}, {0x80}}},
		high: &avM{Value: crypt.Item{
			high: &avSS{Value: []string{high, astral, canary}}, astral: &avN{Value: "-0"}, "k": &avB{Value: []byte(canary)},
		}},
	}
}

func TestEachDialectIsReadBack(t *testing.T) {
	for _, action := range []crypt.Action{crypt.Sign, crypt.Encrypt, crypt.Plain} {
		schema := table(actions{astral: action, high: action})
		for _, d := range []ddbec.Dialect{ddbec.Java, ddbec.Python} {
			writer := encryptor(t, in(t, d), schema)
			item := disputed()
			before := itemtest.Copy(item)
			stored, err := writer.EncryptItem(t.Context(), item)
			require.NoError(t, err)
			assert.Equal(t, before, item, "the argument is not modified")
			for _, reads := range []ddbec.Dialect{ddbec.Java, ddbec.Python} {
				opened, err := encryptor(t, in(t, reads), schema).DecryptItem(t.Context(), stored)
				require.NoError(t, err)
				assert.True(t, attribute.EqualItems(item, opened.Item))
				assert.Equal(t, action != crypt.Plain && d != reads, opened.Stale, "names are signed of encrypted attributes too")

				_, err = encryptor(t, in(t, reads), schema).DecryptItem(t.Context(), with(stored, crypt.Item{"pk": &avS{Value: "x"}}))
				refused(t, err, crypt.ErrAuth)
			}
		}
	}
}

// Both signatures, by numbers of checks: a second one only where another string could have been signed.
func TestTheOtherDialectIsTriedOnlyWhereItSignsOtherwise(t *testing.T) {
	ordinary := crypt.Item{
		"pk": &avS{Value: canary}, "s": &avS{Value: high + astral}, "n": &avN{Value: "-12.50"}, "ns": &avNS{Value: []string{"-1", "10", "9"}}, "ss": &avSS{Value: []string{"b", high}},
		"bs": &avBS{Value: [][]byte{{0x80}, {0xFF}}}, "long": &avN{Value: "1" + strings.Repeat("0", 37)}, "b": &avB{Value: []byte{0, 0xFF}},
		"l": &avL{Value: []attribute.Value{&avM{Value: crypt.Item{astral: &avN{Value: "0.0"}, "b": &avBS{Value: [][]byte{{1, 0x80}, {2, 1}}}}}}},
	}
	sign := func(item crypt.Item) actions {
		as := actions{}
		for name := range item {
			as[name] = crypt.Sign
		}
		delete(as, "pk")
		return as
	}
	unsigned := sign(disputed())
	unsigned[astral], unsigned[high] = crypt.Plain, crypt.Plain
	oneName := sign(disputed())
	oneName[astral], oneName[high] = crypt.Plain, crypt.Encrypt
	undeclared := actions{"free": crypt.Plain}
	for name, c := range map[string]struct {
		item          crypt.Item
		as            actions
		local, remote int // checks
	}{
		"an ordinary item":             {ordinary, sign(ordinary), 1, 1},
		"a disputed one":               {disputed(), sign(disputed()), 2, 2},
		"one whose disputes are plain": {disputed(), unsigned, 1, 1},
		"one name signed":              {disputed(), oneName, 1, 1},
		"all undeclared":               {disputed(), undeclared, 7, 2}, // one string of none of them signed, two each of both and of either
	} {
		t.Run(name, func(t *testing.T) {
			written, err := encryptor(t, in(t, ddbec.Java), table(sign(c.item))).EncryptItem(t.Context(), c.item)
			require.NoError(t, err)
			if c.as[high] == crypt.Encrypt {
				written[high] = &avB{Value: count(0, 48)}
			}
			written["pk"] = &avS{Value: "altered"}
			written[ddbec.DescriptionField] = &avB{Value: unhex(t, unhinted)}
			for _, local := range []bool{true, false} {
				checks := 0
				_, err = encryptor(t, asked(t, &checks, local), table(c.as)).DecryptItem(t.Context(), written)
				refused(t, err, crypt.ErrAuth)
				assert.Equal(t, map[bool]int{true: c.local, false: c.remote}[local], checks)
			}
		})
	}
	t.Run("never more than 16", func(t *testing.T) {
		item := disputed()
		for _, name := range "abcdefgh" {
			item[string(name)] = &avBS{Value: [][]byte{{1}, {0x80}}}
		}
		written, err := encryptor(t, in(t, ddbec.Python), table(sign(item))).EncryptItem(t.Context(), item)
		require.NoError(t, err)
		written["pk"] = &avS{Value: "altered"}
		checks := 0
		_, err = encryptor(t, asked(t, &checks, true), table(nil)).DecryptItem(t.Context(), written)
		refused(t, err, crypt.ErrAuth)
		assert.Equal(t, 16, checks)
	})
}

// The dialect that is written is tried first, so that a remote verifier is asked once.
func TestTheWrittenDialectIsTriedFirst(t *testing.T) {
	schema := table(actions{astral: crypt.Sign, high: crypt.Sign})
	for _, d := range []ddbec.Dialect{ddbec.Java, ddbec.Python} {
		stored, err := encryptor(t, in(t, d), schema).EncryptItem(t.Context(), disputed())
		require.NoError(t, err)
		checks := 0
		mac := hmacOf(t, crypto.SHA256, count(0x20, 32))
		p := static(t, func(c *provider.StaticConfig) {
			c.Verify = verifierFunc(func(ctx context.Context, text, signature []byte) error {
				checks++
				return mac.Verify(ctx, text, signature)
			})
		})
		_, err = encryptor(t, format(t, ddbec.Config{Provider: p, Dialect: d}), schema).DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		assert.Equal(t, 1, checks)
	}
}

func TestUndeclaredAttributesOfTheOtherDialect(t *testing.T) {
	full := actions{astral: crypt.Sign, high: crypt.Sign}
	stored, err := encryptor(t, in(t, ddbec.Python), table(full)).EncryptItem(t.Context(), disputed())
	require.NoError(t, err)
	for _, described := range []bool{true, false} {
		if !described {
			stored = with(stored, crypt.Item{ddbec.DescriptionField: &avB{Value: unhex(t, unhinted)}})
		}
		opened, err := encryptor(t, in(t, ddbec.Java), table(nil)).DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		assert.Equal(t, map[string]crypt.Action(full), opened.Actions)
		assert.True(t, attribute.EqualItems(disputed(), opened.Item))
	}
}

func TestPythonsDialectRefusesNumbersThatPythonDoesNotVerify(t *testing.T) {
	wide := strings.Repeat("1", 29)
	large := "1" + strings.Repeat("0", 38)
	for name, c := range map[string]struct {
		v       attribute.Value
		refused bool
	}{
		"28 digits":              {&avN{Value: wide[1:]}, false},
		"28 digits and zeros":    {&avN{Value: wide[1:] + "0000000000"}, false},
		"28 digits in fractions": {&avN{Value: "-0.000" + wide[1:] + "E-90"}, false},
		"1E37":                   {&avN{Value: "1E37"}, false},
		"1E-130":                 {&avN{Value: "1E-130"}, false},
		"29 digits":              {&avN{Value: wide}, true},
		"29 digits, a fraction":  {&avN{Value: "." + wide}, true},
		"1E38":                   {&avN{Value: "-1E38"}, true},
		"39 digits in a set":     {&avNS{Value: []string{"1", large}}, true},
		"29 digits in documents": {&avM{Value: crypt.Item{"k": &avL{Value: []attribute.Value{&avN{Value: wide}}}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			item := crypt.Item{"pk": &avS{Value: "k"}, "v": c.v}
			for _, action := range []crypt.Action{crypt.Sign, crypt.Encrypt, crypt.Plain} {
				schema := table(actions{"v": action})
				stored, err := encryptor(t, in(t, ddbec.Python), schema).EncryptItem(t.Context(), item)
				if c.refused && action == crypt.Sign {
					refusedWith(t, err, crypt.ErrFormat, "v", "store it as text")
					continue
				}
				require.NoError(t, err)
				opened, err := encryptor(t, in(t, ddbec.Java), schema).DecryptItem(t.Context(), stored)
				require.NoError(t, err)
				assert.True(t, attribute.EqualItems(item, opened.Item), "to the last digit")
			}
			_, err := encryptor(t, in(t, ddbec.Java), table(actions{"v": crypt.Sign})).EncryptItem(t.Context(), item)
			require.NoError(t, err)
		})
	}
}

// What Python signed comes out of a buffer that the next call uses again.
func TestWhatPythonSignedIsHandedOutAsACopy(t *testing.T) {
	schema := table(actions{astral: crypt.Sign, high: crypt.Sign})
	stored, err := encryptor(t, in(t, ddbec.Python), schema).EncryptItem(t.Context(), disputed())
	require.NoError(t, err)
	reader := encryptor(t, in(t, ddbec.Java), schema)
	var all []crypt.Item
	for range 20 {
		opened, err := reader.DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		all = append(all, opened.Item)
	}
	for _, item := range all {
		assert.True(t, attribute.EqualItems(disputed(), item))
	}
}

func TestTheDialectIsChecked(t *testing.T) {
	_, err := ddbec.New(ddbec.Config{Provider: keys(t), Dialect: 2})
	assert.ErrorContains(t, err, "Dialect 2 is neither Java nor Python")
	assert.True(t, slices.Contains([]ddbec.Dialect{0}, ddbec.Java), "the zero Dialect is Java's")
}
