package ddb_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wrappedFormats are formats that make a key for each item.
func wrappedFormats(t *testing.T) map[string]crypt.Format {
	byAES, err := provider.WrappedAES(key(t, 1), key(t, 101))
	require.NoError(t, err)
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	wrap, err := provider.WrapRSA(provider.RSAWrapConfig{Private: k})
	require.NoError(t, err)
	sign, err := provider.NewSigner(crypto.SHA256, k)
	require.NoError(t, err)
	verify, err := provider.NewVerifier(crypto.SHA256, k.Public())
	require.NoError(t, err)
	byRSA, err := provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Sign: sign, Verify: verify})
	require.NoError(t, err)
	return map[string]crypt.Format{"wrapped by AES": ddbec.Format(byAES), "wrapped by RSA": ddbec.Format(byRSA)}
}

// 64 goroutines share one Table, and see items of their own as they wrote them, items of all with nobody's
// change lost, and a tampered item not at all. It is meant for the race detector.
func Test64GoroutinesShareATable(t *testing.T) {
	formats := wrappedFormats(t)
	formats["static"] = format(t)
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			server := ddbtest.Start()
			t.Cleanup(server.Close)
			visits := newTable[Visit](t, server.Client(), ddb.Config{Encryption: f})
			const goroutines, sharing, rounds = 64, 4, 1
			ctx := t.Context()
			at := ada().At

			victim := ada()
			victim.Patient = "victim"
			require.NoError(t, visits.Put(ctx, &victim))
			table := *visits.CreateTableInput().TableName
			altered := stored(t, server.Client(), table, crypt.Item{"patient": &avS{Value: "victim"}, "at": adaKey()["at"]})
			altered["ward"] = &avS{Value: "4A"}
			overwrite(t, server.Client(), table, altered)
			for i := range goroutines / sharing {
				require.NoError(t, visits.Create(ctx, &Visit{Patient: fmt.Sprint("shared-", i), At: at}))
			}

			count := func(v *Visit) error { v.Notes = append(v.Notes, "seen"); return nil }
			one := func(i int) error {
				own := ada()
				own.Patient = fmt.Sprint("own-", i)
				k := visits.KeyOf(&own)
				for round := range rounds {
					own.Name = fmt.Sprint("name ", round)
					err := visits.Put(ctx, &own)
					got, getErr := visits.Get(ctx, k)
					changed, modifyErr := visits.Modify(ctx, k, func(v *Visit) error { v.Ward += "x"; return nil })
					was, swapErr := visits.Swap(ctx, &own)
					if err := errors.Join(err, getErr, modifyErr, swapErr); err != nil {
						return err
					}
					assert.Equal(t, own, got)
					assert.Equal(t, own.Ward+"x", changed.Ward)
					assert.Equal(t, changed, was)
					_, err = visits.Get(ctx, visitKey("victim", at))
					assert.ErrorIs(t, err, crypt.ErrAuth)
					for {
						_, err := visits.Modify(ctx, visitKey(fmt.Sprint("shared-", i/sharing), at), count)
						if err == nil {
							break
						}
						if !errors.Is(err, ddb.ErrConflict) {
							return err
						}
					}
				}
				took, err := visits.With(ddb.Consistent()).Take(ctx, k)
				if err != nil {
					return err
				}
				assert.Equal(t, own, took)
				_, err = visits.Get(ctx, k)
				assert.ErrorIs(t, err, ddb.ErrNotFound)
				return nil
			}
			var wg sync.WaitGroup
			for i := range goroutines {
				wg.Go(func() { assert.NoError(t, one(i)) })
			}
			wg.Wait()
			for i := range goroutines / sharing {
				got, err := visits.Get(ctx, visitKey(fmt.Sprint("shared-", i), at))
				require.NoError(t, err)
				assert.Len(t, got.Notes, sharing*rounds, "no change is lost")
			}
		})
	}
}
