package directkms

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider"
)

// Client is what is asked of KMS. It is safe for concurrent use. Its retries, timeouts and region are its owner's.
type Client interface {
	GenerateDataKey(context.Context, *kms.GenerateDataKeyInput, ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error)
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
	DescribeKey(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
}

var _ Client = (*kms.Client)(nil)

// MaxDecryptKeys bounds Config.DecryptKeys: an item may cost a call for each.
const MaxDecryptKeys = 10

// MaxGrantTokens is how many KMS takes.
const MaxGrantTokens = kmskey.MaxGrantTokens

// Config describes the provider. Client is required, and one of Key and DecryptKeys.
type Config struct {
	// Client is of the region that the keys are in. Where it is a *kms.Client, or has its Options method, a key of
	// another region is refused by New, and of a multi-Region key the replica there is used.
	Client Client

	// Key is the symmetric KMS key that items are written under: its ARN, the ARN of an alias, an alias
	// (alias/orders) or its id. "": the provider only reads.
	Key string

	// DecryptKeys are the KMS keys that items may be under, given as Key is, MaxDecryptKeys at most. Of several the
	// one that last opened an item is tried first, and each other costs a call more. None: Key alone. Key must be
	// among them.
	DecryptKeys []string

	// GrantTokens go with every call, MaxGrantTokens at most, for grants too new to be known everywhere.
	GrantTokens []string

	// Description is stored with every item, for all to read, and is not signed. Two entries, which AWS's clients
	// know too, choose the algorithms of what is written, and these are bound: amzn-ddb-env-alg is AES/128, AES/192
	// or AES/256, and AES/256 if it is not there; amzn-ddb-sig-alg is HmacSHA224, HmacSHA256, HmacSHA384 or HmacSHA512
	// with the size of its key in bits, 128 to 1024, behind a slash, and HmacSHA256/256 if it is not there. Items
	// of all these are read.
	Description map[string]string
}

// Entries of the description that are the provider's own, beside those of every wrapped key.
const (
	entrySigAlg  = "amzn-ddb-sig-alg"
	entryContext = "aws-kms-ec-attr"

	wrapKMS     = "kms"
	contextKeys = "*keys*" // for people: no reader goes by it
)

// New checks c, all mistakes at once, resolves what is an alias or an id to an ARN, one call of kms:DescribeKey for
// each, and returns the provider of c, which keeps nothing of c that can change. With ARNs of keys alone it calls
// nothing. An error that wraps crypt.ErrKeys says that KMS could not be asked.
//
// The provider's errors name the permission that is missing and the key; the SDK's are behind them. What KMS
// refuses to decrypt, though it has the key, is crypt.ErrAuth; what it denies, throttles or does not answer is
// crypt.ErrKeys.
func New(ctx context.Context, c Config) (provider.Provider, error) {
	p := &directKMS{client: c.Client, grantTokens: slices.Clone(c.GrantTokens)}
	var errs []error
	fail := func(all ...error) {
		for _, err := range all {
			errs = append(errs, fmt.Errorf("directkms: new: %w", err))
		}
	}
	ids := slices.Clone(c.DecryptKeys)
	if len(ids) == 0 && c.Key != "" {
		ids = []string{c.Key}
	}
	if given.Nil(c.Client) {
		fail(errors.New("no Client: make one by kms.NewFromConfig"))
	}
	switch {
	case len(ids) == 0:
		fail(errors.New("neither Key nor DecryptKeys: give Key to write and read, DecryptKeys to read only"))
	case len(ids) > MaxDecryptKeys:
		fail(fmt.Errorf("%d DecryptKeys: give %d at most, an item may cost a call for each", len(ids), MaxDecryptKeys))
	}
	if err := kmskey.CheckGrantTokens(c.GrantTokens); err != nil {
		fail(err)
	}
	var wrong []error
	p.entries, wrong = entriesOf(c.Description)
	fail(wrong...)
	if len(errs) == 0 {
		fail(p.resolveAll(ctx, c.Key, ids)...)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return p, nil
}

// entriesOf are the entries that every item's description has, all but its data key, or all that is wrong with them.
func entriesOf(description map[string]string) (entries map[string]string, errs []error) {
	entries = maps.Clone(description)
	if entries == nil {
		entries = make(map[string]string)
	}
	fail := func(name, problem string) {
		errs = append(errs, fmt.Errorf("description entry %.128q: %s", name, problem))
	}
	for _, name := range slices.Sorted(maps.Keys(description)) {
		switch {
		case name == ddbec.EntryEnvKey || name == ddbec.EntryWrapAlg || name == entryContext:
			fail(name, "the name is the provider's own: choose another")
		case ddbec.IsOwnEntry(name):
			fail(name, "the name is the format's own: choose another")
		}
	}
	for name, standard := range map[string]string{ddbec.EntryEnvAlg: standardContent, entrySigAlg: standardMAC} {
		if _, ok := entries[name]; !ok {
			entries[name] = standard
		}
	}
	if _, ok := contentSize(entries[ddbec.EntryEnvAlg]); !ok {
		fail(ddbec.EntryEnvAlg, "give AES/128, AES/192 or AES/256")
	}
	if _, _, ok := macOf(entries[entrySigAlg]); !ok {
		fail(entrySigAlg, "give HmacSHA224, HmacSHA256, HmacSHA384 or HmacSHA512 with 128 to 1024 bits, as in "+standardMAC)
	}
	entries[ddbec.EntryWrapAlg] = wrapKMS
	entries[entryContext] = contextKeys

	longest := maps.Clone(entries)
	longest[ddbec.EntryEnvKey] = base64.StdEncoding.EncodeToString(make([]byte, maxBlob))
	if _, err := provider.NewDescription(longest); err != nil {
		errs = append(errs, err)
	}
	return entries, errs
}
