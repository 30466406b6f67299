package fakekms

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/internal/wholebody"
)

// Client returns a client of the SDK's in region, for [Account]. It does not retry, so that a fault is
// met once; opts may change that and everything else.
func (s *Server) Client(region string, opts ...func(*kms.Options)) *kms.Client {
	return s.ClientOf(Account, region, opts...)
}

// ClientOf is [Server.Client] of another account, of twelve digits.
func (s *Server) ClientOf(account, region string, opts ...func(*kms.Options)) *kms.Client {
	return kms.New(kms.Options{
		Region:       region,
		BaseEndpoint: aws.String(s.URL()),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: account, SecretAccessKey: "fakekms"}, nil
		}),
		HTTPClient: wholebody.Client{HTTP: s.http.Client()},
		Retryer:    aws.NopRetryer{},
	}, opts...)
}
