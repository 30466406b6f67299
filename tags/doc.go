// Package tags parses the ddb struct tags that say how a Go field becomes a DynamoDB attribute and
// how it is protected.
//
//	type Visit struct {
//		Patient string    `ddb:"patient,pk"`
//		At      time.Time `ddb:"at,sk,time=ms"`
//		Name    string    `ddb:"name,encrypt"`
//		Ward    string    `ddb:"ward,sign"`
//		Notes   []string  `ddb:"notes,encrypt,omitempty"`
//		Seen    int       `ddb:"seen,plain"`
//		cache   *http.Client
//	}
//
// [Root] parses the type of an item, [Nested] that of a document inside an attribute. Users of the
// mapper need neither: ddb.NewTable calls them and returns their errors.
//
// The grammar is closed. A word that is unknown, repeated, misplaced or contradicts another is an
// error, since the alternative to refusing "encrpyt" is a table that stores cleartext. A word exists
// only once it works. All mistakes of a type are reported at once, each an [*Error].
//
// # Words
//
// A tag is an attribute name and words, separated by commas. An empty name is the Go field's name,
// exactly. A lone "-" skips the field.
//
//	word                   on                              meaning
//	pk, sk                 a type stored as S, N or B      partition key, sort key
//	encrypt                any but keys                    encrypt and sign
//	sign                   any                             sign only
//	context                any                             sign, and bind the item's keys to the value; the modern format has it
//	plain                  any but keys                    neither
//	ttl                    time.Time, an integer, no key   N, seconds since 1970; left out if zero; signed, never encrypted
//	version                an integer type, no key         grows with every write, which demands the one read; signed, never encrypted
//	unknown                mapper.Unknown                  takes what no field declares; without a name or other words
//	was=NAME               any but keys                    the name before: read where the attribute is missing, never written
//	entity=NAME            a blank field of type struct{}  S NAME, always; what says something else is not read; signed
//	omitempty              what can be empty, no key       left out if false, 0, nil, of length 0, empty text or a zero time
//	omitzero               any but keys                    left out if the zero value, or if IsZero says so
//	null                   what can be nil, no key         nil is stored as NULL instead of left out
//	set                    slice, array or map[T]bool      SS, NS or BS instead of a list or map
//	binary                 string, bytes, MarshalBinary    B: what MarshalBinary gives, else the bytes
//	json                   any but keys                    S, as encoding/json has it
//	time=ns|us|ms|s        time.Time                       S, RFC 3339 in UTC with 9, 6, 3 or 0 fraction digits
//	time=instant           time.Time                       S, 0, 3, 6 or 9 fraction digits, as Java's Instant prints
//	time=rfc3339nano       time.Time                       S, no trailing zeros, as attributevalue writes
//	time=date              time.Time                       S, the date alone
//	unixtime, unixmilli    time.Time                       N, seconds or milliseconds since 1970
//	bool=number            bool                            N, 1 or 0
//
// A time.Time without a word for it is stored as time=ns does. Without an action word the table decides;
// one with encryption encrypts and signs, but only signs keys, ttl, version and entity.
//
// The actions encrypt, sign, context and plain, the keys, ttl, version and unknown belong to the fields of an
// item, which has at most one each of the last three. Inside a document they are errors: one action
// covers a whole top-level attribute. The service deletes an item some time after its ttl, if the
// table's TimeToLive names the attribute; until then it is read like any other.
//
// Words for time.Time fit pointers to it, slices and arrays of it and maps with it as key too,
// bool=number fits pointers to a bool, binary fits pointers to and slices and arrays of what it fits. Where
// a type is stored as another ([Options].As), words are those of the other.
// A set holds strings, numbers, byte strings, or anything with a MarshalText or MarshalBinary method;
// bytes ([]byte, [N]byte) are B and no set. A map[T]bool with the word holds the keys whose value is true;
// a map[T]struct{} is a set without it. A key is a string, an integer, bytes, a time.Time, a type with
// MarshalText or MarshalBinary, or a bool with bool=number; never a float, which may compare equal and
// print differently, and never behind a pointer or an interface, which may be nil. Nor can a type be
// either whose MarshalDDB or MarshalDynamoDBAttributeValue may answer with any type of value.
//
// These contradict: pk and sk; encrypt, sign, context and plain; context, which is always stored, and
// omitempty, omitzero and was; ttl, version and encrypt; ttl and time= or
// unixmilli; time=, unixtime and unixmilli; json and any of these three, set, binary and bool=number; null
// and omitempty; null and omitzero. omitempty and omitzero together leave out what either would.
//
// A renamed field says was. What is stored under either name is read into it; both at once are an error
// unless they are equal, since nobody knows which is newer. Deploy was to every reader before the first
// writer uses the new name in a table that both share.
//
// An entity says what a struct is, so that no item or document of another type is read into it:
//
//	_ struct{} `ddb:"kind,entity=order"`
//
// A struct has at most one, which may be embedded but not behind a pointer. It is signed in a table with
// encryption; words other than sign are errors on it, and so is entity on any other field. Package mapper
// tells by it which of several types an interface holds.
//
// # Names
//
// An attribute name is valid UTF-8 of at most [MaxNameLength] bytes, for a key [MaxKeyNameLength]. The prefixes
// "*amzn-ddb-map-" and "aws_dbe_" belong to the encryption formats. A name with a comma or a quote, one
// that begins or ends with a space, and the name "-" are written in quotes. So is a name that is
// itself a word, unless that word follows: `ddb:"encrypt"` would otherwise be a forgotten comma that
// nobody sees, while `ddb:"set,set"` is clear.
//
// # Tags of attributevalue
//
// With [Options].Fallback, a field without a ddb tag is read by its dynamodbav tag:
//
//	its word                            ours
//	omitempty                           omitempty; without effect on structs and arrays, as there. A zero time is left out
//	unixtime                            unixtime; fractions of a second and the zero time are errors
//	stringset, numberset, binaryset     set, of members that are stored so
//	string, omitemptyelem, nullempty, nullemptyelem and unknown words are errors
//
// # Quoting
//
// A name, and the value of a word, may stand in single quotes; a quote inside is doubled. Words that
// take templates or lists as values are quoted the same way:
//
//	tag    = "-" | name { "," word } .
//	name   = text .
//	word   = letters [ "=" text ] .
//	text   = bare | quoted .
//	bare   = { any character but "," and "'" } .
//	quoted = "'" { any character but "'" | "''" } "'" .
//
//	`ddb:"'last, first',encrypt"`   the name: last, first
//	`ddb:"'o''clock'"`              the name: o'clock
//	`ddb:"'-'"`                     the name: -
//
// # Fields
//
// Exported fields without a tag are attributes under their Go name; unexported and blank ones are
// skipped, and a tag on them is an error, but for entity on a blank one. An embedded struct is flattened
// into its parent, up to 64 deep, unless its tag has a name; then, and where the embedded type is no
// struct, it is a field like any other. Two fields with one attribute name are an error wherever they
// stand: an outer field
// does not hide an embedded one, whose value would be lost.
//
// An embedded pointer to a struct is flattened too: where it is nil, its attributes are missing. Keys,
// version, unknown and entity behind it are errors, and so are pointers to unexported types. A type that
// embeds itself, or one that methods store as one value, is refused unless named.
package tags
