package ddbtest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TB is the part of testing.TB that [NoPlaintext] needs.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// NoPlaintext fails the test if one of texts is found in what s stores: in a name or a value of any
// item, as it is or in base64. It also fails if s stores nothing, since it would then prove nothing.
// The failure tells where, and which text by its number; it does not repeat the text.
func NoPlaintext(t TB, s *Server, texts ...string) {
	t.Helper()
	search := search{forms: make([][]form, len(texts))}
	for i, text := range texts {
		if text == "" {
			t.Errorf("ddbtest: no plaintext: text %d is empty", i+1)
			return
		}
		search.forms[i] = formsOf(text)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for name, table := range s.tables {
		table.each(func(item attributes) {
			search.items++
			search.attributes(fmt.Sprintf("table %q", name), item)
		})
	}
	if len(texts) == 0 || search.items == 0 {
		t.Errorf("ddbtest: no plaintext: nothing to look for, or nothing stored to look at (%d texts, %d items)", len(texts), search.items)
	}
	for _, f := range search.found {
		t.Errorf("ddbtest: no plaintext: %s", f)
	}
}

// form is a spelling of a text.
type form struct {
	name  string
	bytes []byte
}

// formsOf is a text as it is, and what of its base64 does not depend on the bytes around it, for each
// of the three ways it can lie in what was encoded.
func formsOf(text string) []form {
	forms := []form{{"as it is", []byte(text)}}
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			encoded := alphabet.EncodeToString([]byte(strings.Repeat("\x00", before) + text))
			fixed := encoded[(8*before+5)/6 : 8*(before+len(text))/6]
			// Shorter than this it is found in anything.
			if len(fixed) >= 4 {
				forms = append(forms, form{"in base64", []byte(fixed)})
			}
		}
	}
	return forms
}

// search collects where texts were found.
type search struct {
	forms [][]form // of every text
	items int
	found []string
}

func (s *search) bytes(where string, b []byte) (found bool) {
	for i, forms := range s.forms {
		at := slices.IndexFunc(forms, func(f form) bool { return bytes.Contains(b, f.bytes) })
		if at >= 0 {
			s.found = append(s.found, fmt.Sprintf("%s holds text %d %s", where, i+1, forms[at].name))
			found = true
		}
	}
	return found
}

func (s *search) attributes(where string, all attributes) {
	for name, v := range all {
		inside := fmt.Sprintf("%s, attribute %q", where, name)
		if s.bytes("a name in "+where, []byte(name)) {
			inside = where + ", the attribute of that name"
		}
		s.value(inside, v)
	}
}

// value searches a value; stored values nest to a depth that has a limit.
func (s *search) value(where string, v types.AttributeValue) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		s.bytes(where, []byte(v.Value))
	case *types.AttributeValueMemberN:
		s.bytes(where, []byte(v.Value))
	case *types.AttributeValueMemberB:
		s.bytes(where, v.Value)
	case *types.AttributeValueMemberSS:
		for _, m := range v.Value {
			s.bytes(where, []byte(m))
		}
	case *types.AttributeValueMemberNS:
		for _, m := range v.Value {
			s.bytes(where, []byte(m))
		}
	case *types.AttributeValueMemberBS:
		for _, m := range v.Value {
			s.bytes(where, m)
		}
	case *types.AttributeValueMemberL:
		for _, e := range v.Value {
			s.value(where, e)
		}
	case *types.AttributeValueMemberM:
		s.attributes(where, v.Value)
	}
}
