package crypt

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxAliases is how many names a table may have beside its logical one.
const MaxAliases = 3

// MaxNameLength is the longest attribute name DynamoDB takes, in bytes of UTF-8.
const MaxNameLength = 65535

// Reserved reports whether name starts as the marks of a format of this family do. No attribute of a
// user may, in either format: an item is told from another by its marks alone.
func Reserved(name string) bool {
	return strings.HasPrefix(name, "*amzn-ddb-map-") || strings.HasPrefix(name, "aws_dbe_")
}

// SchemaConfig is everything that binds an item to its table.
type SchemaConfig struct {
	// Table is the logical table name that signatures bind. Required; not an ARN, since a table that
	// is restored or replicated keeps its items but not its ARN.
	Table string

	// Aliases are other logical names, MaxAliases at most, that stored items may be signed under: writers
	// bound another, such as the physical one. Such items are read and are Stale; what is written is
	// signed under Table. Each costs a verification, and a verifier that is elsewhere (provider.LocalVerifier) is
	// asked twice at most, so that it finds the first of them only. An item that was written under an alias for another table is not told from
	// these: give no name of a table under the same keys whose items do not belong here.
	Aliases []string

	// PartitionKey names the partition key. Required.
	PartitionKey string

	// SortKey names the sort key; "" if the table has none.
	SortKey string

	// Actions of every declared attribute. Keys may be left out: they are signed. A key may be Plain
	// (for tables of peers that left it so), never Encrypt.
	Actions map[string]Action

	// Unknown is the action of attributes not in Actions. Zero: found out by what verifies, and
	// refused by name when writing. Refuse: an error in both directions.
	Unknown Action

	// Previous are schemas, MaxPrevious at most, that stored items may have been written under: of the same
	// table and keys, with other actions or attributes. Such items are read, and are Stale; nothing is
	// written so. Their own Previous do not count. An attribute that one of them has Plain may be added by
	// whoever can write the table to any item that lacks it: it is then one of Opened.Unsigned.
	Previous []Schema

	// Unsigned names undeclared attributes that other writers leave unsigned, as those of Plain are: what
	// the modern format calls allowed unsigned attributes. At most one may end in *, which makes it a
	// prefix. A name may be added while no stored item has signed it, and never be taken out. nil: no
	// attribute but those declared Plain.
	Unsigned []string
}

// MaxPrevious is how many schemas of the past a schema may have.
const MaxPrevious = 8

// Schema is what an encryptor knows of a table's items. It is immutable and may be copied; the zero
// Schema is invalid.
type Schema struct{ c *schema }

type schema struct {
	table, partitionKey, sortKey string
	aliases                      []string
	names                        []string // sorted
	actions                      []Action // of names
	unknown                      Action
	previous                     []Schema
	unsigned                     []string // sorted
	unsignedPrefix               string
}

// NewSchema checks c, every mistake at once (errors.Join), and returns its compiled form. It keeps
// nothing of c.
func NewSchema(c SchemaConfig) (Schema, error) {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("crypt: schema: table %s: %s", quote(c.Table), fmt.Sprintf(format, args...)))
	}
	if c.Table == "" {
		fail("no table name: give the logical name that signatures bind")
	}
	if strings.HasPrefix(c.Table, arnPrefix) {
		fail("the name is an ARN: give a logical name, which survives a restore into another table")
	}
	if len(c.Aliases) > MaxAliases {
		fail("%d aliases: give %d at most, each costs a verification", len(c.Aliases), MaxAliases)
	}
	for i, alias := range c.Aliases {
		switch {
		case alias == "":
			fail("an alias is empty")
		case strings.HasPrefix(alias, arnPrefix):
			fail("alias %s is an ARN: give a logical name", quote(alias))
		case alias == c.Table || slices.Contains(c.Aliases[:i], alias):
			fail("alias %s is given twice, or is the table's name", quote(alias))
		}
	}
	if c.PartitionKey == "" {
		fail("no partition key")
	}
	if c.PartitionKey != "" && c.PartitionKey == c.SortKey {
		fail("partition key and sort key are both %s", quote(c.SortKey))
	}

	actions := make(map[string]Action, len(c.Actions)+2)
	for _, key := range []string{c.PartitionKey, c.SortKey} {
		if key != "" {
			actions[key] = Sign
		}
	}
	maps.Copy(actions, c.Actions)
	names := slices.Sorted(maps.Keys(actions))
	for _, name := range names {
		if problem := nameProblem(name); problem != "" {
			fail("attribute %s: %s", quote(name), problem)
		}
		key := name == c.PartitionKey || name == c.SortKey
		switch a := actions[name]; {
		case a < Encrypt || a > Plain:
			fail("attribute %s: no valid action", quote(name))
		case key && a == Encrypt:
			fail("attribute %s: a key cannot be encrypted, DynamoDB must find the item by it: use Sign", quote(name))
		}
	}
	if c.Unknown > Refuse {
		fail("no valid action for unknown attributes")
	}
	if len(c.Previous) > MaxPrevious {
		fail("%d previous schemas: give %d at most, each costs a verification", len(c.Previous), MaxPrevious)
	}
	for i, p := range c.Previous {
		switch {
		case p.IsZero():
			fail("previous schema %d is the zero Schema: make it with NewSchema", i+1)
		case p.Table() != c.Table || p.PartitionKey() != c.PartitionKey || p.SortKey() != c.SortKey:
			fail("previous schema %d is of another table or has other keys: items do not move between those", i+1)
		}
	}
	unsigned, prefix := unsignedOf(c.Unsigned, fail)
	for _, name := range names {
		if a := actions[name]; a != Plain && (slices.Contains(unsigned, name) || prefix != "" && strings.HasPrefix(name, prefix)) {
			fail("attribute %s: its action is %v, and Unsigned names it: use one of them", quote(name), a)
		}
	}
	if len(errs) > 0 {
		return Schema{}, errors.Join(errs...)
	}

	s := &schema{
		table: c.Table, partitionKey: c.PartitionKey, sortKey: c.SortKey,
		names: names, actions: make([]Action, len(names)),
		unknown: c.Unknown, aliases: slices.Clone(c.Aliases), previous: slices.Clone(c.Previous),
		unsigned: unsigned, unsignedPrefix: prefix,
	}
	for i, name := range names {
		s.actions[i] = actions[name]
	}
	return Schema{s}, nil
}

const arnPrefix = "arn:"

// unsignedOf parts the names from the prefix.
func unsignedOf(list []string, fail func(string, ...any)) (names []string, prefix string) {
	for _, name := range list {
		start, isPrefix := strings.CutSuffix(name, "*")
		problem := nameProblem(start)
		switch {
		case problem != "":
			fail("unsigned attribute %s: %s", quote(name), problem)
		case isPrefix && prefix != "":
			fail("unsigned attributes: more than one prefix: the format has one")
		case isPrefix:
			prefix = start
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), prefix
}

func nameProblem(name string) string {
	switch {
	case name == "":
		return "the name is empty"
	case len(name) > MaxNameLength:
		return "the name is longer than " + strconv.Itoa(MaxNameLength) + " bytes"
	case !utf8.ValidString(name):
		return "the name is not valid UTF-8"
	case Reserved(name):
		return "the name is reserved for the marks of an encryption format: rename it"
	}
	return ""
}

// Table is the logical table name.
func (s Schema) Table() string { return s.c.table }

// Aliases are the other names that items may be signed under, a copy.
func (s Schema) Aliases() []string { return slices.Clone(s.c.aliases) }

// PartitionKey is the partition key's attribute name.
func (s Schema) PartitionKey() string { return s.c.partitionKey }

// SortKey is the sort key's attribute name, "" if there is none.
func (s Schema) SortKey() string { return s.c.sortKey }

// Attributes yields every declared attribute, keys included, sorted by name in byte order: the
// order of slots.
func (s Schema) Attributes() iter.Seq2[string, Action] {
	return func(yield func(string, Action) bool) {
		for i, name := range s.c.names {
			if !yield(name, s.c.actions[i]) {
				return
			}
		}
	}
}

// Unknown is the action of undeclared attributes, see [SchemaConfig].
func (s Schema) Unknown() Action { return s.c.unknown }

// Previous are the schemas that stored items may have been written under, see [SchemaConfig]; a copy.
func (s Schema) Previous() []Schema { return slices.Clone(s.c.previous) }

// Unsigned are the undeclared attributes that other writers leave unsigned, by name, sorted, and by
// prefix, "" if there is none. Read only.
func (s Schema) Unsigned() (names []string, prefix string) { return s.c.unsigned, s.c.unsignedPrefix }

// IsUnsigned reports whether an undeclared attribute of that name is one of [Schema.Unsigned].
func (s Schema) IsUnsigned(name string) bool {
	if s.c.unsignedPrefix != "" && strings.HasPrefix(name, s.c.unsignedPrefix) {
		return true
	}
	_, found := slices.BinarySearch(s.c.unsigned, name)
	return found
}

// IsZero reports whether s is the invalid zero Schema.
func (s Schema) IsZero() bool { return s.c == nil }

// Fingerprint is a SHA-256 over everything that decides how items are protected: pin it in a test to
// be told when a change of tags changes what is stored. It is the same in every process and version.
func (s Schema) Fingerprint() [32]byte {
	h := sha256.New()
	text := func(t string) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(t))))
		h.Write([]byte(t))
	}
	text(s.c.table)
	text(s.c.partitionKey)
	text(s.c.sortKey)
	text(s.c.unknown.String())
	for name, action := range s.Attributes() {
		text(name)
		text(action.String())
	}
	if len(s.c.unsigned) > 0 || s.c.unsignedPrefix != "" {
		text("") // no attribute's name
		text(s.c.unsignedPrefix)
		for _, name := range s.c.unsigned {
			text(name)
		}
	}
	return [32]byte(h.Sum(nil))
}

// quote makes a name safe and short enough for a message.
func quote(name string) string {
	const limit = 128
	if len(name) > limit {
		return strconv.Quote(name[:limit]) + "…"
	}
	return strconv.Quote(name)
}
