package main

import (
	"errors"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/protocol"
)

// configError is a refusal before any item was looked at.
type configError struct{ error }

func (e configError) Unwrap() error { return e.error }

// notMade is the error of a constructor: a configError, unless it asked for keys and did not get them.
func notMade(err error) error {
	if errors.Is(err, crypt.ErrKeys) {
		return err
	}
	return configError{err}
}

// refusal is the answer that says err. Errors of no known class have none.
func refusal(err error) protocol.Answer {
	answer := protocol.Answer{Error: err.Error()}
	switch {
	case errors.As(err, new(configError)):
		answer.Class = protocol.ClassConfig
	case errors.Is(err, crypt.ErrAuth):
		answer.Class = protocol.ClassAuth
	case errors.Is(err, crypt.ErrFormat):
		answer.Class = protocol.ClassFormat
	case errors.Is(err, crypt.ErrKeys):
		answer.Class = protocol.ClassKeys
	}
	return answer
}
