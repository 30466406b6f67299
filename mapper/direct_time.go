package mapper

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/tags"
)

// directTime is that of the formats that are text.
func directTime(f tags.TimeFormat) *direct {
	return scalar(
		func(v time.Time, w *attribute.Writer) attribute.Value {
			text, reason := appendTime(w.Scratch(), v, f)
			if reason != "" {
				return nil
			}
			return w.MakeText(text)
		},
		func(v *types.AttributeValueMemberS) (time.Time, bool) {
			if t, ok := plainTime(v.Value); ok {
				return t, true
			}
			var room [40]byte
			t, reason := parseTime(append(room[:0], v.Value...), f)
			return t, reason == "" && hasFourDigitYear(t)
		})
}

// plainTime reads 2006-01-02T15:04:05Z, with up to 9 digits of a fraction of a second.
func plainTime(s string) (t time.Time, ok bool) {
	const layout = "2006-01-02T15:04:05Z"
	const last = len(layout) - 1
	if len(s) < len(layout) || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		return t, false
	}
	century, ok1 := twoDigits(s, 0)
	year, ok2 := twoDigits(s, 2)
	month, ok3 := twoDigits(s, 5)
	day, ok4 := twoDigits(s, 8)
	hour, ok5 := twoDigits(s, 11)
	minute, ok6 := twoDigits(s, 14)
	second, ok7 := twoDigits(s, 17)
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) || hour > 23 || minute > 59 || second > 59 {
		return t, false
	}
	ns := 0
	if fraction := s[last : len(s)-1]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) < 2 || len(fraction) > 10 {
			return t, false
		}
		for i := 1; i < 10; i++ {
			ns *= 10
			if i < len(fraction) {
				digit := fraction[i] - '0'
				if digit > 9 {
					return t, false
				}
				ns += int(digit)
			}
		}
	}
	t = time.Date(100*century+year, time.Month(month), day, hour, minute, second, ns, time.UTC)
	// Date takes the 31st of June for the 1st of July.
	return t, month >= 1 && month <= 12 && day >= 1 && (day <= 28 || t.Day() == day)
}

func twoDigits(s string, at int) (n int, ok bool) {
	a, b := s[at]-'0', s[at+1]-'0'
	return 10*int(a) + int(b), a <= 9 && b <= 9
}
