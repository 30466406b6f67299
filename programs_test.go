package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The programs a user writes first, as the design has them.

// putAndGet is the README's.
func putAndGet(ctx context.Context, client ddb.Client, encryption, signing secret.Key, table string, v Visit) (string, error) {
	keys, err := provider.Static(encryption, signing)
	if err != nil {
		return "", err
	}
	visits, err := ddb.NewTable[Visit](client, table, ddb.Config{Encryption: ddbec.Format(keys)})
	if err != nil {
		return "", err
	}
	if err := visits.Put(ctx, &v); err != nil {
		return "", err
	}
	got, err := visits.Get(ctx, visitKey(v.Patient, v.At))
	return got.Name, err
}

// restored opens a table that was restored under another name.
func restored(client ddb.Client, table, original string, encryption, signing secret.Key) (*ddb.Table[Visit], error) {
	keys, err := provider.Static(encryption, signing)
	if err != nil {
		return nil, err
	}
	return ddb.NewTable[Visit](client, table, ddb.Config{Encryption: ddbec.Format(keys), LogicalName: original})
}

// consume reads a stream's images without a client.
func consume(ctx context.Context, f crypt.Format, images iter.Seq[crypt.Item], seen func(string)) error {
	codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: f})
	if err != nil {
		return err
	}
	for it := range images {
		v, err := codec.Decode(ctx, it)
		switch {
		case errors.Is(err, crypt.ErrKeys):
			return err // retry the shard
		case err != nil:
			seen("quarantine") // ErrAuth, ErrFormat
		default:
			seen(v.Ward)
		}
	}
	return nil
}

// VisitStore is what a consumer asks for and *ddb.Table[Visit] is.
type VisitStore interface {
	Get(context.Context, ddb.Key[Visit]) (Visit, error)
	Put(context.Context, *Visit, ...ddb.Cond[Visit]) error
	Modify(context.Context, ddb.Key[Visit], func(*Visit) error) (Visit, error)
}

var _ VisitStore = (*ddb.Table[Visit])(nil)

func isKnown(ctx context.Context, s VisitStore, patient string, at time.Time) (bool, error) {
	_, err := s.Get(ctx, visitKey(patient, at))
	if errors.Is(err, ddb.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func TestPrograms(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		name := *visits.CreateTableInput().TableName
		v := ada()

		t.Run("put and get", func(t *testing.T) {
			got, err := putAndGet(t.Context(), client, key(t, 1), key(t, 101), name, v)
			require.NoError(t, err)
			assert.Equal(t, "Ada", got)
		})
		t.Run("a table restored under another name", func(t *testing.T) {
			copied := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
			copyName := *copied.CreateTableInput().TableName
			overwrite(t, client, copyName, stored(t, client, name, adaKey()))
			_, err := copied.Get(t.Context(), visitKey(v.Patient, v.At))
			require.ErrorIs(t, err, crypt.ErrAuth)
			table, err := restored(client, copyName, name, key(t, 1), key(t, 101))
			require.NoError(t, err)
			got, err := table.Get(t.Context(), visitKey(v.Patient, v.At))
			require.NoError(t, err)
			assert.Equal(t, v, got)
		})
		t.Run("a consumer's interface", func(t *testing.T) {
			known, err := isKnown(t.Context(), visits, v.Patient, v.At)
			require.NoError(t, err)
			assert.True(t, known)
			known, err = isKnown(t.Context(), visits, "p-99", v.At)
			require.NoError(t, err)
			assert.False(t, known)
		})
	})
	t.Run("a stream consumer", func(t *testing.T) {
		codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: format(t)})
		require.NoError(t, err)
		v := ada()
		good, err := codec.Encode(t.Context(), &v)
		require.NoError(t, err)
		bad := crypt.Item{"patient": &avS{Value: "p-17"}}
		var got []string
		see := func(s string) { got = append(got, s) }
		require.NoError(t, consume(t.Context(), format(t), slices.Values([]crypt.Item{good, bad}), see))
		assert.Equal(t, []string{"3B", "quarantine"}, got)
		outage := ddbec.Format(failing{crypt.ErrKeys})
		require.ErrorIs(t, consume(t.Context(), outage, slices.Values([]crypt.Item{good}), see), crypt.ErrKeys)
	})
}

func ExampleNewCodec() {
	type Visit struct {
		Patient string `ddb:"patient,pk"`
		Name    string `ddb:"name,encrpyt"`
	}
	_, err := ddb.NewCodec[Visit]("visits", ddb.Config{})
	fmt.Println(strings.SplitN(fmt.Sprint(err), "\n", 2)[0])
	// Output: ddb: new table "visits": ddb: type Visit, field Name, tag "name,encrpyt": unknown word "encrpyt" (did you mean "encrypt"?)
}
