package javaitems

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/dynaseal/ddb/crypt"
)

// Outcome is what becomes of a value between Java and Go.
type Outcome int

const (
	Same    Outcome = iota // the value that was written
	Other                  // a value, but another
	Refused                // an error
	Never                  // Go has nothing to write
)

// String returns the word that docs/java.md has for it.
func (o Outcome) String() string { return [...]string{"same", "another value", "error", "-"}[o] }

// Misfit is a Go field that comes to mind for an attribute of Java's and is not in the table, and why.
type Misfit struct {
	Attribute string // LIBRARY/BEAN.ATTRIBUTE
	Sample    string
	Field     reflect.StructField
	Want      any     // what Go reads, a value of a struct with Field
	Go        Outcome // of reading what Java wrote
	Java      Outcome // of reading what Go writes of that

	decode func(context.Context, crypt.Item) (any, error)
	encode func(context.Context, any) (crypt.Item, error)
}

// Case is the name of the case that the attribute is taken from.
func (m Misfit) Case() string { return m.bean() + "/" + m.Sample }

// Name is the attribute's in the item.
func (m Misfit) Name() string { return m.Attribute[len(m.bean())+1:] }

func (m Misfit) bean() string { return m.Attribute[:strings.LastIndex(m.Attribute, ".")] }

// Decode reads the item of the case, of which all but id and the attribute are dropped.
func (m Misfit) Decode(ctx context.Context, item crypt.Item) (any, error) { return m.decode(ctx, item) }

// Encode returns the item of what Decode made.
func (m Misfit) Encode(ctx context.Context, v any) (crypt.Item, error) { return m.encode(ctx, v) }

// misfit is read as want, a struct of the item's id and one other field.
func misfit[T any](attribute, sample string, want T, inGo, inJava Outcome) func() (Misfit, error) {
	return func() (Misfit, error) {
		c, err := expect(attribute, want)()
		return Misfit{
			attribute, sample, reflect.TypeFor[T]().Field(1), want, inGo, inJava, c.decode, c.encode,
		}, err
	}
}

// Misfits returns every misfit.
func Misfits() ([]Misfit, error) {
	var all []Misfit
	for _, compile := range misfits() {
		m, err := compile()
		if err != nil {
			return nil, fmt.Errorf("javaitems: misfit: %w", err)
		}
		all = append(all, m)
	}
	return all, nil
}

func misfits() []func() (Misfit, error) {
	type (
		mapperFlag struct {
			ID   string `ddb:"id,pk"`
			Flag bool   `ddb:"flag"`
		}
		mapperV2Flag struct {
			ID   string `ddb:"id,pk"`
			Flag bool   `ddb:"flag,bool=number"`
		}
		flagMap struct {
			ID      string          `ddb:"id,pk"`
			FlagMap map[string]bool `ddb:"flagMap"`
		}
		texts struct {
			ID    string   `ddb:"id,pk"`
			Texts []string `ddb:"texts"`
		}
		date struct {
			ID   string    `ddb:"id,pk"`
			Date time.Time `ddb:"date"`
		}
		stampInZone struct {
			ID          string    `ddb:"id,pk"`
			StampInZone time.Time `ddb:"stampInZone,time=ms"`
		}
		text struct {
			ID   string `ddb:"id,pk"`
			Text string `ddb:"text"`
		}
		instant struct {
			ID      string    `ddb:"id,pk"`
			Instant time.Time `ddb:"instant"`
		}
		offsetDateTime struct {
			ID             string    `ddb:"id,pk"`
			OffsetDateTime time.Time `ddb:"offsetDateTime,time=rfc3339nano"`
		}
		localDateTime struct {
			ID            string    `ddb:"id,pk"`
			LocalDateTime time.Time `ddb:"localDateTime"`
		}
		duration struct {
			ID       string        `ddb:"id,pk"`
			Duration time.Duration `ddb:"duration"`
		}
		textMap struct {
			ID      string            `ddb:"id,pk"`
			TextMap map[string]string `ddb:"textMap"`
		}
	)
	return []func() (Misfit, error){
		misfit("mapper/Scalars.flag", "typical", mapperFlag{"p-17", true}, Same, Same),
		misfit("mapper-v1/Schemas.flag", "typical", mapperFlag{"c-1", true}, Same, Refused),
		misfit("mapper-v2/Schemas.flag", "typical", mapperV2Flag{"c-1", true}, Same, Same),
		misfit("mapper/Documents.flagMap", "typical", flagMap{"d-1", map[string]bool{"yes": true, "no": false}}, Same, Same),
		misfit("mapper/Sets.texts", "typical", texts{"s-1", []string{"b", "a", "ü"}}, Same, Refused),
		misfit("enhanced/Sets.texts", "typical", texts{"s-1", []string{"b", "a", "ü"}}, Same, Same),
		misfit("mapper/Times.date", "millis", date{"t-1774747805120", at(millis)}, Same, Same),
		misfit("mapper/Times.stampInZone", "whole", stampInZone{"t-1795762200000", at("2026-11-27T01:50:00Z")}, Other, Same),
		misfit("enhanced/Scalars.text", "nulls", text{ID: "p-19"}, Same, Other),
		misfit("enhanced/Times.instant", "millis", instant{"t-" + millis, at(millis)}, Same, Same),
		misfit("enhanced/Times.offsetDateTime", "whole", offsetDateTime{}, Refused, Never),
		misfit("enhanced/Times.localDateTime", "seconds", localDateTime{}, Refused, Never),
		misfit("enhanced/Times.duration", "whole", duration{"t-" + whole, 1795762200}, Other, Same),
		misfit("enhanced/Times.duration", "millis", duration{}, Refused, Never),
		misfit("enhanced/Documents.textMap", "hollow", textMap{"d-2", map[string]string{"k": ""}}, Same, Other),
	}
}
