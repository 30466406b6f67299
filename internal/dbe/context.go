package dbe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/internal/fastpath"
)

// Limits of an encryption context and its entries, in entries and bytes: what the format's lengths hold.
const (
	MaxContextEntries = 1<<16 - 1
	MaxContextText    = 1<<16 - 1
)

// What makes entries no encryption context (1.3).
var (
	errContextMany  = fmt.Errorf("encryption context has more than %d entries", MaxContextEntries)
	errContextEmpty = errors.New("encryption context has an empty key")
	errContextLong  = fmt.Errorf("encryption context has a key or value longer than %d bytes", MaxContextText)
	errContextText  = errors.New("encryption context has text that is not valid UTF-8")
)

// AppendContext appends the serialised form of an encryption context (1.6): the number of its entries,
// then each entry in the byte order of keys. An empty context is two zero bytes; the form that keyrings
// authenticate is that of [AppendKeyringContext]. On error nothing is appended.
func AppendContext(dst []byte, context map[string]string) ([]byte, error) {
	var room [16]Entry
	entries, err := ContextEntries(room[:0], context)
	if err != nil {
		return dst, err
	}
	return AppendEntries(dst, entries), nil
}

// ContextEntries appends the entries of an encryption context in the byte order of keys. It refuses what
// the format cannot hold.
func ContextEntries(dst []Entry, context map[string]string) ([]Entry, error) {
	if len(context) > MaxContextEntries {
		return dst, errContextMany
	}
	start := len(dst)
	for k, v := range context {
		if err := CheckContextEntry(k, v); err != nil {
			return dst[:start], err
		}
		dst = append(dst, Entry{k, v})
	}
	slices.SortFunc(dst[start:], func(a, b Entry) int { return strings.Compare(a.Key, b.Key) })
	return dst, nil
}

// AppendEntries is [AppendContext] of what [ContextEntries] made.
func AppendEntries(dst []byte, entries []Entry) []byte {
	size := 2
	for _, e := range entries {
		size += 2 + len(e.Key) + 2 + len(e.Value)
	}
	dst = binary.BigEndian.AppendUint16(slices.Grow(dst, size), uint16(len(entries)))
	for _, e := range entries {
		dst = appendCounted16(appendCounted16(dst, e.Key), e.Value)
	}
	return dst
}

// AppendKeyringContext is [AppendContext] in the form that keyrings authenticate: nothing for an empty
// context (1.6).
func AppendKeyringContext(dst []byte, context map[string]string) ([]byte, error) {
	if len(context) == 0 {
		return dst, nil
	}
	return AppendContext(dst, context)
}

// CheckContextEntry reports what the format cannot hold of an entry.
func CheckContextEntry(key, value string) error {
	switch {
	case key == "":
		return errContextEmpty
	case len(key) > MaxContextText || len(value) > MaxContextText:
		return errContextLong
	case !fastpath.ValidString(key) || !fastpath.ValidString(value):
		return errContextText
	}
	return nil
}

// appendCounted16 appends the length of v in two bytes, and v.
func appendCounted16[T ~string | ~[]byte](dst []byte, v T) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(v)))
	return append(dst, v...)
}
