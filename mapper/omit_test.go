package mapper_test

import (
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Money is zero by its own account.
type Money struct {
	Amount   int
	Currency string
}

func (m Money) IsZero() bool { return m.Amount == 0 }

// Meter is zero by the account of its pointer.
type Meter struct{ Turns int }

func (m *Meter) IsZero() bool { return m.Turns < 10 }

func TestWhatIsLeftOut(t *testing.T) {
	var nothing av
	for _, tt := range []struct {
		name   string
		value  any
		words  string
		stored av
	}{
		{"nil slice", []int(nil), "", nothing},
		{"nil slice, null", []int(nil), "null", null},
		{"nil slice, omitempty", []int(nil), "omitempty", nothing},
		{"nil map", map[string]int(nil), "", nothing},
		{"nil map, null", map[string]int(nil), "null", null},
		{"nil bytes", []byte(nil), "", nothing},
		{"nil bytes, null", []byte(nil), "null", null},
		{"nil pointer", (*int)(nil), "", nothing},
		{"nil pointer, null", (*int)(nil), "null", null},
		{"nil pointer, omitzero", (*int)(nil), "omitzero", nothing},
		{"nil pointer to a number", (*time.Time)(nil), "unixtime", nothing},
		{"nil pointer that has IsZero", (*Money)(nil), "omitzero", nothing},
		{"nil set", []string(nil), "set", nothing},
		{"nil set, null", []string(nil), "set,null", null},
		{"empty set", []string{}, "set", nothing},
		{"empty set, null", []string{}, "set,null", nothing},
		{"empty set in an array", [0]string{}, "set", nothing},
		{"nil StringSet", mapper.StringSet(nil), "", nothing},
		{"empty StringSet", mapper.StringSet{}, "", nothing},
		{"pointer to an empty set", &mapper.StringSet{}, "", nothing},
		{"nil pointer to a set", (*mapper.StringSet)(nil), "null", null},
		{"empty slice", []int{}, "", avL()},
		{"empty slice, omitempty", []int{}, "omitempty", nothing},
		{"empty slice, omitzero", []int{}, "omitzero", avL()},
		{"empty slice, null", []int{}, "null", avL()},
		{"empty map, omitempty", map[string]int{}, "omitempty", nothing},
		{"empty bytes, omitempty", []byte{}, "omitempty", nothing},
		{"empty string, omitempty", "", "omitempty", nothing},
		{"string, omitempty", "s", "omitempty", avS("s")},
		{"false, omitempty", false, "omitempty", nothing},
		{"false, omitempty, as number", false, "omitempty,bool=number", nothing},
		{"zero, omitempty", 0, "omitempty", nothing},
		{"zero float, omitempty", 0.0, "omitempty", nothing},
		{"number, omitempty", 1, "omitempty", avN("1")},
		{"zero pointed to, omitempty", pointer(0), "omitempty", avN("0")},
		{"zero time, omitempty", time.Time{}, "omitempty", nothing},
		{"zero time elsewhere, omitzero", time.Time{}.In(berlin), "omitzero", nothing},
		{"zero time pointed to, omitempty", &time.Time{}, "omitempty", avS("0001-01-01T00:00:00.000000000Z")},
		{"zero time pointed to, omitzero", &time.Time{}, "omitzero", nothing},
		{"empty text, omitempty", netip.Addr{}, "omitempty", nothing},
		{"empty text", netip.Addr{}, "", avS("")},
		{"zero with text, omitempty", Color(0), "omitempty", nothing},
		{"text, omitempty", Color(1), "omitempty", avS("red")},
		{"zero array with text, omitempty", ID{}, "omitempty", avS("#\x00\x00")},
		{"zero array with text, omitzero", ID{}, "omitzero", nothing},
		{"zero struct, omitzero", City{}, "omitzero", nothing},
		{"struct, omitzero", City{Name: "B"}, "omitzero", avM(item{"name": avS("B")})},
		{"IsZero, omitzero", Money{Currency: "EUR"}, "omitzero", nothing},
		{"not IsZero, omitzero", Money{Amount: 1}, "omitzero", avM(item{"Amount": avN("1"), "Currency": avS("")})},
		{"IsZero pointed to, omitzero", &Money{Currency: "EUR"}, "omitzero", nothing},
		{"IsZero on the pointer, omitzero", Meter{Turns: 9}, "omitzero", nothing},
		{"omitempty and omitzero", []int{}, "omitempty,omitzero", nothing},
		{"big.Int, omitempty", big.Int{}, "omitempty", nothing},
		{"Number, omitempty", mapper.Number(""), "omitempty", nothing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := encodeField(t, tt.value, tt.words)
			require.NoError(t, err)
			assert.Equal(t, tt.stored, got)
		})
	}
}

// The rules of an item's fields hold for those of documents.
func TestWhatIsLeftOutOfDocuments(t *testing.T) {
	type Inner struct {
		Nil     []int
		Null    *int     `ddb:"null_,null"`
		Any     any      `ddb:"any"`
		AnyNull any      `ddb:"any_null,null"`
		Empty   string   `ddb:"empty,omitempty"`
		Money   Money    `ddb:"money,omitzero"`
		Set     []string `ddb:"set,set"`
		Kept    string
	}
	got, err := encodeField(t, []Inner{{Kept: "k"}}, "")
	require.NoError(t, err)
	assert.Equal(t, avL(avM(item{"null_": null, "any_null": null, "Kept": avS("k")})), got)
}
