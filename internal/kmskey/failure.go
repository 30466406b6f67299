package kmskey

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// Codes of KMS and DynamoDB that last: the same call fails again until somebody changes something.
var lasting = []string{
	"AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "DisabledException",
	"NotFoundException", "KMSInvalidStateException", "InvalidKeyUsageException", "InvalidGrantTokenException",
	"InvalidArnException", "ResourceNotFoundException", "UnsupportedOperationException", "ValidationException",
	"IncorrectKeyException", "InvalidCiphertextException",
}

// Lasting reports whether err, of a call to KMS or DynamoDB, will not pass by itself: permission was
// denied, the key is disabled, gone, or another. Throttling, timeouts and broken connections pass.
func Lasting(err error) bool { return slices.Contains(lasting, code(err)) }

// Refused reports whether KMS had the key in hand and it did not open the ciphertext: that was altered, or
// made under another key or context.
func Refused(err error) bool {
	c := code(err)
	return c == "InvalidCiphertextException" || c == "IncorrectKeyException"
}

// code is the service's code of err, "" where it gave none.
func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// Explain returns err, of a call that needs a permission such as kms:Decrypt on key, with what it was
// for and what to do. It wraps err. The service's own text stays reachable and is not repeated: some of it
// quotes what the caller sent. Where there was no answer, what stopped the request is told.
func Explain(permission, key string, err error) error {
	if err == nil {
		return nil
	}
	return &failure{permission: permission, key: key, err: err}
}

type failure struct {
	permission, key string
	err             error
}

// Error never has the text of err where that came from the service.
func (f *failure) Error() string {
	s := fmt.Sprintf("%s on %.256q: ", f.permission, f.key)
	if of, ok := within(f.err); ok { // the code is of that call, and the key has no part in it
		return s + fmt.Sprintf("not sent, for want of credentials or a region: %s %s failed first: %s", of.Service(), of.Operation(), cmp.Or(code(of.Err), root(of.Err)))
	}
	switch c := code(f.err); c {
	case "AccessDeniedException":
		policies := "in the caller's IAM policy"
		if strings.HasPrefix(f.permission, "kms:") {
			policies += " and in the key's policy"
		}
		return s + "access denied: allow " + f.permission + " " + policies + " (" + c + ")"
	case "DisabledException":
		return s + "the key is disabled: enable it (" + c + ")"
	case "KMSInvalidStateException":
		return s + "the key is in a state that allows no use, pending deletion say (" + c + ")"
	case "NotFoundException":
		return s + "there is no such key in this account and region (" + c + ")"
	case "ResourceNotFoundException":
		return s + "there is no such table in this account and region: create it, or see what the client is configured for (" + c + ")"
	case "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded":
		return s + "throttled: try again later, and see the account's quotas or the table's capacity (" + c + ")"
	case "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException":
		return s + "the client's credentials are not valid, or no longer: see where it has them from (" + c + ")"
	case "InvalidKeyUsageException":
		return s + "the key was made for another use than this (" + c + ")"
	case "":
	default:
		return s + c
	}
	if errors.Is(f.err, context.Canceled) || errors.Is(f.err, context.DeadlineExceeded) {
		return s + "no answer before the context ended"
	}
	return s + "no answer: " + root(f.err)
}

// within is the call of the SDK that a call failed in, as that of STS for credentials.
func within(err error) (*smithy.OperationError, bool) {
	outer, ok := errors.AsType[*smithy.OperationError](err)
	if !ok {
		return nil, false
	}
	return errors.AsType[*smithy.OperationError](outer.Err)
}

// root is the text of the first cause of err, which is of no service.
func root(err error) string {
	const most = 256
	for {
		next := errors.Unwrap(err)
		if all, ok := err.(interface{ Unwrap() []error }); ok && len(all.Unwrap()) > 0 {
			next = all.Unwrap()[0]
		}
		if next == nil {
			return fmt.Sprintf("%.*q", most, err.Error())
		}
		err = next
	}
}

// Unwrap returns the SDK's error.
func (f *failure) Unwrap() error { return f.err }
