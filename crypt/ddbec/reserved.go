package ddbec

import (
	"strings"

	"github.com/dynaseal/ddb/crypt"
)

// modernPrefix starts the marks of the modern format, the Database Encryption SDK's.
const modernPrefix = "aws_dbe_"

// reserved says why an attribute of that name cannot be in an item, "" if it can.
func (e *encryptor) reserved(name string) string {
	switch {
	case name == e.signature || name == e.description:
		return "already encrypted: this item carries a mark of the legacy format (DynamoDB Encryption Client): decrypt it first"
	case strings.HasPrefix(name, modernPrefix):
		return "this item carries a mark of the modern format (Database Encryption SDK): it is not for the legacy format"
	case crypt.Reserved(name):
		return "this item carries a mark of the legacy format (DynamoDB Encryption Client) with its default names: it is not for a format with names of its own"
	}
	return ""
}
