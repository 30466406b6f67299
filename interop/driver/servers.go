package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/interop/protocol"
)

// account is the one that the driver calls a KMS of tests from.
const account = "111122223333"

// attempts outlive a connection that the SDK closes on a busy machine (see internal/wholebody), and do not make an outage
// long.
const attempts = 2

// credentials have an access key of tests.
type credentials string

func (c credentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: string(c), SecretAccessKey: "local"}, nil
}

// servers are the clients of what the setup names, each made once.
type servers struct {
	kms      map[string]*kms.Client // by region
	dynamoDB *dynamodb.Client
}

// kms is the client of a region, of the setup's where it is empty.
func (d *driver) kms(region string) (*kms.Client, error) {
	if d.setup.KMS == nil {
		return nil, errors.New("the setup names no kms")
	}
	region = d.region(region)
	client, ok := d.servers.kms[region]
	if !ok {
		client = kms.New(kms.Options{BaseEndpoint: &d.setup.KMS.Endpoint, Region: region, Credentials: credentials(account), RetryMaxAttempts: attempts})
		d.servers.kms[region] = client
	}
	return client, nil
}

// region is the one named, or the setup's.
func (d *driver) region(named string) string {
	if named == "" && d.setup.KMS != nil {
		return d.setup.KMS.Region
	}
	return named
}

func (d *driver) dynamoDB() (*dynamodb.Client, error) {
	if d.setup.DynamoDB == nil {
		return nil, errors.New("the setup names no dynamodb")
	}
	if d.servers.dynamoDB == nil {
		d.servers.dynamoDB = dynamodb.New(dynamodb.Options{BaseEndpoint: &d.setup.DynamoDB.Endpoint, Region: "us-east-1", Credentials: credentials("local"), RetryMaxAttempts: attempts})
	}
	return d.servers.dynamoDB, nil
}

// put encrypts the request's item and puts it into the request's table.
func (d *driver) put(ctx context.Context, e encryptor, request protocol.Request) (protocol.Answer, error) {
	client, err := d.dynamoDB()
	if err != nil {
		return protocol.Answer{}, configError{err}
	}
	item, err := ddbjson.Unmarshal(request.Item)
	if err != nil {
		return protocol.Answer{}, fmt.Errorf("item: %w: %w", crypt.ErrFormat, err)
	}
	stored, err := e.writer.EncryptItem(ctx, item)
	if err != nil {
		return protocol.Answer{}, err
	}
	if _, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &request.Table, Item: stored}); err != nil {
		return protocol.Answer{}, err
	}
	return answerItem(stored)
}

// get gets the item whose key the request has and decrypts it.
func (d *driver) get(ctx context.Context, e encryptor, request protocol.Request) (protocol.Answer, error) {
	client, err := d.dynamoDB()
	if err != nil {
		return protocol.Answer{}, configError{err}
	}
	key, err := ddbjson.Unmarshal(request.Item)
	if err != nil {
		return protocol.Answer{}, fmt.Errorf("key: %w: %w", crypt.ErrFormat, err)
	}
	out, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &request.Table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return protocol.Answer{}, err
	}
	if len(out.Item) == 0 {
		return protocol.Answer{}, errors.New("no such item")
	}
	opened, err := e.reader.DecryptItem(ctx, out.Item)
	if err != nil {
		return protocol.Answer{}, err
	}
	return answerItem(opened.Item)
}
