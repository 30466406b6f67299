package rotationtest

import (
	"context"
	"strconv"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

type metaStore struct {
	setup Setup
	store *metastore.Store
}

func (s Setup) metaStore(ctx context.Context) (*metaStore, error) {
	inner, err := directkms.New(ctx, directkms.Config{Client: s.kms(), Key: s.KMSKey})
	if err != nil {
		return nil, err
	}
	store, err := metastore.New(metastore.Config{Client: s.dynamoDB(), Table: s.Keys, Encryption: ddbec.Format(inner)})
	if err != nil {
		return nil, err
	}
	return &metaStore{s, store}, nil
}

func (m *metaStore) create(ctx context.Context) error {
	if _, err := m.setup.dynamoDB().CreateTable(ctx, m.store.CreateTableInput()); err != nil {
		return err
	}
	_, err := m.store.Create(ctx, KeyName, 0)
	return err
}

// rotate is never lost: who was slower is given the version of who was faster.
func (m *metaStore) rotate(ctx context.Context) (none rotation, _ error) {
	keys, err := m.store.Rotate(ctx, KeyName)
	if err != nil {
		return none, err
	}
	writer, err := over(oneVersion{keys})
	return rotation{version: strconv.FormatInt(keys.Version, 10), writer: writer}, err
}

func (m *metaStore) versions(ctx context.Context) ([]string, error) {
	newest, err := m.store.Newest(ctx, KeyName)
	if err != nil {
		return nil, err
	}
	var all []string
	for version := range newest.Version + 1 {
		all = append(all, strconv.FormatInt(version, 10))
	}
	return all, nil
}

func (m *metaStore) writer(ctx context.Context, version string) (crypt.ItemEncryptor, error) {
	number, err := strconv.ParseInt(version, 10, 64)
	if err != nil {
		return nil, err
	}
	keys, err := m.store.Version(ctx, KeyName, number)
	if err != nil {
		return nil, err
	}
	return over(oneVersion{keys})
}

func (m *metaStore) reader() (crypt.ItemEncryptor, error) { return over(m.store) }

func over(s mostrecent.Store) (crypt.ItemEncryptor, error) {
	p, err := mostrecent.New(mostrecent.Config{Store: s, Name: KeyName})
	if err != nil {
		return nil, err
	}
	return encryptor(ddbec.Format(p))
}

// oneVersion is a store that has no other.
type oneVersion struct{ keys mostrecent.Keys }

func (o oneVersion) Newest(context.Context, string) (mostrecent.Keys, error) {
	return o.keys, nil
}

func (o oneVersion) Version(context.Context, string, int64) (mostrecent.Keys, error) {
	return mostrecent.Keys{}, mostrecent.ErrNoVersion
}
