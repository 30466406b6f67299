package main

import (
	"crypto/rand"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
)

// formats are the legacy format under the keys that it has, and the modern one under a key of its own. They are
// made for this run; a service loads them from where it keeps its secrets.
func formats() (legacy, modern crypt.Format, err error) {
	var keys [3]secret.Key
	for i := range keys {
		b := make([]byte, 32)
		rand.Read(b)
		if keys[i], err = secret.New(b); err != nil {
			return nil, nil, err
		}
	}
	p, err := provider.WrappedAES(keys[0], keys[1])
	if err != nil {
		return nil, nil, err
	}
	k, err := keyring.RawAES("hospital", "2026", keys[2])
	if err != nil {
		return nil, nil, err
	}
	// Everyone who has the key of raw AES may write, so the suite that has no signature protects as well and costs
	// a fraction. dbe.Format(k) is the one that AWS's clients write by default.
	modern, err = dbe.New(dbe.Config{Keyring: k, Suite: keyring.SuiteHMAC})
	return ddbec.Format(p), modern, err
}
