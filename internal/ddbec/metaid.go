package ddbec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// EntryMetaID names the version of the keys under which a most recent provider wrapped the content key.
const EntryMetaID = "amzn-ddb-meta-id"

// MaxMaterialName is the longest name of versioned keys, in bytes: it is a partition key of DynamoDB's.
const MaxMaterialName = 2048

// CheckMaterialName reports what makes name no name of versioned keys.
func CheckMaterialName(name string) error {
	switch {
	case name == "":
		return errors.New("no material name")
	case len(name) > MaxMaterialName:
		return fmt.Errorf("material name of %d bytes: DynamoDB takes %d", len(name), MaxMaterialName)
	case !utf8.ValidString(name):
		return errors.New("material name that is not valid UTF-8")
	case strings.Contains(name, "#"):
		return fmt.Errorf("material name %.128q: no # is allowed, it separates the version", name)
	}
	return nil
}

// FormatMetaID is the value of EntryMetaID, name#version (1.13).
func FormatMetaID(name string, version int64) string {
	return name + "#" + strconv.FormatInt(version, 10)
}

// ParseMetaID reads what FormatMetaID writes of a name that CheckMaterialName takes and a version of 0 or more,
// and nothing else.
func ParseMetaID(text string) (name string, version int64, ok bool) {
	name, digits, ok := strings.Cut(text, "#")
	if !ok || CheckMaterialName(name) != nil {
		return "", 0, false
	}
	version, ok = ParseVersion(digits)
	return name, version, ok
}

// ParseVersion reads a version as it is written: decimal, of 0 or more, without leading zeros.
func ParseVersion(digits string) (version int64, ok bool) {
	version, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || version < 0 || strconv.FormatInt(version, 10) != digits {
		return 0, false
	}
	return version, true
}
