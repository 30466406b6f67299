// Command kmsrsa has programs write that have no permission at KMS, and no client of it: they encrypt under the
// public half of an RSA key, a PEM file that an administrator fetched once. Who may Decrypt with the private half,
// which never leaves KMS, reads. AWS's libraries call this keyring AwsKmsRsaKeyring. KMS and DynamoDB run in the
// process.
//
//	go run ./examples/kmsrsa
package main

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
)

// Patient is an item. Its name is encrypted and signed.
type Patient struct {
	ID   string `ddb:"id,pk"`
	Name string `ddb:"name,encrypt"`
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

const region = "us-east-1"

func run(ctx context.Context, w io.Writer) error {
	server := ddbtest.Start() // a service makes its client with dynamodb.NewFromConfig
	defer server.Close()
	service := fakekms.Start() // and that of KMS with kms.NewFromConfig
	defer service.Close()
	arn := service.AddKey(fakekms.Key{Region: region, ID: "1234abcd-12ab-34cd-56ef-1234567890ab", Spec: types.KeySpecRsa2048})

	// An administrator, who may kms:GetPublicKey, fetches the public key. It goes out with the desks' programs.
	file, err := fetch(ctx, service, arn)
	if err != nil {
		return err
	}

	// A desk writes, and can read nothing: what it wrote neither.
	public, err := parse(file)
	if err != nil {
		return err
	}
	desk, err := open(server.Client(), awskms.RSAConfig{Key: arn, Public: public})
	if err != nil {
		return err
	}
	if _, err := server.Client().CreateTable(ctx, desk.CreateTableInput()); err != nil {
		return err
	}
	for _, p := range []Patient{{"p-17", "Ada Lovelace"}, {"p-18", "Grace Hopper"}} {
		if err := desk.Put(ctx, &p); err != nil {
			return err
		}
	}
	_, err = desk.Get(ctx, desk.Key("p-17"))
	fmt.Fprintf(w, "desk: %d calls to KMS; reads: %t\n", len(service.Calls()), !errors.Is(err, crypt.ErrKeys))

	// The ward has kms:Decrypt.
	ward, err := open(server.Client(), awskms.RSAConfig{Key: arn, Client: service.Client(region)})
	if err != nil {
		return err
	}
	got, err := ward.Get(ctx, ward.Key("p-17"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "ward: %+v\n", got)
	for _, c := range service.Calls() {
		fmt.Fprintf(w, "  %s %s\n", c.Operation, c.RequestedKeyID)
	}

	// The permission is withdrawn, and is so with the next item. Desks go on.
	service.Deny(arn, "Decrypt")
	_, err = ward.Get(ctx, ward.Key("p-18"))
	fmt.Fprintf(w, "ward, denied: crypt.ErrKeys is %t\n", errors.Is(err, crypt.ErrKeys))
	if err := desk.Put(ctx, &Patient{"p-19", "Mary Somerville"}); err != nil {
		return err
	}
	service.Allow(arn, "Decrypt")
	got, err = ward.Get(ctx, ward.Key("p-19"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "ward, allowed again: %+v\n", got)
	return nil
}

// open is the table over an RSA key. The default suite, with ECDSA, is not for RSA keys of KMS.
func open(client *dynamodb.Client, c awskms.RSAConfig) (*ddb.Table[Patient], error) {
	keys, err := awskms.NewRSA(c)
	if err != nil {
		return nil, err
	}
	format, err := dbe.New(dbe.Config{Keyring: keys, Suite: keyring.SuiteHMAC})
	if err != nil {
		return nil, err
	}
	return ddb.NewTable[Patient](client, "patients", ddb.Config{Encryption: format})
}

// fetch is what an administrator runs. The AWS console and command line give the same PEM.
func fetch(ctx context.Context, service *fakekms.Server, arn string) ([]byte, error) {
	public, err := awskms.RSAPublicKey(ctx, service.Client(region), arn)
	if err != nil {
		return nil, err
	}
	service.ResetCalls()
	der, err := x509.MarshalPKIXPublicKey(public)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

// parse reads the file.
func parse(file []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(file)
	if block == nil {
		return nil, errors.New("no PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("no RSA key")
	}
	return public, nil
}
