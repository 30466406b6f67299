//go:build hsm

package hsm

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // MGF1, which the format leaves at SHA-1
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/dynaseal/ddb/internal/oaep"
	"github.com/dynaseal/ddb/provider"
	"github.com/miekg/pkcs11"
)

// DecrypterConfig says how a token decrypts.
type DecrypterConfig struct {
	// Hash is that of OAEP: SHA-1, SHA-256, SHA-384 or SHA-512, the same as provider.RSAWrapConfig's. 0:
	// SHA-256. MGF1 is with SHA-1 whatever the hash, and the label is empty, as the format has it.
	Hash crypto.Hash

	// UnpadHere has the token do raw RSA (CKM_RSA_X_509), and takes the padding off in this process, in
	// constant time: for tokens whose OAEP lacks the combination of hashes, SoftHSM's among them. The key
	// must be allowed raw RSA then, which signs as well as it decrypts: whoever has a session can do
	// either. False: the token takes the padding off (CKM_RSA_PKCS_OAEP), and nothing but the content
	// key leaves it.
	UnpadHere bool
}

// Decrypter is a private RSA key in a token, for provider.RSAWrapConfig's Private. It is safe for
// concurrent use.
type Decrypter struct {
	key    *object
	public *rsa.PublicKey
	hash   crypto.Hash
	here   bool
}

var (
	_ crypto.Decrypter          = (*Decrypter)(nil)
	_ provider.ContextDecrypter = (*Decrypter)(nil)
)

// Decrypter finds a private RSA key, and checks that the token decrypts, as c says, what was encrypted for
// it. Which way that is remains as it was chosen, whatever fails later.
func (t *Token) Decrypter(ctx context.Context, k Key, c DecrypterConfig) (*Decrypter, error) {
	d := &Decrypter{hash: c.Hash, here: c.UnpadHere}
	if d.hash == 0 {
		d.hash = crypto.SHA256
	}
	if _, ok := hashMechanisms[d.hash]; !ok {
		return nil, fmt.Errorf("hsm: decrypter: %v is not one of SHA-1, SHA-256, SHA-384, SHA-512", d.hash)
	}
	var err error
	if d.key, err = t.object(ctx, k, pkcs11.CKO_PRIVATE_KEY, pkcs11.CKK_RSA); err != nil {
		return nil, fmt.Errorf("hsm: decrypter: %w", err)
	}
	d.public = d.key.public.(*rsa.PublicKey)
	if err := d.check(ctx); err != nil {
		if !d.here && has(err, pkcs11.CKR_ARGUMENTS_BAD, pkcs11.CKR_MECHANISM_INVALID, pkcs11.CKR_MECHANISM_PARAM_INVALID) {
			err = fmt.Errorf("the token has no OAEP with %v and MGF1 with SHA-1: set UnpadHere: %w", d.hash, err)
		}
		return nil, fmt.Errorf("hsm: decrypter: %w", err)
	}
	return d, nil
}

// check decrypts a message of its own.
func (d *Decrypter) check(ctx context.Context) error {
	message := make([]byte, 32)
	rand.Read(message)
	wrapped, err := rsa.EncryptOAEPWithOptions(rand.Reader, d.public, message, &rsa.OAEPOptions{Hash: d.hash, MGFHash: crypto.SHA1})
	if err != nil {
		return err
	}
	got, err := d.decrypt(ctx, wrapped)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(message, got) != 1 {
		return errors.New("the token does not decrypt what was encrypted under the public key")
	}
	return nil
}

// Public is the public key. It is shared: read, never write.
func (d *Decrypter) Public() crypto.PublicKey { return d.public }

// Decrypt is DecryptContext without a context.
func (d *Decrypter) Decrypt(_ io.Reader, wrapped []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	return d.DecryptContext(context.Background(), wrapped, opts)
}

// DecryptContext decrypts what was encrypted by OAEP. The only opts are *rsa.OAEPOptions of the
// Decrypter's hash, MGF1 with SHA-1 and no label; PKCS #1 v1.5, which a token would have to take off in
// constant time, is refused. What does not decrypt is [provider.ErrUnwrap]. The context ends the wait
// for a session.
func (d *Decrypter) DecryptContext(ctx context.Context, wrapped []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	o, ok := opts.(*rsa.OAEPOptions)
	if !ok || o == nil || o.Hash != d.hash || o.MGFHash != crypto.SHA1 || len(o.Label) > 0 {
		return nil, fmt.Errorf("hsm: decrypt: this key is for OAEP with %v, MGF1 with SHA-1 and no label", d.hash)
	}
	key, err := d.decrypt(ctx, wrapped)
	if err != nil && !errors.Is(err, provider.ErrUnwrap) {
		key, err = settle(err, func() error { return d.check(ctx) }, func() ([]byte, error) { return d.decrypt(ctx, wrapped) })
	}
	if err != nil {
		return nil, fmt.Errorf("hsm: decrypt: %w", err)
	}
	return key, nil
}

func (d *Decrypter) decrypt(ctx context.Context, wrapped []byte) ([]byte, error) {
	if len(wrapped) != d.public.Size() || new(big.Int).SetBytes(wrapped).Cmp(d.public.N) >= 0 {
		return nil, provider.ErrUnwrap // a fact that whoever knows the public key sees
	}
	if !d.here {
		return d.ask(ctx, pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS_OAEP,
			pkcs11.NewOAEPParams(hashMechanisms[d.hash], pkcs11.CKG_MGF1_SHA1, pkcs11.CKZ_DATA_SPECIFIED, nil)), wrapped)
	}
	raw, err := d.ask(ctx, pkcs11.NewMechanism(pkcs11.CKM_RSA_X_509, nil), wrapped)
	defer clear(raw)
	if err != nil {
		return nil, err
	}
	block := make([]byte, d.public.Size()) // a token may leave out leading zeros
	defer clear(block)
	if len(raw) > len(block) {
		return nil, fmt.Errorf("the token gave %d bytes for a key of %d", len(raw), len(block))
	}
	copy(block[len(block)-len(raw):], raw)
	message, err := oaep.Unpad(block, d.hash, crypto.SHA1)
	if err != nil {
		return nil, provider.ErrUnwrap
	}
	return message, nil
}

func (d *Decrypter) ask(ctx context.Context, m *pkcs11.Mechanism, wrapped []byte) (message []byte, err error) {
	err = d.key.do(ctx, func(c *call, private found) error {
		err := c.DecryptInit(c.handle, []*pkcs11.Mechanism{m}, private.handle)
		if err != nil {
			return err
		}
		message, err = c.Decrypt(c.handle, wrapped)
		return err
	})
	return message, err
}

// hashMechanisms name the hashes to a token.
var hashMechanisms = map[crypto.Hash]uint{crypto.SHA1: pkcs11.CKM_SHA_1, crypto.SHA256: pkcs11.CKM_SHA256, crypto.SHA384: pkcs11.CKM_SHA384, crypto.SHA512: pkcs11.CKM_SHA512}
