package ddbjson

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Marshal writes item with names in byte order; lists, sets and numbers stay as they are. Errors wrap
// [ErrNoType] for a value that is nil, [ErrSyntax] for a string that is not UTF-8 and [ErrLimit] for
// nesting beyond [MaxDepth].
func Marshal(item Item) ([]byte, error) {
	b, err := appendAttributes(nil, item, MaxDepth)
	if err != nil {
		return nil, fmt.Errorf("ddbjson: write: %w", err)
	}
	return b, nil
}

func appendAttributes(dst []byte, item Item, depth int) (_ []byte, err error) {
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(item)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendString(dst, name); err != nil {
			return nil, in(name, err)
		}
		dst = append(dst, ':')
		if dst, err = appendValue(dst, item[name], depth); err != nil {
			return nil, in(name, err)
		}
	}
	return append(dst, '}'), nil
}

// appendValue writes {"TYPE":…}. depth is how many levels of lists and maps may still open.
func appendValue(dst []byte, v types.AttributeValue, depth int) (_ []byte, err error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		dst, err = appendString(append(dst, `{"S":`...), v.Value)
	case *types.AttributeValueMemberN:
		dst, err = appendString(append(dst, `{"N":`...), v.Value)
	case *types.AttributeValueMemberB:
		dst, err = appendBinary(append(dst, `{"B":`...), v.Value)
	case *types.AttributeValueMemberBOOL:
		dst = strconv.AppendBool(append(dst, `{"BOOL":`...), v.Value)
	case *types.AttributeValueMemberNULL:
		dst = strconv.AppendBool(append(dst, `{"NULL":`...), v.Value)
	case *types.AttributeValueMemberSS:
		dst, err = appendArray(append(dst, `{"SS":`...), v.Value, appendString)
	case *types.AttributeValueMemberNS:
		dst, err = appendArray(append(dst, `{"NS":`...), v.Value, appendString)
	case *types.AttributeValueMemberBS:
		dst, err = appendArray(append(dst, `{"BS":`...), v.Value, appendBinary)
	case *types.AttributeValueMemberL:
		if depth == 0 {
			return nil, ErrLimit
		}
		dst, err = appendArray(append(dst, `{"L":`...), v.Value, func(dst []byte, e types.AttributeValue) ([]byte, error) {
			return appendValue(dst, e, depth-1)
		})
	case *types.AttributeValueMemberM:
		if depth == 0 {
			return nil, ErrLimit
		}
		dst, err = appendAttributes(append(dst, `{"M":`...), v.Value, depth-1)
	default:
		err = ErrNoType
	}
	return append(dst, '}'), err
}

func appendArray[T any](dst []byte, all []T, write func([]byte, T) ([]byte, error)) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, e := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = write(dst, e); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendBinary(dst, b []byte) ([]byte, error) {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, b)
	return append(dst, '"'), nil
}

// appendString escapes what JSON requires and nothing else.
func appendString(dst []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, ErrSyntax
	}
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"'), nil
}
