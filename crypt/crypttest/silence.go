package crypttest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strconv"
	"strings"

	"github.com/dynaseal/ddb/crypt"
)

// What is planted in secret values, and looked for where none may be.
const (
	canary       = "canary4f1c9e"
	canaryDigits = "739146285913"
)

// canaries are values of every type that can hold a canary.
func canaries() crypt.Item {
	text := func() value { return &avS{Value: "a " + canary + " sings"} }
	return crypt.Item{
		"secret text": text(), "secret number": &avN{Value: canaryDigits + "5"}, "secret binary": &avB{Value: []byte("\x00" + canary + "\xff")},
		"secret texts": &avSS{Value: []string{"x", canary + "1", canary}}, "secret numbers": &avNS{Value: []string{"1", canaryDigits}},
		"secret binaries": &avBS{Value: [][]byte{{1}, []byte(canary)}}, "secret list": &avL{Value: []value{text(), &avN{Value: "-" + canaryDigits}}},
		"secret map": &avM{Value: crypt.Item{"k": text(), canary: &avNULL{Value: true}}},
	}
}

// sought are the spellings of secrets.
type sought []spelling

type spelling struct {
	how  string
	text []byte
}

func seek[S ~string | ~[]byte](secrets ...S) (all sought) {
	for _, s := range secrets {
		all = append(all, spellings([]byte(s))...)
	}
	return all
}

// in says how one of the secrets is found in b, "" if none is: as it is, in hexadecimal or Base64, or as
// fmt prints bytes.
func (all sought) in(b []byte) string {
	for _, s := range all {
		if bytes.Contains(b, s.text) {
			return s.how
		}
	}
	return ""
}

// spellings are what a secret looks like in what is stored or printed.
func spellings(secret []byte) (all sought) {
	add := func(how, text string) { all = append(all, spelling{how, []byte(text)}) }
	add("as it is", string(secret))
	add("in hexadecimal", hex.EncodeToString(secret))
	add("in hexadecimal", strings.ToUpper(hex.EncodeToString(secret)))
	for _, quoted := range []string{strconv.Quote(string(secret)), strconv.QuoteToASCII(string(secret))} {
		add("quoted", quoted[1:len(quoted)-1])
	}
	for _, verb := range []string{"%d", "%o", "%b", "% x", "% X", "%#v"} {
		text := strings.TrimPrefix(fmt.Sprintf(verb, secret), "[]byte")
		add("as bytes", strings.Trim(text, "[]{}"))
	}
	// Three bytes are four letters: what is before the secret moves it by none, one or two.
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for moved := range 3 {
			text := encoding.EncodeToString(append(make([]byte, moved), secret...))
			add("in Base64", text[(8*moved+5)/6:8*(moved+len(secret))/6])
		}
	}
	return all
}

// verbs are those that print a value's inside.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%+q", "%x", "%X", "%d", "%o", "%b"}

// printed is all that printing, logging and marshaling show of v.
func printed(v any) []byte {
	var b bytes.Buffer
	for _, verb := range verbs {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(handler).Info("printed", "v", v)
	}
	json.NewEncoder(&b).Encode(v)
	return b.Bytes()
}

// errorsShowNothing: no error holds a value, of an attribute or a key, in any part of it.
func (p *formatProbe) errorsShowNothing() {
	values, keys := seek(canary, canaryDigits), seek(p.Secrets...)
	silent := func(what string, err error) { p.silent(what, err, values, keys) }
	v := p.victim(1)
	secret := crypt.Item{}
	for name, value := range canaries() {
		if p.supports(value) {
			secret[name] = value
			v.schema.Actions[name] = p.encrypts()
			if strings.HasSuffix(name, "s") {
				v.schema.Actions[name] = crypt.Sign
			}
		}
	}
	e := p.encryptor(v.schema)
	item := with(with(v.plain, secret), crypt.Item{"pk": &avS{Value: canary}, "plain text": &avS{Value: canary}})
	stored := p.encrypted(e, "an item of canaries", item)
	p.opens(e, "an item of canaries", stored, item)

	encrypting := map[string]crypt.Item{
		"an undeclared attribute":         {"undeclared": &avS{Value: canary}},
		"no sort key":                     {"sk": nil},
		"a map as a key":                  {"sk": &avM{Value: crypt.Item{canary: &avS{Value: canary}}}},
		"a text that is not UTF-8":        {absentEncrypted: &avS{Value: canary + "\xff"}},
		"a signed text that is no UTF-8":  {absentSigned: &avS{Value: canary + "\xff"}},
		"no number":                       {absentEncrypted: &avN{Value: canary}},
		"a signed text that is no number": {absentSigned: &avN{Value: canary}},
		"too many digits":                 {absentEncrypted: &avN{Value: strings.Repeat(canaryDigits, 4)}},
		"a member twice":                  {absentEncrypted: &avSS{Value: []string{canary, canary}}},
		"a number twice":                  {absentSigned: &avNS{Value: []string{canaryDigits, canaryDigits + ".0"}}},
		"nil inside":                      {absentEncrypted: &avL{Value: []value{&avS{Value: canary}, nil}}},
		"400 KB":                          {absentEncrypted: &avS{Value: strings.Repeat(canary, 40000)}},
		"a mark":                          {e.Marks().Seal: &avB{Value: []byte(canary)}},
	}
	for what, change := range encrypting {
		_, err := p.encrypt(e, what, with(item, change))
		silent(what+": EncryptItem", err)
	}
	decrypting := map[string]crypt.Item{
		"altered":                {absentSigned: &avS{Value: canary}},
		"a plaintext":            {"secret text": &avS{Value: canary}},
		"a number that is none":  {"secret number": &avN{Value: canary}},
		"a key that is no UTF-8": {"pk": &avS{Value: canary + "\xff"}},
		"no sort key":            {"sk": nil},
		"another key":            {"sk": &avN{Value: canaryDigits}},
		"a member twice":         {absentSigned: &avSS{Value: []string{canary, canary}}},
	}
	all, _ := p.marksOf(&victim{e: e, stored: stored})
	for _, mark := range all {
		decrypting["without mark "+mark] = crypt.Item{mark: nil}
		for _, bad := range []value{&avS{Value: canary}, &avB{Value: []byte(canary)}, &avM{Value: crypt.Item{canary: &avS{Value: canary}}}} {
			decrypting[fmt.Sprintf("mark %q, a canary of %T", mark, bad)] = crypt.Item{mark: bad}
		}
		if b, ok := stored[mark].(*avB); ok {
			for i := range b.Value {
				c := bytes.Clone(b.Value)
				copy(c[i:], canary)
				decrypting[fmt.Sprintf("mark %q, with a canary at byte %d", mark, i)] = crypt.Item{mark: &avB{Value: c}}
			}
		}
	}
	for what, change := range decrypting {
		_, err := p.decrypt(e, what, with(stored, change))
		silent(what+": DecryptItem", err)
	}
	elsewhere := v.schema
	elsewhere.Table, elsewhere.Actions = "elsewhere", maps.Clone(v.schema.Actions)
	_, err := p.decrypt(p.encryptor(elsewhere), "in another table", stored)
	silent("in another table: DecryptItem", err)
}

// silent demands that nothing in the tree of err shows a secret.
func (p *formatProbe) silent(what string, err error, values, keys sought) {
	if err == nil || errors.Is(err, errPanic) {
		return
	}
	text := printed(err)
	if where := values.in(text); where != "" {
		p.failf("%s: the error shows a value, %s", what, where)
	}
	if where := keys.in(text); where != "" {
		p.failf("%s: the error shows a key, %s", what, where)
	}
	switch wrapped := err.(type) {
	case interface{ Unwrap() error }:
		p.silent(what, wrapped.Unwrap(), values, keys)
	case interface{ Unwrap() []error }:
		for _, e := range wrapped.Unwrap() {
			p.silent(what, e, values, keys)
		}
	}
}

// keysDoNotPrint: neither format nor encryptor shows the Secrets, however they are printed.
func (p *formatProbe) keysDoNotPrint() {
	keys := seek(p.Secrets...)
	e := p.encryptor(table(actions{"text": p.encrypts()}))
	p.encrypted(e, "an item", keyed(1, crypt.Item{"text": &avS{Value: "x"}}))
	for what, v := range map[string]any{
		"the Format": p.format, "the ItemEncryptor": e,
		"a struct that holds them": struct {
			f crypt.Format
			e crypt.ItemEncryptor
		}{p.format, e},
	} {
		p.guard("printing "+what, func() {
			if where := keys.in(printed(v)); where != "" {
				p.failf("printing %s shows a key, %s", what, where)
			}
		})
	}
}
