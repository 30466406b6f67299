package fakekms

import (
	"errors"
	"fmt"
	"net/http"
)

// exception is an error that the service answers.
type exception struct {
	status  int
	name    string
	message string
}

func (e *exception) Error() string { return e.name + ": " + e.message }

// cutError is no answer at all.
type cutError struct{ kind Kind }

func (e cutError) Error() string { return e.kind.String() }

// asException is err as it is answered. An error that is no exception is a bug of this package.
func asException(err error) exception {
	e := exception{status: http.StatusInternalServerError, name: "KMSInternalException", message: "fakekms: internal error"}
	if known, ok := errors.AsType[*exception](err); ok {
		e = *known
	}
	if e.status == 0 {
		e.status = http.StatusBadRequest
	}
	return e
}

func invalid(format string, args ...any) error {
	return &exception{name: "ValidationException", message: fmt.Sprintf(format, args...)}
}

func serialization(message string) error {
	return &exception{name: "SerializationException", message: message}
}

func unknownOperation(name string) error {
	return &exception{name: "UnknownOperationException", message: fmt.Sprintf("fakekms: %.64q is not implemented", name)}
}

// unsupported is what this package does not implement, though the service may.
func unsupported(what string) error {
	return &exception{name: "UnsupportedOperationException", message: fmt.Sprintf("fakekms: %.100s is not implemented", what)}
}

func notFound(format string, args ...any) error {
	return &exception{name: "NotFoundException", message: fmt.Sprintf(format, args...)}
}

func accessDenied(account, permission, arn string) error {
	return &exception{name: "AccessDeniedException", message: fmt.Sprintf(
		"User: arn:aws:iam::%s:user/fakekms is not authorized to perform: kms:%s on resource: %s because no identity-based policy allows the kms:%[2]s action", account, permission, arn)}
}

var (
	// The service says no more than the exception's name.
	invalidCiphertext = &exception{name: "InvalidCiphertextException"}

	incorrectKey = &exception{name: "IncorrectKeyException", message: "The key ID in the request does not identify a CMK that can perform this operation."}

	unknownCiphertext = &exception{name: "AccessDeniedException", message: "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."}
)
