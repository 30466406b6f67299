package directkms

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/kmskey"
)

// resolveAll finds the key to write under, if there is one, and those to read with, or all that is wrong with them.
func (p *directKMS) resolveAll(ctx context.Context, key string, readers []string) (errs []error) {
	asked := readers
	if key != "" && !slices.Contains(readers, key) {
		asked = append(slices.Clone(readers), key)
	}
	found := make(map[string]kmskey.ARN, len(asked))
	for _, id := range asked {
		if _, ok := found[id]; ok {
			continue
		}
		a, err := p.resolve(ctx, id)
		if err != nil {
			errs = append(errs, err)
		}
		found[id] = a
	}
	if len(errs) > 0 {
		return errs
	}
	for _, id := range readers {
		if !slices.Contains(p.readers, found[id]) {
			p.readers = append(p.readers, found[id])
		}
	}
	p.key = found[key]
	if key != "" && !slices.Contains(p.readers, p.key) {
		return []error{fmt.Errorf("the Key %.256q is not among DecryptKeys: nothing written could be read: add it", key)}
	}
	return nil
}

// resolve finds the ARN, in the client's region, of the KMS key that id names.
func (p *directKMS) resolve(ctx context.Context, id string) (kmskey.ARN, error) {
	if strings.HasPrefix(id, "arn:") {
		a, err := kmskey.ParseARN(id)
		if err != nil {
			return a, err
		}
		if a, err = p.local(a); err != nil || !a.IsAlias() {
			return a, err
		}
	} else if !isName(id) {
		return kmskey.ARN{}, fmt.Errorf("key %.128q is no ARN, alias (as alias/orders) or id of a KMS key", id)
	}
	out, err := kmskey.Do(ctx, crypt.Call{Service: crypt.KMS, Operation: "DescribeKey", Key: id}, p.client.DescribeKey,
		&kms.DescribeKeyInput{KeyId: &id, GrantTokens: p.grantTokens})
	if err != nil {
		return kmskey.ARN{}, unavailable("kms:DescribeKey", id, err)
	}
	a := kmskey.ARN{}
	if out.KeyMetadata != nil {
		a, err = kmskey.ParseARN(aws.ToString(out.KeyMetadata.Arn))
	}
	if err != nil || a.Resource != "key" {
		return kmskey.ARN{}, fmt.Errorf("%w: kms:DescribeKey on %.256q: the answer names no key", crypt.ErrKeys, id)
	}
	return p.local(a)
}

// isName reports whether id is an alias or the id of a key, which make an ARN with an account before them.
func isName(id string) bool {
	resource := "key/" + id
	if strings.HasPrefix(id, "alias/") {
		resource = id
	}
	_, err := kmskey.ParseARN("arn:aws:kms:us-east-1:111122223333:" + resource)
	return err == nil
}

// local is a as the client can use it. KMS in one region knows no key of another, but for replicas.
func (p *directKMS) local(a kmskey.ARN) (kmskey.ARN, error) {
	c, ok := p.client.(interface{ Options() kms.Options })
	if !ok {
		return a, nil
	}
	region := c.Options().Region
	switch {
	case region == "" || region == a.Region:
		return a, nil
	case a.MultiRegion():
		return a.In(region), nil
	}
	return a, fmt.Errorf("key %q is of region %s and the Client of %s, where KMS does not know it: make the Client for region %s, or use a multi-Region key", a.String(), a.Region, region, a.Region)
}

// unavailable says which permission on which key KMS did not give, or did not answer about.
func unavailable(permission, key string, err error) error {
	return fmt.Errorf("%w: %w", crypt.ErrKeys, kmskey.Explain(permission, key, err))
}
