package tags

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

const tagKey = "ddb"

// lookup finds the tag under our key, or another. reflect's own Lookup takes a struct tag that it cannot
// read for one without the key, so a lost quote would silently drop an encrypt: wherever the text
// mentions the key, it has to be well formed to its end.
func lookup(st reflect.StructTag, tagKey string) (tag string, found bool, p *problem) {
	text := string(st)
	if !strings.Contains(strings.ToLower(text), tagKey) {
		return "", false, nil
	}
	malformed := &problem{"malformed struct tag", `write ` + tagKey + `:"name,word", without spaces around the colon; go vet shows where`}
	if !utf8.ValidString(text) {
		return "", false, malformed
	}
	for {
		text = strings.TrimLeft(text, " ")
		if text == "" {
			return tag, found, nil
		}
		key, value, rest, ok := cutPair(text)
		text = rest
		switch {
		case !ok:
			return "", false, malformed
		case key == tagKey && found:
			return "", false, &problem{"two " + tagKey + " tags", "write one, with the words of both"}
		case key == tagKey:
			tag, found = value, true
		case strings.EqualFold(strings.Trim(key, ",;"), tagKey):
			return "", false, &problem{"tag key " + quote(key), `write ` + tagKey + `:"…", separated from other keys by a space`}
		}
	}
}

// cutPair cuts key:"value" off the front of a struct tag.
func cutPair(text string) (key, value, rest string, ok bool) {
	key, rest, ok = strings.Cut(text, ":")
	if !ok || key == "" || strings.ContainsFunc(key, endsKey) || !strings.HasPrefix(rest, `"`) {
		return "", "", "", false
	}
	quoted, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return "", "", "", false
	}
	value, err = strconv.Unquote(quoted)
	return key, value, rest[len(quoted):], err == nil
}

// endsKey reports whether reflect takes no key with r in it.
func endsKey(r rune) bool { return r <= ' ' || r == '"' || r == 0x7f }
