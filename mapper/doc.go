// Package mapper turns Go structs into DynamoDB attributes and back.
//
// Users of ddb meet it in [Number], the set types and errors; package ddb calls the rest. [Compile]
// makes a [Plan] of a struct type once; a [Source] gives a struct's attributes to whatever stores or
// signs them, a [Sink] decodes attributes that were verified. The mapper knows names, types and the
// words of package tags that say how a field is stored. It knows no keys and no cryptography.
//
// # Types
//
//	Go                                      stored     read from
//	string and types of its kind            S          S
//	bool                                    BOOL       BOOL, N 0 or 1
//	bool with bool=number                   N 1 or 0   N 0 or 1, BOOL
//	int…, uint…, float32, float64           N          N that fits: "1E3" is an int, "1.5" is not
//	Number, json.Number, big.Int            N          N, exactly; big.Int without a fraction
//	[]byte                                  B          B
//	[N]byte                                 B          B of N bytes
//	time.Time                               S          S, any RFC 3339 time, to the nanosecond
//	time.Time with time=date                S          also a date alone
//	time.Time with unixtime, unixmilli      N          N without a fraction, S as above
//	type with MarshalText, UnmarshalText    S          S
//	slice                                   L          L, SS, NS, BS
//	array                                   L          the same, of exactly its length
//	slice, array with set; StringSet, …     SS NS BS   the same
//	map with keys that have text            M          M
//	map[T]struct{}; map[T]bool with set     SS NS BS   L, SS, NS, BS
//	struct                                  M          M; members that it does not declare are dropped
//	blank field with entity=NAME            S          S, this very name
//	pointer                                 as its element; nil: see below
//	interface with methods                  M          M, as the [Variant] that it says it is
//	any                                     as the value it holds; read as nil, bool, string, Number, []byte,
//	                                        StringSet, NumberSet, BinarySet, []any and map[string]any
//
// MarshalText goes before every Go kind, and serves as member of a set. *T may have the methods of T.
// Refused when the type is compiled: channels, functions, complex numbers, uintptr; pointers to
// interfaces; interfaces with methods that no variant implements; maps with other keys; MarshalText
// without UnmarshalText; structs that have fields and store none of them; big.Float, which does not
// store its precision.
//
// Keys of maps that have text are strings, integers, in decimal, times, and what has MarshalText. A set
// from a map of bools has the keys whose value is true. Two stored keys or members that are one in Go are
// an error.
//
// Numbers have at most 38 significant digits and a magnitude up to 9.99…E+125. What does not fit is an
// error in both directions, except that a float is read as the nearest one. The zero Number is 0.
//
// Times are stored in UTC, which time=rfc3339nano alone leaves to the value. Precision that the format
// would cut, years outside 0 to 9999, and the zero time as unixtime or unixmilli are errors.
//
// # Nothing there
//
//	Go                        field        field with null   member of a list or map
//	nil slice, map            left out     NULL              NULL
//	nil pointer, interface    left out     NULL              NULL
//	empty slice, map          L, M or B    L, M or B         L, M or B
//	nil **T                   left out     NULL              NULL
//	**T that points to nil    NULL         error             error
//	nil set                   left out     NULL              -
//	empty set                 left out     left out          error: DynamoDB stores none
//
// omitempty leaves out what encoding/json calls empty, the zero time.Time and what MarshalText makes
// the empty text of; omitzero what IsZero, or the zero value, says. This holds for fields of nested
// structs as for those of the item. The fields behind an embedded pointer are left out where it is nil.
//
// NULL is read as the zero value of any type; but into a field **T without null as a pointer to nil, which
// tells NULL from what is missing, as a JSON merge patch does. An embedded pointer is set to a new struct
// where one of its attributes is present, else to nil. A declared field whose attribute is missing is set to its
// zero value; names match exactly. Decoding writes to no memory that the struct referred to before, and
// needs as much as the members that are stored have in Go.
//
// # Safety
//
// No stored value makes decoding panic; lists and maps nest at most 32 deep in both directions, so a
// value that contains itself is an error. No error holds a value. Which fields are left out is
// decided once an item, and what methods of users' types answered when an attribute was first written
// is repeated when it is written again, so that what is signed is what is stored.
package mapper
