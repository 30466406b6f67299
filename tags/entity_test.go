package tags_test

import (
	"reflect"
	"testing"

	"github.com/dynaseal/ddb/tags"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	Kind struct {
		_ struct{} `ddb:"kind,entity=order"`
	}
	KindPointer struct{ *Kind }
)

func TestEntity(t *testing.T) {
	type root struct {
		_  struct{} `ddb:"'the kind',entity='o''range, sweet',sign"`
		_  struct{}
		ID string `ddb:"id,pk"`
	}
	fields, err := tags.Root(reflect.TypeFor[root](), tags.Options{})
	require.NoError(t, err)
	assert.Equal(t, []tags.Field{
		{Name: "the kind", Path: "root._", Index: []int{0}, Type: reflect.TypeFor[struct{}](), Entity: "o'range, sweet", Action: tags.Sign},
		{Name: "id", Path: "root.ID", Index: []int{2}, Type: reflect.TypeFor[string](), Key: tags.PartitionKey},
	}, fields)

	type embedding struct {
		Kind
		ID string `ddb:"id,pk"`
	}
	fields, err = tags.Root(reflect.TypeFor[embedding](), tags.Options{})
	require.NoError(t, err)
	assert.Equal(t, []int{0, 0}, fields[0].Index)
	assert.Equal(t, "embedding.Kind._", fields[0].Path)

	fields, err = tags.Nested(reflect.TypeFor[Kind](), tags.Options{})
	require.NoError(t, err)
	assert.Equal(t, "order", fields[0].Entity)

	type named struct { // without a value it is a name like any other
		ID string `ddb:"entity,pk"`
	}
	_, err = tags.Root(reflect.TypeFor[named](), tags.Options{})
	assert.NoError(t, err)
}

func TestEntityMistakes(t *testing.T) {
	const (
		example = "write _ struct{} `ddb:\"kind,entity=order\"`"
		holds   = "entity on a field that holds a value (the attribute says entity's name and nothing else: " + example + ")"
		remove  = " on an entity (it is always stored, and signed: remove it)"
	)
	type ID struct {
		ID string `ddb:"id,pk"`
	}
	for name, c := range map[string]struct {
		typ  reflect.Type
		want []string
	}{
		"on a string": {reflect.TypeFor[struct {
			ID
			Kind string `ddb:"kind,entity=order"`
		}](), []string{`, field Kind, tag "kind,entity=order": ` + holds}},
		"on an empty struct": {reflect.TypeFor[struct {
			ID
			Kind struct{} `ddb:"kind,entity=order"`
		}](), []string{`, field Kind, tag "kind,entity=order": ` + holds}},
		"on the key": {reflect.TypeFor[struct {
			Kind string `ddb:"kind,pk,entity=order"`
		}](), []string{`, field Kind, tag "kind,pk,entity=order": ` + holds, `, field Kind, tag "kind,pk,entity=order": pk` + remove}},
		"on a blank string": {reflect.TypeFor[struct {
			ID
			_ string `ddb:"kind,entity=order"`
		}](), []string{`, field _, tag "kind,entity=order": entity on a blank field of type string (` + example + `)`}},
		"without a name": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:",entity=order"`
		}](), []string{`, field _, tag ",entity=order": entity without an attribute name (` + example + `)`}},
		"without a value": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:"kind,entity"`
		}](), []string{`, field _, tag "kind,entity": word "entity" lacks its name (write entity=NAME)`}},
		"misspelt": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:"kind,Entity=order"`
		}](), []string{`, field _, tag "kind,Entity=order": unknown word "Entity" (words are lower case: write "entity")`}},
		"forgotten name": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:"entity=order,sign"`
		}](), []string{`, field _, tag "entity=order,sign": tag on a blank field (name the field or remove the tag)`}},
		"no UTF-8": {reflect.TypeFor[struct {
			ID
			_ struct{} "ddb:\"kind,entity=\\xff\""
		}](), []string{`, field _, tag "kind,entity=\xff": entity "\xff" is not valid UTF-8 (DynamoDB stores strings as UTF-8)`}},
		"encrypt": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:"kind,entity=order,encrypt"`
		}](), []string{`, field _, tag "kind,entity=order,encrypt": encrypt` + remove}},
		"plain and omitzero": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:"kind,plain,omitzero,entity=order"`
		}](), []string{
			`, field _, tag "kind,plain,omitzero,entity=order": plain` + remove,
			`, field _, tag "kind,plain,omitzero,entity=order": omitzero` + remove,
		}},
		"key": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:"kind,sk,entity=order"`
		}](), []string{`, field _, tag "kind,sk,entity=order": sk` + remove}},
		"two": {reflect.TypeFor[struct {
			ID
			Kind
			_ struct{} `ddb:"is,entity=order"`
		}](), []string{`, field _, tag "is,entity=order": second entity, after field Kind._ (a struct is one thing: keep one)`}},
		"name taken": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:"id,entity=order"`
		}](), []string{`, field _, tag "id,entity=order": attribute "id" is field ID.ID already (rename one, or skip one with ddb:"-")`}},
		"reserved name": {reflect.TypeFor[struct {
			ID
			_ struct{} `ddb:"aws_dbe_x,entity=order"`
		}](), []string{`, field _, tag "aws_dbe_x,entity=order": name "aws_dbe_x" is reserved (names beginning with aws_dbe_ belong to the encryption formats: rename it)`}},
		"behind a pointer": {reflect.TypeFor[struct {
			ID
			*KindPointer
		}](), []string{`, field KindPointer.Kind._, tag "kind,entity=order": entity behind the embedded pointer KindPointer, which may be nil (it is always stored: embed the struct itself, or move it out)`}},
	} {
		t.Run(name, func(t *testing.T) {
			fields, err := tags.Root(c.typ, tags.Options{})
			assert.Nil(t, fields)
			var want []string
			for _, w := range c.want {
				want = append(want, "ddb: type struct{…}"+w)
			}
			assert.Equal(t, want, messages(t, c.typ, err))
		})
	}
	type document struct {
		_ struct{} `ddb:"kind,entity=order,sign"`
	}
	_, err := tags.Nested(reflect.TypeFor[document](), tags.Options{})
	assert.EqualError(t, err, `ddb: type document, field _, tag "kind,entity=order,sign": sign inside a document (one action covers a whole top-level attribute: put it there)`)
}

func TestWhatIsAlwaysThereIsNotBehindAPointer(t *testing.T) {
	type Base struct {
		V int `ddb:"v,version"`
	}
	type root struct {
		ID string `ddb:"id,pk"`
		*Base
	}
	_, err := tags.Root(reflect.TypeFor[root](), tags.Options{})
	assert.EqualError(t, err, `ddb: type root, field Base.V, tag "v,version": version behind the embedded pointer Base, which may be nil (an item always has one: embed the struct itself, or move it out)`)
}
