package tags_test

import (
	"fmt"
	"reflect"

	"github.com/dynaseal/ddb/tags"
)

func ExampleRoot() {
	type Patient struct {
		ID   string `ddb:"id,pk"`
		Name string `ddb:"name,encrypt"`
		Ward string `ddb:"ward,sign,omitempty"`
	}
	fields, err := tags.Root(reflect.TypeFor[Patient](), tags.Options{})
	for _, f := range fields {
		fmt.Println(f.Path, f.Name, f.Key, f.Action, f.OmitEmpty)
	}
	fmt.Println(err)
	// Output:
	// Patient.ID id pk none false
	// Patient.Name name none encrypt false
	// Patient.Ward ward none sign true
	// <nil>
}

// A mistyped word is an error before anything is stored.
func ExampleRoot_typo() {
	type Patient struct {
		ID   string `ddb:"id,pk"`
		Name string `ddb:"name,encrpyt"`
		Ward string `ddb:"ward,sign,omitEmpty"`
	}
	_, err := tags.Root(reflect.TypeFor[Patient](), tags.Options{})
	fmt.Println(err)
	// Output:
	// ddb: type Patient, field Name, tag "name,encrpyt": unknown word "encrpyt" (did you mean "encrypt"?)
	// ddb: type Patient, field Ward, tag "ward,sign,omitEmpty": unknown word "omitEmpty" (words are lower case: write "omitempty")
}
