package ddbtest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb/internal/wholebody"
)

const region = "us-east-1"

// Client returns a client of the SDK's for this server, with credentials that open nothing else. It
// does not retry; opts may change that and everything else.
func (s *Server) Client(opts ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       region,
		BaseEndpoint: aws.String(s.URL()),
		Credentials:  aws.CredentialsProviderFunc(credentials),
		HTTPClient:   wholebody.Client{HTTP: s.http.Client()},
		Retryer:      aws.NopRetryer{},
	}, opts...)
}

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "ddbtest", SecretAccessKey: "ddbtest"}, nil
}

// Cleaner is the part of testing.TB that [New] needs.
type Cleaner interface{ Cleanup(func()) }

// New returns a client of a server of its own, which is closed when t ends.
func New(t Cleaner, opts ...func(*dynamodb.Options)) *dynamodb.Client {
	s := Start()
	t.Cleanup(s.Close)
	return s.Client(opts...)
}
