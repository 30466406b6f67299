package main

import (
	"crypto/rand"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
)

// newFormat is the format of that name: all in which the two differ for a program. Its keys are made for this
// run; a service loads them from where it keeps its secrets.
func newFormat(name string) (crypt.Format, error) {
	switch name {
	case "dbe":
		wrapping, err := newKey()
		if err != nil {
			return nil, err
		}
		keys, err := keyring.RawAES("quickstart", "2026", wrapping)
		if err != nil {
			return nil, err
		}
		return dbe.Format(keys), nil
	case "ddbec":
		encryption, err := newKey()
		if err != nil {
			return nil, err
		}
		signing, err := newKey()
		if err != nil {
			return nil, err
		}
		keys, err := provider.Static(encryption, signing)
		if err != nil {
			return nil, err
		}
		return ddbec.Format(keys), nil
	}
	return nil, fmt.Errorf("-format %s: dbe or ddbec", name)
}

func newKey() (secret.Key, error) {
	b := make([]byte, 32)
	rand.Read(b)
	return secret.New(b)
}
