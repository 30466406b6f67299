package keyring

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/internal/ecdhwrap"
	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/point"
	"github.com/dynaseal/ddb/provider/secret"
)

// RawECDHStatic returns a keyring of a private key of one's own and the public key of the other side,
// both on P-256, P-384 or P-521 (dbesdk 2.7, RawPrivateKeyToStaticPublicKey). It writes for the other
// side to read, and reads what either side wrote for the other, with keys of a key management service
// too. The private key may be in a hardware module: it is used once, here, for the secret that both
// sides share.
func RawECDHStatic(own ecdh.KeyExchanger, other *ecdh.PublicKey) (Keyring, error) {
	fail := func(err error) (Keyring, error) { return nil, fmt.Errorf("keyring: new raw ECDH, static: %w", err) }
	mine, curve, err := checkPrivate(own)
	if other == nil || err == nil && other.Curve() != mine.Curve() {
		err = errors.Join(err, errors.New("no public key of the other side on the same curve"))
	}
	if err != nil {
		return fail(err)
	}
	shared, err := agree(own.ECDH, other)
	if err != nil {
		return fail(err)
	}
	return New(&rawECDH{curve, static{ecdhwrap.Parties{Sender: compress(mine), Recipient: compress(other)}, shared}})
}

// RawECDHEphemeral returns a keyring that makes a key pair for each item and writes for the owner of this
// public key, on P-256, P-384 or P-521, to read (dbesdk 2.7, EphemeralPrivateKeyToStaticPublicKey). It
// does not read: the recipient does, by [RawECDHDiscovery]. Anyone who has the public key can write items
// so.
func RawECDHEphemeral(recipient *ecdh.PublicKey) (Keyring, error) {
	curve, err := checkPublic(recipient)
	if err != nil {
		return nil, fmt.Errorf("keyring: new raw ECDH, ephemeral: %w", err)
	}
	return New(&rawECDH{curve, ephemeral{recipient, compress(recipient)}})
}

// RawECDHDiscovery returns a keyring that reads what anyone wrote for the owner of this private key, on
// P-256, P-384 or P-521, which may be in a hardware module (dbesdk 2.7, PublicKeyDiscovery). It does not
// write. Who wrote an item is not checked: anyone who has the public key could have.
func RawECDHDiscovery(own ecdh.KeyExchanger) (Keyring, error) {
	mine, curve, err := checkPrivate(own)
	if err != nil {
		return nil, fmt.Errorf("keyring: new raw ECDH, discovery: %w", err)
	}
	return New(&rawECDH{curve, discovery{curve, compress(mine), own.ECDH}})
}

func checkPrivate(own ecdh.KeyExchanger) (*ecdh.PublicKey, ecdhwrap.Curve, error) {
	if given.Nil(own) {
		return nil, ecdhwrap.Curve{}, errors.New("no private key")
	}
	mine := own.PublicKey()
	curve, err := checkPublic(mine)
	return mine, curve, err
}

func checkPublic(k *ecdh.PublicKey) (ecdhwrap.Curve, error) {
	if k == nil {
		return ecdhwrap.Curve{}, errors.New("no public key")
	}
	curve, ok := ecdhwrap.CurveOf(k.Curve())
	if !ok {
		return curve, errors.New("the key is not on one of P-256, P-384, P-521")
	}
	return curve, nil
}

func compress(k *ecdh.PublicKey) []byte { return point.Compress(k.Bytes()) }

// rawECDH wraps under a secret that two keys share.
type rawECDH struct {
	curve ecdhwrap.Curve
	schema
}

// schema says whose keys these are.
type schema interface {
	// write gives the parties of a new wrapping, and the secret that they share.
	write() (ecdhwrap.Parties, secret.Key, error)

	// read gives the secret that the parties of a stored wrapping share. They are hostile.
	read(ecdhwrap.Parties) (secret.Key, error)

	name() string
}

// Wrap wraps a fresh key.
func (w *rawECDH) Wrap(_ context.Context, b Binding) ([]byte, EncryptedDataKey, error) {
	parties, shared, err := w.write()
	if err != nil {
		return nil, EncryptedDataKey{}, err
	}
	key := newIntermediateKey()
	wrapped, err := w.curve.Seal(shared.Expose(), parties, b.AAD, key)
	return key, EncryptedDataKey{idRawECDH, ecdhwrap.AppendInfo(nil, parties), wrapped}, err
}

// Unwrap is the inverse. Keys of a key management service wrap in the same way.
func (w *rawECDH) Unwrap(_ context.Context, wrapped EncryptedDataKey, b Binding) ([]byte, error) {
	parties, ok := w.curve.ParseKey(wrapped.ProviderID, wrapped.ProviderInfo)
	if !ok {
		return nil, ErrNoMatch
	}
	shared, err := w.read(parties)
	if err != nil {
		return nil, err
	}
	key, err := w.curve.Open(shared.Expose(), parties, b.AAD, wrapped.Ciphertext)
	if errors.Is(err, ecdhwrap.ErrOpen) {
		return nil, ErrUnwrap
	}
	return key, err
}

// String names the schema and curve.
func (w *rawECDH) String() string { return fmt.Sprintf("raw ECDH, %s on %v", w.name(), w.curve) }

type static struct {
	ecdhwrap.Parties
	shared secret.Key
}

func (static) name() string { return "static" }

func (s static) write() (ecdhwrap.Parties, secret.Key, error) { return s.Parties, s.shared, nil }

func (s static) read(p ecdhwrap.Parties) (secret.Key, error) {
	if !p.Are(s.Parties) {
		return secret.Key{}, ErrNoMatch
	}
	return s.shared, nil
}

type ephemeral struct {
	recipient  *ecdh.PublicKey
	compressed []byte
}

func (ephemeral) name() string { return "ephemeral" }

func (s ephemeral) write() (ecdhwrap.Parties, secret.Key, error) {
	own, err := s.recipient.Curve().GenerateKey(rand.Reader)
	if err != nil {
		return ecdhwrap.Parties{}, secret.Key{}, err
	}
	shared, err := agree(own.ECDH, s.recipient)
	return ecdhwrap.Parties{Sender: compress(own.PublicKey()), Recipient: s.compressed}, shared, err
}

func (s ephemeral) read(p ecdhwrap.Parties) (secret.Key, error) {
	if !bytes.Equal(p.Recipient, s.compressed) {
		return secret.Key{}, ErrNoMatch
	}
	return secret.Key{}, ErrOnlyWrites
}

type discovery struct {
	curve      ecdhwrap.Curve
	compressed []byte
	agree      func(*ecdh.PublicKey) ([]byte, error)
}

func (discovery) name() string { return "discovery" }

func (discovery) write() (ecdhwrap.Parties, secret.Key, error) {
	return ecdhwrap.Parties{}, secret.Key{}, ErrOnlyReads
}

func (s discovery) read(p ecdhwrap.Parties) (secret.Key, error) {
	if !bytes.Equal(p.Recipient, s.compressed) {
		return secret.Key{}, ErrNoMatch
	}
	sender, ok := s.curve.Decompress(p.Sender)
	if !ok {
		return secret.Key{}, ErrUnwrap
	}
	return agree(s.agree, sender)
}

func agree(ecdh func(*ecdh.PublicKey) ([]byte, error), other *ecdh.PublicKey) (secret.Key, error) {
	z, err := ecdh(other)
	if err != nil {
		return secret.Key{}, err
	}
	defer clear(z)
	return secret.New(z)
}
