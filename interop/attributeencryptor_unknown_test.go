package interop_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/protocol"
)

// Structs with more attributes than the beans, and one with fewer.
type (
	MoreEncrypted struct {
		Named
		Ward string `ddb:"ward,omitempty" json:"-"`
	}
	MoreSigned struct {
		SignedClass
		Ward string `ddb:"ward,sign,omitempty" json:"-"`
	}
	MorePlain struct {
		Named
		Ward string `ddb:"ward,plain,omitempty" json:"-"`
	}
	Keeping struct {
		Named
		Rest ddb.Unknown `ddb:",unknown"`
	}
)

// Java's readers of attributes that their bean lacks, and what each takes them for.
func TestDynamoDBMapperUnknownAttributes(t *testing.T) {
	s := newSharing(t)
	encrypted := MoreEncrypted{Named{first, "Zoë"}, "W1"}
	signed := MoreSigned{SignedClass{first, "Zoë"}, "W1"}
	plain := MorePlain{Named{first, "Zoë"}, "W1"}
	for name, c := range map[string]struct {
		put   func(*testing.T, sharing)
		bean  string
		reads bool
	}{
		"encrypted, HandleUnknownAttributes":                 {putting(encrypted), "UnknownEncrypted", true},
		"encrypted, without":                                 {putting(encrypted), "UnknownIgnored", false},
		"encrypted, HandleUnknownAttributes of DoNotEncrypt": {putting(encrypted), "UnknownSigned", false},
		"signed, HandleUnknownAttributes of DoNotEncrypt":    {putting(signed), "UnknownSigned", true},
		"signed, without":                                    {putting(signed), "SignedClass", false},
		"plain, without":                                     {putting(plain), "UnknownIgnored", true},
		"plain, HandleUnknownAttributes":                     {putting(plain), "UnknownEncrypted", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.of(c.bean)
			c.put(t, s)
			got, err := ask(t, s, protocol.Load, Named{Keyed: first})
			if !c.reads {
				assert.ErrorContains(t, err, "DynamoDBMappingException")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, Named{Keyed{first.Patient, first.At, 1}, "Zoë"}, got)
		})
	}
	t.Run("Java drops them", func(t *testing.T) {
		s := s.of("UnknownEncrypted")
		putting(encrypted)(t, s)
		save(t, s, load(t, s, Named{Keyed: first}))
		table := openTable[MoreEncrypted](t, s)
		got, err := table.Get(t.Context(), table.Key(first.Patient, first.At))
		require.NoError(t, err)
		assert.Equal(t, MoreEncrypted{Named: Named{Keyed{first.Patient, first.At, 2}, "Zoë"}}, got)
	})
}

// putting stores v by our table of its type.
func putting[T any](v T) func(*testing.T, sharing) {
	return func(t *testing.T, s sharing) {
		v := v
		require.NoError(t, openTable[T](t, s).Put(t.Context(), &v))
	}
}

// Our reader finds out how Java protects what our type lacks, and keeps it so.
func TestDynamoDBMapperAttributesUnknownToUs(t *testing.T) {
	s := newSharing(t).of("AnnotatedGetters")
	table := openTable[Keeping](t, s)
	v := save(t, s, AnnotatedGetters{Keyed: first, Name: "Zoë", Ward: "W1", Seen: 3})
	got, err := table.Get(t.Context(), table.Key(first.Patient, first.At))
	require.NoError(t, err)
	assert.Equal(t, "Zoë", got.Name)
	for name := range got.Rest.Signed() {
		assert.Equal(t, "ward", name)
	}
	for name := range got.Rest.Unsigned() {
		assert.Equal(t, "seen", name)
	}
	assert.Equal(t, 2, got.Rest.Len())

	_, err = table.Modify(t.Context(), table.Key(first.Patient, first.At), func(k *Keeping) error { k.Name = "Ada"; return nil })
	require.NoError(t, err)
	v.Name, v.Version = "Ada", 2
	assert.Equal(t, v, load(t, s, v))
}

// Saves of Java's that are no whole item, or without a look at the version.
func TestDynamoDBMapperSaveBehaviors(t *testing.T) {
	s := newSharing(t)
	for _, behavior := range []string{"UPDATE", "UPDATE_SKIP_NULL_ATTRIBUTES", "APPEND_SET"} {
		t.Run(behavior, func(t *testing.T) {
			s := s.of("Visit")
			openTable[Visit](t, s)
			s.mapper.SaveBehavior = behavior
			_, err := ask(t, s, protocol.Save, newVisit())
			assert.ErrorContains(t, err, "DynamoDBMappingException", "it would sign a part of the item")
		})
	}
	t.Run("CLOBBER", func(t *testing.T) {
		s := s.of("Visit")
		table := openTable[Visit](t, s)
		ours := newVisit()
		require.NoError(t, table.Put(t.Context(), &ours))
		s.mapper.SaveBehavior = "CLOBBER"
		theirs := newVisit()
		theirs.Name = "Ada"
		theirs = save(t, s, theirs) // takes it for new, and is not told that it is not
		got, err := table.Get(t.Context(), table.Key(first.Patient, first.At))
		require.NoError(t, err)
		assert.Equal(t, theirs, got)
	})
	t.Run("another's key", func(t *testing.T) {
		s := s.of("Visit")
		table := openTable[Visit](t, s)
		save(t, s, newVisit())
		moved := s.raw(t, keyItem(first))
		other := Keyed{Patient: first.Patient, At: 2}
		for name, value := range keyItem(other) {
			moved[name] = value
		}
		s.store(t, moved)
		_, err := table.Get(t.Context(), table.Key(other.Patient, other.At))
		assert.ErrorIs(t, err, crypt.ErrAuth)
		_, err = ask(t, s, protocol.Load, Visit{Keyed: other})
		assert.ErrorContains(t, err, "DynamoDBMappingException")
	})
}
