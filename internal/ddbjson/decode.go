package ddbjson

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Unmarshal reads an item of at most [MaxSize] bytes. The result shares nothing with data. Errors
// wrap [ErrSyntax], [ErrNoType], [ErrManyTypes] or [ErrLimit].
func Unmarshal(data []byte) (Item, error) {
	item, err := unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("ddbjson: read: %w", err)
	}
	return item, nil
}

func unmarshal(data []byte) (Item, error) {
	if len(data) > MaxSize {
		return nil, ErrLimit
	}
	if !json.Valid(data) || !utf8.Valid(data) || loneSurrogate(data) {
		return nil, ErrSyntax
	}
	d := decoder{json.NewDecoder(bytes.NewReader(data))}
	if d.next() != json.Delim('{') {
		return nil, ErrSyntax
	}
	return d.attributes(MaxDepth)
}

// loneSurrogate reports whether valid JSON escapes half of a surrogate pair, which is no character
// and which package json would replace by another.
func loneSurrogate(data []byte) bool {
	for {
		i := bytes.IndexByte(data, '\\')
		if i < 0 {
			return false
		}
		data = data[i:]
		r := escaped(data)
		if !utf16.IsSurrogate(r) {
			data = data[2:]
			continue
		}
		if utf16.DecodeRune(r, escaped(data[6:])) == utf8.RuneError {
			return true
		}
		data = data[12:]
	}
}

// escaped returns the code unit of the \u escape at the start of data, -1 if there is none.
func escaped(data []byte) rune {
	if !bytes.HasPrefix(data, []byte(`\u`)) {
		return -1
	}
	u, _ := strconv.ParseUint(string(data[2:6]), 16, 16)
	return rune(u)
}

// decoder reads the tokens of a text that is known to be valid JSON.
type decoder struct{ tokens *json.Decoder }

// next returns the next token. There is one: the text is valid, and is not read past its end.
func (d decoder) next() json.Token {
	t, _ := d.tokens.Token()
	return t
}

// name is the name of the next member of an object.
func (d decoder) name() string {
	s, _ := d.next().(string)
	return s
}

// attributes reads the members of an object that is open, each a value under its name, and closes it.
// depth is how many levels of lists and maps may still open.
func (d decoder) attributes(depth int) (Item, error) {
	item := make(Item)
	for d.tokens.More() {
		name := d.name()
		if _, twice := item[name]; twice {
			return nil, in(name, ErrSyntax)
		}
		v, err := d.value(depth)
		if err != nil {
			return nil, in(name, err)
		}
		item[name] = v
	}
	d.next()
	return item, nil
}

// value reads {"TYPE":…}.
func (d decoder) value(depth int) (types.AttributeValue, error) {
	switch d.next() {
	case json.Delim('{'):
	case nil:
		return nil, ErrNoType
	default:
		return nil, ErrSyntax
	}
	if !d.tokens.More() {
		return nil, ErrNoType
	}
	v, err := d.typed(d.name(), depth)
	if err != nil {
		return nil, err
	}
	if d.tokens.More() {
		return nil, ErrManyTypes
	}
	d.next()
	return v, nil
}

// typed reads what follows a type.
func (d decoder) typed(kind string, depth int) (types.AttributeValue, error) {
	t := d.next()
	if t == nil {
		return nil, ErrNoType
	}
	switch kind {
	case "BOOL":
		if b, ok := t.(bool); ok {
			return &types.AttributeValueMemberBOOL{Value: b}, nil
		}
	case "NULL":
		if b, ok := t.(bool); ok {
			return &types.AttributeValueMemberNULL{Value: b}, nil
		}
	case "S":
		if s, ok := t.(string); ok {
			return &types.AttributeValueMemberS{Value: s}, nil
		}
	case "N":
		if s, ok := t.(string); ok {
			return &types.AttributeValueMemberN{Value: s}, nil
		}
	case "B":
		if s, ok := t.(string); ok {
			b, err := binary(s)
			return &types.AttributeValueMemberB{Value: b}, err
		}
	case "M":
		if t == json.Delim('{') {
			return d.document(depth)
		}
	default:
		if t == json.Delim('[') {
			return d.array(kind, depth)
		}
	}
	return nil, ErrSyntax
}

func (d decoder) document(depth int) (types.AttributeValue, error) {
	if depth == 0 {
		return nil, ErrLimit
	}
	m, err := d.attributes(depth - 1)
	return &types.AttributeValueMemberM{Value: m}, err
}

// array reads the members of a list or set that is open, and closes it.
func (d decoder) array(kind string, depth int) (types.AttributeValue, error) {
	switch kind {
	case "L":
		if depth == 0 {
			return nil, ErrLimit
		}
		l, err := elements(d, func() (types.AttributeValue, error) { return d.value(depth - 1) })
		return &types.AttributeValueMemberL{Value: l}, err
	case "SS":
		set, err := elements(d, d.text)
		return &types.AttributeValueMemberSS{Value: set}, err
	case "NS":
		set, err := elements(d, d.text)
		return &types.AttributeValueMemberNS{Value: set}, err
	case "BS":
		set, err := elements(d, func() ([]byte, error) {
			s, err := d.text()
			if err != nil {
				return nil, err
			}
			return binary(s)
		})
		return &types.AttributeValueMemberBS{Value: set}, err
	}
	return nil, ErrSyntax
}

func elements[T any](d decoder, read func() (T, error)) ([]T, error) {
	all := []T{}
	for d.tokens.More() {
		e, err := read()
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	d.next()
	return all, nil
}

func (d decoder) text() (string, error) {
	s, ok := d.next().(string)
	if !ok {
		return "", ErrSyntax
	}
	return s, nil
}

// binary decodes base64 with padding. The decoder of the standard library skips line breaks, which
// are no part of it.
func binary(s string) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || base64.StdEncoding.EncodedLen(len(b)) != len(s) {
		return nil, ErrSyntax
	}
	return b, nil
}

// in says in which attribute err lies. A long name is cut: it comes from outside.
func in(name string, err error) error {
	const limit = 64
	if len(name) > limit {
		name = name[:limit] + "…"
	}
	return fmt.Errorf("attribute %q: %w", name, err)
}
