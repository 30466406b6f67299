package expr

import "fmt"

// Error is an expression the service refuses.
type Error struct {
	// Parameter is the request's parameter that is at fault, such as ConditionExpression; empty
	// where the placeholders are.
	Parameter string
	Problem   string
}

// Error is worded as the message of the service's ValidationException. It names attributes and
// placeholders, and holds no value.
func (e *Error) Error() string {
	if e.Parameter == "" {
		return e.Problem
	}
	return "Invalid " + e.Parameter + ": " + e.Problem
}

// problem is what is wrong, before it is known in which parameter.
type problem string

func (p problem) Error() string { return string(p) }

func refuse(format string, args ...any) error { return problem(fmt.Sprintf(format, args...)) }

const redundantParentheses problem = "The expression has redundant parentheses;"
