package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestQuickstartShowsWhatItPromises(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	text := out.String()
	for _, line := range []string{
		"name,encrypt             B  ", "notes,encrypt,omitempty  B  ", "ward,sign                S  3B", "seen,plain               N  2",
		"{Patient:p-17 At:2026-11-24 09:30:00 +0000 UTC Name:Ada Lovelace Ward:3B Notes:[allergic to penicillin prefers mornings] Seen:2}",
		`did you mean "encrypt"?`,
	} {
		assert.Contains(t, text, line)
	}
	assert.Equal(t, 2, strings.Count(text, "item failed verification"), "both alterations are refused")
}
