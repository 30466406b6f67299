package tags

import "reflect"

// Field is one attribute of a struct type. It belongs to the caller; nothing is shared with other
// fields or with later calls.
type Field struct {
	Name  string       // attribute name
	Was   string       // the name before, read where Name is missing and never written; "": none
	Path  string       // Go path for messages, "Visit.Audit.Created"
	Index []int        // path from the root struct, as reflect.Type.FieldByIndex takes it; through pointers that are embedded
	Type  reflect.Type // of the Go field

	Key    Key
	Action Action
	Time   TimeFormat
	Entity string // what the attribute says, on a blank field; "": it is none

	TTL     bool // when the service may delete the item
	Version bool // grows with every write
	Unknown bool // takes the attributes that no field declares; Name is then empty

	OmitEmpty  bool
	OmitZero   bool
	Null       bool
	Set        bool
	BoolNumber bool
	Binary     bool
	JSON       bool
}

// Key is a field's role in the primary key. The zero Key: none.
type Key uint8

// The roles of a key.
const (
	PartitionKey Key = iota + 1
	SortKey
)

// String is the tag's word, "none" for the zero Key.
func (k Key) String() string { return wordOf(k, "pk", "sk") }

// title names the role in messages.
func (k Key) title() string { return wordOf(k, "partition key", "sort key") }

// Action is the word that says how a field is protected. The zero Action: the tag has none, so the
// table decides.
type Action uint8

// The actions.
const (
	Encrypt Action = iota + 1 // encrypt and sign
	Sign                      // sign
	Context                   // sign and include in the encryption context
	Plain                     // neither
)

// String is the tag's word, "none" for the zero Action.
func (a Action) String() string { return wordOf(a, "encrypt", "sign", "context", "plain") }

// TimeFormat is how a time.Time is stored. The zero TimeFormat: the tag has no word for it.
type TimeFormat uint8

// The formats of a time.
const (
	TimeNanos       TimeFormat = iota + 1 // time=ns: S, exactly 9 fraction digits
	TimeMicros                            // time=us: S, exactly 6
	TimeMillis                            // time=ms: S, exactly 3
	TimeSeconds                           // time=s: S, none
	TimeInstant                           // time=instant: S, 0, 3, 6 or 9
	TimeRFC3339Nano                       // time=rfc3339nano: S, without trailing zeros
	TimeDate                              // time=date: S, the date alone
	UnixSeconds                           // unixtime: N, seconds since 1970
	UnixMillis                            // unixmilli: N, milliseconds since 1970
)

// String is the tag's word, with its value; "none" for the zero TimeFormat.
func (f TimeFormat) String() string {
	return wordOf(f, "time=ns", "time=us", "time=ms", "time=s", "time=instant", "time=rfc3339nano", "time=date",
		"unixtime", "unixmilli")
}

func wordOf[E ~uint8](e E, words ...string) string {
	switch {
	case e == 0:
		return "none"
	case int(e) > len(words):
		return "invalid"
	}
	return words[e-1]
}
