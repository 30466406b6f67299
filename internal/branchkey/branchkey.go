// Package branchkey reads and writes the items of a branch key store, and says what KMS binds their keys to
// (dbesdk 2.9).
package branchkey

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Names of attributes. The first two are the table's partition key and sort key.
const (
	AttributeID   = "branch-key-id"
	AttributeType = "type"
	AttributeEnc  = "enc"

	attributeVersion    = "version"
	attributeKMSKey     = "kms-arn"
	attributeCreateTime = "create-time"
	attributeHierarchy  = "hierarchy-version"

	// entryTable is where the context has the logical name of the store. An attribute of this name would be
	// covered by it, and so by nothing.
	entryTable = "tablename"

	prefixCustom = "aws-crypto-ec:"
)

// Types, which are the sort keys.
const (
	Active = "branch:ACTIVE"
	Beacon = "beacon:ACTIVE"

	prefixVersion = "branch:version:"
)

// KeyLength is of branch keys and beacon keys, in bytes.
const KeyLength = 32

// hierarchy is the only version of the hierarchy that is known.
const hierarchy = "1"

// Limits of what is stored, in bytes.
const (
	MaxID         = 2048 // DynamoDB's, for a partition key
	MaxEnc        = 6144 // KMS's, for a ciphertext
	MaxOthers     = 8192 // names and values of the attributes that are not the store's own: KMS takes no longer context
	maxKMSKey     = 2048 // KMS's, for a key id
	maxCreateTime = 64
)

// Item is a stored key and what it is bound to.
type Item struct {
	ID         string
	Type       string // Active, Beacon or that of a version
	Version    string // UUID; "" for a beacon key
	KMSKey     string // ARN, of any text
	CreateTime string // of any text
	Enc        []byte
	Others     map[string]string // all other attributes, by their whole names
}

// TypeOf is the type of the version with this UUID.
func TypeOf(version string) string { return prefixVersion + version }

// Parse reads a stored item. What it takes, Attributes gives back. Errors name attributes and no values.
func Parse(attributes map[string]types.AttributeValue) (Item, error) {
	p := parser{left: maps.Clone(attributes)}
	it := Item{
		ID:         p.text(AttributeID, 1, MaxID),
		Type:       p.text(AttributeType, 1, len(prefixVersion)+uuidLength),
		KMSKey:     p.text(attributeKMSKey, 1, maxKMSKey),
		CreateTime: p.text(attributeCreateTime, 0, maxCreateTime),
		Enc:        p.binary(AttributeEnc, MaxEnc),
	}
	if p.number(attributeHierarchy) != hierarchy {
		p.fail(attributeHierarchy, "is not version 1 of the hierarchy, the only one known here")
	}
	it.Version = p.version(it.Type)
	it.Others = p.rest()
	if p.err != nil {
		return Item{}, p.err
	}
	return it, nil
}

// parser takes attributes off an item, and keeps the first error.
type parser struct {
	left map[string]types.AttributeValue
	err  error
}

func (p *parser) fail(attribute, what string) {
	if p.err == nil {
		p.err = fmt.Errorf("attribute %.64q %s", attribute, what)
	}
}

func (p *parser) text(name string, least, most int) string {
	v, _ := p.left[name].(*types.AttributeValueMemberS)
	delete(p.left, name)
	switch {
	case v == nil:
		p.fail(name, "is missing or no string")
	case len(v.Value) < least || len(v.Value) > most:
		p.fail(name, fmt.Sprintf("is not of %d to %d bytes", least, most))
	case !utf8.ValidString(v.Value):
		p.fail(name, "is not UTF-8")
	default:
		return v.Value
	}
	return ""
}

func (p *parser) binary(name string, most int) []byte {
	v, _ := p.left[name].(*types.AttributeValueMemberB)
	delete(p.left, name)
	switch {
	case v == nil:
		p.fail(name, "is missing or not binary")
	case len(v.Value) == 0 || len(v.Value) > most:
		p.fail(name, fmt.Sprintf("is not of 1 to %d bytes", most))
	default:
		return v.Value
	}
	return nil
}

func (p *parser) number(name string) string {
	v, _ := p.left[name].(*types.AttributeValueMemberN)
	delete(p.left, name)
	if v == nil {
		return ""
	}
	return v.Value
}

// version is the UUID of an item of type t. An item that is not active and has the attribute is refused:
// nobody writes it.
func (p *parser) version(t string) string {
	from, name := t, AttributeType
	switch t {
	case Active:
		from, name = p.text(attributeVersion, 1, len(prefixVersion)+uuidLength), attributeVersion
	case Beacon:
		if _, ok := p.left[attributeVersion]; ok {
			p.fail(attributeVersion, "has no place in a beacon key")
		}
		return ""
	default:
		if _, ok := p.left[attributeVersion]; ok {
			p.fail(attributeVersion, "has no place in a version")
		}
	}
	uuid, ok := strings.CutPrefix(from, prefixVersion)
	if !ok || !IsUUID(uuid) {
		p.fail(name, "names no version, as branch:version:UUID does")
	}
	return uuid
}

// rest is what is left: strings all.
func (p *parser) rest() map[string]string {
	if len(p.left) == 0 {
		return nil
	}
	others, size := make(map[string]string, min(len(p.left), 64)), 0
	for name, value := range p.left {
		v, _ := value.(*types.AttributeValueMemberS)
		switch {
		case v == nil:
			p.fail(name, "is no string: it has no place in a branch key")
		case name == entryTable:
			p.fail(name, "has no place in a branch key")
		case !utf8.ValidString(name) || !utf8.ValidString(v.Value):
			p.fail(name, "is not UTF-8")
		default:
			others[name] = v.Value
			size += len(name) + len(v.Value)
		}
		if size > MaxOthers {
			p.fail(name, fmt.Sprintf("and others are of more than %d bytes", MaxOthers))
		}
		if p.err != nil {
			return nil
		}
	}
	return others
}

// Attributes is the item as it is stored, the inverse of Parse.
func (it *Item) Attributes() map[string]types.AttributeValue {
	attributes := map[string]types.AttributeValue{
		AttributeEnc:       &types.AttributeValueMemberB{Value: it.Enc},
		attributeHierarchy: &types.AttributeValueMemberN{Value: hierarchy},
	}
	for name, value := range it.bound() {
		if name != attributeHierarchy {
			attributes[name] = &types.AttributeValueMemberS{Value: value}
		}
	}
	return attributes
}

// Context is what KMS binds enc to in the store of this logical name: every attribute but enc.
func (it *Item) Context(logicalName string) map[string]string {
	context := it.bound()
	context[entryTable] = logicalName
	return context
}

func (it *Item) bound() map[string]string {
	bound := make(map[string]string, len(it.Others)+7)
	maps.Copy(bound, it.Others)
	bound[AttributeID] = it.ID
	bound[AttributeType] = it.Type
	bound[attributeKMSKey] = it.KMSKey
	bound[attributeCreateTime] = it.CreateTime
	bound[attributeHierarchy] = hierarchy
	if it.Type == Active {
		bound[attributeVersion] = TypeOf(it.Version)
	}
	return bound
}

// Custom is the context that whoever made the branch key gave it, nil for none.
func (it *Item) Custom() map[string]string {
	var custom map[string]string
	for name, value := range it.Others {
		if key, ok := strings.CutPrefix(name, prefixCustom); ok {
			if custom == nil {
				custom = make(map[string]string, len(it.Others))
			}
			custom[key] = value
		}
	}
	return custom
}

// WithCustom is the attributes of a custom context, as in Others: nil for none.
func WithCustom(context map[string]string) (map[string]string, error) {
	if len(context) == 0 {
		return nil, nil
	}
	others, size := make(map[string]string, len(context)), 0
	for key, value := range context {
		if key == "" || !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, errors.New("a key of the context is empty, or it is not all UTF-8")
		}
		others[prefixCustom+key] = value
		size += len(prefixCustom) + len(key) + len(value)
	}
	if size > MaxOthers {
		return nil, fmt.Errorf("the context is of more than %d bytes", MaxOthers)
	}
	return others, nil
}

// CheckID says what is wrong with the id of a branch key, which may come from an item.
func CheckID(id string) error {
	switch {
	case id == "":
		return errors.New("no branch key id")
	case len(id) > MaxID:
		return fmt.Errorf("a branch key id of more than %d bytes", MaxID)
	case !utf8.ValidString(id):
		return errors.New("a branch key id that is not UTF-8")
	}
	return nil
}
