package mapper

import (
	"bytes"
	"reflect"
	"strconv"
	"time"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

func (k *codec) time(f tags.TimeFormat) {
	isUnix := f == tags.UnixSeconds || f == tags.UnixMillis
	k.kind, k.direct = wire.String, &direct{kind: directTime, time: f, levels: 1}
	if isUnix {
		k.kind, k.direct.kind = wire.Number, directUnix
	}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		text, reason := appendTime(e.w.Scratch(), *timeOf(v), f)
		switch {
		case reason != "":
			return unfit(k.typ, reason)
		case isUnix:
			e.w.Number(text)
		default:
			e.w.Text(text)
		}
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		var t time.Time
		var reason string
		switch {
		case d.r.Kind() == wire.String:
			t, reason = parseTime(d.r.Text(), f)
		case d.r.Kind() == wire.Number && isUnix:
			t, reason = d.unixTime(f)
		default:
			return k.mismatch(d.r.Kind())
		}
		if reason == "" && !hasFourDigitYear(t) {
			reason = "year outside 0 to 9999"
		}
		if reason != "" {
			return d.unfit(k.typ, reason)
		}
		*timeOf(v) = t
		return nil
	}
	k.empty = isZeroTime
}

// timeOf is the time in v, which may be an attributevalue.UnixTime.
func timeOf(v reflect.Value) *time.Time {
	p := v.Addr()
	if v.Type() != timeType {
		p = p.Convert(reflect.PointerTo(timeType))
	}
	return p.Interface().(*time.Time)
}

func isZeroTime(v reflect.Value) bool { return timeOf(v).IsZero() }

func hasFourDigitYear(t time.Time) bool { return t.Year() >= 0 && t.Year() <= 9999 }

// appendTime formats t, or says why that would lose something.
func appendTime(dst []byte, t time.Time, f tags.TimeFormat) (text []byte, reason string) {
	if f == tags.TimeRFC3339Nano {
		if _, offset := t.Zone(); offset%60 != 0 || offset <= -24*60*60 || offset >= 24*60*60 {
			return nil, "RFC 3339 cannot say its zone's offset: use UTC"
		}
	} else {
		t = t.UTC()
	}
	if !hasFourDigitYear(t) {
		return nil, "year outside 0 to 9999"
	}
	const cut = " would cut its precision: truncate it or use a finer format"
	switch f {
	case tags.UnixSeconds, tags.UnixMillis:
		return appendUnix(dst, t, f)
	case tags.TimeRFC3339Nano:
		return t.AppendFormat(dst, time.RFC3339Nano), ""
	case tags.TimeDate:
		if !t.Equal(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)) {
			return nil, "not midnight UTC, and time=date" + cut
		}
		return t.AppendFormat(dst, time.DateOnly), ""
	}
	digits := fractionDigits(t, f)
	text = t.AppendFormat(dst, time.RFC3339)
	text, exact := appendFraction(text[:len(text)-1], t.Nanosecond(), digits)
	if !exact {
		return nil, f.String() + cut
	}
	return append(text, 'Z'), ""
}

func appendUnix(dst []byte, t time.Time, f tags.TimeFormat) (text []byte, reason string) {
	n, unit := t.Unix(), time.Second
	if f == tags.UnixMillis {
		n, unit = t.UnixMilli(), time.Millisecond
	}
	switch {
	case t.IsZero():
		return nil, "zero time as " + f.String() + ": add omitempty or set it"
	case t.Nanosecond()%int(unit) != 0:
		return nil, f.String() + " would cut its precision: truncate it or use a finer format"
	}
	return strconv.AppendInt(dst, n, 10), ""
}

// fractionDigits is how many digits of a second f writes of t.
func fractionDigits(t time.Time, f tags.TimeFormat) int {
	switch f {
	case tags.TimeMicros:
		return 6
	case tags.TimeMillis:
		return 3
	case tags.TimeSeconds:
		return 0
	case tags.TimeInstant:
		switch ns := t.Nanosecond(); {
		case ns == 0:
			return 0
		case ns%1_000_000 == 0:
			return 3
		case ns%1_000 == 0:
			return 6
		}
	}
	return 9
}

// appendFraction appends the first digits of ns nanoseconds behind a point; exact says that the others
// are zero.
func appendFraction(dst []byte, ns, digits int) (text []byte, exact bool) {
	if digits > 0 {
		dst = append(dst, '.')
	}
	for unit := 100_000_000; digits > 0; digits-- {
		dst = append(dst, byte('0'+ns/unit))
		ns %= unit
		unit /= 10
	}
	return dst, ns == 0
}

// parseTime reads any RFC 3339 time, and where f is a date a date.
func parseTime(text []byte, f tags.TimeFormat) (t time.Time, reason string) {
	if f == tags.TimeDate && len(text) == len(time.DateOnly) {
		t, err := time.Parse(time.DateOnly, string(text))
		if err != nil {
			return t, "not a date as RFC 3339 spells it"
		}
		return t, ""
	}
	// UnmarshalText also takes hours of one digit, and a comma for the point.
	if len(text) < len("2006-01-02T15:04:05Z") || text[13] != ':' || text[19] == ',' || t.UnmarshalText(text) != nil {
		return t, "not a time as RFC 3339 spells it"
	}
	if _, fraction, ok := bytes.Cut(text, []byte(".")); ok && len(fraction) > 9 {
		digits := fraction[9:]
		if end := bytes.IndexAny(digits, "Z+-"); bytes.ContainsAny(digits[:max(end, 0)], "123456789") {
			return t, "time finer than a nanosecond"
		}
	}
	// Only this format writes zones, which are then read as they are stored, wherever this runs.
	if _, offset := t.Zone(); f == tags.TimeRFC3339Nano && offset != 0 {
		return t.In(time.FixedZone("", offset)), ""
	}
	return t.UTC(), ""
}

func (d *decoder) unixTime(f tags.TimeFormat) (t time.Time, reason string) {
	plain, reason := d.integer()
	if reason != "" {
		return t, reason
	}
	n, err := strconv.ParseInt(string(plain), 10, 64)
	if err == nil {
		t, ok := unixTime(n, f)
		if ok {
			return t, ""
		}
	}
	return t, "year outside 0 to 9999"
}

// unixTime is a time of the years that can be stored.
func unixTime(n int64, f tags.TimeFormat) (t time.Time, ok bool) {
	if f == tags.UnixMillis {
		t = time.UnixMilli(n).UTC()
		return t, hasFourDigitYear(t)
	}
	// Year overflows far outside of them.
	const limit = 1 << 40
	if n < -limit || n > limit {
		return t, false
	}
	t = time.Unix(n, 0).UTC()
	return t, hasFourDigitYear(t)
}
