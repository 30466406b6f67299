package directkms_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An item costs a call to write and a call to read, both of which name the key, its context and the grants.
func TestCallsOfAnItem(t *testing.T) {
	s, key := start(t)
	p := newProvider(t, directkms.Config{Client: s.Client(east), Key: key, GrantTokens: []string{"grant"}, Description: map[string]string{"mine": "kept"}})
	assert.Empty(t, s.Calls(), "an ARN asks for nothing")

	var m crypt.Meter
	ctx := crypt.Watch(t.Context(), &m, nil)
	e := encryptor(t, p, orders())
	stored, err := e.EncryptItem(ctx, order("o-1"))
	require.NoError(t, err)
	opened, err := e.DecryptItem(ctx, stored)
	require.NoError(t, err)
	assert.Equal(t, order("o-1"), opened.Item)
	assert.Equal(t, crypt.Usage{KeyCalls: 2}, m.Usage())

	bound := map[string]string{
		"*amzn-ddb-env-alg*": "AES/256", "*amzn-ddb-sig-alg*": "HmacSHA256/256", "*aws-kms-table*": "orders", "id": "o-1", "at": "17",
	}
	calls := s.Calls()
	require.Len(t, calls, 2)
	for i, operation := range []string{"GenerateDataKey", "Decrypt"} {
		assert.Equal(t, fakekms.Call{
			Operation: operation, KeyID: key, RequestedKeyID: key, Region: east, Account: fakekms.Account, Context: bound, GrantTokens: []string{"grant"},
		}, calls[i])
	}

	d, err := provider.ParseDescription(stored[ddbec.DescriptionField].(*avB).Value)
	require.NoError(t, err)
	entries := d.Map()
	blob, err := base64.StdEncoding.DecodeString(entries[envKey])
	require.NoError(t, err)
	assert.NotEmpty(t, blob)
	delete(entries, envKey)
	assert.Equal(t, map[string]string{
		"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding", envAlg: "AES/256", sigAlg: "HmacSHA256/256", wrapAlg: "kms", "aws-kms-ec-attr": "*keys*",
		"mine": "kept", "dynaseal-actions": "",
	}, entries)
}

// The answers of shared/formats/ddbec.md, 1.16: Java, Python and Go derive the same.
func TestKnownAnswers(t *testing.T) {
	const arn = "arn:aws:kms:us-east-1:111122223333:key/one"
	dataKey := func() []byte {
		b := make([]byte, 32)
		for i := range b {
			b[i] = byte(i)
		}
		return b
	}
	bound := map[string]string{"*amzn-ddb-env-alg*": "AES/256", "*amzn-ddb-sig-alg*": "HmacSHA256/256", "*aws-kms-table*": "Tbl", "pk": "+/8=", "sk": "1.5"}
	handedOut := [][]byte{}
	client := clientFunc{
		generate: func(in *kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
			assert.Equal(t, &kms.GenerateDataKeyInput{KeyId: aws.String(arn), NumberOfBytes: aws.Int32(32), EncryptionContext: bound}, in)
			handedOut = append(handedOut, dataKey())
			return &kms.GenerateDataKeyOutput{KeyId: in.KeyId, CiphertextBlob: []byte("blob"), Plaintext: handedOut[len(handedOut)-1]}, nil
		},
		decrypt: func(in *kms.DecryptInput) (*kms.DecryptOutput, error) {
			assert.Equal(t, &kms.DecryptInput{KeyId: aws.String(arn), CiphertextBlob: []byte("blob"), EncryptionContext: bound}, in)
			handedOut = append(handedOut, dataKey())
			return &kms.DecryptOutput{KeyId: in.KeyId, Plaintext: handedOut[len(handedOut)-1]}, nil
		},
	}
	p := newProvider(t, directkms.Config{Client: client, Key: arn})
	written, err := p.EncryptionMaterials(t.Context(), request(t, nil, &avB{Value: []byte{0xfb, 0xff}}, &avN{Value: "1.50"}))
	require.NoError(t, err)
	read, err := p.DecryptionMaterials(t.Context(), request(t, written.Description.Map(), &avB{Value: []byte{0xfb, 0xff}}, &avN{Value: "1.5"}))
	require.NoError(t, err)

	const content = "781ddf3715c39edff39465b0bdc122575ccc03d55a2bb23a3c2abadc853f0a78"
	assert.Equal(t, content, hex.EncodeToString(written.Encrypt.Expose()))
	assert.Equal(t, content, hex.EncodeToString(read.Decrypt.Expose()))
	mac, err := hex.DecodeString("1ce18b7e6ba3388e72a987d0c3b7993222c321f3cd78aefc2c846699a325a157")
	require.NoError(t, err)
	want := hmacOf(mac, []byte("text"))
	signature, err := written.Sign.Sign(t.Context(), []byte("text"))
	require.NoError(t, err)
	assert.Equal(t, want, signature)
	assert.NoError(t, read.Verify.Verify(t.Context(), []byte("text"), want))
	assert.Equal(t, [][]byte{make([]byte, 32), make([]byte, 32)}, handedOut, "data keys are cleared")
}

// What is written is chosen by the description as in AWS's clients, and every choice is read by all.
func TestAlgorithms(t *testing.T) {
	s, key := start(t)
	reader := encryptor(t, newProvider(t, directkms.Config{Client: s.Client(east), DecryptKeys: []string{key}}), orders())
	for spec, size := range map[string]int{"AES": 32, "AES/128": 16, "AES/192": 24, "AES/256": 32} {
		for _, mac := range []string{"HmacSHA256", "HmacSHA224/224", "HmacSHA256/128", "HmacSHA384/384", "HmacSHA512/512", "HmacSHA512/1024"} {
			t.Run(spec+" "+mac, func(t *testing.T) {
				p := newProvider(t, directkms.Config{Client: s.Client(east), Key: key, Description: map[string]string{envAlg: spec, sigAlg: mac}})
				m, err := p.EncryptionMaterials(t.Context(), request(t, nil, &avS{Value: "a"}, &avS{Value: "b"}))
				require.NoError(t, err)
				assert.Equal(t, size, m.Encrypt.Len())
				assert.Equal(t, strings.Split(mac, "/")[0], m.Sign.(*provider.HMAC).Algorithm())

				stored, err := encryptor(t, p, orders()).EncryptItem(t.Context(), order("o-1"))
				require.NoError(t, err)
				opened, err := reader.DecryptItem(t.Context(), stored)
				require.NoError(t, err)
				assert.Equal(t, order("o-1"), opened.Item)
				last := s.Calls()[len(s.Calls())-1]
				assert.Equal(t, []string{spec, mac}, []string{last.Context["*amzn-ddb-env-alg*"], last.Context["*amzn-ddb-sig-alg*"]}, "as spelled")
			})
		}
	}
}

// What an item says is checked before KMS is asked.
func TestForeignDescriptions(t *testing.T) {
	s, key := start(t)
	p := newProvider(t, directkms.Config{Client: s.Client(east), Key: key})
	pk, sk := &avS{Value: canary}, &avS{Value: "b"}
	m, err := p.EncryptionMaterials(t.Context(), request(t, nil, pk, sk))
	require.NoError(t, err)
	s.ResetCalls()
	for entry, values := range map[string][]string{
		wrapAlg: {"", "KMS", "AESWrap", canary},
		envAlg: {"", "AES/", "AES/0", "AES/64", "AES/0128", "AES/+128", "AES/128 ", "AES/128/128", "AES/1024", "AES/340282366920938463463374607431768211456",
			"DESede/168", "aes/256", canary},
		sigAlg: {"", "HmacSHA256/0", "HmacSHA256/64", "HmacSHA256/129", "HmacSHA256/1032", "HmacSHA256/99999", "HmacSHA256/-8", "HmacMD5/256", "HmacSHA1/160",
			"SHA256withRSA", canary},
		envKey: {"", "=", "AAA", "%%%%", "QUFB=QUFB", base64.StdEncoding.EncodeToString(make([]byte, 6145)), strings.Repeat("A", 40000)},
	} {
		for _, value := range append(values, "\x00missing") {
			entries := m.Description.Map()
			entries[entry] = value
			if value == "\x00missing" {
				delete(entries, entry)
			}
			got, err := p.DecryptionMaterials(t.Context(), request(t, entries, pk, sk))
			refused(t, err, crypt.ErrFormat, entry+": "+value)
			assert.Zero(t, got)
			assert.ErrorContains(t, err, entry)
			assert.Less(t, len(err.Error()), 300)
		}
	}
	assert.Empty(t, s.Calls())

	// Another algorithm of the format is another context.
	for entry, value := range map[string]string{envAlg: "AES/128", sigAlg: "HmacSHA512/256"} {
		entries := m.Description.Map()
		entries[entry] = value
		_, err := p.DecryptionMaterials(t.Context(), request(t, entries, pk, sk))
		assert.Equal(t, crypt.ErrAuth, err)
	}
}

func TestReadOnlyProviderDoesNotWrite(t *testing.T) {
	s, key := start(t)
	p := newProvider(t, directkms.Config{Client: s.Client(east), DecryptKeys: []string{key}})
	_, err := encryptor(t, p, orders()).EncryptItem(t.Context(), order("o-1"))
	refused(t, err, crypt.ErrKeys)
	assert.ErrorIs(t, err, provider.ErrNoSigner)
	assert.Empty(t, s.Calls())
}

// The key that last opened an item is asked first, each other costs a call, and what is bound is not tried twice.
func TestSeveralDecryptKeys(t *testing.T) {
	s, a := start(t)
	b, c, foreign := s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: east})
	written := func(key string) crypt.Item {
		stored, err := encryptor(t, newProvider(t, directkms.Config{Client: s.Client(east), Key: key}), orders()).EncryptItem(t.Context(), order("o-1"))
		require.NoError(t, err)
		return stored
	}
	underB, underC, underForeign := written(b), written(c), written(foreign)
	schema := orders()
	schema.Aliases = []string{"one", "two"}
	e := encryptor(t, newProvider(t, directkms.Config{Client: s.Client(east), Key: a, DecryptKeys: []string{a, b, c}}), schema)
	for i, step := range []struct {
		item  crypt.Item
		asked []string
		class error
	}{
		{underB, []string{a, b}, nil},
		{underB, []string{b}, nil},
		{underC, []string{b, c}, nil},
		{underForeign, []string{c, a, b}, crypt.ErrAuth},
		{underC, []string{c}, nil},
		{underB, []string{c, a, b}, nil},
		{moved(underC, "o-2"), []string{b, c, c, c}, crypt.ErrAuth},
	} {
		s.ResetCalls()
		opened, err := e.DecryptItem(t.Context(), step.item)
		if step.class != nil {
			refused(t, err, step.class)
		} else {
			require.NoError(t, err)
			assert.Equal(t, order("o-1"), opened.Item)
		}
		var asked []string
		for _, call := range s.Calls() {
			asked = append(asked, call.RequestedKeyID)
		}
		assert.Equal(t, step.asked, asked, i)
	}
}

// Items under an alias of the table open, at the cost of a call more.
func TestAliasesOfTheTable(t *testing.T) {
	s, key := start(t)
	p := newProvider(t, directkms.Config{Client: s.Client(east), Key: key})
	stored, err := encryptor(t, p, orders()).EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	schema := orders()
	schema.Table, schema.Aliases = "orders-restored", []string{"other", "orders"}
	e := encryptor(t, p, schema)
	s.ResetCalls()
	opened, err := e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.True(t, opened.Stale)
	var tables []string
	for _, call := range s.Calls() {
		tables = append(tables, call.Context["*aws-kms-table*"])
	}
	assert.Equal(t, []string{"orders-restored", "other", "orders"}, tables)
}

// moved is an item at another key.
func moved(item crypt.Item, id string) crypt.Item {
	m := crypt.Item{}
	for name, v := range item {
		m[name] = v
	}
	m["id"] = &avS{Value: id}
	return m
}
