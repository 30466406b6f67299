// Package ddbjson reads and writes DynamoDB JSON, the spelling of items that the service, its exports
// and its command line share:
//
//	{"patient":{"S":"p-17"},"seen":{"N":"2"},"notes":{"L":[{"S":"one"}]},"photo":{"B":"/9j/"}}
//
// It reads strictly: what another implementation would have to guess at is an error. Numbers keep the
// spelling they have.
package ddbjson

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const (
	// MaxSize is the longest text taken, in bytes: the service's limit for a request. An item takes a
	// few times the memory of its text; one of nothing but maps with a single member, 21 times.
	MaxSize = 16 << 20

	// MaxDepth is how deeply lists and maps may nest in a value that is read or written. It lies
	// above the service's own limit of 32 levels, which is for the service to hold.
	MaxDepth = 64
)

// Item is a set of attributes by name.
type Item = map[string]types.AttributeValue

// What makes a text no DynamoDB JSON. Errors say where by attribute name and never quote a value.
var (
	// ErrSyntax is text that is no JSON, or not of this shape: unknown types, members twice, binary
	// that is not in standard base64, strings that are not Unicode.
	ErrSyntax = errors.New("not DynamoDB JSON")

	// ErrNoType is a value without a type, {}, or with a type whose value is null.
	ErrNoType = errors.New("attribute value has no type")

	// ErrManyTypes is a value with more than one type, {"S":"a","N":"1"}.
	ErrManyTypes = errors.New("attribute value has more than one type")

	// ErrLimit is text longer than MaxSize, or nesting deeper than MaxDepth.
	ErrLimit = errors.New("too long or nested too deeply")
)
