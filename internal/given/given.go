// Package given is about what callers give to constructors of keys: values that are there and are nil, and
// configs that hold keys of other packages.
package given

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
)

// Nil reports whether v is nothing, or a nil pointer or the like behind an interface, whose methods would
// panic at the first item.
func Nil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Slice:
		return r.IsNil()
	}
	return false
}

// Hidden, embedded in a config, keeps what the config holds out of logs and encoders: keys of other
// packages may be among it, and an *rsa.PrivateKey does marshal as JSON.
type Hidden struct{}

const hiddenText = "provider: config (hidden)"

// Format prints that there is a config, for every verb.
func (Hidden) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hiddenText) }

// MarshalText refuses, for JSON and the like.
func (Hidden) MarshalText() ([]byte, error) {
	return nil, errors.New("provider: a config does not marshal: it may hold keys")
}

// LogValue is what slog prints.
func (Hidden) LogValue() slog.Value { return slog.StringValue(hiddenText) }
