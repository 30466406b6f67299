package mapper

import (
	"reflect"
	"strconv"

	"github.com/dynaseal/ddb/internal/wire"
)

// Error is a type or a value that cannot be mapped. It says where and why and never holds a value, the
// key of a map included; what the methods of users' types return as errors may quote the value, so of
// those it holds the type alone. It is closed: nothing wraps inside.
type Error struct {
	Op        string       // "compile", "encode" or "decode"
	Type      reflect.Type // the Go type that does not fit
	Path      string       // Go path, "Visit.Notes[3]"; a member of a map is "[…]"
	Attribute string       // name of the attribute; "" when compiling
	Kind      string       // the stored type when decoding, as DynamoDB JSON names it: S, N, …; else ""
	Reason    string       // what is wrong and what to do

	leftOut bool // the value said so itself, see ErrOmit; until there is a path
}

// Error gives operation, path, Go type, attribute and reason.
func (e *Error) Error() string {
	s := "mapper: " + e.Op + ": " + e.Path + " (" + typeName(e.Type) + ")"
	if e.Attribute != "" {
		s += ": attribute " + strconv.Quote(e.Attribute)
	}
	return s + ": " + e.Reason
}

// in puts a step before the path: closures know where they are only on the way back.
func (e *Error) in(step string) *Error {
	e.Path, e.leftOut = step+e.Path, false
	return e
}

const inMap = "[…]" // a member of a map

func inList(i int) string { return "[" + strconv.Itoa(i) + "]" }

func unfit(t reflect.Type, reason string) *Error { return &Error{Type: t, Reason: reason} }

// mismatch is a stored type that k's Go type is not read from.
func (k *codec) mismatch(stored wire.Kind) *Error {
	reason := stored.String() + " cannot be read into " + typeName(k.typ)
	if k.kind != 0 {
		reason += ", which is stored as " + k.kind.String()
	}
	return &Error{Type: k.typ, Kind: stored.String(), Reason: reason}
}

// typeName is a type as its users write it.
func typeName(t reflect.Type) string {
	switch {
	case t == nil:
		return "nil"
	case t.Name() == "" && t.Kind() == reflect.Struct:
		return "struct{…}" // reflect would print every field with its tag
	}
	return t.String()
}

// rootName begins the paths of a type, as package tags has it.
func rootName(t reflect.Type) string {
	if t == nil || t.Name() == "" {
		return typeName(t)
	}
	return t.Name()
}
