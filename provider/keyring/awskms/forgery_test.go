package awskms_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readers are all that have business with the keys of one's own account, here a multi-Region one.
func readers(t testing.TB, s *fakekms.Server, own string) map[string]keyring.Keyring {
	return map[string]keyring.Keyring{
		"strict":       strict(t, s, own),
		"multi-Region": newKeyring(t, awskms.Config{Keys: []string{own}, MultiRegion: true, Client: s.Client(east)}),
		"discovery": newDiscovery(t, awskms.DiscoveryConfig{
			Accounts: []string{fakekms.Account}, Regions: []string{east, west}, Clients: supplier(s)}),
		"multi-Region discovery": newDiscovery(t, awskms.DiscoveryConfig{
			Accounts: []string{fakekms.Account}, Regions: []string{east, west}, MultiRegion: true, Clients: supplier(s)}),
	}
}

// An attacker can write the table and has a key in an account of his own, which the reader's role may use.
func TestItemsUnderAnAttackersKeyAreRefused(t *testing.T) {
	s := start(t)
	own := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	id := own[strings.LastIndex(own, "/")+1:]
	s.AddKey(fakekms.Key{Region: "cn-north-1", MultiRegion: true, ID: id})
	attackers := map[string]string{
		"a key of his own":       s.AddKey(fakekms.Key{Region: east, Account: stranger, Aliases: []string{"alias/visits"}}),
		"one of the same id":     s.AddKey(fakekms.Key{Region: east, Account: stranger, MultiRegion: true, ID: id}),
		"one in another region":  s.AddKey(fakekms.Key{Region: west, Account: stranger, MultiRegion: true, ID: id}),
		"one in another country": s.AddKey(fakekms.Key{Region: "cn-north-1", Account: stranger, MultiRegion: true, ID: id}),
	}
	for _, suite := range suites {
		for name, arn := range attackers {
			region := strings.Split(arn, ":")[3]
			attacker := newKeyring(t, awskms.Config{Keys: []string{arn}, Client: s.ClientOf(stranger, region)})
			honest := write(t, encryptor(t, attacker, suite))
			lying := write(t, encryptor(t, naming(attacker, own), suite))
			for reader, k := range readers(t, s, own) {
				t.Run(name+" for "+reader, func(t *testing.T) {
					e := encryptor(t, k, suite)
					refuses(t, e, honest, crypt.ErrFormat, 0, "names another key")
					// KMS is told to use our key, and does not open a stranger's ciphertext with it.
					calls := 1
					if reader == "multi-Region discovery" {
						calls = 2 // a replica in the west is tried: there is none
					}
					refuses(t, e, lying, crypt.ErrAuth, calls)
				})
			}
		}
		anybodys := newDiscovery(t, awskms.DiscoveryConfig{InsecureAnyAccount: true, Regions: []string{east}, Client: s.Client(east)})
		attacker := newKeyring(t, awskms.Config{Keys: []string{attackers["a key of his own"]}, Client: s.ClientOf(stranger, east)})
		reads(t, encryptor(t, anybodys, suite), write(t, encryptor(t, attacker, suite))) // this is why it is called Insecure
	}
}

// What an item says of its key is looked at before KMS is asked.
func TestKeysThatItemsMayNotName(t *testing.T) {
	s := start(t)
	own := s.AddKey(fakekms.Key{Region: east, MultiRegion: true, Aliases: []string{"alias/visits"}})
	m := dataKeys(t, strict(t, s, own), nil)
	alias := own[:strings.Index(own, "key/")] + "alias/visits"
	for reader, k := range readers(t, s, own) {
		for _, info := range []string{
			"", alias, "alias/visits", own[strings.LastIndex(own, "/")+1:], own + "0", own + " ", own + "\x00", strings.ToUpper(own),
			strings.Replace(own, ":key/", ":alias/", 1), strings.Replace(own, "arn:aws:", "arn:aws-cn:", 1),
			strings.Replace(own, fakekms.Account, stranger, 1), strings.Replace(own, fakekms.Account, "", 1),
			strings.Replace(own, east, "eu-west-1", 1) + "/", own + strings.Repeat("0", 2048), "\xff",
		} {
			s.ResetCalls()
			lying := m.EncryptedDataKeys[0]
			lying.ProviderInfo = []byte(info)
			_, err := open(t.Context(), k, nil, lying)
			if info == own+"0" && strings.Contains(reader, "discovery") { // a key that discovery must ask for
				isClass(t, err, crypt.ErrFormat)
				continue
			}
			isClass(t, err, crypt.ErrFormat)
			require.ErrorIs(t, err, keyring.ErrNoMatch)
			assert.Empty(t, s.Calls(), "%s, %q", reader, info)
			assert.Less(t, len(err.Error()), 1000)
		}
		for _, kind := range []string{"", "aws-kms-rsa", "aws-kms-hierarchy", "AWS-KMS"} {
			lying := m.EncryptedDataKeys[0]
			lying.ProviderID = kind
			_, err := open(t.Context(), k, nil, lying)
			require.ErrorIs(t, err, keyring.ErrNoMatch)
		}
	}
}

func TestMovedAndAlteredItems(t *testing.T) {
	s := start(t)
	own := s.AddKey(fakekms.Key{Region: east})
	k := strict(t, s, own)
	for _, suite := range suites {
		e := encryptor(t, k, suite)
		stored := write(t, e)
		refuses(t, encryptorOf(t, k, suite, "payments"), stored, crypt.ErrAuth, 1)
		stored["patient"] = &types.AttributeValueMemberS{Value: "p-18"}
		refuses(t, e, stored, crypt.ErrAuth, 1)
		stored["patient"] = visit()["patient"]
		stored["name"].(*types.AttributeValueMemberB).Value[5] ^= 1
		refuses(t, e, stored, crypt.ErrAuth, 1)
	}

	m := dataKeys(t, k, map[string]string{"tenant": "blue"})
	for name, entries := range map[string]map[string]string{"other": {"tenant": "red"}, "none": nil, "more": {"tenant": "blue", "x": ""}} {
		_, err := open(t.Context(), k, entries, m.EncryptedDataKeys...)
		isClass(t, err, crypt.ErrAuth)
		require.ErrorIs(t, err, keyring.ErrUnwrap, name)
		assert.NotContains(t, err.Error(), "red", "the context does not show")
	}
	good := m.EncryptedDataKeys[0].Ciphertext
	for name, c := range map[string]struct {
		ciphertext []byte
		class      error
		calls      int
	}{
		"empty":                {nil, crypt.ErrFormat, 0},
		"nothing for KMS":      {good[:48], crypt.ErrFormat, 0},
		"a byte for KMS":       {good[:49], crypt.ErrAuth, 1},
		"cut":                  {good[:len(good)-1], crypt.ErrAuth, 1},
		"longer":               {append(slices.Clip(good), 0), crypt.ErrAuth, 1},
		"longer than KMS does": {append(slices.Clip(good), make([]byte, 6144)...), crypt.ErrAuth, 0},
	} {
		s.ResetCalls()
		hostile := m.EncryptedDataKeys[0]
		hostile.Ciphertext = c.ciphertext
		_, err := open(t.Context(), k, m.Context, hostile)
		isClass(t, err, c.class)
		assert.Len(t, s.Calls(), c.calls, name)
	}
}

// Who may Encrypt under the key can wrap what is no key of the format.
func TestOtherPlaintexts(t *testing.T) {
	s := start(t)
	own := s.AddKey(fakekms.Key{Region: east})
	k := strict(t, s, own)
	m := dataKeys(t, k, nil)
	for _, n := range []int{1, 31, 33, 64} {
		out, err := s.Client(east).Encrypt(t.Context(), &kms.EncryptInput{KeyId: &own, Plaintext: make([]byte, n)})
		require.NoError(t, err)
		other := m.EncryptedDataKeys[0]
		other.Ciphertext = append(slices.Clone(other.Ciphertext[:48]), out.CiphertextBlob...)
		_, err = open(t.Context(), k, nil, other)
		isClass(t, err, crypt.ErrAuth)
	}
}

func TestAHostileItemCostsFewCalls(t *testing.T) {
	s := start(t)
	own := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	k := strict(t, s, own)
	good := dataKeys(t, k, map[string]string{"item": "1"}).EncryptedDataKeys[0]
	for reader, k := range readers(t, s, own) {
		s.ResetCalls()
		var m crypt.Meter
		ctx := crypt.Watch(t.Context(), &m, nil)
		_, err := open(ctx, k, map[string]string{"item": "2"}, slices.Repeat([]keyring.EncryptedDataKey{good}, keyring.MaxEncryptedDataKeys)...)
		isClass(t, err, crypt.ErrAuth)
		most := keyring.MaxTries
		if reader == "multi-Region discovery" {
			most *= 2
		}
		assert.Len(t, s.Calls(), most, reader)
		assert.EqualValues(t, most, m.Usage().KeyCalls, reader)
	}
	foreign := good
	foreign.ProviderInfo = []byte(strings.Replace(own, fakekms.Account, stranger, 1))
	s.ResetCalls()
	_, err := open(t.Context(), k, map[string]string{"item": "1"}, append(slices.Repeat([]keyring.EncryptedDataKey{foreign}, 254), good)...)
	require.NoError(t, err, "those of others are passed over")
	assert.Len(t, s.Calls(), 1)
}

// Each name of the table is another context, and so another reading of the item.
func TestAHostileItemOfATableWithAliases(t *testing.T) {
	s := start(t)
	own := s.AddKey(fakekms.Key{Region: east})
	k := strict(t, s, own)
	stored := write(t, encryptor(t, forger{k, func(m *keyring.EncryptionMaterials) {
		m.EncryptedDataKeys = slices.Repeat(m.EncryptedDataKeys, keyring.MaxEncryptedDataKeys)
		m.SigningKeys = slices.Repeat(m.SigningKeys, keyring.MaxEncryptedDataKeys)
	}}, keyring.SuiteHMAC))
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "other", Aliases: []string{"a", "b", "c"}, PartitionKey: "patient", Actions: map[string]crypt.Action{"name": crypt.Encrypt}})
	require.NoError(t, err)
	f, err := dbe.New(dbe.Config{Keyring: k, Suite: keyring.SuiteHMAC})
	require.NoError(t, err)
	e, err := f.Encryptor(schema)
	require.NoError(t, err)
	refuses(t, e, stored, crypt.ErrAuth, (1+crypt.MaxAliases)*keyring.MaxTries)
	s.Deny(own, "Decrypt")
	refuses(t, e, stored, crypt.ErrKeys, keyring.MaxTries, "allow kms:Decrypt") // an outage is one for all names
}

// KMS takes so much of a context and no more. What is stored of it, an attacker may fill up.
func TestContextsThatAreTooLarge(t *testing.T) {
	s := start(t)
	k := strict(t, s, s.AddKey(fakekms.Key{Region: east}))
	large := map[string]string{"a": strings.Repeat("v", 8191)}
	m := dataKeys(t, k, large)
	_, err := open(t.Context(), k, large, m.EncryptedDataKeys...)
	require.NoError(t, err)
	large = map[string]string{"a": strings.Repeat("v", 8191), "b": ""}
	s.ResetCalls()
	_, err = open(t.Context(), k, large, m.EncryptedDataKeys...)
	isClass(t, err, crypt.ErrFormat)
	require.ErrorContains(t, err, "8193 bytes")
	_, err = k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC, Context: large})
	isClass(t, err, crypt.ErrFormat)
	assert.Empty(t, s.Calls())
}

// careless is a client that does not say which key to use, or answers what it likes.
type careless struct {
	*kms.Client
	alter func(*kms.DecryptOutput, *kms.GenerateDataKeyOutput)
}

func (c careless) Decrypt(ctx context.Context, in *kms.DecryptInput, o ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	unpinned := *in
	unpinned.KeyId = nil
	out, err := c.Client.Decrypt(ctx, &unpinned, o...)
	if err == nil && c.alter != nil {
		c.alter(out, &kms.GenerateDataKeyOutput{})
	}
	return out, err
}

func (c careless) GenerateDataKey(ctx context.Context, in *kms.GenerateDataKeyInput, o ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	out, err := c.Client.GenerateDataKey(ctx, in, o...)
	if err == nil && c.alter != nil {
		c.alter(&kms.DecryptOutput{}, out)
	}
	return out, err
}

// The key that KMS says it used is compared, whatever stands between.
func TestAnswersForAnotherKey(t *testing.T) {
	s := start(t)
	own, other := s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: east, Account: stranger})
	alias := own[:strings.Index(own, "key/")] + "alias/visits"
	lying := naming(newKeyring(t, awskms.Config{Keys: []string{other}, Client: s.ClientOf(stranger, east)}), own)
	through := newKeyring(t, awskms.Config{Keys: []string{own}, Client: careless{Client: s.Client(east)}})
	for _, suite := range suites {
		reads(t, encryptor(t, through, suite), write(t, encryptor(t, strict(t, s, own), suite)))
		refuses(t, encryptor(t, through, suite), write(t, encryptor(t, lying, suite)), crypt.ErrAuth, 1)
	}
	for name, alter := range map[string]func(*kms.DecryptOutput, *kms.GenerateDataKeyOutput){
		"no key":      func(d *kms.DecryptOutput, g *kms.GenerateDataKeyOutput) { d.KeyId, g.KeyId = nil, nil },
		"another key": func(d *kms.DecryptOutput, g *kms.GenerateDataKeyOutput) { d.KeyId, g.KeyId = &other, &other },
		"an alias":    func(d *kms.DecryptOutput, g *kms.GenerateDataKeyOutput) { d.KeyId, g.KeyId = &alias, &alias },
		"an id": func(d *kms.DecryptOutput, g *kms.GenerateDataKeyOutput) {
			d.KeyId, g.KeyId = aws.String(own[len(own)-36:]), aws.String(own[len(own)-36:])
		},
		"nothing": func(d *kms.DecryptOutput, g *kms.GenerateDataKeyOutput) {
			*d, *g = kms.DecryptOutput{}, kms.GenerateDataKeyOutput{}
		},
		"a short key": func(d *kms.DecryptOutput, g *kms.GenerateDataKeyOutput) {
			d.Plaintext, g.Plaintext = d.Plaintext[:min(16, len(d.Plaintext))], g.Plaintext[:min(16, len(g.Plaintext))]
		},
	} {
		k := newKeyring(t, awskms.Config{Keys: []string{own}, Client: careless{s.Client(east), alter}})
		_, err := open(t.Context(), k, nil, dataKeys(t, strict(t, s, own), nil).EncryptedDataKeys...)
		isClass(t, err, crypt.ErrAuth)
		m, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
		isClass(t, err, crypt.ErrKeys)
		assert.Equal(t, keyring.EncryptionMaterials{}, m, name)
	}
	for name, alter := range map[string]func(*kms.GenerateDataKeyOutput){
		"no ciphertext":     func(g *kms.GenerateDataKeyOutput) { g.CiphertextBlob = nil },
		"a long ciphertext": func(g *kms.GenerateDataKeyOutput) { g.CiphertextBlob = make([]byte, 6145) },
	} {
		k := newKeyring(t, awskms.Config{Keys: []string{own}, Client: careless{s.Client(east), func(_ *kms.DecryptOutput, g *kms.GenerateDataKeyOutput) { alter(g) }}})
		_, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
		isClass(t, err, crypt.ErrKeys)
		assert.ErrorContains(t, err, own, name)
	}

	// A writer by alias takes what the alias may name: a key of its account and region.
	for _, id := range []string{alias, own[len(own)-36:]} {
		for _, say := range []string{other, alias} {
			k := newKeyring(t, awskms.Config{Keys: []string{id}, OnlyWrites: true, Client: answering{s.Client(east), own, say}})
			_, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
			isClass(t, err, crypt.ErrKeys)
			assert.ErrorContains(t, err, say)
		}
	}
}

// answering uses one key and says that it was another.
type answering struct {
	*kms.Client
	use, say string
}

func (c answering) GenerateDataKey(ctx context.Context, in *kms.GenerateDataKeyInput, o ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	changed := *in
	changed.KeyId = &c.use
	out, err := c.Client.GenerateDataKey(ctx, &changed, o...)
	if err == nil {
		out.KeyId = &c.say
	}
	return out, err
}
