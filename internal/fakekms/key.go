package fakekms

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/internal/kmskey"
)

// Key is a key to be made.
type Key struct {
	Region  string        // required
	Account string        // of twelve digits; "" is [Account]
	ID      string        // "" is a random one, with mrk- before it where MultiRegion
	Spec    types.KeySpec // "" is SYMMETRIC_DEFAULT; RSA_* encrypt and decrypt, ECC_NIST_P256, 384 and 521 agree on keys

	// MultiRegion keys can be replicated. Their ID begins with mrk-, other keys' do not.
	MultiRegion bool

	// Material is the 32 bytes of a symmetric key, nil for random ones. Servers whose keys have the same
	// ARN and material open each other's ciphertexts.
	Material []byte

	// PrivateKey is that of an asymmetric key, nil for a random one: *rsa.PrivateKey, *ecdh.PrivateKey or
	// *ecdsa.PrivateKey.
	PrivateKey any

	Aliases []string // such as alias/orders
}

// key is a key of one region. But for state, which the server's lock guards, it does not change.
type key struct {
	arn     kmskey.ARN
	primary kmskey.ARN // of a multi-Region key: the one that was replicated
	spec    types.KeySpec
	secret  secret
	created time.Time
	state   types.KeyState
}

// secret is key material, which the replicas of a key share.
type secret interface {
	usage() types.KeyUsageType
}

// AddKey makes a key and returns its ARN. It panics if k cannot be made: only a mistake of the test's
// can be the reason.
func (s *Server) AddKey(k Key) string {
	arn, err := s.addKey(k)
	if err != nil {
		panic("fakekms: AddKey: " + err.Error())
	}
	return arn.String()
}

func (s *Server) addKey(k Key) (kmskey.ARN, error) {
	arn, err := k.arn()
	if err != nil {
		return arn, err
	}
	made := &key{arn: arn, primary: arn, spec: k.Spec, created: time.Now(), state: types.KeyStateEnabled}
	if made.spec == "" {
		made.spec = types.KeySpecSymmetricDefault
	}
	if made.secret, err = newSecret(made.spec, k); err != nil {
		return arn, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[arn.String()] != nil {
		return arn, &exception{name: "AlreadyExistsException", message: arn.String() + " already exists"}
	}
	aliases := make([]kmskey.ARN, len(k.Aliases))
	for i, alias := range k.Aliases {
		if aliases[i], err = s.newAlias(arn, alias); err != nil {
			return arn, err
		}
	}
	s.keys[arn.String()] = made
	for _, alias := range aliases {
		s.aliases[alias.String()] = made
	}
	return arn, nil
}

func (k Key) arn() (none kmskey.ARN, _ error) {
	id := k.ID
	if id == "" {
		id = newID(k.MultiRegion)
	}
	if strings.HasPrefix(id, "mrk-") != k.MultiRegion {
		return none, invalid("the id of a multi-Region key, and of no other, begins with mrk-, not so %q", id)
	}
	account := k.Account
	if account == "" {
		account = Account
	}
	return kmskey.ParseARN(kmskey.ARN{Partition: partition(k.Region), Region: k.Region, Account: account, Resource: "key", ID: id}.String())
}

func newSecret(spec types.KeySpec, k Key) (secret, error) {
	switch {
	case spec == types.KeySpecSymmetricDefault:
		return newSymmetric(k)
	case rsaBits[spec] != 0:
		return newRSA(spec, k)
	case curves[spec] != nil:
		return newAgreement(spec, k)
	}
	return nil, unsupported("key spec " + string(spec))
}

func partition(region string) string {
	for _, p := range []string{"cn", "us-gov"} {
		if strings.HasPrefix(region, p+"-") {
			return "aws-" + p
		}
	}
	return "aws"
}

func newID(multiRegion bool) string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	if multiRegion {
		return "mrk-" + hex.EncodeToString(b[:])
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newAlias is the ARN of an alias that can be made for a key. The caller holds the lock.
func (s *Server) newAlias(of kmskey.ARN, name string) (none kmskey.ARN, _ error) {
	short, ok := strings.CutPrefix(name, "alias/")
	of.Resource, of.ID = "alias", short
	if _, err := kmskey.ParseARN(of.String()); !ok || err != nil || strings.HasPrefix(short, "aws/") || len(name) > 256 {
		return none, &exception{name: "InvalidAliasNameException", message: fmt.Sprintf("%.300q cannot be the name of an alias, as alias/orders can", name)}
	}
	if s.aliases[of.String()] != nil {
		return none, &exception{name: "AlreadyExistsException", message: "An alias with the name " + of.String() + " already exists"}
	}
	return of, nil
}

// Replicate makes the replica of a multi-Region key in another region, with the same key material, and
// returns its ARN. It panics if that cannot be done.
func (s *Server) Replicate(arn, region string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.replicate(s.mustKey("Replicate", arn), region)
	if err != nil {
		panic("fakekms: Replicate: " + err.Error())
	}
	return k.arn.String()
}

// replicate needs the lock.
func (s *Server) replicate(k *key, region string) (*key, error) {
	arn, err := kmskey.ParseARN(k.arn.In(region).String())
	switch {
	case err != nil:
		return nil, invalid("%v", err)
	case !arn.MultiRegion():
		return nil, &exception{name: "UnsupportedOperationException", message: k.arn.String() + " is not a multi-Region key."}
	case partition(region) != arn.Partition:
		return nil, invalid("%s is in another partition", region)
	case s.keys[arn.String()] != nil:
		return nil, &exception{name: "AlreadyExistsException", message: arn.String() + " already exists"}
	}
	replica := *k
	replica.arn, replica.created = arn, time.Now()
	s.keys[arn.String()] = &replica
	return &replica, nil
}

// Disable makes every use of a key fail with DisabledException. A replica is disabled alone.
func (s *Server) Disable(arn string) { s.setState("Disable", arn, types.KeyStateDisabled) }

// ScheduleDeletion makes every use of a key fail with KMSInvalidStateException, as pending deletion.
func (s *Server) ScheduleDeletion(arn string) {
	s.setState("ScheduleDeletion", arn, types.KeyStatePendingDeletion)
}

// Enable takes Disable and ScheduleDeletion back.
func (s *Server) Enable(arn string) { s.setState("Enable", arn, types.KeyStateEnabled) }

func (s *Server) setState(method, arn string, state types.KeyState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustKey(method, arn).state = state
}

// mustKey needs the lock.
func (s *Server) mustKey(method, arn string) *key {
	k := s.keys[arn]
	if k == nil {
		panic(fmt.Sprintf("fakekms: %s: no key has the ARN %q", method, arn))
	}
	return k
}

// denial is a permission that is refused. With no account it is refused to all.
type denial struct{ arn, permission, account string }

// Deny refuses accounts the use of a key, all if none is given, in addition to what was denied before.
// The permission is the operation's name, such as Decrypt; ReEncrypt's are ReEncryptFrom and
// ReEncryptTo. It panics if there is no such key.
func (s *Server) Deny(arn, permission string, accounts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustKey("Deny", arn)
	if len(accounts) == 0 {
		accounts = []string{""}
	}
	for _, account := range accounts {
		s.denied[denial{arn, permission, account}] = true
	}
}

// Allow takes Deny back for accounts, for all if none is given.
func (s *Server) Allow(arn, permission string, accounts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustKey("Allow", arn)
	for d := range s.denied {
		if d.arn == arn && d.permission == permission && (len(accounts) == 0 || slices.Contains(accounts, d.account)) {
			delete(s.denied, d)
		}
	}
}
