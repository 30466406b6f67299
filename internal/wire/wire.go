// Package wire is the fast seam between sources of attribute values (a mapper plan over *T, an Item)
// and what writes them down (AttributeValues, a format's canonical bytes).
//
// A value is described once, as events; who listens decides what it becomes. A Go kind has one encode
// closure, against [Writer], and one decode closure, against [Reader]; there is never a second encoder
// of the same kind, and a format is implemented once, as a [Sealer]. The package imports nothing of ours.
package wire

import "context"

// MaxDepth is how deeply lists and maps may nest inside one attribute value that is written, the
// attribute itself counted. DynamoDB refuses more (Limits, "Nested attribute depth").
const MaxDepth = 32

// Kind is the type of an attribute value. The zero Kind is invalid.
type Kind uint8

// The ten types of an attribute value.
const (
	Null Kind = iota + 1
	Bool
	String
	Number
	Binary
	StringSet
	NumberSet
	BinarySet
	List
	Map
)

// String names the kind as DynamoDB JSON does: S, N, BOOL, ….
func (k Kind) String() string {
	switch k {
	case Null:
		return "NULL"
	case Bool:
		return "BOOL"
	case String:
		return "S"
	case Number:
		return "N"
	case Binary:
		return "B"
	case StringSet:
		return "SS"
	case NumberSet:
		return "NS"
	case BinarySet:
		return "BS"
	case List:
		return "L"
	case Map:
		return "M"
	}
	return "invalid"
}

// Protection says how an attribute is protected. Its values are those of crypt.Action, which a test
// of package crypt holds equal; zero: not known.
type Protection uint8

// The values of Protection. Context belongs to the modern format.
const (
	Encrypt Protection = iota + 1
	Sign
	SignContext
	Plain
	Refuse
)

// Writer receives one value as events. Members of maps and sets come in any order: a Writer whose
// bytes have an order sorts what it wrote at EndMap or EndSet. What its format cannot hold (duplicate
// members, a depth beyond [MaxDepth], invalid UTF-8, a number out of range) it refuses through Err;
// the caller may go on, later events are ignored.
//
// A caller that gives up in the middle of a value leaves the Writer to be reset by its owner.
type Writer interface {
	Null()
	Bool(bool)
	String(string) // may be kept
	Text([]byte)   // a string, valid during the call
	Binary([]byte) // valid during the call
	Number([]byte) // any valid decimal up to 1 KB; the Writer brings it to its own canonical form

	// BeginSet opens a set of kind k; its members come as String or Text, Number, Binary.
	// hint is a capacity, here and below; the End methods know the count.
	BeginSet(k Kind, hint int)
	EndSet()
	BeginList(hint int)
	EndList()
	BeginMap(hint int)
	Key(string)
	KeyText([]byte)
	EndMap()

	// Scratch is an empty slice with room to format a number or a time without an allocation. It is
	// valid until the next event; append may outgrow it.
	Scratch() []byte

	// Err is the first refusal.
	Err() error
}

// Reader is a cursor over one validated value (an AttributeValue, decrypted bytes); it cannot fail.
// Methods that do not fit the value's Kind return the zero value. A Reader belongs to one goroutine.
type Reader interface {
	Kind() Kind
	Bool() bool
	Str() string    // of a String or Number; may be kept (shared with a stored value, copied out of decrypted bytes)
	Text() []byte   // the same bytes, valid until the next call
	Binary() []byte // valid until the value is; copy to keep

	// Len is the number of members of a set, list or map.
	Len() int

	// Enter steps into a set, list or map; Next then moves to each member in turn, stepping over what
	// was not read, and reports false past the last. While inside, the other methods describe the
	// member. Leave is due after Next said false, or to stop early.
	Enter()
	Next() bool
	Key() []byte    // of the member of a map; valid until the next call
	KeyStr() string // the same, may be kept
	Leave()
}

// Slot is the position of an attribute in the compiled schema: the rank of its name in byte order.
// There lie precomputed name hashes, paths and orders. Undeclared attributes have slots from the
// schema's length on, named by [Source.Name].
type Slot int

// Source describes the attributes of one item.
type Source interface {
	// Slots appends the slots that are present, each once, in ascending order, marks excluded.
	Slots(dst []Slot) []Slot

	// Name is the attribute name of an undeclared slot.
	Name(Slot) string

	// Protection of an undeclared slot, as it was read; zero: not known.
	Protection(Slot) Protection

	// Write gives the value of a slot. It gives the same events on every call for one item, since a
	// value may be written once for the signature and again for storage. An error ends the item.
	Write(Slot, Writer) error
}

// Sealed is a protected item as the format leaves it: bytes in one slab that belongs to the caller,
// no AttributeValue yet. Attributes without a range are stored as the source describes them. A Sealer
// may use the room that an empty Value and Marks have.
type Sealed struct {
	Slab  []byte
	Value []Range // by slot; the zero Range: stored as it is
	Marks []Mark

	// Fresh says that Slab holds randomness of this call, so that an item found with the same bytes
	// can only be this one.
	Fresh bool
}

// Bytes returns the part of the slab that r names, with no room to append.
func (s *Sealed) Bytes(r Range) []byte {
	return s.Slab[r.Off : r.Off+r.Len : r.Off+r.Len]
}

// Range is a part of a slab. An encrypted value is never empty, so Len 0 means absent.
type Range struct{ Off, Len int }

// Mark is an attribute that the format adds.
type Mark struct {
	Name string
	Range
}

// Stored is an item as it came from the service.
type Stored interface {
	Source

	// Value is a cursor over a slot's stored value, valid until the next call of Value.
	Value(Slot) Reader

	// Mark returns the bytes of an attribute that a format adds; present says whether the attribute
	// exists, and the bytes are nil where it is no Binary.
	Mark(name string) (b []byte, present bool)
}

// Sink takes verified values, after everything verified. r is valid during the call. After an error
// from Set, or from the Sealer, the whole destination is dropped.
type Sink interface {
	Set(s Slot, p Protection, r Reader) error
}

// Result is what was learned of an item that verified.
type Result struct {
	Unsigned []Slot // present, covered by no signature
	Stale    bool   // the writer would not write it so
}

// Sealer is a format's one implementation, for one table; its map methods are thin adaptors.
// Safe for concurrent use.
type Sealer interface {
	SealItem(context.Context, Source, *Sealed) error
	OpenItem(context.Context, Stored, Sink) (Result, error)
}
