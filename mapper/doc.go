// Package mapper turns Go structs into DynamoDB attributes and back.
//
// Users of ddb meet it in [Number], the set types and errors; package ddb calls the rest. [Compile]
// makes a [Plan] of a struct type once; a [Source] gives a struct's attributes to whatever stores or
// signs them, a [Sink] decodes attributes that were verified. [Plan.EncodeItem] and [Plan.DecodeItem] are a
// shorter way for whole items of usual values, where nothing is signed. The mapper knows names, types and the
// words of package tags that say how a field is stored. It knows no keys and no cryptography.
//
// # Types
//
//	Go                                      stored     read from
//	string and types of its kind            S          S
//	bool                                    BOOL       BOOL, N 0 or 1
//	bool with bool=number                   N 1 or 0   N 0 or 1, BOOL
//	int…, uint…, float32, float64           N          N that fits: "1E3" is an int, "1.5" is not
//	Number, json.Number, big.Int, big.Rat   N          N, exactly; big.Int without a fraction
//	big.Float                               N          N of at most 38 digits, with a precision of 128 bits
//	attributevalue.Number, .UnixTime        N          as Number, as time.Time with unixtime
//	[]byte                                  B          B
//	[N]byte                                 B          B of N bytes
//	time.Time                               S          S, any RFC 3339 time, to the nanosecond
//	time.Time with time=date                S          also a date alone
//	time.Time with unixtime, unixmilli      N          N without a fraction, S as above
//	types.AttributeValue                    as it is   anything
//	type with MarshalText, UnmarshalText    S          S
//	type with MarshalBinary, …              B          B
//	type with MarshalDDB, UnmarshalDDB      as it says anything, see [Marshaler]
//	type with attributevalue's methods      as it says anything
//	type with a [TypeCodec]                 as the type that its codec makes of it
//	string, bytes, MarshalBinary with binary B         B
//	anything with json                      S          S, one JSON value
//	slice                                   L          L, SS, NS, BS
//	array                                   L          the same, of exactly its length
//	slice, array with set; StringSet, …     SS NS BS   the same
//	map with keys that have text            M          M
//	map[T]struct{}; map[T]bool with set     SS NS BS   L, SS, NS, BS
//	struct                                  M          M; members that it does not declare are dropped
//	blank field with entity=NAME            S          S, this very name
//	pointer                                 as its element; nil: see below
//	interface with methods                  M          M, as the [Variant] that it says it is
//	sql.Null[T], sql.NullString, …          as a pointer that is nil where they are not valid
//	Unknown with unknown                    each attribute that the type does not declare, as it was read
//	any                                     as the value it holds; read as nil, bool, string, Number, []byte,
//	                                        StringSet, NumberSet, BinarySet, []any and map[string]any
//
// What decides, from first to last: the word json; a TypeCodec of exactly this type; MarshalDDB;
// MarshalDynamoDBAttributeValue; the types that the table names; the word binary; MarshalText;
// MarshalBinary; the Go kind. *T may have the methods of T. They come in pairs, and are the type's own: those
// of an embedded field would lose the other fields. All but the two whose answer can be of any type serve
// as members of a set.
//
// Keys of maps that have text are those stored as S, and integers, in decimal. A set from a map of bools
// has the keys whose value is true. Two stored keys or members that are one in Go are an error.
//
// Refused when the type is compiled: channels, functions, complex numbers, uintptr; pointers to
// interfaces; interfaces with methods that no variant has; maps with other keys; one method of a pair
// without the other; structs that have fields and store none of them. With json, what encoding/json does
// not take or read back, channels and the like, anywhere inside.
//
// Numbers have at most 38 significant digits and a magnitude up to 9.99…E+125. What does not fit is an
// error in both directions, except that a float is read as the nearest one. The zero Number is 0. A
// big.Rat is a decimal that ends. A big.Float is stored as the shortest decimal that no other number of its
// precision is nearer to, where 38 digits and 128 bits suffice. Its precision is not stored: 0.1 of 53 bits
// is read as 0.1 of 128 bits, which is the same decimal and another number.
//
// Times are stored in UTC, which time=rfc3339nano alone leaves to the value. Precision that the format
// would cut, years outside 0 to 9999, and the zero time as unixtime or unixmilli are errors; so they are of
// an attributevalue.UnixTime, whose own method would cut it.
//
// JSON is what encoding/json writes; an any in it reads numbers as json.Number. Text that is not UTF-8,
// which it would replace, is an error, and so is more than one value.
//
// # Nothing there
//
//	Go                        field        field with null   member of a list or map
//	nil slice, map            left out     NULL              NULL
//	nil pointer, interface    left out     NULL              NULL
//	sql.Null, not valid       left out     NULL              NULL
//	what answers [ErrOmit]    left out     left out          left out of a map; error in a list
//	empty slice, map          L, M or B    L, M or B         L, M or B
//	nil **T, *[]T, *map       left out     NULL              NULL
//	one that points to nil    NULL         error             error
//	nil set                   left out     NULL              -
//	empty set                 left out     left out          error: DynamoDB stores none
//
// omitempty leaves out what encoding/json calls empty, the zero time.Time and what MarshalText makes
// the empty text of; omitzero what IsZero, or the zero value, says. This holds for fields of nested
// structs as for those of the item. The fields behind an embedded pointer are left out where it is nil.
// For a type with a TypeCodec, omitempty and null look at what the codec makes of the value, omitzero at
// the value.
//
// NULL is read as the zero value of any type, except that what takes anything is given it, and that into
// a field **T without null it is read as a pointer to nil, which tells NULL from what is missing, as a
// JSON merge patch does. An embedded pointer is set to a new struct where one of its attributes is
// present, else to nil. A declared field whose attribute is missing is set to its zero value; names match
// exactly, the current one or that in was=. Decoding writes to no memory that the struct referred to
// before, and needs as much as the members that are stored have in Go.
//
// # Safety
//
// No stored value makes decoding panic, unless a method of a user's type does, which is not recovered;
// lists and maps nest at most 32 deep in both directions, so a value that contains itself is an error. No
// error holds a value; all attributes of an item that fail are reported, in both directions, up to 16.
// Which fields are left out is decided once an item, and what methods of users' types answered when an
// attribute was first written is repeated when it is written again, so that what is signed is what is
// stored.
package mapper
