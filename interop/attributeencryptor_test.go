package interop_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/interop/protocol"
)

// The beans of interop/java, each as a Go struct. What Java protects without being told to is encrypted
// here as well.
type (
	Keyed struct {
		Patient string `ddb:"patient,pk" json:"patient"`
		At      int64  `ddb:"at,sk" json:"at"`
		Version int64  `ddb:"version,version" json:"version,omitempty"`
	}
	Visit struct {
		Keyed
		Name    string   `ddb:"name" json:"name"`
		Urgent  bool     `ddb:"urgent,bool=number" json:"urgent"`
		Photo   []byte   `ddb:"photo" json:"photo"`
		Notes   []string `ddb:"notes" json:"notes"`
		Tags    []string `ddb:"tags,set" json:"tags"`
		Address Address  `ddb:"address" json:"address"`
	}
	Address struct {
		Street string `ddb:"street" json:"street"`
		Floor  int    `ddb:"floor" json:"floor"`
	}
	AnnotatedGetters struct {
		Keyed
		Name string `ddb:"name" json:"name"`
		Ward string `ddb:"ward,sign" json:"ward"`
		Seen int    `ddb:"seen,plain" json:"seen"`
	}
	AnnotatedFields AnnotatedGetters
	SignedClass     struct {
		Keyed
		Name string `ddb:"name,sign" json:"name"`
	}
	UntouchedClass struct {
		Keyed
		Name string `ddb:"name,plain" json:"name"`
	}
	// Named is every bean with a name that is encrypted.
	Named struct {
		Keyed
		Name string `ddb:"name" json:"name"`
	}
)

func (k *Keyed) keyed() *Keyed { return k }

// bean is a pointer to one of them.
type bean[T any] interface {
	*T
	keyed() *Keyed
}

var first = Keyed{Patient: "p-17", At: 1_700_000_000_123}

func newVisit() Visit {
	return Visit{
		Keyed: first, Name: "Zoë 😀", Urgent: true, Photo: []byte{0, 0x80, 0xff}, Notes: []string{"one", "two"},
		Tags: []string{"a", "é"}, Address: Address{"Lindenstraße", -1},
	}
}

// Java and ours write and read one table in turns, by every kind of provider.
func TestDynamoDBMapperByProvider(t *testing.T) {
	s := newSharing(t)
	for name, provider := range map[string]sharing{
		"static":                           s,
		"wrapped by AES":                   s.wrappedAES(t),
		"wrapped by RSA, signed by RSA":    s.wrappedRSA(t),
		"static, signed by ECDSA on P-384": s.elliptic(t),
	} {
		t.Run(name, func(t *testing.T) {
			inTurns(t, provider.of("Visit"), newVisit(), func(v *Visit) { v.Name, v.Notes = "Ada", []string{"three"} })
		})
	}
}

// Every annotation of the client on a class, a getter or a field, and the tags that say the same.
func TestDynamoDBMapperAnnotations(t *testing.T) {
	s := newSharing(t)
	annotated := AnnotatedGetters{Keyed: first, Name: "Zoë", Ward: "W1", Seen: 3}
	t.Run("DoNotEncrypt and DoNotTouch on getters", func(t *testing.T) {
		inTurns(t, s.of("AnnotatedGetters"), annotated, func(v *AnnotatedGetters) { v.Ward, v.Seen = "W2", 4 })
	})
	t.Run("DoNotEncrypt and DoNotTouch on fields", func(t *testing.T) {
		inTurns(t, s.of("AnnotatedFields"), AnnotatedFields(annotated), func(v *AnnotatedFields) { v.Ward, v.Seen = "W2", 4 })
	})
	t.Run("DoNotEncrypt on the class", func(t *testing.T) {
		inTurns(t, s.of("SignedClass"), SignedClass{first, "Zoë"}, func(v *SignedClass) { v.Name = "Ada" })
	})
	t.Run("DoNotTouch on the class", func(t *testing.T) {
		s := s.of("UntouchedClass")
		encryption := s.cfg
		s.cfg = ddb.Config{}
		inTurns(t, s, UntouchedClass{first, "Zoë"}, func(v *UntouchedClass) { v.Name = "Ada" })

		s.cfg = encryption // an item without marks, where protected ones are expected
		_, err := openTable[Named](t, s).Get(t.Context(), openTable[Named](t, s).Key(first.Patient, first.At))
		assert.ErrorIs(t, err, crypt.ErrFormat)
		s.mapper.Bean = "UnknownIgnored"
		_, err = ask(t, s, protocol.Load, Named{Keyed: first})
		assert.ErrorContains(t, err, "DynamoDBMappingException")
	})
	t.Run("DoNotTouch on a key", func(t *testing.T) {
		s := s.of("UnsignedKey") // a key is always signed here, and so neither reads the other's
		table := openTable[Named](t, s)
		save(t, s, Named{first, "Zoë"})
		_, err := table.Get(t.Context(), table.Key(first.Patient, first.At))
		assert.ErrorIs(t, err, crypt.ErrAuth)
		second := Named{Keyed{Patient: "p-18", At: 2}, "Ada"}
		require.NoError(t, table.Put(t.Context(), &second))
		_, err = ask(t, s, protocol.Load, second)
		assert.ErrorContains(t, err, "DynamoDBMappingException")
	})
	t.Run("TableAadOverride", func(t *testing.T) {
		s := s.of("OtherTable")
		elsewhere := s
		elsewhere.cfg.LogicalName = "visits-of-2019"
		inTurns(t, elsewhere, Named{first, "Zoë"}, func(v *Named) { v.Name = "Ada" })
		_, err := openTable[Named](t, s).Get(t.Context(), openTable[Named](t, s).Key(first.Patient, first.At))
		assert.ErrorIs(t, err, crypt.ErrAuth, "under the table's own name")
	})
}

// What the encryptor can be told, beside annotations.
func TestDynamoDBMapperEncryptor(t *testing.T) {
	s := newSharing(t)
	change := func(v *Visit) { v.Urgent = false }
	t.Run("override of the table's name", func(t *testing.T) {
		s := s.of("Visit")
		s.mapper.TableInSignatures, s.cfg.LogicalName = "visits-of-2019", "visits-of-2019"
		inTurns(t, s, newVisit(), change)
	})
	t.Run("marks of its own", func(t *testing.T) {
		s := s.of("Visit")
		s.by.SignatureFieldName, s.by.MaterialDescriptionFieldName, s.by.DescriptionPrefix = "sig", "desc", "app-"
		p, err := s.staticProvider(t)
		require.NoError(t, err)
		s.cfg.Encryption, err = ddbec.New(ddbec.Config{Provider: p, SignatureField: "sig", DescriptionField: "desc", DescriptionPrefix: "app-"})
		require.NoError(t, err)
		inTurns(t, s, newVisit(), change)
	})
}

// inTurns has Java and ours write an item in turns. Each reads what the other wrote, stored in the same
// form, and notices that it was changed.
func inTurns[T any, P bean[T]](t *testing.T, s sharing, v T, change func(*T)) {
	ctx := t.Context()
	table := openTable[T](t, s)
	key := table.Key(first.Patient, first.At)
	as := func(v T, version int64) T { P(&v).keyed().Version = version; return v }
	changed := v
	change(&changed)
	require.NotEqual(t, v, changed)

	// Java creates it, we read and modify it.
	require.Equal(t, as(v, 1), save(t, s, v))
	byJava := s.raw(t, keyItem(first))
	got, err := table.Get(ctx, key)
	require.NoError(t, err)
	require.Equal(t, as(v, 1), got)
	_, err = table.Modify(ctx, key, func(v *T) error { change(v); return nil })
	require.NoError(t, err)
	assert.Equal(t, kinds(byJava), kinds(s.raw(t, keyItem(first))), "stored by Java, by ours")

	// Java reads it and saves it once more, we replace it.
	loaded := load(t, s, v)
	require.Equal(t, as(changed, 2), loaded)
	require.Equal(t, as(v, 3), save(t, s, as(v, 2)))
	replacement := as(changed, 3)
	require.NoError(t, table.Put(ctx, &replacement))
	assert.Equal(t, kinds(byJava), kinds(s.raw(t, keyItem(first))), "stored by Java, by ours")
	require.Equal(t, as(changed, 4), load(t, s, v))

	// Neither overwrites what it has not read.
	_, err = ask(t, s, protocol.Save, loaded)
	assert.ErrorContains(t, err, "ConditionalCheckFailedException", "Java has version 2")
	_, err = ask(t, s, protocol.Save, v)
	assert.ErrorContains(t, err, "ConditionalCheckFailedException", "Java takes it for new")
	assert.ErrorIs(t, table.Put(ctx, &got), ddb.ErrConflict, "we have version 1")
	assert.ErrorIs(t, table.Replace(ctx, &got), ddb.ErrConflict)
	assert.ErrorIs(t, table.Create(ctx, new(v)), ddb.ErrExists)
	_, err = ask(t, s, protocol.Delete, as(changed, 3))
	assert.ErrorContains(t, err, "ConditionalCheckFailedException")
	assert.ErrorIs(t, table.Delete(ctx, key, table.Unchanged(&got)), ddb.ErrConflict)
	require.Equal(t, as(changed, 4), load(t, s, v), "nothing of that was done")

	// Java saves while we modify: our function runs again, on what Java saved.
	times := 0
	raced, err := table.Modify(ctx, key, func(read *T) error {
		if times++; times == 1 {
			save(t, s, as(changed, 4))
		}
		*read = as(v, P(read).keyed().Version)
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, 2, times)
	assert.Equal(t, as(v, 6), raced)
	require.Equal(t, as(v, 6), load(t, s, v))

	// One that we create.
	second := changed
	P(&second).keyed().At++
	require.NoError(t, table.Create(ctx, &second))
	require.Equal(t, as(second, 1), load(t, s, second))
	_, err = ask(t, s, protocol.Delete, as(second, 1))
	require.NoError(t, err)
	_, err = table.Get(ctx, table.Key(first.Patient, first.At+1))
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

func keyItem(k Keyed) crypt.Item {
	return crypt.Item{
		"patient": &types.AttributeValueMemberS{Value: k.Patient},
		"at":      &types.AttributeValueMemberN{Value: strconv.FormatInt(k.At, 10)},
	}
}

// kinds is the type of each attribute: binary where it is encrypted.
func kinds(item crypt.Item) []string {
	var kinds []string
	for _, name := range slices.Sorted(maps.Keys(item)) {
		kinds = append(kinds, fmt.Sprintf("%s %T", name, item[name]))
	}
	return kinds
}
