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

// bigRat is a decimal that ends. Others are refused: no number of DynamoDB's equals them.
func (k *codec) bigRat() {
	// The denominator of a decimal with 168 digits behind the point, the most there are, has 559 bits.
	const maxBits = 559
	k.kind = wire.Number
	k.encode = func(v reflect.Value, e *encoder) *Error {
		n := v.Addr().Interface().(*big.Rat)
		if n.Num().BitLen() > maxBits || n.Denom().BitLen() > maxBits {
			return unfit(k.typ, number.ErrRange.Error())
		}
		digits, ends := n.FloatPrec()
		if !ends {
			return unfit(k.typ, "a fraction that no decimal number equals: round it")
		}
		e.w.Number(append(e.w.Scratch(), n.FloatString(digits)...))
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
		v.SetZero() // copies of a big.Rat share its digits
		v.Addr().Interface().(*big.Rat).SetString(string(plain))
		return nil
	}
	k.empty = func(v reflect.Value) bool { return v.Addr().Interface().(*big.Rat).Sign() == 0 }
}

// bigFloat is the shortest decimal that is v's alone among the numbers of v's precision, which it does
// not say: it is read with the precision that holds every number of 38 digits.
func (k *codec) bigFloat() {
	const (
		precision = 128
		maxScale  = 440 // in bits, a little outside of 1E-130 and 9.99…E+125: others are not worth formatting
	)
	read := func(text string) (*big.Float, error) {
		f, _, err := big.ParseFloat(text, 10, precision, big.ToNearestEven)
		return f, err
	}
	k.kind = wire.Number
	k.encode = func(v reflect.Value, e *encoder) *Error {
		f := v.Addr().Interface().(*big.Float)
		switch scale := f.MantExp(nil); {
		case f.IsInf():
			return unfit(k.typ, notFinite)
		case scale > maxScale || scale < -maxScale:
			return unfit(k.typ, number.ErrRange.Error())
		case f.MinPrec() > precision:
			return unfit(k.typ, "more than 128 bits of precision, which 38 digits do not hold: round it")
		}
		text := f.Append(e.w.Scratch(), 'g', -1)
		if back, err := read(string(text)); err != nil || new(big.Float).SetPrec(f.Prec()).Set(back).Cmp(f) != 0 {
			return unfit(k.typ, "more precision than 38 digits hold: round it")
		}
		e.w.Number(text)
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Number {
			return k.mismatch(d.r.Kind())
		}
		plain, err := number.Storable(d.text[:0], d.r.Text())
		if err != nil {
			return d.unfit(k.typ, err.Error())
		}
		f, err := read(string(plain))
		if err != nil {
			return d.unfit(k.typ, number.ErrSyntax.Error())
		}
		v.Set(reflect.ValueOf(f).Elem())
		return nil
	}
	k.empty = func(v reflect.Value) bool { return v.Addr().Interface().(*big.Float).Sign() == 0 }
}
