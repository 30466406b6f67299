// Package number spells the decimal numbers of DynamoDB.
package number

import (
	"errors"

	"github.com/dynaseal/ddb/internal/fastpath"
)

const (
	// MaxText is the longest text taken and made, in bytes. DynamoDB's own numbers need at most 170
	// in plain spelling; peers write longer ones into encrypted attributes.
	MaxText = 1024

	// MaxDigits is how many significant digits DynamoDB keeps.
	MaxDigits = 38

	// The decimal exponents of the first significant digit that DynamoDB takes.
	minExponent = -130
	maxExponent = 125
)

// What makes a text no number, or none that can be stored. The texts never quote their input.
var (
	ErrSyntax = errors.New("not a decimal number")
	ErrDigits = errors.New("number has more than 38 significant digits")
	ErrRange  = errors.New("number is out of range")
)

// decimal is ±0.d₁d₂… × 10^point, digits without zeros at either end; no digits: zero.
type decimal[T ~string | ~[]byte] struct {
	negative   bool
	text       T // holds the digits, and perhaps a point among them
	digits     int
	point      int
	start, end int // of the significant digits in text
}

// Canonical appends the plain decimal spelling of text: no exponent, no plus sign, no zeros in front
// nor behind a fraction, 0 for every zero. text is any ASCII decimal, with or without sign, point and
// exponent, of at most [MaxText] bytes. On error nothing is appended.
func Canonical[T ~string | ~[]byte](dst []byte, text T) ([]byte, error) {
	if fastpath.On && plainInteger(text) {
		return append(dst, text...), nil
	}
	d, err := parse(text)
	if err != nil {
		return dst, err
	}
	if max(d.point, d.digits, d.digits-d.point)+3 > MaxText {
		return dst, ErrRange
	}
	return d.append(dst), nil
}

// Storable is Canonical for what DynamoDB can store: at most [MaxDigits] significant digits and a
// magnitude from 1E-130 to 9.99…E+125, or zero.
func Storable[T ~string | ~[]byte](dst []byte, text T) ([]byte, error) {
	if fastpath.On && len(text) <= MaxDigits && plainInteger(text) {
		return append(dst, text...), nil
	}
	d, err := parse(text)
	switch {
	case err != nil:
		return dst, err
	case d.digits > MaxDigits:
		return dst, ErrDigits
	case d.digits > 0 && (d.point-1 < minExponent || d.point-1 > maxExponent):
		return dst, ErrRange
	}
	return d.append(dst), nil
}

// NegativeZero reports whether text is a zero with a minus sign, which DynamoDB returns as 0.
func NegativeZero[T ~string | ~[]byte](text T) bool {
	if len(text) == 0 || text[0] != '-' {
		return false
	}
	d, err := parse(text)
	return err == nil && d.digits == 0
}

// plainInteger reports whether text is an integer in canonical spelling, the most common case.
func plainInteger[T ~string | ~[]byte](text T) bool {
	i := 0
	if len(text) > 1 && text[0] == '-' {
		i = 1
	}
	if i == len(text) || len(text) > MaxText || text[i] == '0' && len(text) > 1 {
		return false
	}
	for ; i < len(text); i++ {
		if !isDigit(text[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// parse reads text. The exponent saturates well outside what any caller accepts.
func parse[T ~string | ~[]byte](text T) (decimal[T], error) {
	d := decimal[T]{text: text, start: -1}
	if len(text) > MaxText {
		return d, ErrRange
	}
	i := 0
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		d.negative = text[i] == '-'
		i++
	}
	seen, point := 0, -1 // digits so far; how many stood before the point
	first, last := 0, 0  // ranks of the first and behind the last significant digit
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case isDigit(c):
			if c != '0' {
				if d.start < 0 {
					d.start, first = i, seen
				}
				d.end, last = i+1, seen+1
			}
			seen++
			continue
		case c == '.' && point < 0:
			point = seen
			continue
		}
		break
	}
	if seen == 0 {
		return d, ErrSyntax
	}
	if point < 0 {
		point = seen
	}
	exponent, ok := parseExponent(text[i:])
	if !ok {
		return d, ErrSyntax
	}
	if d.start < 0 {
		return decimal[T]{}, nil
	}
	d.digits = last - first
	d.point = point - first + exponent
	return d, nil
}

func parseExponent[T ~string | ~[]byte](text T) (exponent int, ok bool) {
	if len(text) == 0 {
		return 0, true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}
	i, sign := 1, 1
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		if text[i] == '-' {
			sign = -1
		}
		i++
	}
	if i == len(text) {
		return 0, false
	}
	for ; i < len(text); i++ {
		if !isDigit(text[i]) {
			return 0, false
		}
		exponent = min(10*exponent+int(text[i]-'0'), 1<<20)
	}
	return sign * exponent, true
}

func (d decimal[T]) append(dst []byte) []byte {
	if d.digits == 0 {
		return append(dst, '0')
	}
	if d.negative {
		dst = append(dst, '-')
	}
	if d.point <= 0 {
		dst = append(dst, '0', '.')
		dst = zeros(dst, -d.point)
	}
	written := 0
	for i := d.start; i < d.end; i++ {
		if d.text[i] == '.' {
			continue
		}
		if written == d.point && written > 0 {
			dst = append(dst, '.')
		}
		dst = append(dst, d.text[i])
		written++
	}
	return zeros(dst, d.point-d.digits)
}

func zeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// Compare returns -1, 0 or 1 as a is less than, equal to or greater than b, exactly and whatever their
// spelling. A text that is no number counts as zero.
func Compare(a, b string) int {
	x, y := parseOrZero(a), parseOrZero(b)
	switch s := x.sign() - y.sign(); {
	case s != 0:
		return max(-1, min(1, s))
	case x.digits == 0:
		return 0
	}
	return x.sign() * compareMagnitude(x, y)
}

func parseOrZero(text string) decimal[string] {
	d, err := parse(text)
	if err != nil {
		return decimal[string]{}
	}
	return d
}

func (d decimal[T]) sign() int {
	switch {
	case d.digits == 0:
		return 0
	case d.negative:
		return -1
	}
	return 1
}

func compareMagnitude(x, y decimal[string]) int {
	if x.point != y.point {
		if x.point < y.point {
			return -1
		}
		return 1
	}
	i, j := x.start, y.start
	for i < x.end && j < y.end {
		switch {
		case x.text[i] == '.':
			i++
		case y.text[j] == '.':
			j++
		case x.text[i] != y.text[j]:
			if x.text[i] < y.text[j] {
				return -1
			}
			return 1
		default:
			i++
			j++
		}
	}
	switch {
	case i < x.end:
		return 1
	case j < y.end:
		return -1
	}
	return 0
}
