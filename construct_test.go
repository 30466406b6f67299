package ddb_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/tags"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// construct makes a table of T that must never send a request.
func construct[T any](t *testing.T, cfg ddb.Config) error {
	requests := &counting{}
	table, err := ddb.NewTable[T](requests, "visits", cfg)
	assert.Zero(t, requests.n)
	if err != nil {
		assert.Nil(t, table)
	}
	return err
}

func TestConstructionFailsClosed(t *testing.T) {
	type keyEncrypted struct {
		ID string `ddb:"id,pk,encrypt"`
	}
	type mistyped struct {
		ID  string `ddb:"id,pk"`
		SSN string `ddb:"ssn,encrpyt"`
	}
	type reserved struct {
		ID  string `ddb:"id,pk"`
		Sig string `ddb:"*amzn-ddb-map-sig*"`
	}
	type noKey struct {
		Name string `ddb:"name"`
	}
	type floatKey struct {
		ID float64 `ddb:"id,pk"`
	}
	type twice struct {
		ID string `ddb:"id,pk"`
		A  string `ddb:"a"`
		B  string `ddb:"a"`
	}
	type nested struct {
		ID  string `ddb:"id,pk"`
		Doc struct {
			SSN string `ddb:"ssn,encrypt"`
		} `ddb:"doc"`
	}
	encrypted := ddb.Config{Encryption: format(t)}

	for name, c := range map[string]struct {
		err  error
		text string
	}{
		"a key marked encrypt":               {construct[keyEncrypted](t, encrypted), "ID"},
		"an unknown word":                    {construct[mistyped](t, encrypted), `did you mean "encrypt"`},
		"a reserved name":                    {construct[reserved](t, encrypted), "reserved"},
		"no partition key":                   {construct[noKey](t, encrypted), "partition key"},
		"a float key":                        {construct[floatKey](t, encrypted), "float"},
		"two fields of one name":             {construct[twice](t, encrypted), `"a"`},
		"an action inside a document":        {construct[nested](t, encrypted), "SSN"},
		"protection without keys":            {construct[Visit](t, ddb.Config{}), "Config.Encryption is nil"},
		"a format without a provider":        {construct[Visit](t, ddb.Config{Encryption: ddbec.Format(nil)}), "provider"},
		"an ARN as the name signatures bind": {construct[Visit](t, ddb.Config{Encryption: format(t), LogicalName: "arn:aws:dynamodb:eu-central-1:1:table/visits"}), "ARN"},
		"undeclared attributes encrypted without keys": {construct[struct {
			ID string `ddb:"id,pk"`
		}](t, ddb.Config{Unknown: crypt.Encrypt}), "Config.Unknown"},
		"no valid action for unknown": {construct[Visit](t, ddb.Config{Encryption: format(t), Unknown: 77}), "unknown"},
		"a type that is no struct":    {construct[string](t, encrypted), "struct"},
		"a pointer to a struct":       {construct[*Visit](t, encrypted), "struct"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, c.err)
			assert.ErrorContains(t, c.err, c.text)
			assert.ErrorContains(t, c.err, `ddb: new table "visits"`)
		})
	}
	_, err := ddb.NewTable[Visit](nil, "visits", encrypted)
	assert.ErrorContains(t, err, "client is nil")
	_, err = ddb.NewTable[Visit](&counting{}, "", encrypted)
	assert.ErrorContains(t, err, "name is empty")
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	type many struct {
		ID    string   `ddb:"id,pk,encrypt"`
		Name  string   `ddb:"name,encrpyt"`
		Pipe  chan int `ddb:"pipe"`
		Twice string   `ddb:"id"`
	}
	err := construct[many](t, ddb.Config{Encryption: format(t)})
	require.Error(t, err)
	for _, field := range []string{"ID", "Name", "Pipe", "Twice"} {
		assert.ErrorContains(t, err, "field "+field)
	}
	var one *tags.Error
	require.ErrorAs(t, err, &one)
}

func TestWithoutAnActionWordAFieldIsEncrypted(t *testing.T) {
	type bare struct {
		ID   string `ddb:"id,pk"`
		Sort int    `ddb:"sort,sk"`
		Name string `ddb:"name"`
		Note string
	}
	codec, err := ddb.NewCodec[bare]("t", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	got := map[string]crypt.Action{}
	for name, action := range codec.Schema().Attributes() {
		got[name] = action
	}
	assert.Equal(t, map[string]crypt.Action{"id": crypt.Sign, "sort": crypt.Sign, "name": crypt.Encrypt, "Note": crypt.Encrypt}, got)
}

func TestKeysAreCheckedBeforeARequest(t *testing.T) {
	requests := &counting{}
	visits, err := ddb.NewTable[Visit](requests, "visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	wrong := ddb.Key2(func(v *Visit) (*string, *time.Time) { return &v.Ward, &v.At })
	single := ddb.Key1(func(v *Visit) *string { return &v.Patient })
	for name, k := range map[string]ddb.Key[Visit]{
		"zero key":              {},
		"too few values":        visits.Key("p-17"),
		"too many values":       visits.Key("p-17", now, 1),
		"a value of other type": visits.Key("p-17", "today"),
		"a nil value":           visits.Key(nil, now),
		"an empty value":        visits.Key("", now),
		"too long a value":      visits.Key(strings.Repeat("x", 2049), now),
		"invalid UTF-8":         visits.Key("\xff", now),
		"precision cut":         visits.Key("p-17", now.Add(time.Microsecond)),
		"another field":         wrong("p-17", now),
		"the partition only":    single("p-17"),
		"of a nil struct":       visits.KeyOf(nil),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := visits.Get(t.Context(), k)
			require.Error(t, err)
			assert.NotErrorIs(t, err, ddb.ErrNotFound)
		})
	}
	assert.Zero(t, requests.n)
	_, err = visits.Get(t.Context(), visits.Key("p-17", now))
	assert.ErrorIs(t, err, ddb.ErrNotFound)
}

func TestWhatCannotBeStoredIsRefusedBeforeARequest(t *testing.T) {
	requests := &counting{}
	visits, err := ddb.NewTable[Visit](requests, "visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	for name, f := range map[string]func(*Visit){
		"empty partition key": func(v *Visit) { v.Patient = "" },
		"long partition key":  func(v *Visit) { v.Patient = strings.Repeat("x", 2049) },
		"invalid UTF-8":       func(v *Visit) { v.Name = "\xff" },
		"over 400 KB":         func(v *Visit) { v.Name = strings.Repeat("x", 410_000) },
		"over 400 KB only once encrypted": func(v *Visit) {
			v.Notes = nil
			v.Name = strings.Repeat("x", 409_600-150)
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := ada()
			f(&v)
			require.Error(t, visits.Put(t.Context(), &v))
		})
	}
	require.Error(t, visits.Put(t.Context(), nil))
	assert.Zero(t, requests.n)
}

func TestACancelledContextEndsEveryOperation(t *testing.T) {
	requests := &counting{}
	visits, err := ddb.NewTable[Visit](requests, "visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v := ada()
	require.ErrorIs(t, visits.Put(ctx, &v), context.Canceled)
	_, err = visits.Swap(ctx, &v)
	require.ErrorIs(t, err, context.Canceled)
	_, err = visits.Encode(ctx, &v)
	require.ErrorIs(t, err, context.Canceled)
	_, err = visits.Decode(ctx, crypt.Item{})
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, requests.n)
}

// failing is a provider whose keys cannot be had.
type failing struct{ err error }

func (f failing) EncryptionMaterials(context.Context, provider.Request) (provider.EncryptionMaterials, error) {
	return provider.EncryptionMaterials{}, f.err
}

func (f failing) DecryptionMaterials(context.Context, provider.Request) (provider.DecryptionMaterials, error) {
	return provider.DecryptionMaterials{}, f.err
}

func TestNothingIsWrittenWhenKeysCannotBeHad(t *testing.T) {
	requests := &counting{}
	outage := errors.New("the key service is down")
	visits, err := ddb.NewTable[Visit](requests, "visits", ddb.Config{Encryption: ddbec.Format(failing{outage})})
	require.NoError(t, err)
	v := ada()
	err = visits.Put(t.Context(), &v)
	require.ErrorIs(t, err, crypt.ErrKeys)
	require.ErrorIs(t, err, outage)
	assert.Zero(t, requests.n)
}

// reversing is an ItemEncryptor of a user's own, which knows maps only.
type reversing struct{}

func (reversing) Encryptor(crypt.Schema) (crypt.ItemEncryptor, error) { return reversing{}, nil }
func (reversing) Marks() crypt.Marks {
	return crypt.Marks{All: []string{"mark"}, Seal: "mark"}
}
func (reversing) Claims(it crypt.Item) bool { _, ok := it["mark"]; return ok }

func (reversing) EncryptItem(_ context.Context, it crypt.Item) (crypt.Item, error) {
	out := crypt.Item{"mark": &avS{Value: "reversed"}}
	for name, v := range it {
		if s, ok := v.(*avS); ok && name == "Name" {
			v = &avB{Value: []byte(s.Value)}
		}
		out[name] = v
	}
	return out, nil
}

func (reversing) DecryptItem(_ context.Context, it crypt.Item) (crypt.Opened, error) {
	out := crypt.Opened{Item: crypt.Item{}, Actions: map[string]crypt.Action{}}
	for name, v := range it {
		switch b, ok := v.(*avB); {
		case name == "mark":
			continue
		case ok:
			v = &avS{Value: string(b.Value)}
		}
		out.Item[name] = v
	}
	return out, nil
}

func TestAnEncryptorOfAUsersOwn(t *testing.T) {
	type Person struct {
		ID   string `ddb:",pk"`
		Name string
		Age  int
	}
	people, err := ddb.NewCodec[Person]("people", ddb.Config{Encryption: reversing{}})
	require.NoError(t, err)
	want := Person{"1", "Ada", 36}
	item, err := people.Encode(t.Context(), &want)
	require.NoError(t, err)
	assert.Equal(t, crypt.Item{"ID": &avS{Value: "1"}, "Name": &avB{Value: []byte("Ada")}, "Age": &avN{Value: "36"}, "mark": &avS{Value: "reversed"}}, item)
	got, err := people.Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestCreateTableInput(t *testing.T) {
	type event struct {
		Device []byte    `ddb:"device,pk"`
		At     time.Time `ddb:"at,sk,unixmilli"`
	}
	codec, err := ddb.NewCodec[event]("events", ddb.Config{})
	require.NoError(t, err)
	in := codec.CreateTableInput()
	assert.Equal(t, "events", *in.TableName)
	require.Len(t, in.AttributeDefinitions, 2)
	assert.Equal(t, types.ScalarAttributeTypeB, in.AttributeDefinitions[0].AttributeType)
	assert.Equal(t, types.ScalarAttributeTypeN, in.AttributeDefinitions[1].AttributeType)
	assert.Equal(t, types.KeyTypeRange, in.KeySchema[1].KeyType)
}

func TestAnItemWithoutItsKeyIsNoItem(t *testing.T) {
	type record struct {
		ID string `ddb:"id,pk"`
		N  int    `ddb:"n"`
	}
	codec, err := ddb.NewCodec[record]("t", ddb.Config{Unknown: crypt.Refuse})
	require.NoError(t, err)
	for name, item := range map[string]crypt.Item{
		"nil": nil, "empty": {}, "no key": {"n": &avN{Value: "1"}}, "a typed nil": {"id": (*avS)(nil)},
		"undeclared, and refused": {"id": &avS{Value: "1"}, "x": &avS{Value: "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := codec.Decode(t.Context(), item)
			assert.ErrorIs(t, err, crypt.ErrFormat)
		})
	}
}

func TestAKeyIsNotChangedAfterwards(t *testing.T) {
	type record struct {
		ID []byte `ddb:"id,pk"`
	}
	makeKey := ddb.Key1(func(r *record) *[]byte { return &r.ID })
	codec, err := ddb.NewCodec[record]("t", ddb.Config{})
	require.NoError(t, err)
	for name, make := range map[string]func([]byte) ddb.Key[record]{
		"Key1":  makeKey,
		"Key":   func(b []byte) ddb.Key[record] { return codec.Key(b) },
		"KeyOf": func(b []byte) ddb.Key[record] { return codec.KeyOf(&record{ID: b}) },
	} {
		t.Run(name, func(t *testing.T) {
			b := []byte("mine")
			k := make(b)
			copy(b, "XXXX")
			asked := &asking{}
			table, err := ddb.NewTable[record](asked, "t", ddb.Config{})
			require.NoError(t, err)
			_, err = table.Get(t.Context(), k)
			require.ErrorIs(t, err, ddb.ErrNotFound)
			assert.Equal(t, crypt.Item{"id": &avB{Value: []byte("mine")}}, asked.key)
		})
	}
}

// asking is a client that remembers which key it was asked for.
type asking struct {
	ddb.Client
	key crypt.Item
}

func (a *asking) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	a.key = in.Key
	return &dynamodb.GetItemOutput{}, nil
}

func TestModifyWithoutAFunction(t *testing.T) {
	requests := &counting{}
	visits, err := ddb.NewTable[Visit](requests, "visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	_, err = visits.Modify(t.Context(), visitKey("p-17", ada().At), nil)
	require.ErrorContains(t, err, "the function is nil")
	assert.Zero(t, requests.n)
}

func TestAConditionOnAValueThatIsStoredAsAbsence(t *testing.T) {
	type patient struct {
		ID     string  `ddb:"id,pk"`
		Doctor *string `ddb:"doctor,sign"`
		Phone  string  `ddb:"phone,sign,omitempty"`
	}
	doctor := ddb.F(func(p *patient) **string { return &p.Doctor })
	phone := ddb.F(func(p *patient) *string { return &p.Phone })
	requests := &counting{}
	patients, err := ddb.NewTable[patient](requests, "patients", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	for name, c := range map[string]ddb.Cond[patient]{"nil": doctor.Ne(nil), "empty": phone.Eq(""), "among others": phone.In("1", "")} {
		assert.ErrorContains(t, patients.Replace(t.Context(), &patient{ID: "1"}, c), "use Missing or Exists", name)
	}
	assert.Zero(t, requests.n)
	require.NoError(t, patients.Replace(t.Context(), &patient{ID: "1"}, phone.Eq("1"), doctor.Exists()))
}
