package interop_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/interop/protocol"
)

// othersTag is a tag of a data key that is not the reader's, which no client looks at (dbesdk 1.9).
const othersTag = "another's tag"

const tagSize = 48

// flipDBE is flip in the modern format, for a reader of s.
func (f flipper) flipDBE(t *testing.T, s *dbeSample, stored crypt.Item) (crypt.Item, string) {
	t.Helper()
	signed := slices.DeleteFunc(slices.Sorted(maps.Keys(stored)), s.Case.Unsigned)
	item, what := f.flipOneOf(t, signed, stored, func(name string) string {
		switch {
		case name == dbe.HeaderField:
			return "header"
		case name == dbe.FooterField:
			return "footer"
		case s.Case.Actions[name] == protocol.EncryptAndSign:
			return "ciphertext"
		}
		return ""
	})
	if what == "footer" && s.isOthersTag(stored, item) {
		what = othersTag
	}
	return item, what
}

// isOthersTag reports whether the footers of two items differ in a tag that is not the reader's only.
func (s *dbeSample) isOthersTag(a, b crypt.Item) bool {
	before, after := a[dbe.FooterField].(*types.AttributeValueMemberB).Value, b[dbe.FooterField].(*types.AttributeValueMemberB).Value
	description, err := dbe.Describe(a)
	if err != nil {
		return false
	}
	for i := range before {
		if before[i] != after[i] {
			return i/tagSize != s.DataKey && i/tagSize < len(description.DataKeys)
		}
	}
	return false
}
