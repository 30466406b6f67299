package awskms_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	entries = map[string]string{"aws-crypto-table-name": "visits", "zone": "7"}

	// serialised are the entries as the format writes them (dbesdk 1.6).
	serialised = "\x00\x02\x00\x15aws-crypto-table-name\x00\x06visits\x00\x04zone\x00\x017"
)

func TestRSAWritesWithoutKMS(t *testing.T) {
	s := start(t)
	arn := addRSA(t, s, "", rsaKey)
	public := &made(t, rsaKey).PublicKey
	for _, padding := range []keyring.Padding{keyring.OAEPWithSHA256, keyring.OAEPWithSHA1} {
		t.Run(padding.String(), func(t *testing.T) {
			s.ResetCalls()
			writer := newRSA(t, awskms.RSAConfig{Key: arn, Public: public, Padding: padding})
			stored := write(t, encryptor(t, writer, keyring.SuiteHMAC))
			refuses(t, encryptor(t, writer, keyring.SuiteHMAC), stored, crypt.ErrKeys, 0, arn, "it only writes")
			require.Empty(t, s.Calls())

			for _, c := range []awskms.RSAConfig{
				{Key: arn, Client: s.Client(east), Padding: padding, GrantTokens: []string{"granted"}},
				{Key: arn, Client: s.Client(east), Padding: padding, GrantTokens: []string{"granted"}, Public: public},
			} {
				s.ResetCalls()
				var m crypt.Meter
				opened, err := encryptor(t, newRSA(t, c), keyring.SuiteHMAC).DecryptItem(crypt.Watch(t.Context(), &m, nil), stored)
				require.NoError(t, err)
				assert.Equal(t, visit(), opened.Item)
				assert.Equal(t, crypt.Usage{KeyCalls: 1}, m.Usage())
				calls := s.Calls()
				require.Len(t, calls, 1)
				assert.Equal(t, "Decrypt", calls[0].Operation)
				assert.Equal(t, arn, calls[0].RequestedKeyID, "Decrypt is pinned")
				assert.Equal(t, []string{"granted"}, calls[0].GrantTokens)
				assert.Empty(t, calls[0].Context, "RSA has none in KMS")
			}
			reader := newRSA(t, awskms.RSAConfig{Key: arn, Client: s.Client(east), Padding: padding})
			_, err := encryptor(t, reader, keyring.SuiteHMAC).EncryptItem(t.Context(), visit())
			isClass(t, err, crypt.ErrKeys)
			assert.ErrorContains(t, err, "it only reads")
		})
	}
}

func TestWhatRSAWrites(t *testing.T) {
	s := start(t)
	arn := addRSA(t, s, "", rsaKey)
	private := made(t, rsaKey)
	for padding, hash := range map[keyring.Padding]crypto.Hash{keyring.OAEPWithSHA256: crypto.SHA256, keyring.OAEPWithSHA1: crypto.SHA1} {
		k := newRSA(t, awskms.RSAConfig{Key: arn, Public: &private.PublicKey, Padding: padding})
		for context, aad := range map[*map[string]string]string{&entries: serialised, new(map[string]string): ""} {
			m := dataKeys(t, k, *context)
			require.Len(t, m.EncryptedDataKeys, 1)
			wrapped := m.EncryptedDataKeys[0]
			assert.Equal(t, "aws-kms-rsa", wrapped.ProviderID)
			assert.Equal(t, arn, string(wrapped.ProviderInfo))
			require.Len(t, wrapped.Ciphertext, 48+256)
			message, err := private.Decrypt(nil, wrapped.Ciphertext[48:], &rsa.OAEPOptions{Hash: hash, MGFHash: hash})
			require.NoError(t, err)
			require.Len(t, message, 48+32)
			digest := sha512.Sum384([]byte(aad))
			assert.Equal(t, digest[:], message[:48])

			again := dataKeys(t, k, *context)
			other, err := private.Decrypt(nil, again.EncryptedDataKeys[0].Ciphertext[48:], &rsa.OAEPOptions{Hash: hash, MGFHash: hash})
			require.NoError(t, err)
			assert.NotEqual(t, message[48:], other[48:], "the intermediate key is fresh")
		}
	}
	assert.Empty(t, s.Calls())
}

func TestRSATakesNoSuiteWithECDSA(t *testing.T) {
	s := start(t)
	k, arn := pairRSA(t, s)
	_, err := encryptor(t, k, keyring.SuiteECDSA).EncryptItem(t.Context(), visit())
	isClass(t, err, crypt.ErrKeys)
	for _, says := range []string{arn, "set Suite of dbe.Config to keyring.SuiteHMAC", "0x6700"} {
		assert.ErrorContains(t, err, says)
	}

	// Who has the public key can have an item name it under that suite.
	m := dataKeys(t, k, entries)
	_, err = k.OnDecrypt(t.Context(), keyring.DecryptionMaterials{Suite: keyring.SuiteECDSA, Context: entries}, m.EncryptedDataKeys)
	isClass(t, err, crypt.ErrFormat)
	assert.ErrorContains(t, err, "keyring.SuiteHMAC")
	assert.Empty(t, s.Calls())
}

// An attacker writes the table, has the public key and keys of another account that the reader's role may use.
func TestRSAForgeries(t *testing.T) {
	s := start(t)
	k, arn := pairRSA(t, s)
	theirs := addRSA(t, s, stranger, otherRSA)
	writer := func(key string, private func() (*rsa.PrivateKey, error), p keyring.Padding) keyring.Keyring {
		return newRSA(t, awskms.RSAConfig{Key: key, Public: &made(t, private).PublicKey, Padding: p})
	}
	require.NoError(t, func() error { // the key can be used, if one asks for it
		e := encryptor(t, newRSA(t, awskms.RSAConfig{Key: theirs, Client: s.Client(east)}), keyring.SuiteHMAC)
		_, err := e.DecryptItem(t.Context(), write(t, encryptor(t, writer(theirs, otherRSA, 0), keyring.SuiteHMAC)))
		return err
	}())

	good := dataKeys(t, k, entries).EncryptedDataKeys[0]
	seal := func(message []byte) []byte {
		c, err := rsa.EncryptOAEPWithOptions(rand.Reader, &made(t, rsaKey).PublicKey, message, &rsa.OAEPOptions{Hash: crypto.SHA256})
		require.NoError(t, err)
		return append(bytes.Clone(good.Ciphertext[:48]), c...)
	}
	digest := sha512.Sum384([]byte(serialised))
	from := func(k keyring.Keyring, context map[string]string) keyring.EncryptedDataKey {
		return dataKeys(t, k, context).EncryptedDataKeys[0]
	}
	for name, c := range map[string]struct {
		wrapped keyring.EncryptedDataKey
		class   error
		calls   int64
	}{
		"their key":                  {from(writer(theirs, otherRSA, 0), entries), crypt.ErrFormat, 0},
		"their key under our name":   {from(writer(arn, otherRSA, 0), entries), crypt.ErrAuth, 1},
		"our key under their name":   {from(writer(theirs, rsaKey, 0), entries), crypt.ErrFormat, 0},
		"a key of another item":      {from(k, map[string]string{"aws-crypto-table-name": "visits", "zone": "8"}), crypt.ErrAuth, 1},
		"no context":                 {from(k, nil), crypt.ErrAuth, 1},
		"the other padding":          {from(writer(arn, rsaKey, keyring.OAEPWithSHA1), entries), crypt.ErrAuth, 1},
		"no digest":                  {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = seal(make([]byte, 32)) }), crypt.ErrAuth, 1},
		"a digest alone":             {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = seal(digest[:]) }), crypt.ErrAuth, 1},
		"a byte more":                {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = seal(append(digest[:], make([]byte, 33)...)) }), crypt.ErrAuth, 1},
		"another intermediate key":   {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = seal(append(digest[:], make([]byte, 32)...)) }), crypt.ErrAuth, 1},
		"nothing":                    {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = seal(nil) }), crypt.ErrAuth, 1},
		"a bit of the RSA part":      {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext[60] ^= 1 }), crypt.ErrAuth, 1},
		"a bit of the data key":      {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext[0] ^= 1 }), crypt.ErrAuth, 1},
		"a byte too short":           {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = k.Ciphertext[:len(k.Ciphertext)-1] }), crypt.ErrAuth, 0},
		"as long as it can be":       {altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = make([]byte, 65535) }), crypt.ErrAuth, 0},
		"a symmetric key's kind":     {altered(good, func(k *keyring.EncryptedDataKey) { k.ProviderID = "aws-kms" }), crypt.ErrFormat, 0},
		"a name that goes on":        {altered(good, func(k *keyring.EncryptedDataKey) { k.ProviderInfo = append(k.ProviderInfo, '0') }), crypt.ErrFormat, 0},
		"no name":                    {altered(good, func(k *keyring.EncryptedDataKey) { k.ProviderInfo = nil }), crypt.ErrFormat, 0},
		"the name of another region": {altered(good, func(k *keyring.EncryptedDataKey) { k.ProviderInfo = []byte(strings.Replace(arn, east, west, 1)) }), crypt.ErrFormat, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s.ResetCalls()
			var m crypt.Meter
			got, err := open(crypt.Watch(t.Context(), &m, nil), k, entries, c.wrapped)
			isClass(t, err, c.class)
			assert.Equal(t, keyring.DecryptionMaterials{}, got)
			assert.Equal(t, c.calls, m.Usage().KeyCalls)
			for _, call := range s.Calls() {
				assert.Equal(t, arn, call.RequestedKeyID)
			}
		})
	}
	t.Run("items that were moved", func(t *testing.T) {
		e := encryptor(t, k, keyring.SuiteHMAC)
		stored := write(t, e)
		refuses(t, encryptorOf(t, k, keyring.SuiteHMAC, "bills"), stored, crypt.ErrAuth, 1)
		other := itemtest.Copy(stored)
		other["patient"] = &types.AttributeValueMemberS{Value: "p-18"}
		refuses(t, e, other, crypt.ErrAuth, 1)
		mixed := itemtest.Copy(stored)
		mixed["aws_dbe_head"] = write(t, e)["aws_dbe_head"]
		refuses(t, e, mixed, crypt.ErrAuth, 1)
		reads(t, e, stored)
	})
	t.Run("a reader's first key is not the only one", func(t *testing.T) {
		bad := altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext[60] ^= 1 })
		_, err := open(t.Context(), k, entries, bad, from(writer(theirs, otherRSA, 0), entries), good)
		require.NoError(t, err)
	})
	t.Run("hostile names by the hundred", func(t *testing.T) {
		var m crypt.Meter
		many := make([]keyring.EncryptedDataKey, keyring.MaxEncryptedDataKeys)
		for i := range many {
			many[i] = altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext[60] ^= 1 })
		}
		_, err := open(crypt.Watch(t.Context(), &m, nil), k, entries, many...)
		isClass(t, err, crypt.ErrAuth)
		assert.EqualValues(t, keyring.MaxTries, m.Usage().KeyCalls)
	})
	t.Run("without a public key the size is one of KMS's", func(t *testing.T) {
		reader := newRSA(t, awskms.RSAConfig{Key: arn, Client: s.Client(east)})
		for n, calls := range map[int]int64{255: 0, 256: 1, 257: 0, 384: 1, 512: 1, 513: 0, 6144: 0} {
			var m crypt.Meter
			_, err := open(crypt.Watch(t.Context(), &m, nil), reader, entries, altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = make([]byte, 48+n) }))
			isClass(t, err, crypt.ErrAuth)
			assert.Equal(t, calls, m.Usage().KeyCalls, n)
		}
	})
}

// What no honest service answers.
func TestRSAAnswersAreChecked(t *testing.T) {
	s := start(t)
	_, arn := pairRSA(t, s)
	private := made(t, rsaKey)
	good := dataKeys(t, newRSA(t, awskms.RSAConfig{Key: arn, Public: &private.PublicKey}), entries).EncryptedDataKeys[0]
	message, err := private.Decrypt(nil, good.Ciphertext[48:], &rsa.OAEPOptions{Hash: crypto.SHA256})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		out   *kms.DecryptOutput
		err   error
		class error
	}{
		"as it should be":  {&kms.DecryptOutput{KeyId: &arn, Plaintext: bytes.Clone(message)}, nil, nil},
		"another key":      {&kms.DecryptOutput{KeyId: aws.String(strings.Replace(arn, fakekms.Account, stranger, 1)), Plaintext: bytes.Clone(message)}, nil, crypt.ErrAuth},
		"no key":           {&kms.DecryptOutput{Plaintext: bytes.Clone(message)}, nil, crypt.ErrAuth},
		"no plaintext":     {&kms.DecryptOutput{KeyId: &arn}, nil, crypt.ErrAuth},
		"a byte more":      {&kms.DecryptOutput{KeyId: &arn, Plaintext: append(bytes.Clone(message), 0)}, nil, crypt.ErrAuth},
		"another digest":   {&kms.DecryptOutput{KeyId: &arn, Plaintext: append([]byte{message[0] ^ 1}, message[1:]...)}, nil, crypt.ErrAuth},
		"neither":          {nil, nil, crypt.ErrKeys},
		"an odd error":     {nil, errors.New("odd"), crypt.ErrKeys},
		"a refused cipher": {nil, &kmstypes.InvalidCiphertextException{}, crypt.ErrAuth},
		"incorrect key":    {nil, &kmstypes.IncorrectKeyException{}, crypt.ErrAuth},
		"the wrong usage":  {nil, &kmstypes.InvalidKeyUsageException{}, crypt.ErrKeys},
	} {
		t.Run(name, func(t *testing.T) {
			k := newRSA(t, awskms.RSAConfig{Key: arn, Client: stub{decrypt: func(in *kms.DecryptInput) (*kms.DecryptOutput, error) {
				assert.Equal(t, kmstypes.EncryptionAlgorithmSpecRsaesOaepSha256, in.EncryptionAlgorithm)
				return c.out, c.err
			}}})
			_, err := open(t.Context(), k, entries, good)
			if c.class == nil {
				require.NoError(t, err)
			} else {
				isClass(t, err, c.class)
			}
			if c.out != nil {
				assert.Empty(t, bytes.Trim(c.out.Plaintext, "\x00"), "plaintexts are wiped")
			}
		})
	}
}

func TestRSAConstructorRefuses(t *testing.T) {
	s := start(t)
	_, arn := pairRSA(t, s)
	public, client := &made(t, rsaKey).PublicKey, s.Client(east)
	odd := &rsa.PublicKey{N: new(big.Int).SetBit(new(big.Int).SetBit(new(big.Int), 2999, 1), 0, 1), E: 65537}
	for name, c := range map[string]struct {
		config awskms.RSAConfig
		says   string
	}{
		"nothing":                 {awskms.RSAConfig{}, "neither Public nor Client"},
		"no key":                  {awskms.RSAConfig{Public: public}, "not the ARN of a KMS key"},
		"a bare id":               {awskms.RSAConfig{Key: "1234abcd-12ab-34cd-56ef-1234567890ab", Public: public}, "KeyARN"},
		"an alias":                {awskms.RSAConfig{Key: "arn:aws:kms:us-east-1:111122223333:alias/visits", Public: public}, "is an alias"},
		"neither half":            {awskms.RSAConfig{Key: arn}, "neither Public nor Client"},
		"a nil client":            {awskms.RSAConfig{Key: arn, Client: (*kms.Client)(nil)}, "the client is nil"},
		"another region's client": {awskms.RSAConfig{Key: arn, Client: s.Client(west)}, "the client is of the region us-west-2"},
		"no modulus":              {awskms.RSAConfig{Key: arn, Public: &rsa.PublicKey{}}, "without a modulus"},
		"a size KMS has not":      {awskms.RSAConfig{Key: arn, Public: odd}, "3000 bits"},
		"PKCS #1 v1.5":            {awskms.RSAConfig{Key: arn, Public: public, Padding: keyring.InsecurePKCS1v15}, "KMS has OAEP_SHA256_MGF1 and OAEP_SHA1_MGF1"},
		"OAEP with SHA-512":       {awskms.RSAConfig{Key: arn, Public: public, Padding: keyring.OAEPWithSHA512}, "KMS has"},
		"an empty grant token":    {awskms.RSAConfig{Key: arn, Client: client, GrantTokens: []string{""}}, "grant token 1"},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := awskms.NewRSA(c.config)
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "awskms: new RSA: ")
			assert.Nil(t, k)
		})
	}
	_, err := awskms.NewRSA(awskms.RSAConfig{Key: "alias/visits", Padding: keyring.OAEPWithSHA384, GrantTokens: []string{""}})
	for _, says := range []string{"alias/visits", "OAEP_SHA384_MGF1", "grant token", "neither Public nor Client"} {
		assert.ErrorContains(t, err, says, "all mistakes at once")
	}
	assert.Empty(t, s.Calls(), "constructors make no calls")
}

func TestRSAConfigsAreNotKept(t *testing.T) {
	s := start(t)
	arn := addRSA(t, s, "", rsaKey)
	p := made(t, rsaKey).PublicKey
	p.N = new(big.Int).Set(p.N)
	c := awskms.RSAConfig{Key: arn, Public: &p, Client: s.Client(east), GrantTokens: []string{"granted"}}
	e := encryptor(t, newRSA(t, c), keyring.SuiteHMAC)
	p.N.SetInt64(15)
	c.GrantTokens[0] = "x"
	reads(t, e, write(t, e))
	assert.Equal(t, []string{"granted"}, s.Calls()[0].GrantTokens)
}
