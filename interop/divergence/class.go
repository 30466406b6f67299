// Package divergence knows where AWS's clients disagree with each other (ddbec.md 1.3, 1.4 and 1.14),
// as named classes computed from an item and its case before anything runs. What is in no class must
// come out the same everywhere.
package divergence

import (
	"strings"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/protocol"
)

// Classes is a set of divergences.
type Classes uint16

// The divergences. The first four change what is signed.
const (
	BinarySetOrder Classes = 1 << iota // sign-only BS whose order depends on bytes having a sign
	AstralOrder                        // signed names, sign-only map keys or SS sorted by UTF-16 or by code point
	WideSigned                         // sign-only number of more than 28 digits, which Python rounds
	NegativeZero                       // sign-only -0, whose sign Python keeps
	LargeSigned                        // sign-only number of 1E38 and more, whose plain spelling Python does not read
	WideEncrypted                      // encrypted number of more than 28 digits, which Python rounds
	RangeSigned                        // sign-only number with a digit too small for Python's context
	RangeEncrypted                     // the same, encrypted: Python reads it but does not write it
	CustomMarks                        // mark names or description prefix of the case's own, unknown to Python
	Elliptic                           // ECDSA signature, which Python has not
)

const signature = BinarySetOrder | AstralOrder | WideSigned | NegativeZero

var names = []string{
	"binary-set-order", "astral-order", "wide-number-signed", "negative-zero", "large-number-signed",
	"wide-number-encrypted", "number-range-signed", "number-range-encrypted", "custom-marks", "elliptic-signature",
}

// All is every class that an item may be in whatever its keys, so all but [Elliptic], each alone.
func All() []Classes {
	all := make([]Classes, len(names)-1)
	for i := range all {
		all[i] = 1 << i
	}
	return all
}

// Has reports whether c and o have a class in common.
func (c Classes) Has(o Classes) bool { return c&o != 0 }

// Signature is c without the classes in which both dialects sign the same bytes.
func (c Classes) Signature() Classes { return c & signature }

// String joins the names of the classes, "agreed" if there are none.
func (c Classes) String() string {
	var s []string
	for i, name := range names {
		if c.Has(1 << i) {
			s = append(s, name)
		}
	}
	if s == nil {
		return "agreed"
	}
	return strings.Join(s, "+")
}

// Of computes the classes of item under c. A number that is none is an error.
func Of(item crypt.Item, c protocol.Case) (Classes, error) {
	var found Classes
	if c.SignatureFieldName != "" || c.MaterialDescriptionFieldName != "" || c.DescriptionPrefix != "" {
		found |= CustomMarks
	}
	if c.Elliptic() {
		found |= Elliptic
	}
	var signed []string
	for name, value := range item {
		action := c.Action(name)
		if action == protocol.DoNothing {
			continue
		}
		signed = append(signed, name)
		f := finder{encrypted: action == protocol.EncryptAndSign}
		f.value(value)
		if f.err != nil {
			return 0, f.err
		}
		found |= f.found
	}
	if ordersDiffer(signed) {
		found |= AstralOrder
	}
	return found, nil
}
