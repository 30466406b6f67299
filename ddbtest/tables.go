package ddbtest

import (
	"maps"
	"slices"
	"time"

	"github.com/dynaseal/ddb/internal/attribute"
)

// maxListed is how many names ListTables returns at most.
const maxListed = 100

func (s *Server) createTable(q request) (any, error) {
	var in tableInput
	if err := q.read(parameters{
		"TableName": &in.name, "AttributeDefinitions": &in.definitions, "KeySchema": &in.keys,
		"BillingMode": &in.billing, "ProvisionedThroughput": &in.throughput,
		"GlobalSecondaryIndexes": &in.global, "LocalSecondaryIndexes": &in.local,
	}); err != nil {
		return nil, err
	}
	keys, indexes, err := in.check()
	if err != nil {
		return nil, err
	}
	t := &table{input: in, created: time.Now(), keys: keys, indexes: indexes, items: make(map[string]attributes)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.tables[in.name]; ok {
		return nil, inUse(in.name)
	}
	s.tables[in.name] = t
	return map[string]any{"TableDescription": t.describe("ACTIVE")}, nil
}

func (s *Server) describeTable(q request) (any, error) {
	t, err := s.tableOf(q)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": t.describe("ACTIVE")}, nil
}

func (s *Server) deleteTable(q request) (any, error) {
	t, err := s.tableOf(q)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables[t.input.name] != t {
		return nil, notFound(t.input.name)
	}
	delete(s.tables, t.input.name)
	return map[string]any{"TableDescription": t.describe("DELETING")}, nil
}

// tableOf is the table of a request that has no other parameter.
func (s *Server) tableOf(q request) (*table, error) {
	var name string
	if err := q.read(parameters{"TableName": &name}); err != nil {
		return nil, err
	}
	return s.table(name)
}

func (s *Server) listTables(q request) (any, error) {
	var after string
	limit := maxListed
	if err := q.read(parameters{"ExclusiveStartTableName": &after, "Limit": &limit}); err != nil {
		return nil, err
	}
	if limit < 1 || limit > maxListed {
		return nil, invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", maxListed)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	names := slices.Sorted(maps.Keys(s.tables))
	i, found := slices.BinarySearch(names, after)
	if found {
		i++
	}
	names = names[i:]
	answer := map[string]any{"TableNames": names}
	if len(names) > limit {
		answer = map[string]any{"TableNames": names[:limit], "LastEvaluatedTableName": names[limit-1]}
	}
	return answer, nil
}

// The members of a description that are not parameters of CreateTable.
type (
	tableDescription struct {
		TableName              string
		TableArn               string
		TableStatus            string
		CreationDateTime       float64 // seconds
		AttributeDefinitions   []attributeDefinition
		KeySchema              []keyElement
		BillingModeSummary     *billingMode `json:",omitempty"`
		ProvisionedThroughput  throughput
		GlobalSecondaryIndexes []indexDescription `json:",omitempty"`
		LocalSecondaryIndexes  []indexDescription `json:",omitempty"`
		ItemCount              int
		TableSizeBytes         int
	}

	billingMode struct{ BillingMode string }

	indexDescription struct {
		index
		IndexArn       string
		IndexStatus    string `json:",omitempty"`
		ItemCount      int
		IndexSizeBytes int
	}
)

// describe counts items and bytes as they are now; the service does it every six hours.
func (t *table) describe(status string) tableDescription {
	d := tableDescription{
		TableName:            t.input.name,
		TableArn:             "arn:aws:dynamodb:" + region + ":000000000000:table/" + t.input.name,
		TableStatus:          status,
		CreationDateTime:     float64(t.created.UnixMilli()) / 1000,
		AttributeDefinitions: t.input.definitions,
		KeySchema:            t.input.keys,
	}
	if t.input.throughput != nil {
		d.ProvisionedThroughput = *t.input.throughput
	} else {
		d.BillingModeSummary = &billingMode{payPerRequest}
	}
	t.each(func(item attributes) {
		d.ItemCount++
		d.TableSizeBytes += attribute.ItemSize(item)
	})
	for _, x := range t.input.global {
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, t.describeIndex(x, d.TableArn, status))
	}
	for _, x := range t.input.local {
		d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, t.describeIndex(x, d.TableArn, ""))
	}
	return d
}

// describeIndex gives the sizes of whole items, whatever the index projects.
func (t *table) describeIndex(x index, tableARN, status string) indexDescription {
	d := indexDescription{index: x, IndexArn: tableARN + "/index/" + x.IndexName, IndexStatus: status}
	t.each(func(item attributes) {
		if t.indexes[x.IndexName].has(item) {
			d.ItemCount++
			d.IndexSizeBytes += attribute.ItemSize(item)
		}
	})
	return d
}
