package ddbec_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked is a format that counts how often the verifier is asked, here or elsewhere.
func asked(t *testing.T, checks *int, local bool) crypt.Format {
	return ddbec.Format(static(t, func(c *provider.StaticConfig) {
		mac := c.Verify
		count := verifierFunc(func(ctx context.Context, sts, signature []byte) error {
			*checks++
			return mac.Verify(ctx, sts, signature)
		})
		c.Verify = count
		if local {
			c.Verify = localVerifier{count}
		}
	}))
}

// extras are a newer writer's attributes by how it protects them.
func extras(encrypted, signed, unsigned, signedCiphertexts int) (crypt.Item, actions) {
	item, as := crypt.Item{}, actions{}
	add := func(n int, prefix string, a crypt.Action, v func(i int) crypt.Item) {
		for i := range n {
			name := fmt.Sprint(prefix, i)
			as[name] = a
			maps.Copy(item, v(i))
		}
	}
	text := func(prefix string) func(int) crypt.Item {
		return func(i int) crypt.Item { return crypt.Item{fmt.Sprint(prefix, i): &avS{Value: canary}} }
	}
	add(encrypted, "e", crypt.Encrypt, text("e"))
	add(signed, "s", crypt.Sign, text("s"))
	add(unsigned, "p", crypt.Plain, text("p"))
	add(signedCiphertexts, "c", crypt.Sign, func(i int) crypt.Item {
		return crypt.Item{fmt.Sprint("c", i): &avB{Value: count(0, 48)}}
	})
	return item, as
}

func TestAnOlderReaderOpensANewerWritersItem(t *testing.T) {
	base := actions{"text": crypt.Encrypt, "mark": crypt.Sign, "free": crypt.Plain}
	item := crypt.Item{"pk": &avS{Value: canary}, "text": &avS{Value: canary}, "mark": &avS{Value: canary}, "free": &avS{Value: canary}}
	for _, c := range []struct {
		encrypted, signed, unsigned, ciphertexts int
		withoutHint                              int // how often the verifier is asked
	}{
		{0, 0, 0, 0, 1},
		{0, 0, 1, 0, 1}, // all unsigned
		{0, 0, 5, 0, 1},
		{1, 0, 0, 0, 2}, // as guessed
		{0, 1, 0, 0, 2},
		{3, 4, 0, 0, 2},
		{40, 40, 0, 0, 2},
		{0, 0, 0, 1, 3}, // guessed encrypted; of the departures unsigned was tried
		{1, 0, 1, 0, 5}, // behind the departures of e0
		{0, 1, 1, 0, 3},
		{0, 3, 1, 0, 3},
		{0, 0, 2, 1, 0},
	} {
		t.Run(fmt.Sprintf("%d encrypted, %d signed, %d unsigned, %d signed ciphertexts", c.encrypted, c.signed, c.unsigned, c.ciphertexts), func(t *testing.T) {
			more, moreActions := extras(c.encrypted, c.signed, c.unsigned, c.ciphertexts)
			newer := table(maps.Clone(base))
			maps.Copy(newer.Actions, moreActions)
			full := with(item, more)
			stored, err := encryptor(t, ddbec.Format(keys(t)), newer).EncryptItem(t.Context(), full)
			require.NoError(t, err)

			check := func(stored crypt.Item, want int, how string) {
				checks := 0
				before := itemtest.Copy(stored)
				opened, err := encryptor(t, asked(t, &checks, true), table(base)).DecryptItem(t.Context(), stored)
				require.NoError(t, err, how)
				assert.Equal(t, full, opened.Item, how)
				assert.Len(t, opened.Actions, len(moreActions))
				for name, a := range moreActions {
					assert.Equal(t, a, opened.Actions[name], "%s: %s", how, name)
				}
				unsigned := []string{"free"}
				for name, a := range moreActions {
					if a == crypt.Plain {
						unsigned = append(unsigned, name)
					}
				}
				slices.Sort(unsigned)
				assert.Equal(t, unsigned, opened.Unsigned, how)
				if want > 0 {
					assert.Equal(t, want, checks, how)
				}
				assert.LessOrEqual(t, checks, 16)
				assert.Equal(t, before, stored)
			}
			check(stored, 1, "with the hint")

			entries := entriesOf(t, stored)
			delete(entries, "dynaseal-actions")
			check(with(stored, crypt.Item{desc: description(t, entries)}), c.withoutHint, "as a peer writes it")
			for _, broken := range []string{"p", "p4", "p4:", "p5:free", "p0:", "px:a", "x4:free", "p-1:a", "p99999999999999999999:a", "p4:freep", strings.Repeat("p4:free", 3000)} {
				entries["dynaseal-actions"] = broken
				check(with(stored, crypt.Item{desc: description(t, entries)}), c.withoutHint, "with a broken hint")
			}
			if c.signed+c.encrypted > 0 {
				_, err = encryptor(t, ddbec.Format(keys(t)), table(base)).DecryptItem(t.Context(), with(stored, crypt.Item{firstOf(moreActions): &avS{Value: "altered"}}))
				refused(t, err, crypt.ErrAuth)
			}
		})
	}
}

// firstOf names an attribute that is signed.
func firstOf(as actions) string {
	for name, a := range as {
		if a == crypt.Sign || a == crypt.Encrypt {
			return name
		}
	}
	return ""
}

func TestAttributesUpdatedOnTheServersSideDoNotMisalignTheHint(t *testing.T) {
	older := table(actions{"text": crypt.Encrypt})
	newer := table(actions{"text": crypt.Encrypt, "seen": crypt.Plain, "mark": crypt.Sign, "more": crypt.Encrypt})
	item := crypt.Item{"pk": &avS{Value: canary}, "text": &avS{Value: canary}, "mark": &avS{Value: canary}, "more": &avS{Value: canary}}
	stored, err := encryptor(t, ddbec.Format(keys(t)), newer).EncryptItem(t.Context(), item)
	require.NoError(t, err)
	stored["seen"] = &avN{Value: "1"}
	checks := 0
	opened, err := encryptor(t, asked(t, &checks, true), older).DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.Equal(t, 1, checks)
	assert.Equal(t, []string{"seen"}, opened.Unsigned)
	assert.Equal(t, with(item, crypt.Item{"seen": &avN{Value: "1"}}), opened.Item)
}

func TestTheNumberOfChecksIsBounded(t *testing.T) {
	more, moreActions := extras(6, 6, 6, 6)
	newer := table(moreActions)
	stored, err := encryptor(t, ddbec.Format(keys(t)), newer).EncryptItem(t.Context(), with(more, crypt.Item{"pk": &avS{Value: canary}}))
	require.NoError(t, err)
	hintless := with(stored, crypt.Item{desc: description(t, map[string]string{"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding"})})
	for name, c := range map[string]struct {
		local  bool
		item   crypt.Item
		checks int
		opens  bool
	}{
		"here, with the hint":         {true, stored, 1, true},
		"here, without":               {true, hintless, 16, false},
		"here, altered":               {true, with(stored, crypt.Item{"pk": &avS{Value: "x"}}), 16, false},
		"elsewhere, with the hint":    {false, stored, 1, true},
		"elsewhere, without":          {false, hintless, 2, false},
		"elsewhere, altered":          {false, with(stored, crypt.Item{"pk": &avS{Value: "x"}}), 2, false},
		"elsewhere, nothing to guess": {false, with(stored, crypt.Item{"s0": nil}), 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			checks := 0
			_, err := encryptor(t, asked(t, &checks, c.local), table(nil)).DecryptItem(t.Context(), c.item)
			assert.Equal(t, c.checks, checks)
			if c.opens {
				require.NoError(t, err)
				return
			}
			refused(t, err, crypt.ErrAuth)
		})
	}
	t.Run("declared attributes leave nothing to guess", func(t *testing.T) {
		checks := 0
		_, err := encryptor(t, asked(t, &checks, true), newer).DecryptItem(t.Context(), with(stored, crypt.Item{"pk": &avS{Value: "x"}}))
		refused(t, err, crypt.ErrAuth)
		assert.Equal(t, 1, checks)
	})
}

func TestUnknownPinsOneAction(t *testing.T) {
	item := crypt.Item{"pk": &avS{Value: canary}, "x": &avS{Value: canary}}
	for _, written := range []crypt.Action{crypt.Encrypt, crypt.Sign, crypt.Plain} {
		writer := table(nil)
		writer.Unknown = written
		stored, err := encryptor(t, ddbec.Format(keys(t)), writer).EncryptItem(t.Context(), item)
		require.NoError(t, err)
		for _, pinned := range []crypt.Action{crypt.Encrypt, crypt.Sign, crypt.Plain} {
			t.Run(fmt.Sprintf("written %v, read %v", written, pinned), func(t *testing.T) {
				reader := table(nil)
				reader.Unknown = pinned
				checks := 0
				opened, err := encryptor(t, asked(t, &checks, true), reader).DecryptItem(t.Context(), stored)
				assert.LessOrEqual(t, checks, 1)
				switch {
				case written == pinned:
					require.NoError(t, err)
					assert.Equal(t, item, opened.Item)
					assert.Equal(t, actions{"x": pinned}, opened.Actions)
				case pinned == crypt.Encrypt:
					refused(t, err, crypt.ErrFormat)
				default:
					refused(t, err, crypt.ErrAuth)
				}
			})
		}
	}
}

func TestTrialsInOrder(t *testing.T) {
	const e, s, p = crypt.Encrypt, crypt.Sign, crypt.Plain
	type as = []crypt.Action
	for name, c := range map[string]struct {
		hint, guess as
		want        []as
	}{
		"nothing undeclared":            {nil, as{}, []as{nil}},
		"one that is not shaped":        {nil, as{s}, []as{{p}, {s}}},
		"one that is shaped":            {nil, as{e}, []as{{p}, {e}, {s}}},
		"the hint first, and not twice": {as{s, p}, as{s, s}, []as{{s, p}, {p, p}, {s, s}, {p, s}}},
		"a hint like the guess":         {as{e}, as{e}, []as{{e}, {p}, {s}}},
		"by fewest departures":          {nil, as{e, s}, []as{{p, p}, {e, s}, {s, s}, {p, s}, {e, p}, {s, p}}},
		"all signed before departures":  {nil, as{e, e}, []as{{p, p}, {e, e}, {s, s}, {p, e}, {s, e}, {e, p}, {e, s}, {p, s}, {s, p}}},
		"three": {nil, as{s, s, s}, []as{
			{p, p, p}, {s, s, s}, {p, s, s}, {s, p, s}, {s, s, p}, {p, p, s}, {p, s, p}, {s, p, p}}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, slices.Collect(ddbec.Trials(c.hint, c.guess)))
		})
	}
}

// What peers do with attributes that nobody declared: one action for all, of which their items say nothing.
func TestDefaultActionsOfPeers(t *testing.T) {
	unknown := crypt.Item{
		"text": &avS{Value: canary}, "number": &avN{Value: "1"}, "list": &avL{Value: []attributeValue{&avBOOL{Value: true}}},
		"digest": &avB{Value: count(0, 32)}, "digest2": &avB{Value: count(7, 48)}, "digest3": &avB{Value: count(9, 64)}, "short": &avB{Value: []byte{1}},
	}
	item := with(unknown, crypt.Item{"pk": &avS{Value: "k"}})
	for peer, action := range map[string]crypt.Action{
		"Java without an annotation, Python's DO_NOTHING":                crypt.Plain,
		"Java's @HandleUnknownAttributes, Python's ENCRYPT_AND_SIGN":     crypt.Encrypt,
		"the same of a @DoNotEncrypt class, Python's default: SIGN_ONLY": crypt.Sign,
	} {
		t.Run(peer, func(t *testing.T) {
			writer := table(nil)
			writer.Unknown = action
			stored, err := encryptor(t, ddbec.Format(keys(t)), writer).EncryptItem(t.Context(), item)
			require.NoError(t, err)
			stored = with(stored, crypt.Item{desc: description(t, map[string]string{"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding"})})
			for reader, pinned := range map[string]crypt.Action{"finding out": 0, "told": action} {
				schema := table(nil)
				schema.Unknown = pinned
				checks := 0
				opened, err := encryptor(t, asked(t, &checks, true), schema).DecryptItem(t.Context(), stored)
				require.NoError(t, err, reader)
				assert.Equal(t, item, opened.Item)
				assert.LessOrEqual(t, checks, 3)
				for name := range unknown {
					assert.Equal(t, action, opened.Actions[name], name)
				}
				altered := with(stored, crypt.Item{"text": &avB{Value: count(0, 32)}})
				opened, err = encryptor(t, ddbec.Format(keys(t)), schema).DecryptItem(t.Context(), altered)
				if action != crypt.Plain {
					refused(t, err, crypt.ErrAuth)
				} else {
					require.NoError(t, err)
					assert.Contains(t, opened.Unsigned, "text")
				}
			}
		})
	}
}

func FuzzHint(f *testing.F) {
	more, moreActions := extras(1, 1, 1, 1)
	stored, err := encryptor(f, ddbec.Format(keys(f)), table(moreActions)).EncryptItem(f.Context(), with(more, crypt.Item{"pk": &avS{Value: canary}}))
	require.NoError(f, err)
	reader := encryptor(f, ddbec.Format(keys(f)), table(nil))
	want, err := reader.DecryptItem(f.Context(), stored)
	require.NoError(f, err)
	for _, seed := range []string{"", "p2:p0s2:c0", "s2:c0p2:p0", "p2:", "p99999999999999999999:x", "p2:p0p2:p0", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, hint string) {
		d, err := provider.NewDescription(map[string]string{"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding", "dynaseal-actions": hint})
		if err != nil {
			return
		}
		got, err := reader.DecryptItem(t.Context(), with(stored, crypt.Item{desc: &avB{Value: d.AppendTo(nil)}}))
		if err != nil {
			refused(t, err, crypt.ErrAuth)
			return
		}
		assert.Equal(t, want, got, "a hint can make an item fail, not read otherwise")
	})
}

// A server-side update, or a peer, may add an attribute that the hint cannot name.
func TestTheHintSurvivesOneMoreAttribute(t *testing.T) {
	writer := table(actions{"a": crypt.Plain, "b": crypt.Plain, "c": crypt.Plain, "d": crypt.Sign, "e": crypt.Encrypt, "f": crypt.Sign})
	item := crypt.Item{"pk": &avS{Value: "k"}}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		item[name] = &avS{Value: name}
	}
	stored, err := encryptor(t, ddbec.Format(keys(t)), writer).EncryptItem(t.Context(), item)
	require.NoError(t, err)
	stored["added"] = &avN{Value: "1"}
	opened, err := encryptor(t, ddbec.Format(keys(t)), table(nil)).DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "added", "b", "c"}, opened.Unsigned)
	assert.Equal(t, crypt.Encrypt, opened.Actions["e"])
}

func TestUndeclaredAttributesThatOthersLeaveUnsigned(t *testing.T) {
	c := table(actions{"s": crypt.Sign})
	c.Unsigned = []string{"free", "tmp_*"}
	e := encryptor(t, ddbec.Format(keys(t)), c)
	item := crypt.Item{"pk": &avS{Value: "k"}, "s": &avS{Value: "v"}, "free": &avS{Value: "1"}, "tmp_x": &avS{Value: "2"}}
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	stored["free"], stored["tmp_y"] = &avS{Value: "changed"}, &avS{Value: "added"}
	opened, err := e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.Equal(t, []string{"free", "tmp_x", "tmp_y"}, opened.Unsigned)
	assert.Equal(t, actions{"free": crypt.Plain, "tmp_x": crypt.Plain, "tmp_y": crypt.Plain}, opened.Actions)
	_, err = e.EncryptItem(t.Context(), with(item, crypt.Item{"other": &avS{}}))
	refusedWith(t, err, crypt.ErrFormat, "other", "undeclared")
}
