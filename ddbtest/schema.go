package ddbtest

import (
	"maps"
	"slices"
	"strings"
)

// The parameters of CreateTable, most of which a description of the table has too.
type (
	attributeDefinition struct{ AttributeName, AttributeType string }

	keyElement struct{ AttributeName, KeyType string }

	projection struct {
		ProjectionType   string
		NonKeyAttributes []string `json:",omitempty"`
	}

	throughput struct{ ReadCapacityUnits, WriteCapacityUnits int64 }

	index struct {
		IndexName             string
		KeySchema             []keyElement
		Projection            *projection
		ProvisionedThroughput *throughput `json:",omitempty"`
	}

	tableInput struct {
		name          string
		definitions   []attributeDefinition
		keys          []keyElement
		billing       string
		throughput    *throughput
		global, local []index
	}
)

// The service's limits of a table.
const (
	maxGlobalIndexes = 20
	maxLocalIndexes  = 5
	maxKeyName       = 255
	minTableName     = 3 // of an index too
	maxTableName     = 255
)

const (
	provisioned   = "PROVISIONED"
	payPerRequest = "PAY_PER_REQUEST"
)

// check refuses what the service refuses, and returns the keys of the table and of its indexes.
func (in *tableInput) check() (keys keySchema, indexes map[string]keySchema, err error) {
	if err := checkName(in.name); err != nil {
		return nil, nil, err
	}
	if err := in.checkBilling(); err != nil {
		return nil, nil, err
	}
	defined, err := define(in.definitions)
	if err != nil {
		return nil, nil, err
	}
	if keys, err = defined.keySchema(in.keys); err != nil {
		return nil, nil, err
	}
	if indexes, err = in.checkIndexes(defined, keys); err != nil {
		return nil, nil, err
	}
	return keys, indexes, defined.checkUsed(keys, indexes)
}

// checkName checks the name of a table or an index.
func checkName(name string) error {
	strange := strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_-.", r)
	})
	if strange || len(name) < minTableName || len(name) > maxTableName {
		return invalid("Invalid table/index name.  Table/index names must be between %d and %d characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'", minTableName, maxTableName)
	}
	return nil
}

func (in *tableInput) checkBilling() error {
	if err := oneOf("billingMode", &in.billing, provisioned, payPerRequest); err != nil {
		return err
	}
	if in.billing == payPerRequest {
		if in.throughput != nil {
			return invalidParameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
		return nil
	}
	if in.throughput == nil {
		return invalidParameter("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	return in.throughput.check()
}

func (t *throughput) check() error {
	if t.ReadCapacityUnits < 1 || t.WriteCapacityUnits < 1 {
		return invalid("Table read and write throughput must be at least 1, and cannot be null")
	}
	return nil
}

// definitions is the types of key attributes by name.
type definitions map[string]string

func define(all []attributeDefinition) (definitions, error) {
	if len(all) == 0 {
		return nil, invalid("No Attribute Schema Defined")
	}
	types := make(definitions, len(all))
	for _, d := range all {
		if _, twice := types[d.AttributeName]; twice {
			return nil, invalid("Cannot have two attributes with the same name")
		}
		if len(d.AttributeName) < 1 || len(d.AttributeName) > maxKeyName {
			return nil, invalid("Names of key attributes and attributes projected into an index must be between 1 and %d characters, inclusive", maxKeyName)
		}
		if !slices.Contains([]string{"B", "N", "S"}, d.AttributeType) {
			return nil, invalid("Member must satisfy enum value set: [B, N, S]")
		}
		types[d.AttributeName] = d.AttributeType
	}
	return types, nil
}

// keySchema is a key with the types of its attributes.
func (d definitions) keySchema(elements []keyElement) (keySchema, error) {
	roles := make([]string, len(elements))
	for i, e := range elements {
		roles[i] = e.KeyType
	}
	switch strings.Join(roles, " ") {
	case "HASH":
	case "HASH RANGE":
		if elements[0].AttributeName == elements[1].AttributeName {
			return nil, invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
		}
	default:
		return nil, invalid("Invalid KeySchema: a key is one HASH element, which may be followed by one RANGE element")
	}
	keys := make(keySchema, len(elements))
	for i, e := range elements {
		kind, ok := d[e.AttributeName]
		if !ok {
			return nil, invalidParameter("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s]", e.AttributeName)
		}
		keys[i] = keyAttribute{e.AttributeName, kind, maxPartitionKey}
		if i > 0 {
			keys[i].limit = maxSortKey
		}
	}
	return keys, nil
}

// checkUsed refuses definitions of attributes that are in no key.
func (d definitions) checkUsed(keys keySchema, indexes map[string]keySchema) error {
	unused := maps.Clone(d)
	for _, k := range append(slices.Collect(maps.Values(indexes)), keys) {
		for _, a := range k {
			delete(unused, a.name)
		}
	}
	if len(unused) > 0 {
		return invalidParameter("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

func (in *tableInput) checkIndexes(defined definitions, keys keySchema) (map[string]keySchema, error) {
	switch {
	case in.global != nil && len(in.global) == 0:
		return nil, invalidParameter("List of GlobalSecondaryIndexes is empty")
	case len(in.global) > maxGlobalIndexes:
		return nil, invalidParameter("GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobalIndexes)
	case len(in.local) > maxLocalIndexes:
		return nil, invalidParameter("Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocalIndexes)
	case len(in.local) > 0 && len(keys) == 1:
		return nil, invalidParameter("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
	}
	indexes := make(map[string]keySchema)
	for _, x := range slices.Concat(in.global, in.local) {
		if err := x.check(); err != nil {
			return nil, err
		}
		if _, twice := indexes[x.IndexName]; twice {
			return nil, invalidParameter("Duplicate index name: %s", x.IndexName)
		}
		k, err := defined.keySchema(x.KeySchema)
		if err != nil {
			return nil, err
		}
		indexes[x.IndexName] = k
	}
	for _, x := range in.global {
		if err := in.checkGlobal(x); err != nil {
			return nil, err
		}
	}
	for _, x := range in.local {
		if k := indexes[x.IndexName]; len(k) == 1 || k[0] != keys[0] {
			return nil, invalidParameter("Index %s: a LocalSecondaryIndex has the hash key of its table and a range key", x.IndexName)
		}
	}
	return indexes, nil
}

func (x index) check() error {
	if err := checkName(x.IndexName); err != nil {
		return err
	}
	if x.Projection == nil {
		return invalidParameter("Indexes must have a projection specified: %s", x.IndexName)
	}
	names := len(x.Projection.NonKeyAttributes)
	switch x.Projection.ProjectionType {
	case "ALL", "KEYS_ONLY":
		if names > 0 {
			return invalidParameter("ProjectionType is %s, but NonKeyAttributes is specified: %s", x.Projection.ProjectionType, x.IndexName)
		}
	case "INCLUDE":
		if names == 0 {
			return invalidParameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified: %s", x.IndexName)
		}
	default:
		return invalidParameter("Projection type must be INCLUDE, ALL, or KEYS_ONLY: %s", x.IndexName)
	}
	return nil
}

// checkGlobal checks the throughput of an index, which it has if its table does.
func (in *tableInput) checkGlobal(x index) error {
	if (x.ProvisionedThroughput != nil) != (in.billing == provisioned) {
		return invalidParameter("ProvisionedThroughput of index %s does not fit billing mode %s", x.IndexName, in.billing)
	}
	if x.ProvisionedThroughput == nil {
		return nil
	}
	return x.ProvisionedThroughput.check()
}
