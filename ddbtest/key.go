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
		b, err := a.bytes(v, "")
		if err != nil {
			return "", err
		}
		stored = binary.AppendUvarint(stored, uint64(len(b)))
		stored = append(stored, b...)
	}
	return string(stored), nil
}

// checkIndexed refuses an item whose attributes do not fit the key of an index. An item that lacks
// them is not in the index.
func (k keySchema) checkIndexed(index string, item attributes) error {
	for _, a := range k {
		if v, ok := item[a.name]; ok {
			if _, err := a.bytes(v, index); err != nil {
				return err
			}
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

// bytes are those of a value, which has the key's type, is not empty and not too long. index is empty
// where the key is the table's own.
func (a keyAttribute) bytes(v types.AttributeValue, index string) ([]byte, error) {
	where := "key " + a.name
	if index != "" {
		where = "Index Key " + a.name + " of IndexName " + index
	}
	kind := attribute.KindOf(v).String()
	if kind != a.kind {
		return nil, invalidParameter("Type mismatch for %s expected: %s actual: %s", where, a.kind, kind)
	}
	var b []byte
	switch v := v.(type) {
	case *types.AttributeValueMemberN:
		return []byte(v.Value), nil
	case *types.AttributeValueMemberS:
		b = []byte(v.Value)
	case *types.AttributeValueMemberB:
		b = v.Value
	}
	if len(b) == 0 {
		return nil, invalidParameter("The AttributeValue for a key attribute cannot contain an empty string or binary value: %s", where)
	}
	if len(b) > a.limit {
		return nil, invalidParameter("Size of %s has exceeded the maximum size limit of %d bytes", where, a.limit)
	}
	return b, nil
}
