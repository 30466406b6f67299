// Command kmsecdh has two organisations share items: a clinic whose elliptic curve key is in KMS, and a laboratory
// that has none, and a key of its own. They exchanged public keys, and nothing else. Each reads what the other wrote,
// and knows that it was the other who did. AWS's libraries call these keyrings AwsKmsEcdhKeyring and
// RawEcdhKeyring. KMS and DynamoDB run in the process.
//
//	go run ./examples/kmsecdh
package main

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

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

// Sample is an item. Its result is encrypted and signed.
type Sample struct {
	ID     string `ddb:"id,pk"`
	Result string `ddb:"result,encrypt"`
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
	client := service.Client(region)
	arn := service.AddKey(fakekms.Key{Region: region, Spec: types.KeySpecEccNistP256})

	// The laboratory makes a key, and both give the other their public half. Each must be sure whose it is.
	lab, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	clinic, err := awskms.ECDHPublicKey(ctx, client, arn)
	if err != nil {
		return err
	}

	// The clinic keeps the secret that the two keys share for a minute: so long at most a disabled key goes
	// unnoticed.
	ofClinic, err := awskms.NewECDH(awskms.ECDHConfig{Key: arn, Public: clinic, Client: client, KeepSecrets: time.Minute}, lab.PublicKey())
	if err != nil {
		return err
	}
	ofLab, err := keyring.RawECDHStatic(lab, clinic)
	if err != nil {
		return err
	}
	inClinic, err := open(server.Client(), ofClinic)
	if err != nil {
		return err
	}
	inLab, err := open(server.Client(), ofLab)
	if err != nil {
		return err
	}
	if _, err := server.Client().CreateTable(ctx, inLab.CreateTableInput()); err != nil {
		return err
	}

	var meter ddb.Meter
	inClinic = inClinic.With(ddb.Capacity(&meter))
	if err := inClinic.Put(ctx, &Sample{"s-1", "asked for"}); err != nil {
		return err
	}
	got, err := inLab.Get(ctx, inLab.Key("s-1"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "laboratory: %+v\n", got)
	got.Result = "negative"
	if err := inLab.Put(ctx, &got); err != nil {
		return err
	}
	if got, err = inClinic.Get(ctx, inClinic.Key("s-1")); err != nil {
		return err
	}
	fmt.Fprintf(w, "clinic: %+v, %d call to KMS for two items\n", got, meter.Usage().Keys.KeyCalls)

	// Someone else who may write the table has both public keys as well. It does not help.
	other, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	ofOther, err := keyring.RawECDHStatic(other, clinic)
	if err != nil {
		return err
	}
	forged, err := open(server.Client(), ofOther)
	if err != nil {
		return err
	}
	if err := forged.Put(ctx, &Sample{"s-1", "positive"}); err != nil {
		return err
	}
	_, err = inClinic.Get(ctx, inClinic.Key("s-1"))
	fmt.Fprintf(w, "clinic, of another's item: crypt.ErrFormat is %t\n", errors.Is(err, crypt.ErrFormat))
	return nil
}

func open(client *dynamodb.Client, keys keyring.Keyring) (*ddb.Table[Sample], error) {
	return ddb.NewTable[Sample](client, "samples", ddb.Config{Encryption: dbe.Format(keys)})
}
