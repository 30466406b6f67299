package ddbec

import (
	"bytes"
	"iter"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
)

// Dialect is one of AWS's clients, which do not sign all items alike: see the package's comment. It
// decides what is written, and what a reader tries first; items of both are read.
type Dialect uint8

// The dialects.
const (
	// Java orders text by UTF-16 code unit and binaries by signed byte.
	Java = Dialect(ddbec.Java)

	// Python orders text by code point and binaries by unsigned byte. It does not verify all numbers:
	// a crypt.Sign attribute with one of more than 28 significant digits, or of 1E38 and more, is
	// refused as crypt.ErrFormat.
	Python = Dialect(ddbec.Python)
)

// hashInPython hashes the stored value of a as Python does, where that may be otherwise. A value that Python
// has no bytes for has Java's only.
func hashInPython(item wire.Stored, a *attr, s *scratch) {
	s.encoder.Reset(ddbec.ForVerification)
	if b, err := inPython(item, a, &s.encoder); err == nil {
		s.dialects = true
		a.python = new(ddbec.HashValue(b))
	}
}

// inPython are the bytes of the stored value of a that Python signs.
func inPython(item wire.Stored, a *attr, e *ddbec.Encoder) ([]byte, error) {
	e.In(ddbec.Python)
	if err := item.Write(a.slot, e); err != nil {
		return nil, err
	}
	return e.Bytes()
}

// stringsToSign yields what may be signed of the attributes as they are protected now: the string of the
// dialect that is written, and the other's if it is another.
func (e *encryptor) stringsToSign(s *scratch) iter.Seq2[ddbec.Dialect, []byte] {
	return func(yield func(ddbec.Dialect, []byte) bool) {
		s.text = e.stringToSign(s.text[:0], s, e.dialect)
		if !yield(e.dialect, s.text) || !s.dialects {
			return
		}
		other := e.dialect.Other()
		s.other = e.stringToSign(s.other[:0], s, other)
		if !bytes.Equal(s.text, s.other) {
			yield(other, s.other)
		}
	}
}

// signedByPython reports whether a, only signed, may hold more than Python signed of it.
func (s *scratch) signedByPython(a *attr) bool {
	return s.verified == ddbec.Python && a.action == crypt.Sign && a.python != nil
}

// parseSigned parses what Python signed, where the stored value may be more, and reports whether it is sound.
func parseSigned(item wire.Stored, s *scratch) bool {
	for i := range s.attrs {
		a := &s.attrs[i]
		if !s.signedByPython(a) {
			continue
		}
		s.kept.Next(ddbec.ForVerification)
		b, err := inPython(item, a, &s.kept)
		if err != nil {
			return false
		}
		if s.values[i], err = ddbec.Parse(b); err != nil {
			return false
		}
	}
	return true
}
