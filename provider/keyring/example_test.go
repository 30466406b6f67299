package keyring_test

import (
	"context"
	"fmt"
	"log"
	"maps"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func newKey(b string) secret.Key { return must(secret.New([]byte(b))) }

// A key is changed: items are written with the new one, and those of the old one are read.
func ExampleMulti() {
	old := must(keyring.RawAES("hospital", "2024", newKey("the secret of 2024, of 32 bytes!")))
	current := must(keyring.RawAES("hospital", "2025", newKey("the secret of 2025, of 32 bytes!")))
	reader := must(keyring.Multi(current, old))

	ctx := context.Background()
	written := must(old.OnEncrypt(ctx, keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC}))
	read := must(reader.OnDecrypt(ctx, keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC}, written.EncryptedDataKeys))
	fmt.Println(read.DataKey.Equal(written.DataKey), read.DataKey)

	_, err := current.OnDecrypt(ctx, keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC}, written.EncryptedDataKeys)
	fmt.Println(err)
	// Output:
	// true secret.Key(hidden)
	// keyring: raw AES "hospital" "2025": decrypt: none of the item's data keys can be had: item does not fit the format; data key 1: names another key
}

// tenants gives each tenant a key of its own, and binds items to their tenant by an entry of the context
// that is not stored.
type tenants struct{ managers map[string]keyring.Manager }

type tenantKey struct{} // of the tenant in a context.Context

func (t tenants) of(ctx context.Context, entries map[string]string) (keyring.Manager, map[string]string, error) {
	name, _ := ctx.Value(tenantKey{}).(string)
	m, ok := t.managers[name]
	if !ok {
		return nil, nil, fmt.Errorf("no keys for tenant %q", name)
	}
	entries = maps.Clone(entries)
	entries["tenant"] = name
	return m, entries, nil
}

func (t tenants) EncryptionMaterials(ctx context.Context, r keyring.Request) (keyring.EncryptionMaterials, error) {
	m, entries, err := t.of(ctx, r.Context)
	if err != nil {
		return keyring.EncryptionMaterials{}, err
	}
	r.Context = entries
	return m.EncryptionMaterials(ctx, r)
}

func (t tenants) DecryptionMaterials(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
	m, entries, err := t.of(ctx, r.Reproduced)
	if err != nil {
		return keyring.DecryptionMaterials{}, err
	}
	r.Reproduced = entries
	return m.DecryptionMaterials(ctx, r)
}

// A manager of one's own chooses the keys of an item, and adds to its context.
func ExampleManager() {
	t := tenants{map[string]keyring.Manager{}}
	for name, key := range map[string]string{"north": "the key of the north, 32 bytes!!", "south": "the key of the south, 32 bytes!!"} {
		k := must(keyring.RawAES("tenants", name, newKey(key)))
		m := must(keyring.NewManager(keyring.ManagerConfig{Keyring: k}))
		t.managers[name] = must(keyring.RequireContext(m, "tenant"))
	}

	north := context.WithValue(context.Background(), tenantKey{}, "north")
	r := keyring.Request{Suite: keyring.SuiteHMAC, Context: map[string]string{"aws-crypto-table-name": "visits"}}
	written := must(t.EncryptionMaterials(north, r))
	fmt.Println(r.Check(written), written.Required, written.EncryptedDataKeys[0].ProviderID)

	south := context.WithValue(context.Background(), tenantKey{}, "south")
	_, err := t.DecryptionMaterials(south, keyring.DecryptionRequest{
		Suite: keyring.SuiteHMAC, Stored: map[string]string{"aws-crypto-table-name": "visits"}, Reproduced: r.Context, EncryptedDataKeys: written.EncryptedDataKeys,
	})
	fmt.Println(err != nil)
	// Output:
	// <nil> [tenant] tenants
	// true
}
