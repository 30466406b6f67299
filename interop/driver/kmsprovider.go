package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

func (d *driver) directKMS(ctx context.Context, p protocol.DirectKMS) (provider.Provider, error) {
	client, err := d.kms(regionOf(p.Key))
	if err != nil {
		return nil, err
	}
	return directkms.New(ctx, directkms.Config{Client: client, Key: p.Key, DecryptKeys: p.DecryptKeys, Description: p.Description})
}

func (d *driver) mostRecent(ctx context.Context, p protocol.MostRecent) (provider.Provider, error) {
	store, err := d.metaStore(ctx, p.MetaStore)
	if err != nil {
		return nil, err
	}
	config := mostrecent.Config{Store: store, Name: p.MaterialName, CreateFirst: true}
	if p.Version != nil {
		config.Store, config.CreateFirst = oneVersion{store, *p.Version}, false
	}
	return mostrecent.New(config)
}

func (d *driver) metaStore(ctx context.Context, s protocol.MetaStore) (*metastore.Store, error) {
	client, err := d.dynamoDB()
	if err != nil {
		return nil, err
	}
	inner, err := d.provider(ctx, s.Provider)
	if err != nil {
		return nil, fmt.Errorf("metastore: %w", err)
	}
	format, err := newDDBEC(inner, protocol.Case{})
	if err != nil {
		return nil, err
	}
	return metastore.New(metastore.Config{Client: client, Table: s.Table, Encryption: format})
}

// oneVersion is a store that has no other.
type oneVersion struct {
	*metastore.Store
	version int64
}

func (s oneVersion) Newest(ctx context.Context, name string) (mostrecent.Keys, error) {
	return s.Store.Version(ctx, name, s.version)
}

func (s oneVersion) Version(ctx context.Context, name string, version int64) (mostrecent.Keys, error) {
	if version != s.version {
		return mostrecent.Keys{}, mostrecent.ErrNoVersion
	}
	return s.Store.Version(ctx, name, version)
}

// onMetaStore does an operation on the MetaStore of the case's provider.
func (d *driver) onMetaStore(ctx context.Context, request protocol.Request) (protocol.Answer, error) {
	var by protocol.Case
	if err := decodeStrictly(request.Case, &by); err != nil {
		return protocol.Answer{}, configError{fmt.Errorf("case: %w", err)}
	}
	var p protocol.MostRecent
	if err := json.Unmarshal(by.Provider, &p); err != nil || p.Type != "most-recent" {
		return protocol.Answer{}, configError{errors.New("only a most recent provider has a table of keys")}
	}
	store, err := d.metaStore(ctx, p.MetaStore)
	if err != nil {
		return protocol.Answer{}, notMade(err)
	}
	switch request.Op {
	case protocol.CreateStore:
		client, err := d.dynamoDB()
		if err != nil {
			return protocol.Answer{}, configError{err}
		}
		_, err = client.CreateTable(ctx, store.CreateTableInput())
		return protocol.Answer{OK: err == nil}, err
	case protocol.Rotate:
		keys, err := store.Rotate(ctx, p.MaterialName)
		return protocol.Answer{OK: err == nil, Version: strconv.FormatInt(keys.Version, 10)}, err
	}
	return protocol.Answer{}, configError{fmt.Errorf("no operation %q on a MetaStore", request.Op)}
}
