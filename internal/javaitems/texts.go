package javaitems

import (
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"time"

	"github.com/dynaseal/ddb"
)

var errText = errors.New("not in the form that Java writes")

// UUID is a java.util.UUID, as any UUID type with MarshalText is.
type UUID [16]byte

// MarshalText writes the usual 36 characters.
func (u UUID) MarshalText() ([]byte, error) {
	var text []byte
	for i, b := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, []byte{b})
	}
	return text, nil
}

// UnmarshalText reads what MarshalText writes.
func (u *UUID) UnmarshalText(text []byte) error {
	parts := strings.Split(string(text), "-")
	if len(parts) != 5 {
		return errText
	}
	b, err := hex.DecodeString(strings.Join(parts, ""))
	if err != nil || len(b) != len(u) {
		return errText
	}
	copy(u[:], b)
	return nil
}

// YesNo is a Boolean with @DynamoDBConvertedBool(Y_N).
type YesNo bool

// MarshalText writes Y or N.
func (y YesNo) MarshalText() ([]byte, error) {
	if y {
		return []byte("Y"), nil
	}
	return []byte("N"), nil
}

// UnmarshalText reads Y or N.
func (y *YesNo) UnmarshalText(text []byte) error {
	if s := string(text); s != "Y" && s != "N" {
		return errText
	}
	*y = string(text) == "Y"
	return nil
}

// SpacedTime is a Date with @DynamoDBTypeConvertedTimestamp of a pattern that Go's package time can say.
type SpacedTime time.Time

const spacedLayout = "2006-01-02 15:04:05.000"

// MarshalText writes the pattern yyyy-MM-dd HH:mm:ss.SSS in UTC.
func (t SpacedTime) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, spacedLayout), nil
}

// UnmarshalText reads what MarshalText writes.
func (t *SpacedTime) UnmarshalText(text []byte) error {
	return parseTime((*time.Time)(t), string(text), spacedLayout)
}

// OffsetDateTime is a java.time.OffsetDateTime. What Java prints is not RFC 3339: a time with a whole
// minute has no seconds.
type OffsetDateTime time.Time

// MarshalText writes what OffsetDateTime.toString does.
func (t OffsetDateTime) MarshalText() ([]byte, error) {
	return time.Time(t).AppendFormat(nil, javaLayout(time.Time(t))+"Z07:00"), nil
}

// UnmarshalText reads what MarshalText writes.
func (t *OffsetDateTime) UnmarshalText(text []byte) error {
	return parseTime((*time.Time)(t), string(text), time.RFC3339Nano, "2006-01-02T15:04Z07:00")
}

// LocalDateTime is a java.time.LocalDateTime: what a clock shows, kept as a time in UTC.
type LocalDateTime time.Time

// MarshalText writes what LocalDateTime.toString does.
func (t LocalDateTime) MarshalText() ([]byte, error) {
	at := time.Time(t).UTC()
	return at.AppendFormat(nil, javaLayout(at)), nil
}

// UnmarshalText reads what MarshalText writes.
func (t *LocalDateTime) UnmarshalText(text []byte) error {
	return parseTime((*time.Time)(t), string(text), "2006-01-02T15:04:05.999999999", "2006-01-02T15:04")
}

// Seconds stores a time.Duration as a java.time.Duration is: N, seconds with a fraction. Java's may be
// longer than Go's, which is an error.
func Seconds() ddb.TypeCodec {
	return ddb.CodecFor(
		func(d time.Duration) (*big.Rat, error) { return big.NewRat(int64(d), int64(time.Second)), nil },
		func(seconds *big.Rat) (time.Duration, error) {
			if seconds == nil {
				return 0, nil
			}
			d := new(big.Rat).Mul(seconds, big.NewRat(int64(time.Second), 1))
			if !d.IsInt() || !d.Num().IsInt64() {
				return 0, errText
			}
			return time.Duration(d.Num().Int64()), nil
		},
	)
}

// javaLayout is how java.time prints t without its zone: seconds where there are any, their fraction in
// groups of three digits.
func javaLayout(t time.Time) string {
	layout := "2006-01-02T15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout += ":05"
	}
	switch ns := t.Nanosecond(); {
	case ns == 0:
	case ns%1_000_000 == 0:
		layout += ".000"
	case ns%1_000 == 0:
		layout += ".000000"
	default:
		layout += ".000000000"
	}
	return layout
}

func parseTime(t *time.Time, text string, layouts ...string) error {
	for _, layout := range layouts {
		if parsed, err := time.Parse(layout, text); err == nil {
			*t = parsed
			return nil
		}
	}
	return errText
}
