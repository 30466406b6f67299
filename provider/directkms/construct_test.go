package directkms_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However a key is named, calls name its ARN. Only what is no ARN of a key is asked for, once.
func TestFormsOfKeys(t *testing.T) {
	s, key := start(t)
	id := key[strings.LastIndex(key, "/")+1:]
	aliasARN := strings.Replace(key, "key/"+id, "alias/orders", 1)
	for name, c := range map[string]struct {
		key         string
		decryptKeys []string
		described   []string
	}{
		"ARN":                     {key, nil, nil},
		"ARN of an alias":         {aliasARN, nil, []string{aliasARN}},
		"alias":                   {"alias/orders", nil, []string{"alias/orders"}},
		"id":                      {id, nil, []string{id}},
		"one key in four names":   {"alias/orders", []string{key, aliasARN, id, "alias/orders", id}, []string{aliasARN, id, "alias/orders"}},
		"written by another name": {key, []string{"alias/orders"}, []string{"alias/orders"}},
	} {
		t.Run(name, func(t *testing.T) {
			s.ResetCalls()
			var m crypt.Meter
			p, err := directkms.New(crypt.Watch(t.Context(), &m, nil), directkms.Config{Client: s.Client(east), Key: c.key, DecryptKeys: c.decryptKeys, GrantTokens: []string{"grant"}})
			require.NoError(t, err)
			assert.Equal(t, crypt.Usage{KeyCalls: int64(len(c.described))}, m.Usage())
			var described []string
			for _, call := range s.Calls() {
				assert.Equal(t, "DescribeKey", call.Operation)
				assert.Equal(t, []string{"grant"}, call.GrantTokens)
				described = append(described, call.RequestedKeyID)
			}
			assert.Equal(t, c.described, described)

			s.ResetCalls()
			e := encryptor(t, p, orders())
			for range 2 {
				stored, err := e.EncryptItem(t.Context(), order("o-1"))
				require.NoError(t, err)
				_, err = e.DecryptItem(t.Context(), stored)
				require.NoError(t, err)
			}
			for _, call := range s.Calls() {
				assert.Equal(t, key, call.RequestedKeyID)
			}
			assert.Equal(t, []string{"GenerateDataKey", "Decrypt", "GenerateDataKey", "Decrypt"}, operations(s))
		})
	}
}

func TestNewRefuses(t *testing.T) {
	s, key := start(t)
	other := s.AddKey(fakekms.Key{Region: east})
	far := s.AddKey(fakekms.Key{Region: west, Aliases: []string{"alias/far"}})
	client := s.Client(east)
	described := func(entries ...string) directkms.Config {
		d := map[string]string{}
		for i := 0; i < len(entries); i += 2 {
			d[entries[i]] = entries[i+1]
		}
		return directkms.Config{Client: client, Key: key, Description: d}
	}
	for name, c := range map[string]struct {
		config directkms.Config
		text   string
	}{
		"no client":                {directkms.Config{Key: key}, "no Client"},
		"a client that is nil":     {directkms.Config{Client: (*kms.Client)(nil), Key: key}, "no Client"},
		"no key":                   {directkms.Config{Client: client}, "neither Key nor DecryptKeys"},
		"too many keys":            {directkms.Config{Client: client, DecryptKeys: make([]string, directkms.MaxDecryptKeys+1)}, "11 DecryptKeys"},
		"an empty key":             {directkms.Config{Client: client, DecryptKeys: []string{key, ""}}, `"" is no ARN`},
		"no key's name":            {directkms.Config{Client: client, Key: "my key"}, `"my key" is no ARN`},
		"an empty alias":           {directkms.Config{Client: client, Key: "alias/"}, `"alias/" is no ARN`},
		"an ARN of something":      {directkms.Config{Client: client, Key: "arn:aws:s3:::bucket"}, "is not the ARN of a KMS key"},
		"a key too long":           {directkms.Config{Client: client, Key: strings.Repeat("k", 3000)}, "is no ARN"},
		"not read what is written": {directkms.Config{Client: client, Key: key, DecryptKeys: []string{other}}, "not among DecryptKeys"},
		"a key of another region":  {directkms.Config{Client: client, Key: far}, "of region us-west-2 and the Client of us-east-1"},
		"an alias of another region": {directkms.Config{Client: client, DecryptKeys: []string{key, strings.Replace(far, far[strings.Index(far, ":key/"):], ":alias/far", 1)}},
			"make the Client for region us-west-2"},
		"too many grant tokens":  {directkms.Config{Client: client, Key: key, GrantTokens: strings.Split(strings.Repeat("x", 11), "")}, "11 GrantTokens: KMS takes at most 10"},
		"an empty grant token":   {directkms.Config{Client: client, Key: key, GrantTokens: []string{""}}, "none of them empty"},
		"the provider's entry":   {described(envKey, "x"), `"amzn-ddb-env-key": the name is the provider's own`},
		"the wrapping's entry":   {described(wrapAlg, "kms"), "the provider's own"},
		"the context's entry":    {described("aws-kms-ec-attr", "x"), "the provider's own"},
		"the format's entry":     {described("amzn-ddb-map-sym-mode", "x"), "the format's own"},
		"another cipher":         {described(envAlg, "DESede/168"), `"amzn-ddb-env-alg": give AES/128`},
		"an empty cipher":        {described(envAlg, ""), `"amzn-ddb-env-alg": give AES/128`},
		"another MAC":            {described(sigAlg, "HmacMD5/128"), `"amzn-ddb-sig-alg": give HmacSHA224`},
		"too long a description": {described("x", strings.Repeat("x", 60<<10)), "longer than"},
		"text that is none":      {described("x", "\xff"), "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := directkms.New(t.Context(), c.config)
			require.ErrorContains(t, err, c.text)
			assert.ErrorContains(t, err, "directkms: new: ")
			assert.Nil(t, p)
			assert.Less(t, len(err.Error()), 400)
		})
	}
	assert.Empty(t, s.Calls(), "refused before KMS is asked")

	_, err := directkms.New(t.Context(), directkms.Config{GrantTokens: []string{""}, Description: map[string]string{envKey: "", sigAlg: ""}})
	for _, mistake := range []string{"no Client", "neither Key", "GrantTokens", envKey, sigAlg} {
		assert.ErrorContains(t, err, mistake, "all at once")
	}
}

// A config that changes later changes nothing.
func TestConfigIsNotKept(t *testing.T) {
	s, key := start(t)
	c := directkms.Config{Client: s.Client(east), Key: key, DecryptKeys: []string{key}, GrantTokens: []string{"grant"}, Description: map[string]string{"mine": "kept"}}
	p := newProvider(t, c)
	c.DecryptKeys[0], c.GrantTokens[0], c.Description["mine"] = "", "", "changed"
	m, err := p.EncryptionMaterials(t.Context(), request(t, nil, &avS{Value: "a"}, &avS{Value: "b"}))
	require.NoError(t, err)
	_, err = p.DecryptionMaterials(t.Context(), request(t, m.Description.Map(), &avS{Value: "a"}, &avS{Value: "b"}))
	require.NoError(t, err)
	mine, _ := m.Description.Lookup("mine")
	assert.Equal(t, "kept", mine)
	assert.Equal(t, []string{"grant"}, s.Calls()[1].GrantTokens)
}

// Every mistake of keys is told, those that KMS tells too.
func TestKeysThatAreNotFound(t *testing.T) {
	s, key := start(t)
	s.Deny(key, "DescribeKey")
	_, err := directkms.New(t.Context(), directkms.Config{Client: s.Client(east), Key: "alias/orders", DecryptKeys: []string{"alias/orders", "alias/none", "no-such-id"}})
	refused(t, err, crypt.ErrKeys)
	for _, text := range []string{
		`kms:DescribeKey on "alias/orders": access denied: allow kms:DescribeKey`,
		`kms:DescribeKey on "alias/none": there is no such key`,
		`kms:DescribeKey on "no-such-id": there is no such key`,
	} {
		assert.ErrorContains(t, err, text)
		assert.Equal(t, 1, strings.Count(err.Error(), text))
	}
	var denied smithy.APIError
	require.ErrorAs(t, err, &denied)
	assert.Equal(t, "AccessDeniedException", denied.ErrorCode())
	var gone *types.NotFoundException
	assert.ErrorAs(t, err, &gone)
	assert.Len(t, s.Calls(), 3)

	s.Allow(key, "DescribeKey")
	_, err = directkms.New(t.Context(), directkms.Config{Client: s.Client(east), Key: "alias/orders"})
	assert.NoError(t, err)
}

// What an alias names later does not matter to a provider.
func TestAliasIsResolvedOnce(t *testing.T) {
	s, key := start(t)
	other := s.AddKey(fakekms.Key{Region: east})
	client := &redirected{Client: s.Client(east)}
	p := newProvider(t, directkms.Config{Client: client, Key: "alias/orders"})
	client.to = other
	e := encryptor(t, p, orders())
	stored, err := e.EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	_, err = e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	for _, call := range s.Calls()[1:] {
		assert.Equal(t, key, call.KeyID)
	}
}

// redirected answers DescribeKey for another key.
type redirected struct {
	directkms.Client
	to string
}

func (r *redirected) DescribeKey(ctx context.Context, in *kms.DescribeKeyInput, opts ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	if r.to != "" {
		in.KeyId = &r.to
	}
	return r.Client.DescribeKey(ctx, in, opts...)
}

func TestDescribeKeyThatNamesNoKey(t *testing.T) {
	alias := "arn:aws:kms:us-east-1:111122223333:alias/x"
	for name, out := range map[string]*kms.DescribeKeyOutput{
		"nothing": {}, "no ARN": {KeyMetadata: &types.KeyMetadata{}}, "an alias": {KeyMetadata: &types.KeyMetadata{Arn: &alias}},
	} {
		_, err := directkms.New(t.Context(), directkms.Config{Client: describing{out: out}, Key: "alias/orders"})
		refused(t, err, crypt.ErrKeys, name)
		assert.ErrorContains(t, err, "names no key")
	}
}

type describing struct {
	directkms.Client
	out *kms.DescribeKeyOutput
}

func (d describing) DescribeKey(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return d.out, nil
}

// A multi-Region key is one key: configured by the ARN of any replica, it writes and reads in every region.
func TestMultiRegionKeys(t *testing.T) {
	s, single := start(t)
	here := s.AddKey(fakekms.Key{Region: east, MultiRegion: true, Aliases: []string{"alias/everywhere"}})
	there := s.Replicate(here, west)
	var stored []crypt.Item
	for region, local := range map[string]string{east: here, west: there} {
		for _, key := range []string{here, there} {
			s.ResetCalls()
			p := newProvider(t, directkms.Config{Client: s.Client(region), Key: key})
			item, err := encryptor(t, p, orders()).EncryptItem(t.Context(), order("o-1"))
			require.NoError(t, err)
			assert.Equal(t, local, s.Calls()[0].RequestedKeyID)
			stored = append(stored, item)
		}
	}
	for region, local := range map[string]string{east: here, west: there} {
		p := newProvider(t, directkms.Config{Client: s.Client(region), DecryptKeys: []string{here, there}})
		for _, item := range stored {
			s.ResetCalls()
			opened, err := encryptor(t, p, orders()).DecryptItem(t.Context(), item)
			require.NoError(t, err)
			assert.Equal(t, order("o-1"), opened.Item)
			require.Len(t, s.Calls(), 1, "replicas are one key")
			assert.Equal(t, local, s.Calls()[0].RequestedKeyID)
		}
	}
	p := newProvider(t, directkms.Config{Client: s.Client(east), Key: single})
	_, err := encryptor(t, p, orders()).DecryptItem(t.Context(), stored[0])
	refused(t, err, crypt.ErrAuth)
}

// A client that passes calls on to another region answers with the replica there.
func TestAnswersOfAReplica(t *testing.T) {
	s, _ := start(t)
	here := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	there := s.Replicate(here, west)
	far := s.Client(west)
	p := newProvider(t, directkms.Config{Key: here, Client: clientFunc{
		generate: func(in *kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
			in.KeyId = &there
			return far.GenerateDataKey(t.Context(), in)
		},
		decrypt: func(in *kms.DecryptInput) (*kms.DecryptOutput, error) {
			in.KeyId = &there
			return far.Decrypt(t.Context(), in)
		},
	}})
	e := encryptor(t, p, orders())
	stored, err := e.EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	_, err = e.DecryptItem(t.Context(), stored)
	assert.NoError(t, err)
}

// A client whose region nobody tells is asked as it is, and KMS's answer explained.
func TestRegionThatIsNotKnown(t *testing.T) {
	s, _ := start(t)
	far := s.AddKey(fakekms.Key{Region: west})
	p := newProvider(t, directkms.Config{Client: struct{ directkms.Client }{s.Client(east)}, Key: far})
	_, err := p.EncryptionMaterials(t.Context(), request(t, nil, &avS{Value: "a"}, &avS{Value: "b"}))
	refused(t, err, crypt.ErrKeys)
	assert.ErrorContains(t, err, "no such key in this account and region")
	assert.ErrorContains(t, err, far)
}
