package ddbtest

import (
	"errors"
	"fmt"
	"net/http"
)

// fault is an error that the service answers. Its message holds no value of an item.
type fault struct {
	status  int // 0: 400
	kind    string
	message string
	item    attributes // of a failed condition that asked for it
	reasons []reason   // of a transaction that was cancelled
}

func (f *fault) Error() string { return f.message }

const (
	dynamodbFault   = "com.amazonaws.dynamodb.v20120810#"
	validationFault = "com.amazon.coral.validate#ValidationException"
)

var (
	badRequest       = &fault{kind: "com.amazon.coral.service#SerializationException", message: "the request is not JSON of the operation's shape"}
	notUnicode       = &fault{kind: badRequest.kind, message: "a name or a string is not UTF-8"}
	unknownOperation = &fault{kind: "com.amazon.coral.service#UnknownOperationException"}
	tooLarge         = &fault{status: http.StatusRequestEntityTooLarge, kind: "com.amazon.coral.service#RequestEntityTooLargeException", message: "the request is larger than 16 MB"}
)

// invalid is the service's ValidationException.
func invalid(format string, args ...any) error {
	return &fault{kind: validationFault, message: fmt.Sprintf(format, args...)}
}

// invalidParameter is a ValidationException with the service's usual opening.
func invalidParameter(format string, args ...any) error {
	return invalid("One or more parameter values were invalid: "+format, args...)
}

func notFound(table string) error {
	return &fault{kind: dynamodbFault + "ResourceNotFoundException", message: "Requested resource not found: Table: " + table + " not found"}
}

func inUse(table string) error {
	return &fault{kind: dynamodbFault + "ResourceInUseException", message: "Table already exists: " + table}
}

// conditionFailed carries the item that did not meet the condition if the request asked for it.
func conditionFailed(item attributes) error {
	return &fault{kind: dynamodbFault + "ConditionalCheckFailedException", message: "The conditional request failed", item: item}
}

// notImplemented is ours: the service has more than this package.
func notImplemented(operation, what string) error {
	const shown = 64
	if len(operation) > shown {
		operation = operation[:shown] + "…"
	}
	return &fault{kind: "com.dynaseal.ddbtest#NotImplementedException", message: fmt.Sprintf("ddbtest: %q: %s is not implemented; run this test on DynamoDB Local", operation, what)}
}

// asFault is err as it is answered. An error that is no fault is a bug of this package.
func asFault(err error) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	return &fault{status: http.StatusInternalServerError, kind: dynamodbFault + "InternalServerError", message: "ddbtest: internal error"}
}

func (f *fault) answer() (status int, body []byte) {
	body, err := respond(struct {
		Type    string     `json:"__type"`
		Message string     `json:"message"`
		Item    attributes `json:",omitempty"`
		Reasons []reason   `json:"CancellationReasons,omitempty"`
	}{f.kind, f.message, f.item, f.reasons}, nil)
	if err != nil {
		return http.StatusInternalServerError, nil
	}
	if f.status == 0 {
		return http.StatusBadRequest, body
	}
	return f.status, body
}
