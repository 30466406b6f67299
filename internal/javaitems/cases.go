// Package javaitems holds Go structs for what Java's object mappers store, DynamoDBMapper of the AWS
// SDK for Java 1 and the enhanced client of version 2, and the items that both wrote. docs/java.md is
// the table of them. It serves tests: those here read the stored items, those in interop run the Java
// libraries.
package javaitems

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
)

// Count is how many cases there are; a file with others does not load.
const Count = 35

// Case is an item of a Java library, named LIBRARY/BEAN/SAMPLE, and what it is in Go.
type Case struct {
	Name string
	Type reflect.Type // of Want, a struct
	Want any

	decode func(context.Context, crypt.Item) (any, error)
	encode func(context.Context, any) (crypt.Item, error)
}

// Cases returns every case, in the order of the file.
func Cases() ([]Case, error) {
	return newCases(mapperCases(), enhancedCases())
}

// Decode reads item as the case's type.
func (c Case) Decode(ctx context.Context, item crypt.Item) (any, error) { return c.decode(ctx, item) }

// Encode returns the item of v, which is of the case's type.
func (c Case) Encode(ctx context.Context, v any) (crypt.Item, error) { return c.encode(ctx, v) }

// expectation is a case before its type is compiled.
type expectation func() (Case, error)

// expect is the case name, read as want.
func expect[T any](name string, want T, codecs ...ddb.TypeCodec) expectation {
	return func() (Case, error) {
		codec, err := ddb.NewCodec[T]("mappers", ddb.Config{Codecs: codecs})
		if err != nil {
			return Case{}, fmt.Errorf("javaitems: %s: %w", name, err)
		}
		return Case{
			Name: name,
			Type: reflect.TypeFor[T](),
			Want: want,
			decode: func(ctx context.Context, item crypt.Item) (any, error) {
				return codec.Decode(ctx, item)
			},
			encode: func(ctx context.Context, v any) (crypt.Item, error) {
				t := v.(T)
				return codec.Encode(ctx, &t)
			},
		}, nil
	}
}

func newCases(groups ...[]expectation) ([]Case, error) {
	var cases []Case
	for _, group := range groups {
		for _, e := range group {
			c, err := e()
			if err != nil {
				return nil, err
			}
			cases = append(cases, c)
		}
	}
	return cases, nil
}

// Item is what a Java library wrote for the case of that name.
type Item struct {
	Name    string          `json:"case"`
	Library string          `json:"library"` // group, artifact, version
	Stored  json.RawMessage `json:"item"`    // DynamoDB JSON
}

// Load reads the items that the Java libraries wrote, of every case.
func Load(path string) ([]Item, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("javaitems: %w", err)
	}
	return Parse(text)
}

// Parse is Load of the file's text.
func Parse(text []byte) ([]Item, error) {
	var items []Item
	if err := json.Unmarshal(text, &items); err != nil {
		return nil, fmt.Errorf("javaitems: items: %w", err)
	}
	if len(items) != Count {
		return nil, fmt.Errorf("javaitems: %d items, want %d", len(items), Count)
	}
	return items, nil
}

// Attributes returns the item's attributes.
func (i Item) Attributes() (crypt.Item, error) { return ddbjson.Unmarshal(i.Stored) }
