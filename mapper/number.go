package mapper

import (
	"bytes"
	"errors"
	"math/big"
	"reflect"

	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/internal/wire"
)

// Number is an exact decimal: any spelling with sign, point and exponent is stored, at most 38
// significant digits and a magnitude from 1E-130 to 9.99…E+125. It is read in plain spelling, without
// an exponent, and may then be longer where a peer wrote it into an encrypted attribute. The zero
// Number is 0.
type Number string

// Rat returns the number as a fraction. The error does not hold the text.
func (n Number) Rat() (*big.Rat, error) {
	plain, err := number.Canonical(nil, n.text())
	if err != nil {
		return nil, errors.New("mapper: number: " + err.Error())
	}
	r, _ := new(big.Rat).SetString(string(plain)) // takes every plain decimal
	return r, nil
}

func (n Number) text() string {
	if n == "" {
		return "0"
	}
	return string(n)
}

// plain is the number that d stands on without an exponent, valid until the next call, or why it is none.
func (d *decoder) plain() (text []byte, reason string) {
	text, err := number.Canonical(d.text[:0], d.r.Text())
	if err != nil {
		return nil, err.Error()
	}
	return text, ""
}

// integer is plain for a number without a fraction; "1E3" is one.
func (d *decoder) integer() (text []byte, reason string) {
	text, reason = d.plain()
	if bytes.IndexByte(text, '.') >= 0 {
		return nil, "the number has a fraction"
	}
	return text, reason
}

// number is Number, and json.Number.
func (k *codec) number() {
	k.kind = wire.Number
	k.encode = func(v reflect.Value, e *encoder) *Error {
		plain, err := number.Storable(e.w.Scratch(), Number(v.String()).text())
		if err != nil {
			return unfit(k.typ, err.Error())
		}
		e.w.Number(plain)
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Number {
			return k.mismatch(d.r.Kind())
		}
		plain, reason := d.plain()
		if reason != "" {
			return d.unfit(k.typ, reason)
		}
		v.SetString(string(plain))
		return nil
	}
}

func (k *codec) bigInt() {
	// 10^126, the first that is out of range, has 419 bits. Larger ones are not worth formatting.
	const maxBits = 419
	k.kind = wire.Number
	k.encode = func(v reflect.Value, e *encoder) *Error {
		n := v.Addr().Interface().(*big.Int)
		if n.BitLen() > maxBits {
			return unfit(k.typ, number.ErrRange.Error())
		}
		e.w.Number(n.Append(e.w.Scratch(), 10))
		return k.refusal(e.w)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Number {
			return k.mismatch(d.r.Kind())
		}
		plain, reason := d.integer()
		if reason != "" {
			return d.unfit(k.typ, reason)
		}
		v.SetZero() // copies of a big.Int share its digits
		v.Addr().Interface().(*big.Int).SetString(string(plain), 10)
		return nil
	}
	k.empty = func(v reflect.Value) bool { return v.Addr().Interface().(*big.Int).Sign() == 0 }
}
