// Package ecdhwrap wraps keys of 32 bytes under the secret that two keys on a curve share, as the ECDH
// keyrings of the modern format do (dbesdk 2.7), those of a key management service too.
package ecdhwrap

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"errors"

	"github.com/dynaseal/ddb/internal/kdf"
	"github.com/dynaseal/ddb/internal/point"
)

// Sizes in bytes.
const (
	KeySize     = 32 // of the keys that are wrapped
	WrappedSize = saltSize + commitSize + KeySize + tagSize
)

// Ids of the kinds of keyrings that wrap so, in encrypted data keys (dbesdk 2.1). They read each other's.
const (
	RawID = "raw-ecdh"
	KMSID = "aws-kms-ecdh"
)

const (
	saltSize   = 32
	commitSize = 32
	tagSize    = 16
	nonceSize  = 12
)

// ErrOpen: what was wrapped does not unwrap. It was altered, or wrapped under another secret, for other
// parties or with another context.
var ErrOpen = errors.New("ecdhwrap: does not unwrap")

// Curve is one of P-256, P-384 and P-521.
type Curve struct {
	name     string // in what keys are derived from
	ecdh     ecdh.Curve
	elliptic elliptic.Curve
}

// CurveOf returns the Curve of crypto/ecdh's, if the format has it.
func CurveOf(c ecdh.Curve) (Curve, bool) {
	switch c {
	case ecdh.P256():
		return Curve{"p256", c, elliptic.P256()}, true
	case ecdh.P384():
		return Curve{"p384", c, elliptic.P384()}, true
	case ecdh.P521():
		return Curve{"p521", c, elliptic.P521()}, true
	}
	return Curve{}, false
}

// String is the name that NIST gives the curve.
func (c Curve) String() string { return c.elliptic.Params().Name }

// SecretSize is the size in bytes of the secret that two keys on c share.
func (c Curve) SecretSize() int { return point.CompressedSize(c.elliptic) - 1 }

// Decompress returns the key of a compressed point, and none if it is not one on the curve.
func (c Curve) Decompress(compressed []byte) (*ecdh.PublicKey, bool) {
	u, ok := point.Decompress(c.elliptic, compressed)
	if !ok {
		return nil, false
	}
	k, err := c.ecdh.NewPublicKey(u)
	return k, err == nil
}

// Parties are the compressed points of who wrote and who is to read.
type Parties struct{ Sender, Recipient []byte }

// Are reports whether p and q are the same two, in either direction.
func (p Parties) Are(q Parties) bool {
	there := bytes.Equal(p.Sender, q.Sender) && bytes.Equal(p.Recipient, q.Recipient)
	back := bytes.Equal(p.Sender, q.Recipient) && bytes.Equal(p.Recipient, q.Sender)
	return there || back
}

const infoVersion = 1

// AppendInfo appends the provider info of an encrypted data key: the parties, the recipient first.
func AppendInfo(dst []byte, p Parties) []byte {
	dst = append(dst, infoVersion)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(p.Recipient)))
	dst = append(dst, p.Recipient...)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(p.Sender)))
	return append(dst, p.Sender...)
}

// ParseKey is ParseInfo of an encrypted data key that either kind of keyring wrapped.
func (c Curve) ParseKey(id string, info []byte) (p Parties, ok bool) {
	if id != RawID && id != KMSID {
		return Parties{}, false
	}
	return c.ParseInfo(info)
}

// ParseInfo is the inverse of AppendInfo for parties on c. That they are points on it is still to be seen. They lie in
// info.
func (c Curve) ParseInfo(info []byte) (p Parties, ok bool) {
	size := point.CompressedSize(c.elliptic)
	if len(info) != 1+2*(4+size) || info[0] != infoVersion {
		return Parties{}, false
	}
	recipient, sender := info[1:5+size], info[5+size:]
	if binary.BigEndian.Uint32(recipient) != uint32(size) || binary.BigEndian.Uint32(sender) != uint32(size) {
		return Parties{}, false
	}
	return Parties{Sender: sender[4:], Recipient: recipient[4:]}, true
}

// Seal wraps key under the secret that the parties share. Context is the serialised encryption context.
// The result belongs to the caller.
func (c Curve) Seal(shared []byte, p Parties, context, key []byte) ([]byte, error) {
	out := make([]byte, saltSize, WrappedSize)
	rand.Read(out)
	fixed := c.fixedInfo(p, context)
	commit, aead, err := derive(shared, fixed, out)
	if err != nil {
		return nil, err
	}
	out = append(out, commit...)
	return aead.Seal(out, zeroNonce[:], key, fixed), nil
}

// Open is the inverse. The errors are ErrOpen and those of a mode of Go that lacks the primitives.
func (c Curve) Open(shared []byte, p Parties, context, wrapped []byte) ([]byte, error) {
	if len(wrapped) != WrappedSize {
		return nil, ErrOpen
	}
	fixed := c.fixedInfo(p, context)
	commit, aead, err := derive(shared, fixed, wrapped[:saltSize])
	if err != nil {
		return nil, err
	}
	wrapped = wrapped[saltSize:]
	if subtle.ConstantTimeCompare(commit, wrapped[:commitSize]) != 1 {
		return nil, ErrOpen
	}
	key, err := aead.Open(nil, zeroNonce[:], wrapped[commitSize:], fixed)
	if err != nil {
		return nil, ErrOpen
	}
	return key, nil
}

// zeroNonce serves under keys that encrypt once: the salt is fresh.
var zeroNonce [nonceSize]byte

// fixedInfo names everything that the derived keys are for.
func (c Curve) fixedInfo(p Parties, context []byte) []byte {
	return bytes.Join([][]byte{
		[]byte("ecdh-key-derivation"), []byte(c.name), []byte("HMAC_SHA384"), append(bytes.Clone(p.Sender), p.Recipient...), {1}, context,
	}, []byte{0})
}

// derive makes the commitment and the key that wraps.
func derive(shared, fixed, salt []byte) (commit []byte, _ cipher.AEAD, _ error) {
	keys := kdf.Counter(sha512.New384, shared, fixed, salt, commitSize+KeySize)
	defer clear(keys[commitSize:])
	block, err := aes.NewCipher(keys[commitSize:])
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCM(block)
	return keys[:commitSize], aead, err
}
