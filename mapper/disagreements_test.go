package mapper_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// disagreement is where the mapper knowingly does not what attributevalue does: a row of
// docs/attributevalue.md, which says why. Both outcomes are spelled there as here: a stored value in
// DynamoDB JSON, a Go value as Go spells it, "left out", "panic", or "error" with a part of its text; "…" stands for a part that is left out.
type disagreement struct {
	name   string
	theirs string
	ours   string
	show   func() (theirs, ours outcome)
}

// outcome is what one package made of a value.
type outcome struct {
	text string
	err  error
}

var errPanic = errors.New("panic")

// outcomeOf is what f returns, or that it panics.
func outcomeOf(f func() (string, error)) (o outcome) {
	defer func() {
		if recover() != nil {
			o.err = errPanic
		}
	}()
	o.text, o.err = f()
	return o
}

func (o outcome) assertIs(t *testing.T, want, who string) {
	t.Helper()
	_, reason, isError := strings.Cut(want, "error")
	switch {
	case want == "panic":
		assert.ErrorIs(t, o.err, errPanic, who)
	case isError:
		assert.ErrorContains(t, o.err, strings.TrimPrefix(reason, ": "), who)
		assert.NotErrorIs(t, o.err, errPanic, who)
	default:
		assert.NoError(t, o.err, who)
		if head, tail, isLong := strings.Cut(want, "…"); isLong && strings.HasPrefix(o.text, head) && strings.HasSuffix(o.text, tail) {
			return
		}
		assert.Equal(t, want, o.text, who)
	}
}

// marshalText asks attributevalue to use MarshalText and UnmarshalText.
const marshalText = "MarshalText"

// writing is a value in a field with the words of either package.
func writing(name string, v any, theirWords, ourWords, theirs, ours string) disagreement {
	return disagreement{name, theirs, ours, func() (outcome, outcome) {
		return writingHolder(holderOfBoth(reflect.TypeOf(v), theirWords, ourWords), v, theirWords)
	}}
}

// writingNil is writing for a T that is nil.
func writingNil[T any](name, theirs, ours string) disagreement {
	return disagreement{name, theirs, ours, func() (outcome, outcome) {
		return writingHolder(holderOfBoth(reflect.TypeFor[T](), "", ""), nil, "")
	}}
}

func writingHolder(typ reflect.Type, v any, theirWords string) (outcome, outcome) {
	h := held(typ, v)
	return outcomeOf(func() (string, error) {
			text := theirWords == marshalText
			encoder := attributevalue.NewEncoder(func(o *attributevalue.EncoderOptions) { o.UseEncodingMarshalers = text })
			stored, err := encoder.Encode(h.Interface())
			if err != nil {
				return "", err
			}
			return shownOrLeftOut(stored.(*types.AttributeValueMemberM).Value["v"]), nil
		}), outcomeOf(func() (string, error) {
			p, err := mapper.Compile(typ, mapper.Options{})
			if err != nil {
				return "", err
			}
			it, err := encode(p, h.Interface())
			return shownOrLeftOut(it["v"]), err
		})
}

func shownOrLeftOut(v av) string {
	if v == nil {
		return "left out"
	}
	return shown(v)
}

// holderOfBoth is holder with tags of both packages.
func holderOfBoth(typ reflect.Type, theirWords, ourWords string) reflect.Type {
	if theirWords == marshalText {
		theirWords = ""
	}
	if ourWords != "" {
		ourWords = "," + ourWords
	}
	return reflect.StructOf([]reflect.StructField{
		{Name: "ID", Type: reflect.TypeFor[string](), Tag: `ddb:"id,pk" dynamodbav:"id"`},
		{Name: "V", Type: typ, Tag: reflect.StructTag(fmt.Sprintf(`ddb:"v%s" dynamodbav:"v,%s"`, ourWords, theirWords))},
	})
}

// reading is a stored value that is read into a field that holds old.
func reading[T any](name string, stored av, old T, theirWords, ourWords, theirs, ours string) disagreement {
	return disagreement{name, theirs, ours, func() (outcome, outcome) {
		typ := holderOfBoth(reflect.TypeFor[T](), theirWords, ourWords)
		it := item{"id": avS("x")}
		if stored != nil {
			it["v"] = stored
		}
		read := func(into func(any) error) func() (string, error) {
			return func() (string, error) {
				h := held(typ, nil)
				h.Elem().Field(1).Set(reflect.ValueOf(&old).Elem())
				err := into(h.Interface())
				return spelled(h.Elem().Field(1)), err
			}
		}
		return outcomeOf(read(func(v any) error {
				text := theirWords == marshalText
				decoder := attributevalue.NewDecoder(func(o *attributevalue.DecoderOptions) { o.UseEncodingUnmarshalers = text })
				return decoder.Decode(avM(it), v)
			})), outcomeOf(read(func(v any) error {
				p, err := mapper.Compile(typ, mapper.Options{})
				if err != nil {
					return err
				}
				return decode(p, it, v)
			}))
	}}
}

// spelled is a Go value as its users spell it.
func spelled(v reflect.Value) string {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	switch held := v.Interface().(type) {
	case time.Time:
		return held.UTC().Format(time.RFC3339Nano)
	case []netip.Addr:
		return fmt.Sprint(held)
	}
	return strings.NewReplacer("mapper_test.", "", "interface {}", "any").Replace(fmt.Sprintf("%#v", v.Interface()))
}

// storesItem is a whole item: v has the tags of both packages.
func storesItem(name string, v any, theirs, ours string) disagreement {
	return disagreement{name, theirs, ours, func() (outcome, outcome) {
		return outcomeOf(func() (string, error) {
				m, err := attributevalue.MarshalMap(v)
				delete(m, "id")
				return shown(avM(m)), err
			}), outcomeOf(func() (string, error) {
				p, err := mapper.Compile(reflect.TypeOf(v).Elem(), mapper.Options{})
				if err != nil {
					return "", err
				}
				it, err := encode(p, v)
				delete(it, "id")
				return shown(avM(it)), err
			})
	}}
}

// sharedMemory reads into a slice and shows what a copy of the slice then holds.
func sharedMemory() (outcome, outcome) {
	type T struct {
		ID string `ddb:"id,pk" dynamodbav:"id"`
		V  []int  `ddb:"v" dynamodbav:"v"`
	}
	it := item{"id": avS("x"), "v": avL(avN("1"))}
	read := func(into func(v *T) error) outcome {
		return outcomeOf(func() (string, error) {
			v := T{V: append([]int(nil), oldInts...)}
			elsewhere := v.V
			err := into(&v)
			return fmt.Sprintf("%#v", elsewhere), err
		})
	}
	p, err := mapper.Compile(reflect.TypeFor[T](), mapper.Options{})
	if err != nil {
		panic(err)
	}
	return read(func(v *T) error { return attributevalue.UnmarshalMap(it, v) }), read(func(v *T) error { return decode(p, it, v) })
}

// caseOfNames reads an attribute whose name is the field's in another case.
func caseOfNames() (outcome, outcome) {
	type T struct {
		ID  string `ddb:"id,pk" dynamodbav:"id"`
		SSN string `ddb:"SSN" dynamodbav:"SSN"`
	}
	it := item{"id": avS("x"), "ssn": avS("1")}
	p, err := mapper.Compile(reflect.TypeFor[T](), mapper.Options{})
	if err != nil {
		panic(err)
	}
	var v, w T
	return outcomeOf(func() (string, error) {
			err := attributevalue.UnmarshalMap(it, &v)
			return fmt.Sprintf("%q", v.SSN), err
		}),
		outcomeOf(func() (string, error) { err := decode(p, it, &w); return fmt.Sprintf("%q", w.SSN), err })
}

func TestDisagreements(t *testing.T) {
	for _, d := range disagreements {
		t.Run(d.name, func(t *testing.T) {
			theirs, ours := d.show()
			theirs.assertIs(t, d.theirs, "attributevalue")
			ours.assertIs(t, d.ours, "mapper")
			assert.NotEqual(t, theirs, ours, "it is an agreement")
		})
	}
}

// A row of docs/attributevalue.md: | name | case | attributevalue | mapper | why |, the outcomes in
// backquotes.
var documentRow = regexp.MustCompile("(?m)^\\| ([^|]+) \\| ([^|]+) \\| `([^|]+)` \\| `([^|]+)` \\| ([^|]+) \\|$")

func TestDisagreementsAreDocumented(t *testing.T) {
	document, err := os.ReadFile("../docs/attributevalue.md")
	require.NoError(t, err)
	rows := documentRow.FindAllStringSubmatch(string(document), -1)
	var documented, tested [][3]string
	for _, r := range rows {
		documented = append(documented, [3]string{r[1], r[3], r[4]})
	}
	for _, d := range disagreements {
		tested = append(tested, [3]string{d.name, d.theirs, d.ours})
	}
	assert.ElementsMatch(t, tested, documented)
}
