package divergence

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/protocol"
)

// DBEClasses is a set of divergences in the modern format: odd values in signed attributes, which DynamoDB
// refuses or changes where they are not encrypted.
type DBEClasses uint8

// The divergences.
const (
	NullFalseSigned    DBEClasses = 1 << iota // which ours neither writes nor reads: no table holds one
	NullFalseEncrypted                        // which ours does not write; true to every reader
	EmptySet                                  // not encrypted; which ours does not write
	EmptyMapName                              // which ours does not write, and Rust neither writes nor reads
)

var dbeNames = []string{"null-false-signed", "null-false-encrypted", "empty-set-signed", "empty-map-name"}

// AllDBE is every class, each alone.
func AllDBE() []DBEClasses {
	return []DBEClasses{NullFalseSigned, NullFalseEncrypted, EmptySet, EmptyMapName}
}

// String joins the names of the classes, "agreed" if there are none.
func (c DBEClasses) String() string {
	var s []string
	for i, name := range dbeNames {
		if c&(1<<i) != 0 {
			s = append(s, name)
		}
	}
	if s == nil {
		return "agreed"
	}
	return strings.Join(s, "+")
}

// OfDBE computes the classes of item under c.
func OfDBE(item crypt.Item, c protocol.DBECase) DBEClasses {
	var found DBEClasses
	for name, value := range item {
		if !c.Unsigned(name) {
			found |= oddities(value, c.Actions[name] == protocol.EncryptAndSign)
		}
	}
	return found
}

func oddities(value types.AttributeValue, encrypted bool) DBEClasses {
	var found DBEClasses
	switch v := value.(type) {
	case *types.AttributeValueMemberNULL:
		switch {
		case v.Value:
		case encrypted:
			return NullFalseEncrypted
		default:
			return NullFalseSigned
		}
	case *types.AttributeValueMemberSS:
		return emptySet(len(v.Value), encrypted)
	case *types.AttributeValueMemberNS:
		return emptySet(len(v.Value), encrypted)
	case *types.AttributeValueMemberBS:
		return emptySet(len(v.Value), encrypted)
	case *types.AttributeValueMemberL:
		for _, element := range v.Value {
			found |= oddities(element, encrypted)
		}
	case *types.AttributeValueMemberM:
		for name, element := range v.Value {
			if name == "" {
				found |= EmptyMapName
			}
			found |= oddities(element, encrypted)
		}
	}
	return found
}

func emptySet(members int, encrypted bool) DBEClasses {
	if members == 0 && !encrypted {
		return EmptySet
	}
	return 0
}

// Writes says whether writer encrypts an item of these classes.
func (c DBEClasses) Writes(writer Client) bool {
	switch writer {
	case Go:
		return c == 0
	case Rust:
		return c&EmptyMapName == 0
	}
	return true
}

// Reads says whether reader takes an item of these classes.
func (c DBEClasses) Reads(reader Client) bool {
	switch reader {
	case Go:
		return c&NullFalseSigned == 0
	case Rust:
		return c&EmptyMapName == 0
	}
	return true
}

// OpenedDBE is what every reader must return of item: itself, but that an encrypted NULL comes back as true.
func OpenedDBE(item crypt.Item, c protocol.DBECase) crypt.Item {
	opened := make(crypt.Item, len(item))
	for name, value := range item {
		if c.Actions[name] == protocol.EncryptAndSign {
			value = trueNulls(value)
		}
		opened[name] = value
	}
	return opened
}

func trueNulls(value types.AttributeValue) types.AttributeValue {
	switch v := value.(type) {
	case *types.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: true}
	case *types.AttributeValueMemberL:
		list := &types.AttributeValueMemberL{Value: make([]types.AttributeValue, len(v.Value))}
		for i, element := range v.Value {
			list.Value[i] = trueNulls(element)
		}
		return list
	case *types.AttributeValueMemberM:
		entries := &types.AttributeValueMemberM{Value: make(map[string]types.AttributeValue, len(v.Value))}
		for name, element := range v.Value {
			entries.Value[name] = trueNulls(element)
		}
		return entries
	}
	return value
}
