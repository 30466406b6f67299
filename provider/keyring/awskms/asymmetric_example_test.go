package awskms_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
)

// A writer has the public key and calls nothing, a reader has the permission kms:Decrypt.
func ExampleNewRSA() {
	service := fakekms.Start()
	defer service.Close()
	arn := service.AddKey(fakekms.Key{Region: "us-east-1", ID: "1234abcd-12ab-34cd-56ef-1234567890ab", Spec: kmstypes.KeySpecRsa2048})
	ctx, client := context.Background(), service.Client("us-east-1")

	public := must(awskms.RSAPublicKey(ctx, client, arn)) // once: it can be kept in a file
	writer := must(awskms.NewRSA(awskms.RSAConfig{Key: arn, Public: public}))
	reader := must(awskms.NewRSA(awskms.RSAConfig{Key: arn, Client: client}))

	visits := func(keys keyring.Keyring) crypt.ItemEncryptor {
		format := must(dbe.New(dbe.Config{Keyring: keys, Suite: keyring.SuiteHMAC})) // RSA takes no other
		return must(format.Encryptor(must(crypt.NewSchema(crypt.SchemaConfig{
			Table: "visits", PartitionKey: "patient", Actions: map[string]crypt.Action{"name": crypt.Encrypt},
		}))))
	}
	stored := must(visits(writer).EncryptItem(ctx, ada))
	opened := must(visits(reader).DecryptItem(ctx, stored))
	fmt.Println(opened.Item["name"].(*types.AttributeValueMemberS).Value)
	for _, call := range service.Calls() {
		fmt.Println(call.Operation, call.RequestedKeyID)
	}
	// Output:
	// Ada
	// GetPublicKey arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// Decrypt arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
}

// Two owners of keys on one curve, of which one is in KMS, read what the other wrote.
func ExampleNewECDH() {
	service := fakekms.Start()
	defer service.Close()
	arn := service.AddKey(fakekms.Key{Region: "us-east-1", ID: "1234abcd-12ab-34cd-56ef-1234567890ab", Spec: kmstypes.KeySpecEccNistP256})
	ctx, client := context.Background(), service.Client("us-east-1")
	lab := must(ecdh.P256().GenerateKey(rand.Reader))

	clinic := must(awskms.ECDHPublicKey(ctx, client, arn)) // once, for the lab too
	ofClinic := must(awskms.NewECDH(awskms.ECDHConfig{Key: arn, Public: clinic, Client: client}, lab.PublicKey()))
	ofLab := must(keyring.RawECDHStatic(lab, clinic))

	must(visits(ofLab).DecryptItem(ctx, must(visits(ofClinic).EncryptItem(ctx, ada))))
	must(visits(ofClinic).DecryptItem(ctx, must(visits(ofLab).EncryptItem(ctx, ada))))
	for _, call := range service.Calls() {
		fmt.Println(call.Operation, call.RequestedKeyID)
	}
	// Output:
	// GetPublicKey arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// DeriveSharedSecret arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// DeriveSharedSecret arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
}

// Writers who are unknown make a key for each item, and the owner of a key in KMS reads them.
func ExampleNewECDHDiscovery() {
	service := fakekms.Start()
	defer service.Close()
	arn := service.AddKey(fakekms.Key{Region: "us-east-1", Spec: kmstypes.KeySpecEccNistP384})
	ctx, client := context.Background(), service.Client("us-east-1")

	public := must(awskms.ECDHPublicKey(ctx, client, arn))
	writer := must(keyring.RawECDHEphemeral(public))
	reader := must(awskms.NewECDHDiscovery(awskms.ECDHConfig{Key: arn, Public: public, Client: client}))
	opened := must(visits(reader).DecryptItem(ctx, must(visits(writer).EncryptItem(ctx, ada))))
	fmt.Println(opened.Item["name"].(*types.AttributeValueMemberS).Value)
	// Output:
	// Ada
}
