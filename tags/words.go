package tags

import (
	"reflect"
	"slices"
	"strings"
)

// word is an entry of the closed grammar.
type word struct {
	name   string
	key    Key                         // the role it gives; zero: none
	values []string                    // what may follow "="; nil: the word takes no value
	apply  func(f *Field, v int)       // v is the index into values, 0 without any
	named  func(f *Field, name string) // in place of both: a name follows "="
	once   bool                        // one field of a type has it

	fits    func(reflect.Type) bool // nil: every type
	fitting string                  // the fix where fits says no
	itself  bool                    // it fits no type that is stored as another

	onKey    string // the fix where the field is a key; "": allowed there
	inNested string // the fix inside a document; "": allowed there
}

const (
	timesOnly   = "it fits time.Time, pointers to it, slices and arrays of it and maps with it as key"
	keyIsStored = "a key is always stored: remove it"
	keysAreTop  = "keys are top-level attributes: remove it"
	itemHasIt   = "it belongs to the item as a whole: put it on a top-level field"
	actionIsTop = "one action covers a whole top-level attribute: put it there"
)

// words is the grammar in the order messages list it. A word enters in the commit that makes it work.
var words = [...]word{
	{name: "pk", key: PartitionKey, apply: func(f *Field, _ int) { f.Key = PartitionKey }, inNested: keysAreTop},
	{name: "sk", key: SortKey, apply: func(f *Field, _ int) { f.Key = SortKey }, inNested: keysAreTop},
	{name: "encrypt", apply: func(f *Field, _ int) { f.Action = Encrypt }, inNested: actionIsTop,
		onKey: "DynamoDB finds items by their keys, which are signed and never encrypted: remove it"},
	{name: "sign", apply: func(f *Field, _ int) { f.Action = Sign }, inNested: actionIsTop},
	{name: "context", apply: func(f *Field, _ int) { f.Action = Context }, inNested: actionIsTop},
	{name: "plain", apply: func(f *Field, _ int) { f.Action = Plain }, inNested: actionIsTop,
		onKey: "keys are always signed: remove it"},
	{name: "ttl", once: true, apply: func(f *Field, _ int) { f.expires() }, inNested: itemHasIt, onKey: "a key is always stored, a ttl need not be: remove it",
		fits: canExpire, fitting: "it fits time.Time and integers, seconds since 1970"},
	{name: "version", once: true, apply: func(f *Field, _ int) { f.Version = true }, inNested: itemHasIt, onKey: "a key never changes: remove it",
		fits: isPlainInteger, itself: true, fitting: "it fits integers"},
	{name: "unknown", once: true, apply: func(f *Field, _ int) { f.Name, f.Unknown = "", true }, inNested: itemHasIt},
	{name: "was", named: func(f *Field, name string) { f.Was = name }, onKey: "items are found by it: copy them into a new table instead"},
	{name: "entity", named: func(f *Field, name string) { f.Entity = name }},
	{name: "omitempty", apply: func(f *Field, _ int) { f.OmitEmpty = true }, onKey: keyIsStored,
		fits: canBeEmpty, fitting: "it is never empty: use omitzero"},
	{name: "omitzero", apply: func(f *Field, _ int) { f.OmitZero = true }, onKey: keyIsStored},
	{name: "null", apply: func(f *Field, _ int) { f.Null = true }, onKey: keyIsStored,
		fits: canBeNil, fitting: "it is never nil: null fits pointers, slices, maps and interfaces"},
	{name: "set", apply: func(f *Field, _ int) { f.Set = true }, onKey: "a key is one string, number or byte string: remove it",
		fits: canBeSet, fitting: "it fits slices, arrays, map[T]bool and map[T]struct{} of strings, numbers, byte strings and types with MarshalText"},
	{name: "binary", apply: func(f *Field, _ int) { f.Binary = true }, fits: holdsBinary,
		fitting: "it fits strings, bytes, types with MarshalBinary, pointers to these and slices and arrays of them"},
	{name: "json", apply: func(f *Field, _ int) { f.JSON = true }, onKey: "one value has many JSON texts: remove it"},
	{name: "time", values: []string{"ns", "us", "ms", "s", "instant", "rfc3339nano", "date"},
		apply: func(f *Field, v int) { f.Time = TimeNanos + TimeFormat(v) }, fits: holdsTime, fitting: timesOnly},
	{name: "unixtime", apply: func(f *Field, _ int) { f.Time = UnixSeconds }, fits: holdsTime, fitting: timesOnly},
	{name: "unixmilli", apply: func(f *Field, _ int) { f.Time = UnixMillis }, fits: holdsTime, fitting: timesOnly},
	{name: "bool", values: []string{"number"}, apply: func(f *Field, _ int) { f.BoolNumber = true },
		fits: holdsBool, fitting: "it fits bool and pointers to it"},
}

// contradictions are the words of which a tag has at most one.
var contradictions = [...][]string{
	{"pk", "sk"},
	{"encrypt", "sign", "context", "plain"},
	{"context", "omitempty"},
	{"context", "omitzero"},
	{"context", "was"},
	{"encrypt", "ttl"},
	{"encrypt", "version"},
	{"ttl", "version"},
	{"ttl", "time"},
	{"ttl", "unixmilli"},
	{"time", "unixtime", "unixmilli", "json"},
	{"json", "set"},
	{"json", "binary"},
	{"json", "bool"},
	{"json", "ttl"},
	{"json", "version"},
	{"null", "omitempty"},
	{"null", "omitzero"},
}

func findWord(name string) *word {
	for i := range words {
		if words[i].name == name {
			return &words[i]
		}
	}
	return nil
}

// apply sets what the words of a tag say in f and returns the words it understood.
func apply(f *Field, tag scanned) (given []*word, ps []problem) {
	for _, sw := range tag.words {
		w, p := understand(sw.text)
		if p != nil {
			ps = append(ps, *p)
		}
		switch {
		case w == nil:
			continue
		case slices.Contains(given, w):
			ps = append(ps, problem{"word " + quote(w.name) + " repeated", "keep one"})
			continue
		}
		given = append(given, w)
		v, p := w.value(sw)
		switch {
		case p != nil:
			ps = append(ps, *p)
		case w.named != nil:
			w.named(f, sw.value)
		default:
			w.apply(f, v)
		}
	}
	return given, ps
}

// understand finds the word that was meant. A word in the wrong case or with stray spaces is a mistake
// with a certain meaning: it is returned with its problem, so that its absence is not reported as well.
func understand(text string) (*word, *problem) {
	if w := findWord(text); w != nil {
		return w, nil
	}
	trimmed := strings.TrimSpace(text)
	w := findWord(strings.ToLower(trimmed))
	switch {
	case text == "":
		return nil, &problem{"empty word", "remove the comma"}
	case w == nil:
		return nil, &problem{"unknown word " + quote(text), suggest(strings.ToLower(trimmed))}
	case trimmed != text:
		return w, &problem{"space around word " + quote(text), "write " + quote(w.name)}
	default:
		return w, &problem{"unknown word " + quote(text), "words are lower case: write " + quote(w.name)}
	}
}

// value finds the index of a word's value among those it takes.
func (w *word) value(sw scannedWord) (int, *problem) {
	switch {
	case w.named != nil && sw.value == "":
		return 0, &problem{"word " + quote(w.name) + " lacks its name", "write " + w.name + "=NAME"}
	case w.named != nil:
		return 0, nil
	case w.values == nil && sw.hasValue:
		return 0, &problem{"word " + quote(w.name) + " takes no value", "write " + quote(w.name)}
	case w.values == nil:
		return 0, nil
	case sw.value == "":
		return 0, &problem{"word " + quote(w.name) + " lacks its value", "write " + w.choices()}
	}
	v := slices.Index(w.values, sw.value)
	if v < 0 {
		return 0, &problem{"unknown value " + quote(sw.value) + " of word " + quote(w.name), "write " + w.choices()}
	}
	return v, nil
}

func (w *word) choices() string {
	var all []string
	for _, v := range w.values {
		all = append(all, w.name+"="+v)
	}
	return list(all, "or")
}
