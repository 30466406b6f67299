package mostrecent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/internal/refresh"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// Keys are one version of the keys of a name.
type Keys struct {
	Version int64      // 0 or more
	Wrap    secret.Key // of AES, 16, 24 or 32 bytes: wraps content keys
	Sign    secret.Key // of HMAC-SHA256, of any length: signs items
}

// ErrNoVersion: a store has no such version, or none of that name. The provider reports it as crypt.ErrKeys.
var ErrNoVersion = errors.New("no such version of the keys")

// A Store holds versions of keys by name. It is safe for concurrent use and honours ctx. What it returns was
// verified; it never returns keys that are not stored. A version that it lacks is [ErrNoVersion], and so
// is one that must not be used any longer: both put a cached version out at once, as do errors of AWS that say
// that access was denied, or a key disabled. After other errors cached versions serve until their TTL ends.
// An error that wraps none of crypt's three is reported as crypt.ErrKeys.
type Store interface {
	// Newest returns the keys of the highest version of name, as it is now and not a moment ago.
	Newest(ctx context.Context, name string) (Keys, error)

	// Version returns the keys of a version.
	Version(ctx context.Context, name string, version int64) (Keys, error)
}

// A Creator is a Store that makes versions, for [Config.CreateFirst].
type Creator interface {
	Store

	// Create stores new keys as a version, unless there are any, and returns those that are stored.
	Create(ctx context.Context, name string, version int64) (Keys, error)
}

// What the fields of a Config are where they are left zero.
const (
	DefaultTTL        = 5 * time.Minute
	DefaultCapacity   = 1000
	DefaultMaxMisses  = 64
	DefaultMissWindow = 10 * time.Second

	DefaultLoadTimeout = refresh.DefaultLoadTimeout
)

// Config describes a provider. Store is required, and one of Name and NameOf.
type Config struct {
	// Store has the keys.
	Store Store

	// Name is the material name: the keys in the store that items are written under and must name. At most
	// 2048 bytes, without #.
	Name string

	// NameOf gives the name of each item's keys, from its table and key attributes say; a tenant's. It is
	// safe for concurrent use, keeps nothing of the Request, and gives an item the same name for ever. An
	// item that names other keys is refused. Its error is the item's. Names are in errors, in traces and, in
	// clear, in the store and every item: make them of ids, not of what is secret.
	NameOf func(context.Context, provider.Request) (string, error)

	// TTL is how old keys may be. A version that was made is taken up within it, one that was denied or
	// deleted is refused within it. In its last tenth one caller fetches them anew while all go on with
	// the old. 0: DefaultTTL.
	TTL time.Duration

	// LoadTimeout ends a fetch of keys, its calls and their retries, that no caller's context ends: it is for
	// all who want the keys. A caller whose context ends before leaves, and the fetch goes on. 0:
	// DefaultLoadTimeout.
	LoadTimeout time.Duration

	// Capacity is how many names' newest versions, and how many versions, are held. Give more than are in
	// use. 0: DefaultCapacity.
	Capacity int

	// MinVersion is the lowest version that is read or written under. Raise it when the keys of older ones
	// are to be of no use, and items under them were written anew.
	MinVersion int64

	// CreateFirst has version 0 made when an item is to be written and the store has no version of its name.
	// False: that is a crypt.ErrKeys. A name that is misspelled, or whose versions were deleted, then
	// becomes a new one without a word (but for a provider that saw one of them: it goes on with an error, so
	// that they can be restored), and a writer needs the permission to make keys. Store must be a Creator.
	CreateFirst bool

	// MaxMisses is how many versions that the store lacks, or that do not verify there, are found out in
	// MissWindow. From then on an item whose version may be another is a crypt.ErrKeys until the window ends. With
	// NameOf an eighth of them is for any one name. 0: DefaultMaxMisses.
	MaxMisses int

	// MissWindow is also how long such a version is refused without asking again, at most. 0: DefaultMissWindow.
	MissWindow time.Duration

	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

func orDefault[T int | time.Duration](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}

// New checks c, every mistake at once, and returns its provider. It asks nothing of the store.
func New(c Config) (*Provider, error) {
	orDefault(&c.TTL, DefaultTTL)
	orDefault(&c.Capacity, DefaultCapacity)
	orDefault(&c.MaxMisses, DefaultMaxMisses)
	orDefault(&c.MissWindow, DefaultMissWindow)
	if c.Now == nil {
		c.Now = time.Now
	}
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("mostrecent: new provider: "+format, args...))
	}
	if given.Nil(c.Store) {
		fail("no Store: make one by metastore.New")
	}
	switch {
	case c.NameOf != nil && c.Name != "":
		fail("both Name and NameOf: give one of them")
	case c.NameOf == nil:
		if err := ddbec.CheckMaterialName(c.Name); err != nil {
			fail("Name: %w", err)
		}
	}
	creator, creates := c.Store.(Creator)
	switch {
	case !c.CreateFirst:
		creator = nil
	case !creates:
		fail("CreateFirst, and Store is no Creator")
	case c.MinVersion > 0:
		fail("CreateFirst makes version 0, which MinVersion refuses: leave one of them out")
	}
	if c.TTL < 0 || c.MissWindow < 0 || c.LoadTimeout < 0 {
		fail("TTL, LoadTimeout or MissWindow is negative")
	}
	if c.Capacity < 0 || c.MaxMisses < 0 || c.MinVersion < 0 {
		fail("Capacity, MaxMisses or MinVersion is negative")
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	const earlyPart = 10 // of the TTL is the time in which keys are fetched anew
	caching := refresh.Config{Capacity: c.Capacity, Early: c.TTL / earlyPart, LoadTimeout: c.LoadTimeout, Lasting: lasting, Now: c.Now}
	return &Provider{
		config:   c,
		creator:  creator,
		newest:   refresh.New[string, version](caching),
		versions: refresh.New[id, version](caching),
		misses:   newMisses(c),
	}, nil
}

// lasting reports whether keys that could not be fetched anew must not be used for longer.
func lasting(err error) bool { return isVerdict(err) || kmskey.Lasting(err) }

// isVerdict reports whether the store answered, and it was not with keys. What does not verify is no keys, whatever
// the next attempt brings.
func isVerdict(err error) bool {
	return errors.Is(err, ErrNoVersion) || errors.Is(err, crypt.ErrAuth) || errors.Is(err, crypt.ErrFormat)
}
