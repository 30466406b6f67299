package mapper

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strconv"

	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/internal/wire"
)

func (k *codec) string() {
	k.kind = wire.String
	k.direct = directScalar(directString, k.typ)
	k.encode = func(v reflect.Value, e *encoder) *Error {
		e.w.String(v.String())
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.String {
			return k.mismatch(d.r.Kind())
		}
		v.SetString(d.r.Str())
		return nil
	}
}

func (k *codec) bool(asNumber bool) {
	k.kind = wire.Bool
	k.encode = func(v reflect.Value, e *encoder) *Error {
		e.w.Bool(v.Bool())
		return nil
	}
	k.direct = directScalar(directBool, k.typ)
	if asNumber {
		k.kind, k.direct = wire.Number, nil
		k.encode = func(v reflect.Value, e *encoder) *Error {
			digit := byte('0')
			if v.Bool() {
				digit = '1'
			}
			e.w.Number(append(e.w.Scratch(), digit))
			return nil
		}
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		switch d.r.Kind() {
		case wire.Bool:
			v.SetBool(d.r.Bool())
			return nil
		case wire.Number: // as some peers store it
			plain, reason := d.plain()
			if reason != "" || string(plain) != "0" && string(plain) != "1" {
				return d.unfit(k.typ, "a bool is stored as 0 or 1, the number is neither")
			}
			v.SetBool(plain[0] == '1')
			return nil
		}
		return k.mismatch(d.r.Kind())
	}
}

func (k *codec) int() {
	k.kind = wire.Number
	k.direct = directScalar(directInt, k.typ)
	bits := k.typ.Bits()
	k.encode = func(v reflect.Value, e *encoder) *Error {
		e.w.Number(strconv.AppendInt(e.w.Scratch(), v.Int(), 10))
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Number {
			return k.mismatch(d.r.Kind())
		}
		n, err := strconv.ParseInt(string(d.r.Text()), 10, bits)
		if err != nil {
			plain, reason := d.integer()
			if reason != "" {
				return d.unfit(k.typ, reason)
			}
			if n, err = strconv.ParseInt(string(plain), 10, bits); err != nil {
				return d.unfit(k.typ, doesNotFit+k.typ.Kind().String())
			}
		}
		v.SetInt(n)
		return nil
	}
}

func (k *codec) uint() {
	k.kind = wire.Number
	k.direct = directScalar(directUint, k.typ)
	bits := k.typ.Bits()
	k.encode = func(v reflect.Value, e *encoder) *Error {
		e.w.Number(strconv.AppendUint(e.w.Scratch(), v.Uint(), 10))
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Number {
			return k.mismatch(d.r.Kind())
		}
		n, err := strconv.ParseUint(string(d.r.Text()), 10, bits)
		if err != nil {
			plain, reason := d.integer()
			if reason != "" {
				return d.unfit(k.typ, reason)
			}
			if n, err = strconv.ParseUint(string(plain), 10, bits); err != nil {
				return d.unfit(k.typ, doesNotFit+k.typ.Kind().String())
			}
		}
		v.SetUint(n)
		return nil
	}
}

const notFinite = "not a finite number, DynamoDB has none such"

const doesNotFit = "the number does not fit "

func (k *codec) float() {
	k.kind = wire.Number
	k.direct = directScalar(directFloat, k.typ)
	bits := k.typ.Bits()
	k.encode = func(v reflect.Value, e *encoder) *Error {
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return unfit(k.typ, notFinite)
		}
		e.w.Number(strconv.AppendFloat(e.w.Scratch(), f, 'g', -1, bits))
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Number {
			return k.mismatch(d.r.Kind())
		}
		text := d.r.Text()
		if !isDecimal(text) {
			return d.unfit(k.typ, number.ErrSyntax.Error())
		}
		f, err := strconv.ParseFloat(string(text), bits)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return d.unfit(k.typ, doesNotFit+k.typ.Kind().String())
		case err != nil:
			return d.unfit(k.typ, number.ErrSyntax.Error())
		case f == 0 && bytes.ContainsAny(mantissa(text), "123456789"):
			return d.unfit(k.typ, "the number is too small for "+k.typ.Kind().String())
		}
		v.SetFloat(f)
		return nil
	}
}

// isDecimal keeps out what only Go takes for a number: NaN, Inf, hexadecimal.
func isDecimal(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return len(text) <= number.MaxText
}

func mantissa(text []byte) []byte {
	if i := bytes.IndexAny(text, "eE"); i >= 0 {
		return text[:i]
	}
	return text
}

func (k *codec) bytes() {
	k.kind = wire.Binary
	k.encode = func(v reflect.Value, e *encoder) *Error {
		e.w.Binary(v.Bytes())
		return nil
	}
	isArray := k.typ.Kind() == reflect.Array
	if !isArray {
		k.direct = directScalar(directBytes, k.typ)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Binary {
			return k.mismatch(d.r.Kind())
		}
		b := d.r.Binary()
		switch {
		case !isArray:
			v.SetBytes(append(make([]byte, 0, len(b)), b...))
		case len(b) != v.Len():
			return d.unfit(k.typ, lengthMismatch(len(b), v.Len(), "bytes"))
		default:
			copy(v.Bytes(), b)
		}
		return nil
	}
}

func lengthMismatch(stored, want int, what string) string {
	return strconv.Itoa(stored) + " " + what + " are stored, the array takes exactly " + strconv.Itoa(want)
}
