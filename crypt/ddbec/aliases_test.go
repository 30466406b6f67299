package ddbec_test

import (
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Items that were signed under another name of their table are read, and only these.
func TestAliases(t *testing.T) {
	item, schema := sealable()
	stored, err := encryptor(t, ddbec.Format(keys(t)), schema).EncryptItem(t.Context(), item)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		table   string
		aliases []string
		opens   bool
		stale   bool
		checks  int
	}{
		"its own name":       {"Tbl", nil, true, false, 1},
		"aliases besides":    {"Tbl", []string{"a", "b", "c"}, true, false, 1},
		"the only alias":     {"other", []string{"Tbl"}, true, true, 2},
		"the last alias":     {"other", []string{"a", "b", "Tbl"}, true, true, 4},
		"another alias":      {"other", []string{"a"}, false, false, 2},
		"a prefix, a suffix": {"Tb", []string{"Tbl2", "l", "tbl"}, false, false, 4},
	} {
		t.Run(name, func(t *testing.T) {
			reader := schema
			reader.Table, reader.Aliases = c.table, c.aliases
			checks := 0
			e := encryptor(t, asked(t, &checks, true), reader)
			opened, err := e.DecryptItem(t.Context(), stored)
			assert.Equal(t, c.checks, checks)
			if !c.opens {
				assert.ErrorIs(t, err, crypt.ErrAuth)
				assert.Zero(t, opened)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, item, opened.Item)
			assert.Equal(t, c.stale, opened.Stale)
			_, err = e.DecryptItem(t.Context(), with(stored, crypt.Item{"mark": &avS{Value: "altered"}}))
			assert.ErrorIs(t, err, crypt.ErrAuth)

			written, err := e.EncryptItem(t.Context(), item)
			require.NoError(t, err)
			reader.Aliases = nil
			again, err := encryptor(t, ddbec.Format(keys(t)), reader).DecryptItem(t.Context(), written)
			require.NoError(t, err, "written under the first name")
			assert.False(t, again.Stale)
		})
	}
}

// Names multiply the checks of an item, and the sum is bounded as before.
func TestChecksOfAliasesAreBounded(t *testing.T) {
	more, moreActions := extras(3, 3, 3, 3)
	newer := table(moreActions)
	newer.Table = "old"
	stored, err := encryptor(t, ddbec.Format(keys(t)), newer).EncryptItem(t.Context(), with(more, crypt.Item{"pk": &avS{Value: canary}}))
	require.NoError(t, err)
	altered := with(stored, crypt.Item{"pk": &avS{Value: "x"}})
	for name, c := range map[string]struct {
		local   bool
		aliases []string
		item    crypt.Item
		checks  int
		opens   bool
	}{
		"here":                             {true, []string{"old"}, stored, 2, true},
		"here, the third":                  {true, []string{"a", "b", "old"}, stored, 4, true},
		"here, altered":                    {true, []string{"old"}, altered, 16, false},
		"here, altered, three":             {true, []string{"old", "a", "b"}, altered, 16, false},
		"here, altered, two":               {true, []string{"old", "a"}, altered, 15, false},
		"elsewhere":                        {false, []string{"old"}, stored, 2, true},
		"elsewhere, the second is too far": {false, []string{"a", "old"}, stored, 2, false},
		"elsewhere, altered":               {false, []string{"old", "a", "b"}, altered, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			reader := table(nil)
			reader.Aliases = c.aliases
			checks := 0
			opened, err := encryptor(t, asked(t, &checks, c.local), reader).DecryptItem(t.Context(), c.item)
			assert.Equal(t, c.checks, checks)
			if !c.opens {
				refused(t, err, crypt.ErrAuth)
				return
			}
			require.NoError(t, err)
			assert.True(t, opened.Stale)
			assert.Equal(t, moreActions, opened.Actions)
		})
	}
}

// Items that AWS's clients wrote under one name of a table, as Java's overrideEncryptionContextTableName
// binds it, are read under another.
func TestItemsOfPeersUnderAnAlias(t *testing.T) {
	for _, writer := range []string{"java", "python", "go"} {
		t.Run(writer, func(t *testing.T) {
			var f peerFile
			readJSON(t, &f, "../../testdata/ddbec", writer+".json")
			tested := 0
			for _, v := range f.Vectors {
				if v.Expect != "ok" || v.Case.DefaultAction == "DISCOVER" {
					continue // what is altered is refused under every name
				}
				tested++
				s := v.Case.schema()
				s.Table = s.Table + "-restored"
				_, err := encryptor(t, v.Case.format(t, f), s).DecryptItem(t.Context(), crypt.Item(v.Stored))
				assert.ErrorIs(t, err, crypt.ErrAuth, v.ID)
				s.Aliases = []string{v.Case.LogicalTableName}
				opened, err := encryptor(t, v.Case.format(t, f), s).DecryptItem(t.Context(), crypt.Item(v.Stored))
				if assert.NoError(t, err, v.ID) {
					assert.True(t, opened.Stale)
					assert.True(t, attribute.EqualItems(crypt.Item(v.Plaintext), opened.Item), v.ID)
				}
			}
			assert.GreaterOrEqual(t, tested, 30, "fewer vectors than there were")
		})
	}
}
