package metastore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/provider/mostrecent"
	"github.com/dynaseal/ddb/provider/secret"
)

// What a version holds (1.13).
const (
	typeKeys      = "0" // the only type there ever was
	algorithmAES  = "AES"
	algorithmHMAC = "HmacSHA256"

	// keySize is that of keys made, in bytes. Those read have what sizes they have: AWS's own vectors hold
	// an AES key of 16 and an HMAC key of 8.
	keySize = 32

	maxSignKey = 4 << 10 // bytes of an HMAC key that is read
)

// versionOf is the version of a stored item. It is not verified yet.
func versionOf(item crypt.Item) (int64, error) {
	n, ok := item[versionField].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("%w: attribute %s is not of type N: is it the table of a MetaStore?", crypt.ErrFormat, versionField)
	}
	version, ok := ddbec.ParseVersion(n.Value)
	if !ok {
		return 0, fmt.Errorf("%w: attribute %s of the newest version is not an integer from 0 to 2^63-1: nobody who rotates wrote it", crypt.ErrFormat, versionField)
	}
	return version, nil
}

// opened is a version that was verified.
type opened struct {
	mostrecent.Keys
	item    crypt.Item              // all that is signed
	actions map[string]crypt.Action // of what is beside the keys
}

// open verifies a stored item. The signature binds its name and version: they are compared with what was asked
// for, since a service may answer anything.
func (s *Store) open(ctx context.Context, name string, version int64, item crypt.Item) (none opened, _ error) {
	got, err := s.reader.DecryptItem(ctx, item)
	if err != nil {
		return none, err
	}
	if n, ok := got.Item[nameField].(*types.AttributeValueMemberS); !ok || n.Value != name {
		return none, fmt.Errorf("%w: the table's answer is of another name", crypt.ErrAuth)
	}
	if v, err := versionOf(got.Item); err != nil || v != version {
		return none, fmt.Errorf("%w: the table's answer is of another version", crypt.ErrAuth)
	}
	return keysOf(got, version)
}

// keysOf reads a version's keys out of its verified attributes.
func keysOf(got crypt.Opened, version int64) (none opened, _ error) {
	k := opened{item: maps.Clone(got.Item), actions: maps.Clone(got.Actions)}
	for _, unsigned := range got.Unsigned {
		if isOwn(unsigned) {
			return none, fmt.Errorf("%w: attribute %s is not signed", crypt.ErrFormat, unsigned)
		}
		delete(k.item, unsigned)
		delete(k.actions, unsigned)
	}
	for _, constant := range []struct{ field, value string }{
		{typeField, typeKeys}, {wrapAlgField, algorithmAES}, {signAlgField, algorithmHMAC},
	} {
		if v, ok := got.Item[constant.field].(*types.AttributeValueMemberS); !ok || v.Value != constant.value {
			return none, fmt.Errorf("%w: attribute %s is not %q: it is no version of keys, or of a kind that this package does not know", crypt.ErrFormat, constant.field, constant.value)
		}
	}
	var err error
	k.Version = version
	if k.Wrap, err = keyOf(got.Item, wrapField, 16, 24, 32); err != nil {
		return none, err
	}
	if k.Sign, err = keyOf(got.Item, signField); err != nil {
		return none, err
	}
	return k, nil
}

// keyOf reads a key of one of the sizes, of any within the limit if none are given.
func keyOf(item crypt.Item, field string, sizes ...int) (none secret.Key, _ error) {
	v, ok := item[field].(*types.AttributeValueMemberB)
	if !ok || len(v.Value) == 0 || len(v.Value) > maxSignKey || len(sizes) > 0 && !slices.Contains(sizes, len(v.Value)) {
		return none, fmt.Errorf("%w: attribute %s holds no key of a size that is used", crypt.ErrFormat, field)
	}
	return secret.New(v.Value)
}
