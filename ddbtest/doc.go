// Package ddbtest is a DynamoDB in the process, for tests and first steps: the real SDK client talks to
// it over loopback, and it needs nothing installed.
//
//	client := ddbtest.New(t)
//	_, err := client.CreateTable(ctx, table.CreateTableInput())
//
// It validates, normalises and refuses as the service does: conditions are complete, numbers and sets
// come back as DynamoDB returns them, keys, sizes and nesting have the service's limits. What a test
// then sees of its items is what it would see in production. Beyond the service it shows what is
// stored ([Server.Stored]), lets a test tamper with it ([Server.Overwrite]) and looks for plaintext
// where there must be none ([NoPlaintext]).
//
// # What is there
//
// CreateTable, DescribeTable, DeleteTable, ListTables, PutItem, GetItem, DeleteItem, UpdateItem with
// updates that set attributes to values and remove attributes, Query of a table without filter, and
// TransactWriteItems of all of these writes. Anything else, an operation, a parameter
// or another update, answers an error with the code NotImplementedException that names it; it is a
// smithy.APIError, and nothing is ever ignored in silence.
//
// Tables are active at once and gone at once. Reads are consistent. Keys of declared indexes are
// checked on every write; consumed capacity counts the table and not its indexes. Every word of the
// developer guide's list is reserved. Signatures and credentials are not checked, and nothing outlives
// the process.
package ddbtest
