package mapper

import (
	"math"
	"strconv"
)

// shortInteger reads up to 18 digits, which no int64 is too small for.
func shortInteger(text string) (n int64, ok bool) {
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = 10*n + int64(c)
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, true
}

// shortDecimal reads a number without an exponent that is not zero nor rounds to it.
func shortDecimal(text string, bits int) (float64, bool) {
	if f := exactDecimal(text); f != 0 && bits == 64 {
		return f, true
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && c != '.' && c != '-' {
			return 0, false
		}
	}
	if len(text) > 64 {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, bits)
	return f, err == nil && f != 0
}

// exactDecimal is a decimal of up to 15 digits: both they and the power of ten behind the point are floats, so
// their quotient is the float that is nearest. 0: it is another text, or zero.
func exactDecimal(text string) float64 {
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	if len(digits) > 15 {
		return 0
	}
	n, point := int64(0), -1
	for i := range len(digits) {
		switch c := digits[i]; {
		case '0' <= c && c <= '9':
			n = 10*n + int64(c-'0')
		case c == '.' && point < 0:
			point = i
		default:
			return 0
		}
	}
	if point == 0 || point == len(digits)-1 {
		return 0
	}
	f := float64(n)
	if point > 0 {
		f /= math.Pow10(len(digits) - 1 - point) // exact
	}
	if len(digits) < len(text) {
		f = -f
	}
	return f
}
