package ddbtest

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/expr"
	"github.com/dynaseal/ddb/internal/number"
)

// maxPage is how many bytes of items a page of a query ends after.
const maxPage = 1 << 20

// page is what a query answers. Items is nil where only their number was asked for.
type page struct {
	Items            []attributes `json:",omitzero"`
	Count            int
	ScannedCount     int
	LastEvaluatedKey attributes `json:",omitempty"`
	ConsumedCapacity *capacity  `json:",omitempty"`
}

// query is the parameters of a query of a table, without filter.
type query struct {
	table, condition string
	projection       *string
	names            map[string]string
	values           attributes
	forward          bool
	limit            *int
	after            attributes
	consistent       bool
	selects          string
	report           string
}

func (s *Server) query(q request) (any, error) {
	in := query{forward: true}
	if err := q.read(parameters{
		"TableName": &in.table, "KeyConditionExpression": &in.condition,
		"ProjectionExpression": &in.projection, "ExpressionAttributeNames": &in.names, "ExpressionAttributeValues": &in.values,
		"ScanIndexForward": &in.forward, "Limit": &in.limit, "ExclusiveStartKey": &in.after, "ConsistentRead": &in.consistent,
		"Select": &in.selects, "ReturnConsumedCapacity": &in.report,
	}); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	t, err := s.table(in.table)
	if err != nil {
		return nil, err
	}
	if err := canonicalValues(in.values); err != nil {
		return nil, err
	}
	names := make([]string, len(t.keys))
	for i, a := range t.keys {
		names[i] = a.name
	}
	condition, projection, err := expr.ParseKeyCondition(in.condition, names, in.projection, in.names, in.values)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return in.run(t, condition, projection)
}

func (in *query) check() error {
	if err := oneOf("select", &in.selects, "", "ALL_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"); err != nil {
		return err
	}
	if in.projection != nil && in.selects != "" && in.selects != "SPECIFIC_ATTRIBUTES" {
		return invalid("Cannot specify the ProjectionExpression when choosing to get %s", in.selects)
	}
	if in.projection == nil && in.selects == "SPECIFIC_ATTRIBUTES" {
		return invalid("Must specify the ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	}
	if in.limit != nil && *in.limit < 1 {
		return invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
	}
	return checkReport(&in.report)
}

func (in *query) run(t *table, condition *expr.KeyCondition, projection *expr.Projection) (any, error) {
	if _, err := t.keys[0].bytes(condition.Partition, ""); err != nil {
		return nil, err
	}
	for _, v := range condition.Range {
		if _, err := t.keys[1].bytes(v, ""); err != nil {
			return nil, err
		}
	}
	var found []attributes
	t.each(func(item attributes) {
		if condition.Holds(item) {
			found = append(found, item)
		}
	})
	order := t.order(in.forward)
	slices.SortFunc(found, order)
	found, err := in.from(t, found, condition, order)
	if err != nil {
		return nil, err
	}
	p := page{}
	if in.selects != "COUNT" {
		p.Items = make([]attributes, 0, len(found))
	}
	size := 0
	for i, item := range found {
		p.Count++
		size += attribute.ItemSize(item)
		if in.selects != "COUNT" {
			if projection != nil {
				item = projection.Apply(item)
			}
			p.Items = append(p.Items, item)
		}
		if in.limit != nil && p.Count == *in.limit || size >= maxPage && i+1 < len(found) {
			p.LastEvaluatedKey = t.keys.in(found[i])
			break
		}
	}
	p.ScannedCount = p.Count
	p.ConsumedCapacity = t.consumed(in.report, readUnits(size, in.consistent))
	return p, nil
}

// from is what comes after the key that the page before ended with.
func (in *query) from(t *table, found []attributes, condition *expr.KeyCondition, order func(a, b attributes) int) ([]attributes, error) {
	if in.after == nil {
		return found, nil
	}
	if _, err := t.key(in.after); err != nil {
		return nil, invalid("The provided starting key is invalid: %v", err)
	}
	after, err := canonical(in.after, maxDepth)
	if err != nil {
		return nil, err
	}
	if !condition.Holds(after) {
		return nil, invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	i, same := slices.BinarySearchFunc(found, after, order)
	if same {
		i++
	}
	return found[i:], nil
}

// order is that of the items of a partition: by their sort key, strings and binaries by their bytes.
func (t *table) order(forward bool) func(a, b attributes) int {
	return func(a, b attributes) int {
		n := 0
		if len(t.keys) > 1 {
			n = compareKeys(a[t.keys[1].name], b[t.keys[1].name])
		}
		if !forward {
			n = -n
		}
		return n
	}
}

// compareKeys compares two values of one key attribute.
func compareKeys(a, b types.AttributeValue) int {
	switch a := a.(type) {
	case *types.AttributeValueMemberN:
		return number.Compare(a.Value, b.(*types.AttributeValueMemberN).Value)
	case *types.AttributeValueMemberB:
		return bytes.Compare(a.Value, b.(*types.AttributeValueMemberB).Value)
	}
	return cmp.Compare(a.(*types.AttributeValueMemberS).Value, b.(*types.AttributeValueMemberS).Value)
}

// in are the key attributes of an item.
func (k keySchema) in(item attributes) attributes {
	key := make(attributes, len(k))
	for _, a := range k {
		key[a.name] = item[a.name]
	}
	return key
}
