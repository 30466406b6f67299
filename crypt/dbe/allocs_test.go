//go:build !race && !ddb_slow

// The race detector makes sync.Pool forget, and without shortcuts keys are derived as the standard library
// does: allocations are counted without either.

package dbe_test

import (
	"context"
	"maps"
	"testing"

	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keptKeys gives every item the keys of the first, which leaves the format's own cost.
type keptKeys struct {
	keyring.Manager
	written *keyring.EncryptionMaterials
	read    *keyring.DecryptionMaterials
}

func (k *keptKeys) EncryptionMaterials(ctx context.Context, r keyring.Request) (keyring.EncryptionMaterials, error) {
	if k.written == nil {
		m, err := k.Manager.EncryptionMaterials(ctx, r)
		m.Context = maps.Clone(m.Context)
		k.written = &m
		return m, err
	}
	return *k.written, nil
}

func (k *keptKeys) DecryptionMaterials(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
	if k.read == nil {
		m, err := k.Manager.DecryptionMaterials(ctx, r)
		k.read = &m
		return m, err
	}
	return *k.read, nil
}

func TestAllocations(t *testing.T) {
	item, schema, layout := measured(t)
	const fields = 5
	inner, err := keyring.NewManager(keyring.ManagerConfig{Keyring: rawAES(t, 1)})
	require.NoError(t, err)
	e := encryptor(t, format(t, dbe.Config{Manager: &keptKeys{Manager: inner}, Suite: keyring.SuiteHMAC}), schema)
	stored := encrypted(t, e, item)
	src, it := layout.Read(item), layout.Read(stored)
	var sealed wire.Sealed
	seal := testing.AllocsPerRun(200, func() {
		sealed.Value, sealed.Marks = sealed.Value[:0], sealed.Marks[:0]
		if err := e.(wire.Sealer).SealItem(t.Context(), src, &sealed); err != nil {
			panic(err)
		}
	})
	t.Log(seal)
	assert.LessOrEqual(t, seal, 2.0*(fields+1)+5, "key schedules; slab; the context and the keys' values in it")
	sink := sinkFunc(drop)
	open := testing.AllocsPerRun(200, func() {
		if _, err := e.(wire.Sealer).OpenItem(t.Context(), it, sink); err != nil {
			panic(err)
		}
	})
	t.Log(open)
	assert.LessOrEqual(t, open, 2.0*(fields+1)+8, "key schedules; plaintext; the request")
}
