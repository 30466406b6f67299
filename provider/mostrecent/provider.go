package mostrecent

import (
	"context"
	"crypto"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/refresh"
	"github.com/dynaseal/ddb/provider"
)

// Provider gives the newest version of its keys to writers, and to readers the version that the item names. It
// is safe for concurrent use. However many items want keys at once, one call fetches them; that the item which
// came first is abandoned fails no other.
type Provider struct {
	config   Config
	creator  Creator // nil: no version is made
	newest   *refresh.Cache[string, version]
	versions *refresh.Cache[id, version]
	misses   *misses
}

// id names a version.
type id struct {
	name   string
	number int64
}

func (i id) String() string { return fmt.Sprintf("version %d of %.128q", i.number, i.name) }

// version is a provider over one version's keys.
type version struct {
	number int64
	keys   provider.Provider
}

var _ provider.AlgorithmProvider = (*Provider)(nil)

// VerifyAlgorithm is HmacSHA256: stores hold no other signing keys.
func (p *Provider) VerifyAlgorithm() string { return "HmacSHA256" }

// Refresh forgets all keys: what is asked of the provider from then on, it asks of the store. Call it after a
// rotation, or after keys were taken away.
func (p *Provider) Refresh() {
	p.newest.Clear()
	p.versions.Clear()
	p.misses.clear()
}

// EncryptionMaterials are those of the newest version. Keys that could not be had are crypt.ErrKeys, those that did
// not verify too.
func (p *Provider) EncryptionMaterials(ctx context.Context, r provider.Request) (none provider.EncryptionMaterials, _ error) {
	name, err := p.name(ctx, r)
	if err != nil {
		return none, err
	}
	v, hit, err := p.newest.Get(ctx, name, p.config.TTL, func(ctx context.Context) (version, error) { return p.fetchNewest(ctx, name) })
	if err != nil {
		return none, unavailable(ctx, fmt.Sprintf("the newest version of %.128q", name), err)
	}
	if hit {
		crypt.CacheHit(ctx)
	}
	return v.keys.EncryptionMaterials(ctx, r)
}

// DecryptionMaterials are those of the version that the item names. One that is not to be read here is
// crypt.ErrFormat, one that the store lacks crypt.ErrKeys, one that does not verify crypt.ErrAuth.
func (p *Provider) DecryptionMaterials(ctx context.Context, r provider.Request) (none provider.DecryptionMaterials, _ error) {
	text, ok := r.Description.Lookup(ddbec.EntryMetaID)
	if !ok {
		return none, fmt.Errorf("%w: the material description has no entry %s: the item was written by another provider", crypt.ErrFormat, ddbec.EntryMetaID)
	}
	named, number, ok := ddbec.ParseMetaID(text)
	if !ok {
		return none, fmt.Errorf("%w: the material description's entry %s is not of the form name#version", crypt.ErrFormat, ddbec.EntryMetaID)
	}
	name, err := p.name(ctx, r)
	if err != nil {
		return none, err
	}
	wanted := id{name, number}
	switch {
	case named != name:
		return none, fmt.Errorf("%w: the item names keys %.128q where its keys are %.128q", crypt.ErrFormat, named, name)
	case number < p.config.MinVersion:
		return none, fmt.Errorf("%w: the item names %v, and MinVersion is %d", crypt.ErrFormat, wanted, p.config.MinVersion)
	}
	v, hit, err := p.versions.Get(ctx, wanted, p.config.TTL, func(ctx context.Context) (version, error) { return p.fetch(ctx, wanted) })
	if err != nil {
		if errors.Is(err, crypt.ErrAuth) {
			return none, fmt.Errorf("mostrecent: %v: %w", wanted, err)
		}
		return none, unavailable(ctx, wanted.String(), err)
	}
	if hit {
		crypt.CacheHit(ctx)
	}
	return v.keys.DecryptionMaterials(ctx, r)
}

// name is that of the item's keys.
func (p *Provider) name(ctx context.Context, r provider.Request) (string, error) {
	if p.config.NameOf == nil {
		return p.config.Name, nil
	}
	name, err := p.config.NameOf(ctx, r)
	if err != nil {
		return "", fmt.Errorf("mostrecent: name of the item's keys: %w", err)
	}
	if err := ddbec.CheckMaterialName(name); err != nil {
		return "", fmt.Errorf("%w: NameOf gave a %w", crypt.ErrFormat, err)
	}
	return name, nil
}

// unavailable is err of a fetch that ended, or of ctx, which may have ended before.
func unavailable(ctx context.Context, what string, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	// That an item of the store does not fit or verify is no verdict on the item at hand.
	if errors.Is(err, crypt.ErrFormat) || errors.Is(err, crypt.ErrAuth) {
		return fmt.Errorf("%w: mostrecent: %s: %v", crypt.ErrKeys, what, err)
	}
	return fmt.Errorf("%w: mostrecent: %s: %w", crypt.ErrKeys, what, err)
}

// fetchNewest asks for the newest version, or makes the first.
func (p *Provider) fetchNewest(ctx context.Context, name string) (none version, _ error) {
	began := p.versions.Moment()
	k, err := p.config.Store.Newest(ctx, name)
	if p.creator != nil && errors.Is(err, ErrNoVersion) && !p.misses.knows(name) {
		k, err = p.creator.Create(ctx, name, 0)
	}
	if err != nil {
		return none, err
	}
	if k.Version < p.config.MinVersion {
		return none, fmt.Errorf("it is version %d, and MinVersion is %d: rotate the keys first", k.Version, p.config.MinVersion)
	}
	newest := id{name, k.Version}
	v, err := over(newest, k)
	if err != nil {
		return none, err
	}
	p.misses.has(newest)
	p.versions.Put(newest, v, began)
	return v, nil
}

// fetch asks for a version, unless it is one of too many that may not exist.
func (p *Provider) fetch(ctx context.Context, wanted id) (none version, _ error) {
	asked, err := p.misses.check(wanted, p.versions.Has(wanted))
	if err != nil {
		return none, err
	}
	k, err := p.config.Store.Version(ctx, wanted.name, wanted.number)
	if errors.Is(err, ErrNoVersion) {
		err = fmt.Errorf("%w: items written under it are lost unless it is restored", err)
	}
	switch {
	case isVerdict(err):
		p.misses.lacks(wanted, asked, err)
		return none, err
	case err != nil:
		return none, err
	case k.Version != wanted.number:
		return none, fmt.Errorf("the store gave version %d", k.Version)
	}
	p.misses.has(wanted)
	return over(wanted, k)
}

// over makes the provider of one version. The store is asked for keys only: how they are used, and what is
// written beside the item, is the same whatever the store.
func over(i id, k Keys) (none version, _ error) {
	wrap, err := provider.WrapAES(k.Wrap)
	if err != nil {
		return none, err
	}
	mac, err := provider.NewHMAC(crypto.SHA256, k.Sign)
	if err != nil {
		return none, err
	}
	keys, err := provider.NewWrapped(provider.WrappedConfig{
		Wrap: wrap, Sign: mac, Verify: mac,
		Description: map[string]string{ddbec.EntryMetaID: ddbec.FormatMetaID(i.name, i.number)},
	})
	if err != nil {
		return none, err
	}
	return version{i.number, keys}, nil
}
