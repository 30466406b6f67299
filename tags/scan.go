package tags

import "strings"

// skip is the tag of a field that is no attribute.
const skip = "-"

// scanned is a tag taken apart, no word understood yet.
type scanned struct {
	name   string
	quoted bool // the name was
	words  []scannedWord
}

type scannedWord struct {
	text     string
	value    string
	hasValue bool
}

// scan takes a tag apart by the grammar of the package comment. A tag with a quoting mistake cannot
// be told apart reliably, so the first one ends it.
func scan(tag string) (scanned, *problem) {
	var s scanned
	s.quoted = strings.HasPrefix(tag, "'")
	name, rest, p := scanText(tag)
	if p != nil {
		return s, p
	}
	s.name = name
	switch {
	case s.quoted && s.name == "":
		return s, &problem{"empty name", "leave the quotes out for the Go field's name"}
	case !s.quoted && s.name == skip && rest != "":
		return s, &problem{`"-" skips the field, and words follow it`,
			`write ddb:"-" alone to skip, '-' in quotes for an attribute of that name`}
	}
	for rest != "" {
		var w scannedWord
		rest = rest[1:] // the comma
		end := strings.IndexAny(rest, ",=")
		if end < 0 {
			end = len(rest)
		}
		w.text, rest = rest[:end], rest[end:]
		if strings.HasPrefix(rest, "=") {
			w.hasValue = true
			if w.value, rest, p = scanText(rest[1:]); p != nil {
				return s, p
			}
		}
		s.words = append(s.words, w)
	}
	return s, nil
}

// scanText cuts a bare or quoted text off the front of s. The rest is empty or begins with a comma.
func scanText(s string) (text, rest string, p *problem) {
	if !strings.HasPrefix(s, "'") {
		end := strings.IndexByte(s, ',')
		if end < 0 {
			end = len(s)
		}
		text, rest = s[:end], s[end:]
		if strings.Contains(text, "'") {
			return "", "", &problem{"quote inside " + quote(text), "put all of it in single quotes and double the quote inside"}
		}
		return text, rest, nil
	}
	var b strings.Builder
	rest = s[1:]
	for {
		part, after, ok := strings.Cut(rest, "'")
		if !ok {
			return "", "", &problem{"unterminated quote", "close it with a single quote; a quote inside is doubled"}
		}
		b.WriteString(part)
		if !strings.HasPrefix(after, "'") {
			rest = after
			break
		}
		b.WriteByte('\'')
		rest = after[1:]
	}
	if rest != "" && rest[0] != ',' {
		return "", "", &problem{"text after a closing quote", "put all of it in the quotes; a quote inside is doubled"}
	}
	return b.String(), rest, nil
}
