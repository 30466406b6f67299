package keyring

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/dynaseal/ddb/internal/ecdhwrap"
)

// Ids of kinds of keyrings in encrypted data keys (dbesdk 2.1). Raw AES and RSA have the owner's
// namespace there.
const (
	idRawECDH   = ecdhwrap.RawID
	idKMSECDH   = ecdhwrap.KMSID
	idKMS       = "aws-kms"
	idKMSRSA    = "aws-kms-rsa"
	idHierarchy = "aws-kms-hierarchy"
)

// longestName leaves room for what follows a name in the provider info of raw AES.
const longestName = 1<<16 - 1 - 64

// checkNames checks the namespace and name of a raw key. Both may be empty: AWS's libraries take them so.
func checkNames(namespace, name string) error {
	var errs []error
	switch namespace {
	case idRawECDH, idKMSECDH, idKMS, idKMSRSA, idHierarchy:
		errs = append(errs, fmt.Errorf("namespace %q is that of another kind of keyring: choose another", namespace))
	}
	return errors.Join(append(errs, checkName("namespace", namespace), checkName("name", name))...)
}

func checkName(what, s string) error {
	if len(s) > longestName || !utf8.ValidString(s) {
		return fmt.Errorf("%s of %d bytes: give valid UTF-8 of at most %d", what, len(s), longestName)
	}
	return nil
}
