package mapper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	second = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	day    = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	berlin = time.FixedZone("", 3600)
)

func TestTimeFormats(t *testing.T) {
	for _, tt := range []struct {
		words  string
		t      time.Time
		stored av
	}{
		{"", noon, avS("2026-11-24T12:00:00.123456789Z")},
		{"", second, avS("2026-11-24T12:00:00.000000000Z")},
		{"", time.Time{}, avS("0001-01-01T00:00:00.000000000Z")},
		{"time=ns", second.Add(5), avS("2026-11-24T12:00:00.000000005Z")},
		{"time=us", second.Add(50 * time.Microsecond), avS("2026-11-24T12:00:00.000050Z")},
		{"time=ms", second.Add(500 * time.Millisecond), avS("2026-11-24T12:00:00.500Z")},
		{"time=s", second, avS("2026-11-24T12:00:00Z")},
		{"time=instant", second, avS("2026-11-24T12:00:00Z")},
		{"time=instant", second.Add(500 * time.Millisecond), avS("2026-11-24T12:00:00.500Z")},
		{"time=instant", second.Add(50 * time.Microsecond), avS("2026-11-24T12:00:00.000050Z")},
		{"time=instant", noon, avS("2026-11-24T12:00:00.123456789Z")},
		{"time=rfc3339nano", second.Add(500 * time.Millisecond), avS("2026-11-24T12:00:00.5Z")},
		{"time=rfc3339nano", second.In(berlin), avS("2026-11-24T13:00:00+01:00")},
		{"time=date", day, avS("2026-11-24")},
		{"time=date", time.Time{}, avS("0001-01-01")},
		{"unixtime", second, avN("1795521600")},
		{"unixtime", time.Unix(0, 0).UTC(), avN("0")},
		{"unixtime", time.Unix(-1, 0).UTC(), avN("-1")},
		{"unixmilli", second.Add(time.Millisecond), avN("1795521600001")},
		{"unixmilli", time.UnixMilli(-1).UTC(), avN("-1")},
		{"", time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC), avS("9999-12-31T23:59:59.999999999Z")},
		{"", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), avS("0000-01-01T00:00:00.000000000Z")},
	} {
		t.Run(tt.words+"/"+tt.t.String(), func(t *testing.T) {
			got, err := encodeField(t, tt.t, tt.words)
			require.NoError(t, err)
			assert.Equal(t, tt.stored, got)
			read, err := decodeField[time.Time](t, got, tt.words)
			require.NoError(t, err)
			assert.Equal(t, tt.t, read)
		})
	}
}

func TestTimesOtherThanRFC3339NanoAreStoredInUTC(t *testing.T) {
	for words, want := range map[string]av{
		"": avS("2026-11-24T12:00:00.000000000Z"), "time=s": avS("2026-11-24T12:00:00Z"), "unixtime": avN("1795521600"),
	} {
		got, err := encodeField(t, second.In(berlin), words)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	got, err := encodeField(t, day.In(berlin), "time=date")
	require.NoError(t, err)
	assert.Equal(t, avS("2026-11-24"), got)
}

func TestTimesThatDoNotFit(t *testing.T) {
	for _, tt := range []struct {
		words  string
		t      time.Time
		reason string
	}{
		{"time=us", noon, "time=us would cut its precision"},
		{"time=ms", second.Add(time.Microsecond), "time=ms would cut its precision"},
		{"time=s", second.Add(time.Millisecond), "time=s would cut its precision"},
		{"time=date", second, "not midnight UTC"},
		{"time=date", day.Add(1), "not midnight UTC"},
		{"time=date", day.Add(-time.Hour).In(berlin), "not midnight UTC"},
		{"unixtime", second.Add(time.Millisecond), "unixtime would cut its precision"},
		{"unixmilli", second.Add(time.Microsecond), "unixmilli would cut its precision"},
		{"unixtime", time.Time{}, "zero time as unixtime"},
		{"unixmilli", time.Time{}, "zero time as unixmilli"},
		{"", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "year outside 0 to 9999"},
		{"", time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), "year outside 0 to 9999"},
		{"unixtime", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "year outside 0 to 9999"},
		{"time=rfc3339nano", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "year outside 0 to 9999"},
		{"time=rfc3339nano", second.In(time.FixedZone("LMT", 3208)), "its zone's offset"},
		{"time=rfc3339nano", second.In(time.FixedZone("far", 25*3600)), "its zone's offset"},
	} {
		t.Run(tt.words+"/"+tt.t.String(), func(t *testing.T) {
			_, err := encodeField(t, tt.t, tt.words)
			require.ErrorContains(t, err, tt.reason)
			assert.NotContains(t, err.Error(), "2026")
		})
	}
}

func TestAnyRFC3339IsRead(t *testing.T) {
	for _, words := range []string{"", "time=ns", "time=s", "time=instant", "time=date", "unixtime"} {
		for text, want := range map[string]time.Time{
			"2026-11-24T12:00:00Z":                         second,
			"2026-11-24T13:00:00+01:00":                    second,
			"2026-11-23T22:00:00.0000000000000-14:00":      second,
			"2026-11-24T12:00:00.5Z":                       second.Add(500 * time.Millisecond),
			"2026-11-24T12:00:00.123456789000Z":            noon,
			"2026-11-24T12:00:00.123456789000000000+00:00": noon,
		} {
			got, err := decodeField[time.Time](t, avS(text), words)
			require.NoError(t, err, "%s %s", words, text)
			assert.Equal(t, want, got, "%s %s", words, text)
		}
		for text, reason := range map[string]string{
			"":                                        "not a",
			"yesterday":                               "not a time",
			"2026-11-24T12:00:00":                     "not a time",
			"2026-11-24 12:00:00Z":                    "not a time",
			"2026-11-24T12:00:00,5Z":                  "not a time",
			"2026-11-24T9:00:00Z":                     "not a time",
			"2026-11-24T9:00:00.5Z":                   "not a time",
			"2026-13-24T12:00:00Z":                    "not a time",
			"2026-11-24T12:00:00.Z":                   "not a time",
			"2026-11-24T12:00:00.1234567891Z":         "finer than a nanosecond",
			"2026-11-24T12:00:00.0000000000001+01:00": "finer than a nanosecond",
			"0000-01-01T00:00:00+14:00":               "year outside",
		} {
			_, err := decodeField[time.Time](t, avS(text), words)
			require.ErrorContains(t, err, reason, "%s %s", words, text)
			assert.NotContains(t, err.Error(), "2026")
			assert.NotContains(t, err.Error(), "yesterday")
		}
	}
}

func TestTimesOfOtherKinds(t *testing.T) {
	got, err := decodeField[time.Time](t, avN("1.7955216E9"), "unixtime")
	require.NoError(t, err)
	assert.Equal(t, second, got)
	for words, stored := range map[string]av{
		"":           avN("1795521600"),
		"time=date":  avS("2026-11-31"),
		"unixtime":   avN("1.5"),
		"unixmilli":  avN("1E30"),
		"time=ms":    avB("x"),
		"time=s":     avS("2026-11-24"),
		"omitempty":  avBool(true),
		"unixtime,x": nil,
	} {
		if words == "unixtime,x" {
			words = "unixtime"
		}
		_, err := decodeField[time.Time](t, stored, words)
		assert.Error(t, err, words)
	}
	for _, n := range []string{"253402300800", "-62167219201", "9223372036854775807", "-9223372036854775808", "9223372036854775808"} {
		for _, words := range []string{"unixtime", "unixmilli"} {
			if words == "unixmilli" && len(n) < 13 {
				continue
			}
			_, err := decodeField[time.Time](t, avN(n), words)
			assert.ErrorContains(t, err, "year outside", words)
		}
	}
}
