package ddbtest

import (
	"encoding/binary"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
)

const (
	maxPartitionKey = 2048 // bytes of a partition key, of a table or an index
	maxSortKey      = 1024
)

// keyAttribute is an attribute of a key, and the type that its values have.
type keyAttribute struct {
	name, kind string
	limit      int // bytes of a value
}

// keySchema is a partition key and, if there is one, a sort key.
type keySchema []keyAttribute

// of returns the stored form of a key that was given without an item, which must be just that.
func (k keySchema) of(given attributes) (string, error) {
	if len(given) != len(k) {
		return "", invalid("The provided key element does not match the schema")
	}
	for _, a := range k {
		if _, ok := given[a.name]; !ok {
			return "", invalid("The provided key element does not match the schema")
		}
	}
	return k.ofItem(given)
}

// ofItem returns the stored form of an item's key: the bytes of its values, which are unique since
// their types are those of the schema.
func (k keySchema) ofItem(item attributes) (string, error) {
	var stored []byte
	for _, a := range k {
		v, ok := item[a.name]
		if !ok {
			return "", invalidParameter("Missing the key %s in the item", a.name)
		}
		if kind := attribute.KindOf(v).String(); kind != a.kind {
			return "", invalidParameter("Type mismatch for key %s expected: %s actual: %s", a.name, a.kind, kind)
		}
		b := scalar(v)
		if len(b) == 0 {
			return "", invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", typeWord(a.kind), a.name)
		}
		if err := a.checkSize(b); err != nil {
			return "", err
		}
		stored = binary.AppendUvarint(stored, uint64(len(b)))
		stored = append(stored, b...)
	}
	return string(stored), nil
}

// checkIndexed refuses an item whose attributes do not fit the keys of an index. An item that lacks
// them is not in the index.
func (k keySchema) checkIndexed(index string, item attributes) error {
	for _, a := range k {
		v, ok := item[a.name]
		if !ok {
			continue
		}
		if kind := attribute.KindOf(v).String(); kind != a.kind {
			return invalidParameter("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.name, a.kind, kind, index)
		}
		b := scalar(v)
		if len(b) == 0 {
			return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", typeWord(a.kind), index, a.name)
		}
		if err := a.checkSize(b); err != nil {
			return err
		}
	}
	return nil
}

// has reports whether an item is in an index with this key.
func (k keySchema) has(item attributes) bool {
	for _, a := range k {
		if _, ok := item[a.name]; !ok {
			return false
		}
	}
	return true
}

func (a keyAttribute) checkSize(b []byte) error {
	if a.kind != "N" && len(b) > a.limit {
		return invalidParameter("Size of key %s has exceeded the maximum size limit of %d bytes", a.name, a.limit)
	}
	return nil
}

func typeWord(kind string) string {
	if kind == "B" {
		return "binary"
	}
	return "string"
}

// scalar is the bytes of a value of a type that keys can have.
func scalar(v types.AttributeValue) []byte {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return []byte(v.Value)
	case *types.AttributeValueMemberN:
		return []byte(v.Value)
	case *types.AttributeValueMemberB:
		return v.Value
	}
	return nil
}
