package mapper_test

import (
	"fmt"
	"reflect"
	"time"

	"github.com/dynaseal/ddb/mapper"
)

func ExampleCompile() {
	type Visit struct {
		Patient string    `ddb:"patient,pk"`
		At      time.Time `ddb:"at,sk,time=ms"`
		Notes   []string  `ddb:"notes,set,omitempty"`
		Bill    *int64    `ddb:"bill"`
	}
	plan, err := mapper.Compile(reflect.TypeFor[Visit](), mapper.Options{})
	for _, a := range plan.Attributes() {
		fmt.Println(a.Name, a.Kind, a.Path)
	}
	fmt.Println(err)
	// Output:
	// at S Visit.At
	// bill N Visit.Bill
	// notes SS Visit.Notes
	// patient S Visit.Patient
	// <nil>
}

// What cannot be stored without loss is an error before anything is stored.
func ExampleCompile_mistakes() {
	type Visit struct {
		Patient string `ddb:"patient,pk"`
		Doctor  fmt.Stringer
		Wards   map[bool]string `ddb:"wards"`
	}
	_, err := mapper.Compile(reflect.TypeFor[Visit](), mapper.Options{})
	fmt.Println(err)
	// Output:
	// mapper: compile: Visit.Doctor (fmt.Stringer): interface with methods: what is stored does not say which type to read it into; name types that implement it in Config.Variants, or use any or a concrete type
	// mapper: compile: Visit.Wards (map[bool]string): its keys have no text: use keys of a string or integer type, or of one with MarshalText
}

func ExampleNumber_Rat() {
	price := mapper.Number("1299.95")
	r, err := price.Rat()
	fmt.Println(r, err)
	// Output: 25999/20 <nil>
}
