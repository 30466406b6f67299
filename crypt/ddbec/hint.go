package ddbec

import (
	"slices"
	"strconv"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/canonical"
)

// The hint is the description entry dynaseal-actions: which attributes are protected otherwise than a
// reader would guess who does not know them. The guess is that a binary of a ciphertext's shape is
// encrypted and all else signed. The hint is a list of
//
//	p4:seen    the attribute "seen" is plain
//	s5:photo   the attribute "photo" is signed, though it has a ciphertext's shape
//
// with nothing between, the number being the name's length in bytes. Declared plain attributes are
// listed whether the item has them or not, since a server-side update may add them later. Nobody
// vouches for the hint: it only says which assignment is tried first.
const (
	hintPlain  = 'p'
	hintSigned = 's'

	// maxHint is the longest hint written or believed, in bytes.
	maxHint = 16 << 10
)

func appendHint(dst []byte, letter byte, name string) []byte {
	dst = append(dst, letter)
	dst = strconv.AppendInt(dst, int64(len(name)), 10)
	dst = append(dst, ':')
	return append(dst, name...)
}

// appendItemHint appends the entries that depend on the item.
func (e *encryptor) appendItemHint(dst []byte, attrs []attr) []byte {
	for i := range attrs {
		switch a := &attrs[i]; {
		case a.action == crypt.Plain && int(a.slot) >= len(e.declared):
			dst = appendHint(dst, hintPlain, a.name)
		case a.action == crypt.Sign && a.shaped:
			dst = appendHint(dst, hintSigned, a.name)
		}
	}
	return dst
}

// hinted is the assignment that a hint says for the undeclared attributes, given what would be guessed;
// nil if the hint is no hint. undeclared is in the order of [canonical.CompareText].
func hinted(hint []byte, undeclared []*attr, guess []crypt.Action) []crypt.Action {
	if len(hint) > maxHint {
		return nil
	}
	actions := slices.Clone(guess)
	for len(hint) > 0 {
		action := crypt.Plain
		switch hint[0] {
		case hintPlain:
		case hintSigned:
			action = crypt.Sign
		default:
			return nil
		}
		name, rest, ok := cutNetstring(hint[1:])
		if !ok {
			return nil
		}
		hint = rest
		i, found := slices.BinarySearchFunc(undeclared, name, func(a *attr, name []byte) int {
			return canonical.CompareText(a.name, name)
		})
		if found {
			actions[i] = action
		}
	}
	return actions
}

// cutNetstring cuts 4:seen into seen and what follows.
func cutNetstring(b []byte) (text, rest []byte, ok bool) {
	n, digits := 0, 0
	for digits < len(b) && digits <= len("65535") && '0' <= b[digits] && b[digits] <= '9' {
		n = 10*n + int(b[digits]-'0')
		digits++
	}
	if digits == 0 || digits == len(b) || b[digits] != ':' {
		return nil, nil, false
	}
	b = b[digits+1:]
	if n == 0 || n > len(b) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}
