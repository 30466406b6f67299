package expr

import (
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token. Punctuation and operators are their own text, keywords in capitals.
type kind string

const (
	end     kind = "<EOF>"
	invalid kind = "invalid"
	word    kind = "word"  // a name that is written out
	alias   kind = "alias" // #name
	literal kind = "value" // :value
	integer kind = "integer"
)

// keywords cannot be names, not even function names. The last four open the clauses of an update.
var keywords = map[string]kind{
	"AND": "AND", "OR": "OR", "NOT": "NOT", "BETWEEN": "BETWEEN", "IN": "IN",
	"SET": "SET", "REMOVE": "REMOVE", "ADD": "ADD", "DELETE": "DELETE",
}

// token is text[start:end] of an expression.
type token struct {
	kind       kind
	start, end int
}

// lexer cuts an expression into tokens. It cannot fail: a character that begins no token is an invalid
// one, which no rule of the grammar takes.
type lexer struct {
	text string
	pos  int
}

func (l *lexer) next() token {
	for l.pos < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.pos]) >= 0 {
		l.pos++
	}
	t := token{start: l.pos}
	t.kind, t.end = l.scan()
	l.pos = t.end
	return t
}

func (l *lexer) scan() (kind, int) {
	rest := l.text[l.pos:]
	if rest == "" {
		return end, l.pos
	}
	switch c := rest[0]; {
	case isLetter(c):
		n := span(rest)
		if k, ok := keywords[strings.ToUpper(rest[:n])]; ok {
			return k, l.pos + n
		}
		return word, l.pos + n
	case c == '#' || c == ':':
		n := 1 + span(rest[1:])
		switch {
		case n == 1:
			return invalid, l.pos + n
		case c == '#':
			return alias, l.pos + n
		}
		return literal, l.pos + n
	case c == '0':
		return integer, l.pos + 1
	case isDigit(c):
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		return integer, l.pos + n
	}
	for _, op := range []string{"<>", "<=", ">=", "<", ">", "=", "(", ")", "[", "]", ",", "."} {
		if strings.HasPrefix(rest, op) {
			return kind(op), l.pos + len(op)
		}
	}
	_, n := utf8.DecodeRuneInString(rest)
	return invalid, l.pos + n
}

// span is how many bytes at the start of s may be in a name.
func span(s string) int {
	n := 0
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '_') {
		n++
	}
	return n
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
