package attribute_test

import (
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/stretchr/testify/assert"
)

func TestSizeOfNumbers(t *testing.T) {
	for text, want := range map[string]int{
		"": 1, "0": 1, "7": 2, "-7": 3, "12": 2, "123": 3, "1200": 2, "1000000": 2, "1234567": 5,
		"0.5": 2, "0.05": 2, "0.0012": 2, "12.5": 3, "-12.25": 4,
	} {
		assert.Equal(t, want, attribute.Size(&n{Value: text}), "%q", text)
	}
}
