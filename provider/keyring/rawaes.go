package keyring

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/provider/secret"
)

// rawAES wraps by AES-GCM (dbesdk 2.2). The cipher is behind a function, where nothing prints it.
type rawAES struct {
	namespace, name string
	info            []byte // the name, and the sizes of tag and nonce in bits and bytes; a nonce follows
	aead            func() cipher.AEAD
}

// RawAES returns a keyring of an AES key of 16, 24 or 32 bytes, which wraps by AES-GCM. The namespace and
// name are stored with every item, for all to read, and say which key it is: give every key a name of its
// own. Namespaces of other kinds of keyrings, such as aws-kms, are an error.
//
// Its nonces are random: replace the key before it has written 2^32 items (SP 800-38D, 8.3).
func RawAES(namespace, name string, key secret.Key) (Keyring, error) {
	fail := func(err error) (Keyring, error) { return nil, fmt.Errorf("keyring: new raw AES: %w", err) }
	err := checkNames(namespace, name)
	if n := key.Len(); n != 16 && n != 24 && n != 32 {
		return fail(errors.Join(err, fmt.Errorf("key of %d bytes: AES takes 16, 24 or 32", n)))
	}
	if err != nil {
		return fail(err)
	}
	block, err := key.AES()
	if err != nil {
		return fail(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return fail(err)
	}
	info := binary.BigEndian.AppendUint32([]byte(name), 8*tagSize)
	info = binary.BigEndian.AppendUint32(info, nonceSize)
	return New(&rawAES{namespace, name, info, func() cipher.AEAD { return aead }})
}

// Wrap encrypts a fresh key under a random nonce.
func (w *rawAES) Wrap(_ context.Context, b Binding) ([]byte, EncryptedDataKey, error) {
	size := len(w.info) + nonceSize
	room := make([]byte, IntermediateKeySize+size+IntermediateKeySize+tagSize) // one allocation of all
	key, room := room[:IntermediateKeySize:IntermediateKeySize], room[IntermediateKeySize:]
	info, room := room[:size:size], room[size:size]
	nonce := info[copy(info, w.info):]
	rand.Read(key)
	rand.Read(nonce)
	return key, EncryptedDataKey{w.namespace, info, w.aead().Seal(room, nonce, key, b.AAD)}, nil
}

// Unwrap is the inverse.
func (w *rawAES) Unwrap(_ context.Context, wrapped EncryptedDataKey, b Binding) ([]byte, error) {
	nonce, ok := bytes.CutPrefix(wrapped.ProviderInfo, w.info)
	if wrapped.ProviderID != w.namespace || !ok || len(nonce) != nonceSize {
		return nil, ErrNoMatch
	}
	if len(wrapped.Ciphertext) != IntermediateKeySize+tagSize {
		return nil, ErrUnwrap
	}
	key, err := w.aead().Open(nil, nonce, wrapped.Ciphertext, b.AAD)
	if err != nil {
		return nil, ErrUnwrap
	}
	return key, nil
}

// String names the key.
func (w *rawAES) String() string { return fmt.Sprintf("raw AES %.64q %.64q", w.namespace, w.name) }
