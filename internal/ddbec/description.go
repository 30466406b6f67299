package ddbec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/dynaseal/ddb/internal/fastpath"
)

// The entries that the format itself writes into a material description (1.11). The first two follow
// a prefix that users may set.
const (
	DefaultPrefix = "amzn-ddb-map-"
	EntrySymMode  = "sym-mode"
	EntrySigning  = "signingAlg"
	EntryActions  = "dynaseal-actions" // ours; peers ignore it

	// Of providers that wrap a content key.
	EntryEnvKey  = "amzn-ddb-env-key"  // the wrapped key, in Base64
	EntryEnvAlg  = "amzn-ddb-env-alg"  // what the key is for
	EntryWrapAlg = "amzn-ddb-wrap-alg" // how it is wrapped

	SymMode = "/CBC/PKCS5Padding" // the only value of EntrySymMode that is ever written
)

// IsOwnEntry reports whether the format itself, with the default prefix, writes an entry of that name.
func IsOwnEntry(name string) bool {
	switch name {
	case DefaultPrefix + EntrySymMode, DefaultPrefix + EntrySigning, EntryActions:
		return true
	}
	return false
}

const versionSize = 4 // of a description: the word in front of its entries

// Limits of a material description. AWS's clients write a handful of entries of some hundred bytes.
const (
	MaxDescription        = 64 << 10 // bytes in all
	MaxDescriptionEntries = 256
)

// What makes bytes no description.
var (
	errDescriptionLong    = fmt.Errorf("longer than %d bytes", MaxDescription)
	errDescriptionMany    = fmt.Errorf("more than %d entries", MaxDescriptionEntries)
	errDescriptionVersion = errors.New("version is not 0")
	errDescriptionShort   = errors.New("ends in the middle of an entry")
	errDescriptionText    = errors.New("holds text that is not valid UTF-8")
	errDescriptionTwice   = errors.New("holds an entry twice")
)

// Entry is one entry of a material description.
type Entry struct{ Name, Value []byte }

// CheckDescription reports what makes b no serialized material description (1.6), within the limits
// above. Entries come in any order; of those with one name the last counts.
func CheckDescription(b []byte) error {
	switch {
	case len(b) > MaxDescription:
		return errDescriptionLong
	case len(b) < versionSize:
		return errDescriptionShort
	case binary.BigEndian.Uint32(b) != 0:
		return errDescriptionVersion
	}
	rest := b[versionSize:]
	for n := 0; len(rest) > 0; n++ {
		if n == MaxDescriptionEntries {
			return errDescriptionMany
		}
		for range 2 {
			text, behind, ok := cutCounted(rest)
			if !ok {
				return errDescriptionShort
			}
			if !fastpath.Valid(text) {
				return errDescriptionText
			}
			rest = behind
		}
	}
	return nil
}

func cutCounted(b []byte) (text, rest []byte, ok bool) {
	if len(b) < countSize {
		return nil, nil, false
	}
	n := uint64(binary.BigEndian.Uint32(b))
	b = b[countSize:]
	if n > uint64(len(b)) {
		return nil, nil, false
	}
	return b[:n:n], b[n:], true
}

// Entries yields the entries of a checked description as they come, parts of b. An empty b has none.
func Entries(b []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for rest := b[min(len(b), versionSize):]; len(rest) > 0; {
			var e Entry
			e.Name, rest, _ = cutCounted(rest)
			e.Value, rest, _ = cutCounted(rest)
			if !yield(e) {
				return
			}
		}
	}
}

// LookupEntry finds the entry of that name that counts, the last.
func LookupEntry(b []byte, name string) (value []byte, ok bool) {
	for e := range Entries(b) {
		if string(e.Name) == name {
			value, ok = e.Value, true
		}
	}
	return value, ok
}

// AppendDescription appends the serialized form of entries, which it sorts by name in place. A name
// twice and what CheckDescription refuses are errors; nothing is appended then.
func AppendDescription(dst []byte, entries []Entry) ([]byte, error) {
	if len(entries) > MaxDescriptionEntries {
		return dst, errDescriptionMany
	}
	slices.SortFunc(entries, func(a, b Entry) int { return bytes.Compare(a.Name, b.Name) })
	size := versionSize
	for i, e := range entries {
		if i > 0 && bytes.Equal(entries[i-1].Name, e.Name) {
			return dst, errDescriptionTwice
		}
		if !fastpath.Valid(e.Name) || !fastpath.Valid(e.Value) {
			return dst, errDescriptionText
		}
		size += 2*countSize + len(e.Name) + len(e.Value)
	}
	if size > MaxDescription {
		return dst, errDescriptionLong
	}
	dst = append(dst, 0, 0, 0, 0)
	for _, e := range entries {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(e.Name)))
		dst = append(dst, e.Name...)
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(e.Value)))
		dst = append(dst, e.Value...)
	}
	return dst, nil
}
