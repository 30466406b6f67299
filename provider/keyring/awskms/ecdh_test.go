package awskms_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/point"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Keys of KMS and raw ones read each other's items, in both directions and under both suites.
func TestECDHWithRawKeys(t *testing.T) {
	s := start(t)
	for _, curve := range specs {
		clinic, lab := newEC(t, curve), newEC(t, curve)
		ofClinic, ofLab := ownEC(s, clinic), ownEC(s, lab)
		raw := func(k keyring.Keyring, err error) keyring.Keyring {
			require.NoError(t, err)
			return k
		}
		var (
			kmsClinic    = newECDH(t, ofClinic, lab.PublicKey())
			kmsLab       = newECDH(t, ofLab, clinic.PublicKey())
			kmsDiscovery = newECDHDiscovery(t, ofLab)
			rawClinic    = raw(keyring.RawECDHStatic(clinic, lab.PublicKey()))
			rawLab       = raw(keyring.RawECDHStatic(lab, clinic.PublicKey()))
			rawDiscovery = raw(keyring.RawECDHDiscovery(lab))
			rawEphemeral = raw(keyring.RawECDHEphemeral(lab.PublicKey()))
		)
		both := []keyring.Keyring{kmsClinic, kmsLab, rawClinic, rawLab}
		discoveries := []keyring.Keyring{kmsDiscovery, rawDiscovery}
		for name, c := range map[string]struct {
			write keyring.Keyring
			read  []keyring.Keyring
		}{
			"KMS, the clinic": {kmsClinic, append(discoveries, both...)},
			"raw, the clinic": {rawClinic, append(discoveries, both...)},
			"KMS, the lab":    {kmsLab, both},
			"raw, the lab":    {rawLab, both},
			"raw, ephemeral":  {rawEphemeral, discoveries},
		} {
			t.Run(fmt.Sprint(curve, " ", name), func(t *testing.T) {
				for _, suite := range suites {
					stored := write(t, encryptor(t, c.write, suite))
					for _, reader := range c.read {
						reads(t, encryptor(t, reader, suite), stored)
					}
				}
			})
		}
		refuses(t, encryptor(t, kmsDiscovery, keyring.SuiteHMAC), write(t, encryptor(t, kmsLab, keyring.SuiteHMAC)), crypt.ErrFormat, 0)
		_, err := encryptor(t, kmsDiscovery, keyring.SuiteHMAC).EncryptItem(t.Context(), visit())
		isClass(t, err, crypt.ErrKeys)
		assert.ErrorContains(t, err, "it only reads")
	}
}

func TestECDHIsOneCallAnItem(t *testing.T) {
	s := start(t)
	clinic, lab := newEC(t, ecdh.P256()), newEC(t, ecdh.P256())
	own := ownEC(s, clinic)
	own.GrantTokens = []string{"granted"}
	k := newECDH(t, own, lab.PublicKey())
	own.GrantTokens[0] = "x"
	e := encryptor(t, k, keyring.SuiteECDSA)
	var m crypt.Meter
	ctx := crypt.Watch(t.Context(), &m, nil)
	stored, err := e.EncryptItem(ctx, visit())
	require.NoError(t, err)
	_, err = e.DecryptItem(ctx, stored)
	require.NoError(t, err)
	assert.Equal(t, crypt.Usage{KeyCalls: 2}, m.Usage())
	require.Len(t, s.Calls(), 2)
	for _, call := range s.Calls() {
		assert.Equal(t, "DeriveSharedSecret", call.Operation)
		assert.Equal(t, own.Key, call.RequestedKeyID)
		assert.Equal(t, []string{"granted"}, call.GrantTokens)
	}

	s.Deny(own.Key, "DeriveSharedSecret")
	refuses(t, e, stored, crypt.ErrKeys, 1, "kms:DeriveSharedSecret", own.Key)
	_, err = e.EncryptItem(t.Context(), visit())
	isClass(t, err, crypt.ErrKeys)
}

func TestWhatECDHWrites(t *testing.T) {
	s := start(t)
	for _, curve := range specs {
		clinic, lab := newEC(t, curve), newEC(t, curve)
		m := dataKeys(t, newECDH(t, ownEC(s, clinic), lab.PublicKey()), entries)
		require.Len(t, m.EncryptedDataKeys, 1)
		wrapped := m.EncryptedDataKeys[0]
		assert.Equal(t, "aws-kms-ecdh", wrapped.ProviderID)
		size := byte(1 + (len(clinic.PublicKey().Bytes())-1)/2)
		sender, recipient := point.Compress(clinic.PublicKey().Bytes()), point.Compress(lab.PublicKey().Bytes())
		assert.Equal(t, bytes.Join([][]byte{{1, 0, 0, 0, size}, recipient, {0, 0, 0, size}, sender}, nil), wrapped.ProviderInfo)
		assert.Len(t, wrapped.Ciphertext, 48+32+32+48)
	}
}

// An attacker writes the table, and has keys of his own, and all public keys.
func TestECDHForgeries(t *testing.T) {
	s := start(t)
	curve := ecdh.P384()
	clinic, lab, mallory, p256 := newEC(t, curve), newEC(t, curve), newEC(t, curve), newEC(t, ecdh.P256())
	static := newECDH(t, ownEC(s, lab), clinic.PublicKey())
	discovery := newECDHDiscovery(t, ownEC(s, lab))
	onP256 := newECDHDiscovery(t, ownEC(s, p256))
	of := func(k *ecdh.PrivateKey) []byte { return point.Compress(k.PublicKey().Bytes()) }
	rawStatic := func(own *ecdh.PrivateKey, other *ecdh.PrivateKey) keyring.Keyring {
		return made(t, func() (keyring.Keyring, error) { return keyring.RawECDHStatic(own, other.PublicKey()) })
	}
	from := func(k keyring.Keyring, context map[string]string) keyring.EncryptedDataKey {
		return dataKeys(t, k, context).EncryptedDataKeys[0]
	}
	good := from(newECDH(t, ownEC(s, clinic), lab.PublicKey()), entries)
	byMallory := from(rawStatic(mallory, lab), entries)
	change := func(f func(*keyring.EncryptedDataKey)) keyring.EncryptedDataKey { return altered(good, f) }
	info := func(recipient, sender []byte) func(*keyring.EncryptedDataKey) {
		return func(k *keyring.EncryptedDataKey) {
			k.ProviderInfo = bytes.Join([][]byte{{1, 0, 0, 0, byte(len(recipient))}, recipient, {0, 0, 0, byte(len(sender))}, sender}, nil)
		}
	}
	noPoint := of(clinic)
	for x := byte(0); ; x++ { // half of all x are on no point
		noPoint[48] = x
		if !isPoint(noPoint) {
			break
		}
	}
	format, auth := crypt.ErrFormat, crypt.ErrAuth
	for name, c := range map[string]struct {
		wrapped       keyring.EncryptedDataKey
		static        error
		staticCalls   int64
		discovery     error
		discoverCalls int64
	}{
		"their key as the sender":      {byMallory, format, 0, nil, 1},
		"their key under another name": {altered(byMallory, info(of(lab), of(clinic))), auth, 1, auth, 1},
		"our key under their name":     {change(info(of(lab), of(mallory))), format, 0, auth, 1},
		"the other direction":          {change(info(of(clinic), of(lab))), auth, 1, format, 0},
		"to itself":                    {change(info(of(lab), of(lab))), format, 0, auth, 1},
		"to another":                   {change(info(of(mallory), of(clinic))), format, 0, format, 0},
		"a key of another item":        {from(rawStatic(clinic, lab), nil), auth, 1, auth, 1},
		"no point":                     {change(info(of(lab), noPoint)), format, 0, auth, 0},
		"infinity":                     {change(info(of(lab), make([]byte, 49))), format, 0, auth, 0},
		"an uncompressed point":        {change(info(of(lab), clinic.PublicKey().Bytes())), format, 0, format, 0},
		"another curve's sender":       {change(info(of(lab), of(p256))), format, 0, format, 0},
		"another curve":                {from(rawStatic(newEC(t, ecdh.P256()), p256), entries), format, 0, format, 0},
		"another version":              {change(func(k *keyring.EncryptedDataKey) { k.ProviderInfo[0] = 2 }), format, 0, format, 0},
		"no info":                      {change(func(k *keyring.EncryptedDataKey) { k.ProviderInfo = nil }), format, 0, format, 0},
		"info that goes on":            {change(func(k *keyring.EncryptedDataKey) { k.ProviderInfo = append(k.ProviderInfo, 0) }), format, 0, format, 0},
		"another kind":                 {change(func(k *keyring.EncryptedDataKey) { k.ProviderID = "aws-kms-rsa" }), format, 0, format, 0},
		"another salt":                 {change(func(k *keyring.EncryptedDataKey) { k.Ciphertext[48] ^= 1 }), auth, 1, auth, 1},
		"another commitment":           {change(func(k *keyring.EncryptedDataKey) { k.Ciphertext[80] ^= 1 }), auth, 1, auth, 1},
		"another intermediate key":     {change(func(k *keyring.EncryptedDataKey) { k.Ciphertext[112] ^= 1 }), auth, 1, auth, 1},
		"a byte less":                  {change(func(k *keyring.EncryptedDataKey) { k.Ciphertext = k.Ciphertext[:159] }), auth, 0, auth, 0},
		"a byte more":                  {change(func(k *keyring.EncryptedDataKey) { k.Ciphertext = append(k.Ciphertext, 0) }), auth, 0, auth, 0},
	} {
		t.Run(name, func(t *testing.T) {
			for _, reader := range []struct {
				keyring.Keyring
				class error
				calls int64
			}{{static, c.static, c.staticCalls}, {discovery, c.discovery, c.discoverCalls}, {onP256, nil, 0}} {
				var m crypt.Meter
				got, err := open(crypt.Watch(t.Context(), &m, nil), reader, entries, c.wrapped)
				switch {
				case reader.Keyring == onP256 && name != "another curve":
					isClass(t, err, format)
				case reader.Keyring == onP256:
					require.NoError(t, err)
					continue
				case reader.class == nil:
					require.NoError(t, err, "discovery takes what anyone wrote, as it says")
				default:
					isClass(t, err, reader.class)
					assert.Equal(t, keyring.DecryptionMaterials{}, got)
				}
				assert.Equal(t, reader.calls, m.Usage().KeyCalls)
			}
		})
	}
	t.Run("hostile names by the hundred", func(t *testing.T) {
		many := make([]keyring.EncryptedDataKey, keyring.MaxEncryptedDataKeys)
		for i := range many {
			many[i] = change(func(k *keyring.EncryptedDataKey) { k.Ciphertext[80] ^= 1 })
		}
		for _, k := range []keyring.Keyring{static, discovery} {
			var m crypt.Meter
			_, err := open(crypt.Watch(t.Context(), &m, nil), k, entries, many...)
			isClass(t, err, auth)
			assert.EqualValues(t, keyring.MaxTries, m.Usage().KeyCalls)
		}
	})
	// The key of another account, which the reader's role may use: items do not name keys, so it is never asked.
	for _, call := range s.Calls() {
		assert.True(t, strings.Contains(call.RequestedKeyID, fakekms.Account))
	}
}

// isPoint reports whether a compressed point is one of P-384.
func isPoint(compressed []byte) bool {
	_, ok := point.Decompress(elliptic.P384(), compressed)
	return ok
}

// What no honest service answers.
func TestECDHAnswersAreChecked(t *testing.T) {
	s := start(t)
	for _, curve := range specs {
		clinic, lab := newEC(t, curve), newEC(t, curve)
		own := ownEC(s, lab)
		good := dataKeys(t, made(t, func() (keyring.Keyring, error) { return keyring.RawECDHStatic(clinic, lab.PublicKey()) }), entries).EncryptedDataKeys[0]
		z, err := lab.ECDH(clinic.PublicKey())
		require.NoError(t, err)
		for name, c := range map[string]struct {
			out   *kms.DeriveSharedSecretOutput
			err   error
			class error
		}{
			"as it should be": {&kms.DeriveSharedSecretOutput{KeyId: &own.Key, SharedSecret: bytes.Clone(z)}, nil, nil},
			"another key":     {&kms.DeriveSharedSecretOutput{KeyId: aws.String(own.Key + "0"), SharedSecret: bytes.Clone(z)}, nil, crypt.ErrAuth},
			"no key":          {&kms.DeriveSharedSecretOutput{SharedSecret: bytes.Clone(z)}, nil, crypt.ErrAuth},
			"no secret":       {&kms.DeriveSharedSecretOutput{KeyId: &own.Key}, nil, crypt.ErrKeys},
			"a byte less":     {&kms.DeriveSharedSecretOutput{KeyId: &own.Key, SharedSecret: bytes.Clone(z[1:])}, nil, crypt.ErrKeys},
			"a byte more":     {&kms.DeriveSharedSecretOutput{KeyId: &own.Key, SharedSecret: append(bytes.Clone(z), 0)}, nil, crypt.ErrKeys},
			"another secret":  {&kms.DeriveSharedSecretOutput{KeyId: &own.Key, SharedSecret: bytes.Repeat([]byte{1}, len(z))}, nil, crypt.ErrAuth},
			"neither":         {nil, nil, crypt.ErrKeys},
			"an odd error":    {nil, errors.New("odd"), crypt.ErrKeys},
			"the wrong usage": {nil, &kmstypes.InvalidKeyUsageException{}, crypt.ErrKeys},
		} {
			t.Run(fmt.Sprint(curve, " ", name), func(t *testing.T) {
				own.Client = stub{derive: func(in *kms.DeriveSharedSecretInput) (*kms.DeriveSharedSecretOutput, error) {
					assert.Equal(t, kmstypes.KeyAgreementAlgorithmSpecEcdh, in.KeyAgreementAlgorithm)
					assert.Equal(t, own.Key, aws.ToString(in.KeyId))
					if c.out == nil {
						return nil, c.err
					}
					again := *c.out
					again.SharedSecret = bytes.Clone(c.out.SharedSecret)
					t.Cleanup(func() {
						assert.Empty(t, bytes.Trim(again.SharedSecret, "\x00"), "secrets are wiped")
					})
					return &again, c.err
				}}
				for _, k := range []keyring.Keyring{newECDH(t, own, clinic.PublicKey()), newECDHDiscovery(t, own)} {
					_, err := open(t.Context(), k, entries, good)
					if c.class == nil {
						require.NoError(t, err)
					} else {
						isClass(t, err, c.class)
					}
				}
			})
		}
	}
}

func TestECDHConstructorsRefuse(t *testing.T) {
	s := start(t)
	p256, p384 := newEC(t, ecdh.P256()), newEC(t, ecdh.P384())
	x25519 := newEC(t, ecdh.X25519())
	good := ownEC(s, p256)
	for name, c := range map[string]struct {
		change func(*awskms.ECDHConfig)
		says   string
	}{
		"no key":                  {func(c *awskms.ECDHConfig) { c.Key = "" }, "not the ARN of a KMS key"},
		"an alias":                {func(c *awskms.ECDHConfig) { c.Key = "arn:aws:kms:us-east-1:111122223333:alias/visits" }, "is an alias"},
		"no public key":           {func(c *awskms.ECDHConfig) { c.Public = nil }, "ECDHPublicKey asks KMS"},
		"a public key that is 0":  {func(c *awskms.ECDHConfig) { c.Public = new(ecdh.PublicKey) }, "P-256, P-384, P-521"},
		"X25519":                  {func(c *awskms.ECDHConfig) { c.Public = x25519.PublicKey() }, "P-256, P-384, P-521"},
		"no client":               {func(c *awskms.ECDHConfig) { c.Client = nil }, "the client is nil"},
		"a nil client":            {func(c *awskms.ECDHConfig) { c.Client = (*kms.Client)(nil) }, "the client is nil"},
		"another region's client": {func(c *awskms.ECDHConfig) { c.Client = s.Client(west) }, "the client is of the region us-west-2"},
		"secrets kept backwards":  {func(c *awskms.ECDHConfig) { c.KeepSecrets = -1 }, "KeepSecrets is -1ns"},
		"an empty grant token":    {func(c *awskms.ECDHConfig) { c.GrantTokens = []string{""} }, "grant token 1"},
	} {
		t.Run(name, func(t *testing.T) {
			config := good
			c.change(&config)
			k, err := awskms.NewECDH(config, p256.PublicKey())
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "awskms: new ECDH: ")
			assert.Nil(t, k)
			k, err = awskms.NewECDHDiscovery(config)
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "awskms: new ECDH, discovery: ")
			assert.Nil(t, k)
		})
	}
	for name, other := range map[string]*ecdh.PublicKey{"none": nil, "another curve": p384.PublicKey(), "nothing": new(ecdh.PublicKey)} {
		k, err := awskms.NewECDH(good, other)
		require.ErrorContains(t, err, "on the same curve", name)
		assert.Nil(t, k)
	}
	_, err := awskms.NewECDH(awskms.ECDHConfig{KeepSecrets: -1}, nil)
	for _, says := range []string{"not the ARN", "no Public", "client is nil", "KeepSecrets", "no public key of the other side"} {
		assert.ErrorContains(t, err, says, "all mistakes at once")
	}
	assert.Empty(t, s.Calls(), "constructors make no calls")
}
