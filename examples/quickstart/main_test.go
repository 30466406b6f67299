package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestQuickstartShowsWhatItPromises(t *testing.T) {
	for format, marks := range map[string][]string{
		"dbe":   {"aws_dbe_foot ", "aws_dbe_head "},
		"ddbec": {"*amzn-ddb-map-desc* ", "*amzn-ddb-map-sig* "},
	} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, run(t.Context(), &out, format))
			text := out.String()
			for _, line := range append(marks,
				"name,encrypt             B  ", "notes,encrypt,omitempty  B  ", "ward,sign                S  3B", "seen,plain               N  2",
				"{Patient:p-17 At:2026-11-24 09:30:00 +0000 UTC Name:Ada Lovelace Ward:3B Notes:[allergic to penicillin prefers mornings] Seen:2}",
				`did you mean "encrypt"?`,
			) {
				assert.Contains(t, text, line)
			}
			assert.Equal(t, 2, strings.Count(text, "item failed verification"), "both alterations are refused")
		})
	}
}

func TestAnUnknownFormat(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), new(bytes.Buffer), "json"), "-format json: dbe or ddbec")
}
