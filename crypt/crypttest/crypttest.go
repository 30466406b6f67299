package crypttest

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
)

// Config says what a format cannot do, and what only its author knows. The zero Config asks for
// everything that can be asked without such knowledge.
type Config struct {
	// SignOnly: the format encrypts nothing. No schema then asks it to.
	SignOnly bool

	// Supports reports whether the format protects values like v; nil: every value. Values it reports
	// false for are not used, key attributes (an S, an N and a B) always are.
	Supports func(v types.AttributeValue) bool

	// NamesUnsigned: a reader takes undeclared plain attributes by the names of crypt.SchemaConfig.Unsigned
	// only, and refuses others, as the modern format does.
	NamesUnsigned bool

	// OtherKeys is the same format over other keys, whose items must not open. Nil: not checked.
	OtherKeys crypt.Format

	// Secrets are the bytes of keys, which neither errors nor a printed Format or ItemEncryptor may
	// show. Each is of 8 bytes or more.
	Secrets [][]byte

	// Skip names checks that are left out. A name that is none fails.
	Skip []string
}

// TestFormat runs every check of f, each as a subtest of its name.
func TestFormat(t *testing.T, f crypt.Format, c Config) {
	t.Helper()
	test(t, formatChecks(f, c), c.Skip)
}

// CheckFormat runs every check of f and returns those that fail, none if f keeps the contracts of
// [crypt.Format] and [crypt.ItemEncryptor]. A ctx that ends makes checks fail.
func CheckFormat(ctx context.Context, f crypt.Format, c Config) []Failure {
	return run(ctx, formatChecks(f, c), c.Skip)
}

// formatChecks are the checks of a format, in the order in which a failure is best read.
func formatChecks(f crypt.Format, c Config) []check {
	on := func(run func(*formatProbe)) func(*probe) {
		return func(p *probe) { run(&formatProbe{p, f, c}) }
	}
	return []check{
		{"schema", on((*formatProbe).schema)},
		{"round-trip", on((*formatProbe).roundTrip)},
		{"stored-forms", on((*formatProbe).storedForms)},
		{"absent-attributes", on((*formatProbe).absentAttributes)},
		{"key-types", on((*formatProbe).keyTypes)},
		{"context-action", on((*formatProbe).contextAction)},
		{"marks", on((*formatProbe).marks)},
		{"claims", on((*formatProbe).claims)},
		{"unencrypted-values", on((*formatProbe).unencryptedValues)},
		{"plain-attributes", on((*formatProbe).plainAttributes)},
		{"undeclared-attributes", on((*formatProbe).undeclaredAttributes)},
		{"undeclared-refused", on((*formatProbe).undeclaredRefused)},
		{"secrecy", on((*formatProbe).secrecy)},
		{"randomness", on((*formatProbe).randomness)},
		{"altered", on((*formatProbe).altered)},
		{"removed", on((*formatProbe).removed)},
		{"added", on((*formatProbe).added)},
		{"renamed", on((*formatProbe).renamed)},
		{"swapped", on((*formatProbe).swapped)},
		{"moved-to-another-item", on((*formatProbe).movedToAnotherItem)},
		{"moved-to-another-table", on((*formatProbe).movedToAnotherTable)},
		{"table-aliases", on((*formatProbe).tableAliases)},
		{"other-keys", on((*formatProbe).otherKeys)},
		{"marks-removed", on((*formatProbe).marksRemoved)},
		{"marks-altered", on((*formatProbe).marksAltered)},
		{"marks-hostile", on((*formatProbe).marksHostile)},
		{"reserved-names", on((*formatProbe).reservedNames)},
		{"unstorable-items", on((*formatProbe).unstorableItems)},
		{"oversize-items", on((*formatProbe).oversizeItems)},
		{"arguments-unmodified", on((*formatProbe).argumentsUnmodified)},
		{"arguments-not-kept", on((*formatProbe).argumentsNotKept)},
		{"results-independent", on((*formatProbe).resultsIndependent)},
		{"context", on((*formatProbe).context)},
		{"concurrency", on((*formatProbe).concurrency)},
		{"errors-show-nothing", on((*formatProbe).errorsShowNothing)},
		{"keys-do-not-print", on((*formatProbe).keysDoNotPrint)},
	}
}
