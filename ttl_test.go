package ddb_test

import (
	"testing"
	"time"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTTLIsSecondsInTheClear(t *testing.T) {
	type session struct {
		ID      string    `ddb:"id,pk"`
		Expires time.Time `ddb:"expires,ttl"`
	}
	type counted struct {
		ID      string `ddb:"id,pk"`
		Expires int32  `ddb:"expires,ttl"`
	}
	at := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	for name, cfg := range map[string]ddb.Config{"encrypted": {Encryption: format(t)}, "not encrypted": {}} {
		t.Run(name, func(t *testing.T) {
			sessions, err := ddb.NewCodec[session]("sessions", cfg)
			require.NoError(t, err)
			item, err := sessions.Encode(t.Context(), &session{"1", at})
			require.NoError(t, err)
			assert.Equal(t, &avN{Value: "1795512600"}, item["expires"])
			got, err := sessions.Decode(t.Context(), item)
			require.NoError(t, err)
			assert.Equal(t, session{"1", at}, got)
			integers, err := ddb.NewCodec[counted]("sessions", cfg)
			require.NoError(t, err)
			same, err := integers.Decode(t.Context(), item)
			require.NoError(t, err)
			assert.Equal(t, counted{"1", 1795512600}, same)

			item, err = sessions.Encode(t.Context(), &session{ID: "1"})
			require.NoError(t, err)
			assert.NotContains(t, item, "expires", "never")
			item, err = integers.Encode(t.Context(), &counted{ID: "1"})
			require.NoError(t, err)
			assert.NotContains(t, item, "expires", "never")
			got, err = sessions.Decode(t.Context(), item)
			require.NoError(t, err)
			assert.Equal(t, session{ID: "1"}, got)

			_, err = sessions.Encode(t.Context(), &session{"1", at.Add(time.Millisecond)})
			require.ErrorContains(t, err, "session.Expires", "nothing is cut silently")
		})
	}
	codec, err := ddb.NewCodec[session]("sessions", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	item, err := codec.Encode(t.Context(), &session{"1", at})
	require.NoError(t, err)
	item["expires"] = &avN{Value: "1"}
	_, err = codec.Decode(t.Context(), item)
	require.ErrorIs(t, err, crypt.ErrAuth, "it is signed")
}
