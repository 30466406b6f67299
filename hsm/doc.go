// Package hsm uses keys of hardware modules through PKCS #11: AES key wrap, HMAC, signatures (RSA, ECDSA)
// and RSA-OAEP, each for its place in a provider.WrappedConfig. The keys never leave the module; the
// content keys that they wrap, one for each item, are used in the process.
//
// It needs cgo and a C compiler, so that everything but this comment is behind the build tag hsm:
//
//	go build -tags hsm
//
// [Load] loads the vendor's library, [Module.Open] logs into a token, and the token's methods find keys
// by label or id:
//
//	module, err := hsm.Load(hsm.ModuleConfig{Library: "/usr/lib/softhsm/libsofthsm2.so"})
//	token, err := module.Open(ctx, hsm.TokenConfig{Label: "payments", PIN: pin})
//	wrapper, err := token.AESWrapper(ctx, hsm.Key{Label: "wrap"})
//	mac, err := token.HMAC(ctx, crypto.SHA256, hsm.Key{Label: "mac"})
//
//	wrap, err := provider.WrapAESIn(wrapper)
//	keys, err := provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Sign: mac, Verify: mac})
//
// [Token.Signer] is for provider.NewSigner, [Token.Decrypter] for provider.WrapRSA. Each is checked as it
// is made, by a call of its kind: what a token cannot do does not construct. The module's example folder
// is a whole program.
//
// # Tokens
//
// Tests run on SoftHSM 2 and on NSS softoken. SoftHSM has OAEP with SHA-1 only: set
// [DecrypterConfig].UnpadHere. NSS softoken asks for [ModuleConfig].Parameters. Hardware may have
// policies of its own: AES key wrap creates extractable session objects for the content keys, for the
// time of a call, which some forbid.
//
// # Errors
//
// The token's own answers are reached by errors.As, as a pkcs11.Error of github.com/miekg/pkcs11. Those
// which say that a wrapped key does not unwrap are provider.ErrUnwrap, and so crypt.ErrAuth where an item
// is read; all others, [ErrClosed] and [ErrNoKey] among them, are crypt.ErrKeys there. A token that says
// no more than that it failed is asked to unwrap a key of its own right then: if it can, it was the item's.
//
// # Limits
//
// A call of the library cannot be stopped: contexts end the wait for a session, and what was not begun.
// PINs are text in the library's memory for the time of the login. A key that asks for its PIN at every
// use (CKA_ALWAYS_AUTHENTICATE) is not supported, nor PKCS #1 v1.5 unwrapping.
package hsm
