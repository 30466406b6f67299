//go:build hsm

package hsm

import (
	"errors"
	"slices"

	"github.com/miekg/pkcs11"
)

// has reports whether a token answered with one of the codes.
func has(err error, codes ...uint) bool {
	var e pkcs11.Error
	return errors.As(err, &e) && slices.Contains(codes, uint(e))
}

// isLost reports whether session or login are no more, and a new one may do.
func isLost(err error) bool {
	return has(err, pkcs11.CKR_SESSION_HANDLE_INVALID, pkcs11.CKR_SESSION_CLOSED, pkcs11.CKR_DEVICE_REMOVED, pkcs11.CKR_TOKEN_NOT_PRESENT, pkcs11.CKR_SLOT_ID_INVALID,
		pkcs11.CKR_USER_NOT_LOGGED_IN, pkcs11.CKR_OBJECT_HANDLE_INVALID, pkcs11.CKR_KEY_HANDLE_INVALID,
		pkcs11.CKR_WRAPPING_KEY_HANDLE_INVALID, pkcs11.CKR_UNWRAPPING_KEY_HANDLE_INVALID)
}

// isFinalised reports whether the library is no longer initialised.
func isFinalised(err error) bool { return has(err, pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED) }

// isPIN reports whether the token refused the PIN, and may have counted that.
func isPIN(err error) bool {
	return has(err, pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE, pkcs11.CKR_PIN_EXPIRED, pkcs11.CKR_PIN_LOCKED)
}

// isRefusal reports whether the token says that what it was given does not decrypt or unwrap.
func isRefusal(err error) bool {
	return has(err, pkcs11.CKR_WRAPPED_KEY_INVALID, pkcs11.CKR_WRAPPED_KEY_LEN_RANGE, pkcs11.CKR_ENCRYPTED_DATA_INVALID,
		pkcs11.CKR_ENCRYPTED_DATA_LEN_RANGE, pkcs11.CKR_DATA_INVALID, pkcs11.CKR_DATA_LEN_RANGE)
}

// isVague reports whether the token says only that it did not work: SoftHSM answers so to a wrapped key
// that was altered, others when they are out of order.
func isVague(err error) bool {
	return has(err, pkcs11.CKR_GENERAL_ERROR, pkcs11.CKR_FUNCTION_FAILED, pkcs11.CKR_DEVICE_ERROR)
}
