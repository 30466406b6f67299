package ddbec

import (
	"context"
	"errors"
	"iter"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/provider"
)

// verify finds the schema, the actions of undeclared attributes and the dialect under which the signature
// verifies.
func (e *encryptor) verify(ctx context.Context, v provider.Verifier, m marks, s *scratch) error {
	left := maxRemoteTrials
	if l, ok := v.(provider.LocalVerifier); ok && l.Local() {
		left = maxLocalTrials
	}
	tables := e.tables[:min(len(e.tables), left)]
	left /= len(tables)
	if len(e.previous) > 0 || s.unassigned() != nil {
		return e.verifySome(ctx, v, tables, m, s, left)
	}
	if verified, err := e.verifyAssigned(ctx, v, tables, m, s, &left); verified || err != nil {
		return err
	}
	return e.decrypt.Auth()
}

// verifySome is verify where there is more than one way to assign actions.
func (e *encryptor) verifySome(ctx context.Context, v provider.Verifier, tables []ddbec.Hash, m marks, s *scratch, left int) error {
	for schema := range e.assignments(s, m.description) {
		s.schema = schema
		if verified, err := e.verifyAssigned(ctx, v, tables, m, s, &left); verified || err != nil {
			return err
		}
		if left == 0 {
			break
		}
	}
	return e.decrypt.Auth()
}

// verifyAssigned finds the dialect under which the signature verifies, given the attributes' actions. It
// takes what it asks of the verifier from left.
func (e *encryptor) verifyAssigned(ctx context.Context, v provider.Verifier, tables []ddbec.Hash, m marks, s *scratch, left *int) (bool, error) {
	for dialect, text := range e.stringsToSign(s) {
		if *left == 0 {
			break
		}
		*left--
		err := s.verifyUnder(ctx, tables, v, text, m.signature)
		if ended := e.decrypt.Context(ctx); ended != nil {
			return false, ended
		}
		if err == nil {
			s.verified = dialect
			return true, nil
		}
		if !errors.Is(err, provider.ErrSignature) {
			return false, e.decrypt.Keys("the provider's Verifier failed", err)
		}
	}
	return false, nil
}

// assignments assigns actions to the attributes in one way after the other, each of which may be how the
// item is protected, and yields the schema that it is: 0 or one of the previous. There may be very many: the
// caller stops.
func (e *encryptor) assignments(s *scratch, description []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(e.previous) > 0 {
			e.acrossSchemas(s, description, yield)
			return
		}
		for range s.undeclaredActions(description) {
			if !yield(0) {
				return
			}
		}
	}
}

// undeclaredActions assigns actions to the attributes that have none, in one way after the other.
func (s *scratch) undeclaredActions(description []byte) iter.Seq[[]crypt.Action] {
	undeclared := s.unassigned()
	guessed := guess(undeclared)
	var hint []crypt.Action
	if entry, ok := ddbec.LookupEntry(description, ddbec.EntryActions); ok && len(undeclared) > 0 {
		hint = hinted(entry, undeclared, guessed)
	}
	return func(yield func([]crypt.Action) bool) {
		for actions := range trials(hint, guessed) {
			for i, a := range undeclared {
				a.action = actions[i]
			}
			if !yield(actions) {
				return
			}
		}
	}
}

// verifyUnder verifies a string to sign, which starts with the hash of a table's name, under each of the
// names, and notes under which. It leaves text as it was.
func (s *scratch) verifyUnder(ctx context.Context, tables []ddbec.Hash, v provider.Verifier, text, signature []byte) (err error) {
	defer func() { copy(text, tables[0][:]) }()
	for i := range tables {
		copy(text, tables[i][:])
		s.alias = i > 0
		if err = v.Verify(ctx, text, signature); !errors.Is(err, provider.ErrSignature) {
			break
		}
	}
	return err
}

// unassigned are the attributes whose action is not known, in the order of the string to sign.
func (s *scratch) unassigned() (undeclared []*attr) {
	for i := range s.attrs {
		if s.attrs[i].action == 0 {
			undeclared = append(undeclared, &s.attrs[i])
		}
	}
	return undeclared
}
