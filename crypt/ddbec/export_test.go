package ddbec

import "github.com/dynaseal/ddb/crypt"

// WithIVs makes enc take its IVs from ivs instead of crypto/rand, for known answers.
func WithIVs(enc crypt.ItemEncryptor, ivs []byte) crypt.ItemEncryptor {
	e := enc.(*encryptor)
	e.random = func(b []byte) {
		if copy(b, ivs) != len(ivs) || len(b) != len(ivs) {
			panic("another number of IVs than the test expects")
		}
	}
	return e
}

// Trials is trials.
var Trials = trials
