package ddbec

import (
	"bytes"
	"errors"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/internal/wire"
)

// Dialect is whose bytes a value has, those of AWS's Java client or of its Python client. They differ in
// the order of names, keys and members (1.4) and in the spelling of some numbers (1.3), and so in what
// is signed.
type Dialect uint8

// The dialects.
const (
	Java Dialect = iota
	Python
)

// Other is the dialect that d is not.
func (d Dialect) Other() Dialect { return Python - d }

const (
	pythonDigits   = 28 // that Python keeps of a number
	pythonIntegers = 38 // digits before the point, zeros too, that it reads
)

var errPython = errors.New("number of more than 28 digits, or of 1E38 and more, which AWS's Python client does not verify: store it as text")

// compare orders the members of a set, or the keys of a map, of kind k.
func (d Dialect) compare(k wire.Kind, a, b []byte) int {
	switch {
	case d == Python:
		return bytes.Compare(a, b)
	case k == wire.BinarySet:
		return compareBinary(a, b)
	}
	return canonical.CompareText(a, b)
}

// appendNumber appends text as it is spelled in an attribute that m is for. What is encrypted is spelled
// alike: readers round by themselves.
func (d Dialect) appendNumber(dst, text []byte, m Mode) ([]byte, error) {
	switch {
	case m == ForVerification && d == Python:
		return rounded(dst, text)
	case m == ForVerification:
		return number.Canonical(dst, text)
	case m == ForStorage && d == Python:
		return unrounded(dst, text)
	}
	return number.Storable(dst, text)
}

// rounded spells a number as Python does that is stored as text: to 28 digits, with the sign of a zero.
func rounded(dst, text []byte) ([]byte, error) {
	out, err := number.Rounded(dst, text, pythonDigits)
	if plain := out[len(dst):]; err == nil && isNegativeZero(text, plain) {
		out = append(out[:len(dst)], "-0"...)
	}
	return out, err
}

// unrounded is number.Storable of a number that Python signs to the last digit. A zero has no sign, since
// DynamoDB returns none.
func unrounded(dst, text []byte) ([]byte, error) {
	out, err := number.Storable(dst, text)
	if err != nil {
		return dst, err
	}
	plain := out[len(dst):]
	if len(plain) <= pythonDigits {
		return out, nil
	}
	integers, _, _ := bytes.Cut(bytes.TrimPrefix(plain, []byte("-")), []byte("."))
	if kept, err := number.Rounded(nil, plain, pythonDigits); err != nil || len(integers) > pythonIntegers || !bytes.Equal(kept, plain) {
		return dst, errPython
	}
	return out, nil
}

// mayRound reports whether Python may spell text otherwise than plain, its canonical spelling.
func mayRound(text, plain []byte) bool {
	return len(plain) > pythonDigits || isNegativeZero(text, plain)
}

func isNegativeZero(text, plain []byte) bool {
	return len(plain) == 1 && plain[0] == '0' && text[0] == '-'
}
