package interop_test

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	kms "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

// keyringEach is how many items each client writes by a keyring: half of each version, and one in four of these
// under suite 6701, of the keyrings that take it.
const keyringEach = 16

// unreadableEach is how many of them by a keyring whose items are read by another.
const unreadableEach = 2

// liveDBE is a KMS and a table that the clients of the modern format share.
type liveDBE struct {
	*live
	samples *generate.Generator
}

func newLiveDBE(t *testing.T) liveDBE {
	l := newLive(t, []divergence.Client{divergence.Go, divergence.Java}, map[divergence.Client]string{
		divergence.Java: testenv.Need(t, "DDB_PEER_DBE_JAVA"),
		divergence.Go:   goDriver(t),
	})
	return liveDBE{l, generate.New(l.seed, generate.Kind{})}
}

// recipe is a keyring that writes, and one that reads.
type recipe struct {
	what    string
	writer  protocol.Keyring
	reader  *protocol.Keyring   // nil: writer
	dataKey int                 // the one of an item that the reader opens
	hmac    bool                // suite 6700 alone
	others  []divergence.Client // who do not read it
	tenant  string              // the branch key of each item, by a supplier
}

// newItem is a random item, its case by a recipe, and the case that a reader has.
func (l liveDBE) newItem(r recipe, suite protocol.Suite, version int) *dbeSample {
	for {
		s := l.samples.DBEBy(&r.writer, r.reader, suite, version)
		if s.Case.UnsignedPrefix != "" && (strings.HasPrefix(livePartition, s.Case.UnsignedPrefix) || strings.HasPrefix(liveSort, s.Case.UnsignedPrefix)) {
			continue
		}
		s.DataKey = r.dataKey
		action := s.Case.Actions[s.Case.PartitionKey]
		for _, by := range []*protocol.DBECase{&s.Case, &s.Reader} {
			delete(by.Actions, s.Case.PartitionKey)
			delete(by.Actions, s.Case.SortKey)
			by.Actions[livePartition], by.Actions[liveSort] = action, action
		}
		delete(s.Item, s.Case.PartitionKey)
		delete(s.Item, s.Case.SortKey)
		for name, value := range l.nextKey() {
			s.Item[name] = value
		}
		if r.tenant != "" {
			s.Case.Keyring.BranchKeyIDs = map[string]string{s.Item[livePartition].(*types.AttributeValueMemberS).Value: r.tenant}
		}
		s.Case.PartitionKey, s.Case.SortKey = livePartition, liveSort
		s.Reader.PartitionKey, s.Reader.SortKey = livePartition, liveSort
		return &dbeSample{DBESample: s}
	}
}

// items are n random ones that writer writes by a recipe.
func (l liveDBE) items(writer divergence.Client, n int, r recipe) []liveItem {
	var items []liveItem
	readers := slices.DeleteFunc(slices.Clone(l.clients), func(c divergence.Client) bool { return slices.Contains(r.others, c) })
	for i := range n {
		suite := protocol.SuiteHMAC
		if i%8 < 2 && !r.hmac {
			suite = protocol.SuiteECDSA
		}
		s := l.newItem(r, suite, 1+i%2)
		items = append(items, liveItem{
			format: protocol.DBE, writer: writer, item: s.Item, writing: s.Case, reading: s.Reader,
			expected: divergence.OpenedDBE(s.Item, s.Case), readers: readers, others: r.others, what: r.what, mayMiss: hierarchical(r.writer),
			flip: func(t *testing.T, f flipper, stored crypt.Item) (crypt.Item, string, func(divergence.Client) bool) {
				altered, what := f.flipDBE(t, s, stored)
				return altered, what, func(divergence.Client) bool { return what == othersTag }
			},
		})
	}
	return items
}

// kmsKeys are keys of the KMS that recipes name.
type kmsKeys struct {
	home, away, foreign   string // ARNs: here, in another region, of another account
	replicated, replica   string // one key in two regions
	rsa                   string
	agreement, agreement2 map[string]string // by curve; the halves are those of the setup's pairs
}

const foreignAccount = "444455556666"

func (l liveDBE) newKMSKeys(t *testing.T) kmsKeys {
	private := func(name string) any {
		key, err := x509.ParsePKCS8PrivateKey(l.keys[name].PrivateDER)
		require.NoError(t, err)
		return key
	}
	k := kmsKeys{
		home:       l.kms.AddKey(fakekms.Key{Region: home}),
		away:       l.kms.AddKey(fakekms.Key{Region: away}),
		foreign:    l.kms.AddKey(fakekms.Key{Region: home, Account: foreignAccount}),
		replicated: l.kms.AddKey(fakekms.Key{Region: home, MultiRegion: true}),
		rsa:        l.kms.AddKey(fakekms.Key{Region: home, Spec: kms.KeySpecRsa2048, PrivateKey: private(generate.PairWrap)}),
		agreement:  map[string]string{}, agreement2: map[string]string{},
	}
	k.replica = l.kms.Replicate(k.replicated, away)
	for curve, spec := range map[string]kms.KeySpec{"p256": kms.KeySpecEccNistP256, "p384": kms.KeySpecEccNistP384, "p521": kms.KeySpecEccNistP521} {
		k.agreement[curve] = l.kms.AddKey(fakekms.Key{Region: home, Spec: spec, PrivateKey: private(curve)})
		k.agreement2[curve] = l.kms.AddKey(fakekms.Key{Region: away, Spec: spec, PrivateKey: private(curve + generate.PairRecipient)})
	}
	return k
}

// symmetric are the recipes by symmetric keys, in each form.
func (k kmsKeys) symmetric() []recipe {
	one := func(mode, key string) protocol.Keyring {
		return protocol.Keyring{Type: protocol.AWSKMS, Mode: mode, Key: key}
	}
	several := func(mode string, keys ...string) protocol.Keyring {
		return protocol.Keyring{Type: protocol.AWSKMSMulti, Mode: mode, Key: keys[0], Keys: keys[1:]}
	}
	found := func(kind, mode, region string, accounts ...string) *protocol.Keyring {
		r := &protocol.Keyring{Type: kind, Mode: mode, Accounts: accounts}
		if kind == protocol.AWSKMS {
			r.Region = region
		} else {
			r.Regions = []string{region, home}
		}
		return r
	}
	raw := protocol.Keyring{Type: protocol.RawAES, Key: "aes192", KeyNamespace: "ns", KeyName: "n"}
	strict, foreign, replica := one(protocol.ModeStrict, k.home), one(protocol.ModeStrict, k.foreign), one(protocol.ModeMRK, k.replica)
	return []recipe{
		{what: "strict", writer: strict},
		{what: "strict, elsewhere", writer: one("", k.away)},
		{what: "multi-Region, as one of its own region", writer: one(protocol.ModeMRK, k.replicated)},
		{what: "multi-Region, read by the replica", writer: one(protocol.ModeMRK, k.replicated), reader: &replica},
		{what: "discovery", writer: strict, reader: found(protocol.AWSKMS, protocol.ModeDiscovery, "", fakekms.Account)},
		{what: "discovery of one of two accounts", writer: foreign, reader: found(protocol.AWSKMS, protocol.ModeDiscovery, home, fakekms.Account, foreignAccount), others: []divergence.Client{divergence.Java}},
		{what: "multi-Region discovery", writer: one(protocol.ModeMRK, k.replicated), reader: found(protocol.AWSKMS, protocol.ModeMRKDiscovery, away, fakekms.Account)},
		{what: "in a multi keyring, behind a raw one", writer: *multiOf(raw, strict), reader: &strict, dataKey: 1},
		{what: "in a multi keyring, read by the raw one", writer: *multiOf(strict, raw), reader: &raw, dataKey: 1},
		{what: "in a multi keyring, read by another account's", writer: *multiOf(strict, foreign), reader: &foreign, dataKey: 1},
		{what: "several keys", writer: several(protocol.ModeStrict, k.home, k.away, k.foreign)},
		{what: "several keys, read by the second", writer: several("", k.home, k.away), reader: &protocol.Keyring{Type: protocol.AWSKMS, Key: k.away}, dataKey: 1},
		{what: "several multi-Region keys, read by a replica", writer: several(protocol.ModeMRK, k.home, k.replicated), reader: &replica, dataKey: 1},
		{what: "discovery in several regions", writer: strict, reader: found(protocol.AWSKMSMulti, protocol.ModeDiscovery, away, fakekms.Account)},
		{what: "multi-Region discovery in several regions", writer: one(protocol.ModeMRK, k.replicated), reader: found(protocol.AWSKMSMulti, protocol.ModeMRKDiscovery, away, fakekms.Account)},
	}
}

// unreadable are recipes whose reader has other keys.
func (k kmsKeys) unreadable(clients []divergence.Client) []recipe {
	one := func(mode, key string) *protocol.Keyring {
		return &protocol.Keyring{Type: protocol.AWSKMS, Mode: mode, Key: key}
	}
	found := func(mode, region, account string) *protocol.Keyring {
		return &protocol.Keyring{Type: protocol.AWSKMS, Mode: mode, Region: region, Accounts: []string{account}}
	}
	recipes := []recipe{
		{what: "by another key", writer: *one("", k.home), reader: one("", k.away)},
		{what: "by a replica, strictly", writer: *one("", k.replicated), reader: one("", k.replica)},
		{what: "by no replica", writer: *one(protocol.ModeMRK, k.home), reader: one(protocol.ModeMRK, k.replica)},
		{what: "by discovery of another account", writer: *one("", k.foreign), reader: found(protocol.ModeDiscovery, home, fakekms.Account)},
		{what: "by multi-Region discovery of another account", writer: *one("", k.replicated), reader: found(protocol.ModeMRKDiscovery, away, foreignAccount)},
		{what: "by multi-Region discovery elsewhere", writer: *one("", k.home), reader: found(protocol.ModeMRKDiscovery, away, fakekms.Account)},
		{what: "by RSA", writer: *one("", k.home), reader: &protocol.Keyring{Type: protocol.AWSKMSRSA, Key: k.rsa, Algorithm: "RSAES_OAEP_SHA_256"}, hmac: true},
	}
	for i := range recipes {
		recipes[i].others = clients
	}
	return recipes
}

func multiOf(generator protocol.Keyring, children ...protocol.Keyring) *protocol.Keyring {
	return &protocol.Keyring{Type: protocol.Multi, Generator: &generator, Children: children}
}

// asymmetric are the recipes by RSA and ECDH, of KMS on one side or on both.
func (k kmsKeys) asymmetric() []recipe {
	recipes := []recipe{
		{what: "RSA, SHA-256", hmac: true, writer: protocol.Keyring{Type: protocol.AWSKMSRSA, Key: k.rsa, PublicKey: generate.PairWrap, Algorithm: "RSAES_OAEP_SHA_256"}},
		{what: "RSA, SHA-1", hmac: true, writer: protocol.Keyring{Type: protocol.AWSKMSRSA, Key: k.rsa, PublicKey: generate.PairWrap, Algorithm: "RSAES_OAEP_SHA_1"}},
	}
	for _, c := range []struct{ curve, name string }{{"p256", "P-256"}, {"p384", "P-384"}, {"p521", "P-521"}} {
		other := c.curve + generate.PairRecipient
		static := protocol.Keyring{Type: protocol.AWSKMSECDH, Curve: c.name, Scheme: protocol.SchemeStatic, Key: k.agreement[c.curve], Sender: c.curve, Recipient: other}
		asked := static // KMS says which its public key is
		asked.Sender = ""
		mirrored := protocol.Keyring{Type: protocol.AWSKMSECDH, Curve: c.name, Scheme: protocol.SchemeStatic, Key: k.agreement2[c.curve], Sender: other, Recipient: c.curve}
		found := protocol.Keyring{Type: protocol.AWSKMSECDH, Curve: c.name, Scheme: protocol.SchemeDiscovery, Key: k.agreement2[c.curve]}
		raw := protocol.Keyring{Type: protocol.RawECDH, Curve: c.name, Scheme: protocol.SchemeStatic, Sender: c.curve, Recipient: other}
		ephemeral := protocol.Keyring{Type: protocol.RawECDH, Curve: c.name, Scheme: protocol.SchemeEphemeral, Recipient: other}
		recipes = append(recipes,
			recipe{what: "ECDH " + c.name, writer: static, reader: &asked},
			recipe{what: "ECDH " + c.name + ", read by the other side", writer: asked, reader: &mirrored},
			recipe{what: "ECDH " + c.name + ", read by discovery", writer: static, reader: &found},
			recipe{what: "ECDH " + c.name + ", read without KMS", writer: static, reader: &raw},
			recipe{what: "ECDH " + c.name + ", written without KMS", writer: ephemeral, reader: &found},
		)
	}
	return recipes
}

// TestLiveKMSKeyrings has the clients of the modern format write and read one table by the keys of one KMS.
func TestLiveKMSKeyrings(t *testing.T) {
	l := newLiveDBE(t)
	keys := l.newKMSKeys(t)
	for _, c := range []struct {
		name    string
		recipes []recipe
		each    int
	}{
		{"symmetric", keys.symmetric(), keyringEach},
		{"asymmetric", keys.asymmetric(), keyringEach},
		{"other keys", keys.unreadable(l.clients), unreadableEach},
	} {
		t.Run(c.name, func(t *testing.T) {
			var items []liveItem
			for _, r := range c.recipes {
				for _, writer := range l.clients {
					items = append(items, l.items(writer, c.each, r)...)
				}
			}
			l.put(t, items)
			l.get(t, items)
		})
	}
}
