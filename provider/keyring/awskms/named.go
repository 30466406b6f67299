package awskms

import (
	"context"
	"fmt"
	"strings"

	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/keyring"
)

// named wraps under a key that is known by name.
type named struct {
	id                      string     // as the owner gave it
	arn                     kmskey.ARN // zero where id is none
	multiRegion, onlyWrites bool
	client                  Client
	grantTokens             []string
}

// String names the key as its owner does.
func (w *named) String() string {
	if w.multiRegion {
		return fmt.Sprintf("AWS KMS, multi-Region, %q", w.id)
	}
	return fmt.Sprintf("AWS KMS %q", w.id)
}

// Wrap has KMS make an intermediate key, also where a data key exists already.
func (w *named) Wrap(ctx context.Context, b keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
	return generate(ctx, w.client, w.id, w.grantTokens, b, w.mayBe)
}

// Unwrap is the inverse.
func (w *named) Unwrap(ctx context.Context, wrapped keyring.EncryptedDataKey, b keyring.Binding) ([]byte, error) {
	arn, err := keyOf(kindKMS, wrapped)
	switch {
	case err != nil:
		return nil, err
	case w.onlyWrites && w.mayBe(arn):
		return nil, fmt.Errorf("%w: OnlyWrites is set; items name their key by its ARN: to read, give that (awskms.KeyARN finds it)", keyring.ErrOnlyWrites)
	case arn == w.arn, w.multiRegion && arn.Same(w.arn):
		return decrypt(ctx, w.client, w.arn, w.grantTokens, wrapped.Ciphertext, b)
	case arn.Same(w.arn):
		return nil, fmt.Errorf("%w: the replica of this one in another region: set MultiRegion to read that, too", keyring.ErrNoMatch)
	}
	return nil, keyring.ErrNoMatch
}

// mayBe reports whether arn may be the key that the owner means. An alias tells no more than its account.
func (w *named) mayBe(arn kmskey.ARN) bool { return mayBe(w.id, w.arn, arn) }

func mayBe(id string, parsed, arn kmskey.ARN) bool {
	switch {
	case isKey(parsed):
		return arn == parsed
	case parsed.IsAlias():
		return arn.Partition == parsed.Partition && arn.Region == parsed.Region && arn.Account == parsed.Account
	case strings.HasPrefix(id, aliasPrefix):
		return true
	}
	return arn.ID == id
}

const aliasPrefix = "alias/"

// parseID reads what KMS takes for a key: an ARN, or the name of an alias or a bare id, which give the zero ARN.
func parseID(id string) (none kmskey.ARN, _ error) {
	if strings.HasPrefix(id, "arn:") {
		return kmskey.ParseARN(id)
	}
	// As part of an ARN a name that is one parses.
	resource, name := "key", id
	if alias, ok := strings.CutPrefix(id, aliasPrefix); ok {
		resource, name = "alias", alias
	}
	a := kmskey.ARN{Partition: "aws", Region: "us-east-1", Account: "111122223333", Resource: resource, ID: name}
	if _, err := kmskey.ParseARN(a.String()); err != nil {
		return none, fmt.Errorf("%.128q is not the name of a KMS key: give its ARN, as in arn:aws:kms:us-east-1:111122223333:key/ID", id)
	}
	return none, nil
}
