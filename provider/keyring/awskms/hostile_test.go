package awskms_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/require"
)

// The modern format keeps its contract over a key in KMS.
func TestConformance(t *testing.T) {
	s := start(t)
	newFormat := func() crypt.Format {
		c := awskms.Config{Keys: []string{s.AddKey(fakekms.Key{Region: east, MultiRegion: true})}, MultiRegion: true, Client: s.Client(east)}
		f, err := dbe.New(dbe.Config{Keyring: newKeyring(t, c), Suite: keyring.SuiteHMAC})
		require.NoError(t, err)
		return f
	}
	crypttest.TestFormat(t, newFormat(), crypttest.Config{NamesUnsigned: true, OtherKeys: newFormat()})
}

// noting is a client that notes which key it was asked for.
type noting struct{ asked []string }

var errNoted = errors.New("noted")

func (n *noting) GenerateDataKey(context.Context, *kms.GenerateDataKeyInput, ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	return nil, errNoted
}

func (n *noting) Decrypt(_ context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	n.asked = append(n.asked, *in.KeyId)
	return nil, errNoted
}

// Whatever an item says of its key, KMS is asked for the keys that it may be asked for and no other.
func FuzzKeysOfItems(f *testing.F) {
	const (
		own     = "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
		replica = "arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
	)
	for _, info := range []string{own, replica, "", "alias/visits", "arn:aws:kms:us-east-1:444455556666:key/1", own + "/"} {
		f.Add("aws-kms", []byte(info), make([]byte, 200))
	}
	f.Fuzz(func(t *testing.T, id string, info, ciphertext []byte) {
		hostile := keyring.EncryptedDataKey{ProviderID: id, ProviderInfo: info, Ciphertext: ciphertext}
		ask := func(k keyring.Keyring, n *noting, may func(asked string) bool) {
			if _, err := open(t.Context(), k, nil, hostile); err == nil {
				t.Fatal("opened without KMS")
			}
			for _, asked := range n.asked {
				if !may(asked) {
					t.Fatalf("%q had KMS asked for %q", info, asked)
				}
			}
			if len(n.asked) > 1 {
				t.Fatal("asked twice")
			}
		}
		var a, b, c noting
		ask(newKeyring(t, awskms.Config{Keys: []string{own}, Client: &a}), &a, func(asked string) bool { return asked == own && string(info) == own })
		ask(newKeyring(t, awskms.Config{Keys: []string{own}, MultiRegion: true, Client: &b}), &b, func(asked string) bool { return asked == own })
		const mine = "arn:aws:kms:us-east-1:111122223333:key/"
		ask(newDiscovery(t, awskms.DiscoveryConfig{Accounts: []string{"111122223333"}, Regions: []string{east}, MultiRegion: true, Client: &c}), &c,
			func(asked string) bool { return len(asked) > len(mine) && asked[:len(mine)] == mine })
	})
}
