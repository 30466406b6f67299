// Package expr reads and evaluates DynamoDB's expressions as the service does: conditions, the paths
// of projections, and updates of whole attributes.
//
// A lexer makes tokens, a parser a tree, a check finds what the service would refuse (reserved words,
// undefined and unused placeholders, operands of a wrong type), and only what passed is evaluated.
// Everything returned is immutable and safe for concurrent use.
package expr

// The service's limits ("Service, account, and table quotas", expression parameters).
const (
	MaxText      = 4096 // bytes of an expression
	MaxOperators = 300  // operators and functions of an expression
	MaxOperands  = 100  // operands of IN
	MaxAlias     = 255  // bytes of a placeholder, # or : included
	MaxName      = 65535
	MaxPath      = 32 // elements of a document path
	MaxIndex     = 1<<31 - 1
)
