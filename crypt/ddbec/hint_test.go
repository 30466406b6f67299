package ddbec_test

import (
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHintThatIsWritten(t *testing.T) {
	item, schema := sealable()
	shaped := &avB{Value: make([]byte, 48)}
	for name, c := range map[string]struct {
		change  crypt.Item
		actions actions
		unknown crypt.Action
		want    string
	}{
		"declared plain attributes, absent too":       {actions: actions{"ä": crypt.Plain}, want: "p4:freep2:ä"},
		"a signed binary of a ciphertext's shape":     {change: crypt.Item{"photo": shaped}, want: "p4:frees5:photo"},
		"one that is too short":                       {change: crypt.Item{"photo": &avB{Value: make([]byte, 16)}}, want: "p4:free"},
		"one that is no multiple of 16":               {change: crypt.Item{"photo": &avB{Value: make([]byte, 47)}}, want: "p4:free"},
		"an encrypted binary of a ciphertext's shape": {change: crypt.Item{"text": shaped}, want: "p4:free"},
		"undeclared plain attributes":                 {change: crypt.Item{"x": shaped, "w": &avS{}}, unknown: crypt.Plain, want: "p4:freep1:wp1:x"},
		"undeclared signed attributes":                {change: crypt.Item{"x": shaped, "w": &avS{}}, unknown: crypt.Sign, want: "p4:frees1:x"},
	} {
		t.Run(name, func(t *testing.T) {
			schema := schema
			schema.Unknown = c.unknown
			schema.Actions = actions{"text": crypt.Encrypt, "mark": crypt.Sign, "free": crypt.Plain, "photo": crypt.Sign}
			for name, a := range c.actions {
				schema.Actions[name] = a
			}
			stored, err := encryptor(t, ddbec.Format(keys(t)), schema).EncryptItem(t.Context(), with(item, c.change))
			require.NoError(t, err)
			d, err := provider.ParseDescription(stored[ddbec.DescriptionField].(*avB).Value)
			require.NoError(t, err)
			hint, ok := d.Lookup("dynaseal-actions")
			assert.True(t, ok)
			assert.Equal(t, c.want, hint)
		})
	}
	t.Run("nothing to say", func(t *testing.T) {
		stored, err := encryptor(t, ddbec.Format(keys(t)), table(nil)).EncryptItem(t.Context(), crypt.Item{"pk": &avS{Value: "x"}})
		require.NoError(t, err)
		d, err := provider.ParseDescription(stored[ddbec.DescriptionField].(*avB).Value)
		require.NoError(t, err)
		hint, ok := d.Lookup("dynaseal-actions")
		assert.True(t, ok, "present all the same: there are no exceptions")
		assert.Empty(t, hint)
	})
	t.Run("too long to be worth it", func(t *testing.T) {
		c := table(actions{strings.Repeat("x", 16<<10): crypt.Plain})
		stored, err := encryptor(t, ddbec.Format(keys(t)), c).EncryptItem(t.Context(), crypt.Item{"pk": &avS{Value: "x"}})
		require.NoError(t, err)
		d, err := provider.ParseDescription(stored[ddbec.DescriptionField].(*avB).Value)
		require.NoError(t, err)
		_, ok := d.Lookup("dynaseal-actions")
		assert.False(t, ok)
	})
}
