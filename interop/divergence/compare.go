package divergence

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
)

// Difference names the attributes in which two items differ, sorted. Numbers are compared as numbers,
// sets without order but with repetitions.
func Difference(a, b crypt.Item) []string {
	var differing []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if other, ok := b[name]; !ok || spell(a[name]) != spell(other) {
			differing = append(differing, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[name]; !ok {
			differing = append(differing, name)
		}
	}
	return differing
}

// spell writes value so that equal values, and only those, are spelled alike.
func spell(value types.AttributeValue) string {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return "S" + strconv.Quote(v.Value)
	case *types.AttributeValueMemberN:
		return "N" + spellNumber(v.Value)
	case *types.AttributeValueMemberB:
		return "B" + spellBinary(v.Value)
	case *types.AttributeValueMemberBOOL:
		return "BOOL" + strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberNULL:
		return "NULL" + strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberSS:
		return "SS" + spellSet(v.Value, strconv.Quote)
	case *types.AttributeValueMemberNS:
		return "NS" + spellSet(v.Value, spellNumber)
	case *types.AttributeValueMemberBS:
		return "BS" + spellSet(v.Value, spellBinary)
	case *types.AttributeValueMemberL:
		var b strings.Builder
		for _, element := range v.Value {
			b.WriteString(spell(element) + ",")
		}
		return "L[" + b.String() + "]"
	case *types.AttributeValueMemberM:
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			b.WriteString(strconv.Quote(name) + ":" + spell(v.Value[name]) + ",")
		}
		return "M{" + b.String() + "}"
	}
	return "no attribute value"
}

func spellSet[T any](members []T, member func(T) string) string {
	spelled := make([]string, len(members))
	for i, m := range members {
		spelled[i] = member(m)
	}
	slices.Sort(spelled)
	return "{" + strings.Join(spelled, ",") + "}"
}

func spellNumber(text string) string {
	d, err := parseDecimal(text)
	if err != nil {
		return "no number " + strconv.Quote(text)
	}
	return d.key()
}

func spellBinary(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
