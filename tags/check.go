package tags

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of DynamoDB on attribute names, in bytes of UTF-8.
const (
	MaxNameLength    = 65535
	MaxKeyNameLength = 255
)

// checkName checks the attribute name of f, which tag may have given.
func checkName(f *Field, tag scanned) []problem {
	var ps []problem
	fail := func(text, fix string) { ps = append(ps, problem{text, fix}) }

	if !tag.quoted && tag.name != strings.TrimSpace(tag.name) {
		fail("space around name "+quote(tag.name), "remove it, or put the name in single quotes if it is meant")
	}
	if !tag.quoted && looksLikeWord(tag) {
		fail("name "+quote(tag.name)+" is a word", "begin the tag with a comma for the word; put the name in single quotes if it is meant")
	}
	for _, name := range [...]string{f.Name, f.Was} {
		ps = append(ps, nameProblems(name)...)
	}
	switch {
	case f.Was != "" && f.Was == f.Name:
		fail("was names the attribute itself", "give the name before, or remove it")
	case f.Key != 0 && len(f.Name) > MaxKeyNameLength:
		fail(f.Key.title()+" with a name of "+strconv.Itoa(len(f.Name))+" bytes", "DynamoDB takes "+strconv.Itoa(MaxKeyNameLength)+" for keys")
	}
	return ps
}

// nameProblems is what no attribute's name may be.
func nameProblems(name string) (ps []problem) {
	switch {
	case !utf8.ValidString(name):
		ps = append(ps, problem{"name " + quote(name) + " is not valid UTF-8", "DynamoDB stores names as UTF-8"})
	case len(name) > MaxNameLength:
		ps = append(ps, problem{"name of " + strconv.Itoa(len(name)) + " bytes", "DynamoDB takes " + strconv.Itoa(MaxNameLength)})
	}
	for _, prefix := range [...]string{"*amzn-ddb-map-", "aws_dbe_"} {
		if strings.HasPrefix(name, prefix) {
			ps = append(ps, problem{"name " + quote(name) + " is reserved", "names beginning with " + prefix + " belong to the encryption formats: rename it"})
		}
	}
	return ps
}

// looksLikeWord reports whether the name of a tag is a word whose comma was forgotten. `ddb:"encrypt"`
// would be stored in the clear, under a strange name, in a table without encryption. Where the word
// follows, as in `ddb:"set,set"`, the name is meant.
func looksLikeWord(tag scanned) bool {
	head, _, hasValue := strings.Cut(tag.name, "=")
	w := findWord(head)
	if w == nil || (w.values != nil || w.named != nil) && !hasValue {
		return false // time, bool, was and entity are no words without a value
	}
	return !slices.ContainsFunc(tag.words, func(sw scannedWord) bool { return sw.text == w.name })
}

// checkUnknown checks that the tag of a field for undeclared attributes says nothing else: their names
// and protection are those that they were read with.
func checkUnknown(tag scanned) []problem {
	if tag.name != "" || len(tag.words) > 1 {
		return []problem{{"unknown with a name or other words", `write ddb:",unknown"`}}
	}
	return nil
}

// checkContradictions checks the words of one tag against each other.
func checkContradictions(given []*word) []problem {
	var ps []problem
	for _, group := range contradictions {
		var found []string
		for _, w := range given {
			if slices.Contains(group, w.name) {
				found = append(found, w.name)
			}
		}
		if len(found) > 1 {
			ps = append(ps, problem{"contradictory words " + list(found, "and"), "keep one"})
		}
	}
	return ps
}

// checkPlaces checks whether the words of f's tag may stand there: inside a document, on a key, on
// f's type, which is stored as another.
func checkPlaces(f *Field, stored reflect.Type, given []*word, nested bool) []problem {
	if !f.JSON && !canBeStored(stored) {
		return []problem{{typeName(f.Type) + " cannot be stored", `skip the field with ddb:"-", or give its type a MarshalText method`}}
	}
	var ps []problem
	for _, w := range given {
		switch {
		case nested && w.inNested != "":
			ps = append(ps, problem{w.name + " inside a document", w.inNested})
		case !nested && f.Key != 0 && w.onKey != "":
			ps = append(ps, problem{w.name + " on a " + f.Key.title(), w.onKey})
		case w.fits != nil && (!w.fits(stored) || w.itself && stored != f.Type):
			ps = append(ps, problem{w.name + " on type " + typeName(f.Type), w.fitting})
		}
	}
	if f.Key != 0 && !nested {
		if p := keyProblem(f, stored); p != nil {
			ps = append(ps, *p)
		}
	}
	return ps
}
