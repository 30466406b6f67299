package fakekms

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/internal/kmskey"
)

// find is the key that a KeyId names: an id or an alias of the caller's account, or the ARN of either. It
// needs the lock.
func (q *request) find(id string) (*key, error) {
	if id == "" || len(id) > kmskey.MaxARN {
		return nil, invalid("1 validation error detected: Value at 'keyId' failed to satisfy constraint: Member must have length between 1 and %d", kmskey.MaxARN)
	}
	arn := kmskey.ARN{Partition: partition(q.region), Region: q.region, Account: q.account, Resource: "key", ID: id}
	if strings.HasPrefix(id, "arn:") {
		var err error
		if arn, err = kmskey.ParseARN(id); err != nil {
			return nil, &exception{name: "InvalidArnException", message: err.Error()}
		}
		if arn.Region != q.region {
			return nil, notFound("Invalid arn %s", arn.Region)
		}
	} else if alias, ok := strings.CutPrefix(id, "alias/"); ok {
		arn.Resource, arn.ID = "alias", alias
	}
	k := q.server.keys[arn.String()]
	if arn.IsAlias() {
		k = q.server.aliases[arn.String()]
	}
	if k == nil {
		return nil, notFound("%s is not found.", arn)
	}
	return k, nil
}

// findFor is the key of a call with an optional KeyId: without it, the one that made the ciphertext, or
// its replica here. It needs the lock.
func (q *request) findFor(id string, ciphertext []byte) (*key, error) {
	if id != "" {
		return q.find(id)
	}
	b, err := parseBlob(ciphertext)
	if err != nil {
		return nil, err
	}
	arn := b.key
	if arn.MultiRegion() {
		arn = arn.In(q.region)
	}
	if k := q.server.keys[arn.String()]; k != nil && arn.Region == q.region {
		return k, nil
	}
	return nil, unknownCiphertext
}

// use is find for an operation that needs a permission and a key that is enabled.
func (q *request) use(permission, id string) (*key, error) {
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	k, err := q.find(id)
	if err != nil {
		return nil, err
	}
	return k, q.ready(k, permission)
}

// useFor is findFor for an operation that needs a permission and a key that is enabled.
func (q *request) useFor(permission, id string, ciphertext []byte) (*key, error) {
	q.server.mu.Lock()
	defer q.server.mu.Unlock()
	k, err := q.findFor(id, ciphertext)
	if err != nil {
		return nil, err
	}
	return k, q.ready(k, permission)
}

// ready needs the lock.
func (q *request) ready(k *key, permission string) error {
	if err := q.permit(k, permission); err != nil {
		return err
	}
	switch k.state {
	case types.KeyStateDisabled:
		return &exception{name: "DisabledException", message: k.arn.String() + " is disabled."}
	case types.KeyStatePendingDeletion:
		return &exception{name: "KMSInvalidStateException", message: k.arn.String() + " is pending deletion."}
	}
	return nil
}

// permit needs the lock.
func (q *request) permit(k *key, permission string) error {
	arn := k.arn.String()
	for _, account := range []string{"", q.account} {
		if q.server.denied[denial{arn, permission, account}] {
			return accessDenied(q.account, permission, arn)
		}
	}
	return nil
}
