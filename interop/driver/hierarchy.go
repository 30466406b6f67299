package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// hierarchy makes a keyring of branch keys for items with a partition key of that name.
func (d *driver) hierarchy(k protocol.Keyring, partitionKey string) (keyring.Keyring, error) {
	store, err := d.keyStore(k)
	if err != nil {
		return nil, err
	}
	config := hierarchy.KeyringConfig{Store: store, BranchKeyID: k.BranchKeyID}
	if k.BranchKeyIDs != nil {
		config.Supplier = func(_ context.Context, attributes crypt.Item) (string, error) {
			text, ok := attributes[partitionKey].(*types.AttributeValueMemberS)
			if !ok || k.BranchKeyIDs[text.Value] == "" {
				return "", fmt.Errorf("%w: no branch key for the item", crypt.ErrFormat)
			}
			return k.BranchKeyIDs[text.Value], nil
		}
	}
	return hierarchy.NewKeyring(config)
}

func (d *driver) keyStore(k protocol.Keyring) (*hierarchy.Store, error) {
	if k.Type != protocol.Hierarchy || k.Store == nil {
		return nil, errors.New("only a hierarchical keyring has a table of keys, and it must have one")
	}
	s, region := k.Store, k.Store.Region
	config := hierarchy.Config{Table: s.Table, LogicalName: s.LogicalName}
	switch s.Mode {
	case "", protocol.ModeStrict:
		config.KMSConfiguration, region = hierarchy.KeyARN(s.Key), regionOf(s.Key)
	case protocol.ModeMRK:
		config.KMSConfiguration, region = hierarchy.MultiRegionKeyARN(s.Key), regionOf(s.Key)
	case protocol.ModeDiscovery:
		config.KMSConfiguration = hierarchy.Discovery{Accounts: s.Accounts}
	case protocol.ModeMRKDiscovery:
		config.KMSConfiguration = hierarchy.MultiRegionDiscovery{Region: d.region(region), Accounts: s.Accounts}
	default:
		return nil, fmt.Errorf("no mode %q", s.Mode)
	}
	var err error
	if config.KMS, err = d.kms(region); err != nil {
		return nil, err
	}
	if config.DynamoDB, err = d.dynamoDB(); err != nil {
		return nil, err
	}
	return hierarchy.NewStore(config)
}

// onKeyStore does an operation on the key store of the case's keyring.
func (d *driver) onKeyStore(ctx context.Context, request protocol.Request) (protocol.Answer, error) {
	var by protocol.DBECase
	if err := decodeStrictly(request.Case, &by); err != nil {
		return protocol.Answer{}, configError{fmt.Errorf("case: %w", err)}
	}
	if by.Keyring == nil {
		return protocol.Answer{}, configError{errors.New("no keyring")}
	}
	store, err := d.keyStore(*by.Keyring)
	if err != nil {
		return protocol.Answer{}, notMade(err)
	}
	id := by.Keyring.BranchKeyID
	switch request.Op {
	case protocol.CreateStore:
		err := store.CreateTable(ctx)
		return protocol.Answer{OK: err == nil}, err
	case protocol.CreateKey:
		_, err = store.CreateKey(ctx, hierarchy.CreateKeyConfig{ID: id, Context: request.Context})
	case protocol.Rotate:
		err = store.Rotate(ctx, id)
	}
	if err != nil {
		return protocol.Answer{}, err
	}
	active, err := store.Active(ctx, id)
	return protocol.Answer{OK: err == nil, Version: active.Version}, err
}
