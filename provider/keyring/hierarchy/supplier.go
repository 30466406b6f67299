package hierarchy

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/dbe"
)

// What a [Supplier] sees beside attributes, of an item that has attributes in its encryption context.
const (
	TableNameField     = "aws_dbe_table_name"     // the logical name of the item's table, of type S
	PartitionNameField = "aws_dbe_partition_name" // the name of its partition key
	SortNameField      = "aws_dbe_sort_name"      // the name of its sort key, if the table has one
)

// A Supplier chooses the branch key of an item, when it is written and when it is read, and so must choose
// the same one both times (dbesdk 2.8). It sees the item's partition and sort key; if any attribute is
// of crypt.SignContext, which keys then are, it sees all of these, and the three names. The attributes
// belong to it.
//
// When reading nothing of them is verified yet: whoever can write the table chose them. An item verifies
// under the branch key of its own attributes only, so one that was moved to another tenant's does not. Under
// each alias of its table, and each previous schema, an item may have other attributes, or another table's name: it
// is called for each until one verifies.
//
// An error says that there is no branch key for the item, and is wrapped. Where the attributes are why, let it wrap
// crypt.ErrFormat, as an id that no branch key can have does: another reading of the item is then tried, and trying
// again later is not. One that is of none of crypt's classes is crypt.ErrKeys. It is called concurrently.
type Supplier func(ctx context.Context, attributes crypt.Item) (id string, err error)

// FromAttribute returns a Supplier of branch keys whose ids are the text of an attribute of type S: the partition
// key, say, or an attribute of the tenant's name, of crypt.SignContext.
func FromAttribute(name string) Supplier {
	return func(_ context.Context, attributes crypt.Item) (string, error) {
		switch v := attributes[name].(type) {
		case *types.AttributeValueMemberS:
			return v.Value, nil
		case nil:
			return "", fmt.Errorf("%w: attribute %.128q is not there: it must be a key, or in the encryption context, of every item", crypt.ErrFormat, name)
		}
		return "", fmt.Errorf("%w: attribute %.128q is not of type S", crypt.ErrFormat, name)
	}
}

// supply calls s with the item of an encryption context.
func (s Supplier) supply(ctx context.Context, entries map[string]string) (string, error) {
	item, err := itemOf(entries)
	if err != nil {
		return "", fmt.Errorf("branch key id supplier: %w: %w: the manager must pass on the context of the format", crypt.ErrFormat, err)
	}
	id, err := s(ctx, item)
	if err != nil {
		return "", fmt.Errorf("branch key id supplier: %w", err)
	}
	if err := branchkey.CheckID(id); err != nil {
		return "", fmt.Errorf("branch key id supplier: %w: %w", crypt.ErrFormat, err)
	}
	return id, nil
}

// itemOf is the part of an item that is in its encryption context.
func itemOf(entries map[string]string) (crypt.Item, error) {
	if len(entries) == 0 {
		return nil, errors.New("there is no encryption context")
	}
	included, err := dbe.IncludedIn(entries)
	if err != nil {
		return nil, err
	}
	item := make(crypt.Item, len(included)+3)
	var r dbe.Reader
	for _, a := range included {
		r.Reset(a.Value)
		item[a.Name] = attribute.Read(&r)
	}
	if _, ok := entries[dbe.ContextLegend]; !ok {
		return item, nil
	}
	for name, key := range map[string]string{
		TableNameField: dbe.ContextTable, PartitionNameField: dbe.ContextPartitionName, SortNameField: dbe.ContextSortName,
	} {
		if text, ok := entries[key]; ok {
			item[name] = &types.AttributeValueMemberS{Value: text}
		}
	}
	return item, nil
}
