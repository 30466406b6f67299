//go:build hsm

// Command example keeps the keys of a table in a hardware module: it makes them there, stores an item in
// an in-process DynamoDB, reads it back, and is refused one that was altered. The PIN is read from the
// environment. With SoftHSM:
//
//	softhsm2-util --init-token --free --label example --so-pin 12345678 --pin 1234
//	HSM_PIN=1234 go run -tags hsm ./example -library /usr/lib/softhsm/libsofthsm2.so -token example
package main

import (
	"context"
	"crypto"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/hsm"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// Card is an item. Fields without an action word are encrypted and signed.
type Card struct {
	Customer string `ddb:"customer,pk"`
	Number   string `ddb:"number,encrypt"`
	Expires  string `ddb:"expires,sign"`
}

func main() {
	library := flag.String("library", "", "the vendor's PKCS #11 `library`")
	label := flag.String("token", "", "`label` of the token")
	flag.Parse()
	pin, err := secret.New([]byte(os.Getenv("HSM_PIN")))
	if err != nil {
		log.Fatal("HSM_PIN is not set")
	}
	if err := run(context.Background(), os.Stdout, hsm.ModuleConfig{Library: *library}, hsm.TokenConfig{Label: *label, PIN: pin}); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer, m hsm.ModuleConfig, t hsm.TokenConfig) (err error) {
	if err := makeKeys(m, t); err != nil {
		return err
	}
	module, err := hsm.Load(m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, module.Close()) }()
	token, err := module.Open(ctx, t)
	if err != nil {
		return err
	}
	keys, err := keysIn(ctx, token)
	if err != nil {
		return err
	}

	server := ddbtest.Start()
	defer server.Close()
	client := server.Client()
	cards, err := ddb.NewTable[Card](client, "cards", ddb.Config{Encryption: ddbec.Format(keys)})
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, cards.CreateTableInput()); err != nil {
		return err
	}
	if err := cards.Put(ctx, &Card{Customer: "c-17", Number: "4111 1111 1111 1111", Expires: "11/29"}); err != nil {
		return err
	}
	stored := server.Stored("cards", crypt.Item{"customer": &types.AttributeValueMemberS{Value: "c-17"}})
	fmt.Fprintf(w, "stored: number as %d bytes, wrapped by %s\n", len(stored["number"].(*types.AttributeValueMemberB).Value), wrappedBy(stored))

	got, err := cards.Get(ctx, cards.Key("c-17"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "read: %+v\n", got)

	stored["expires"] = &types.AttributeValueMemberS{Value: "11/39"}
	if err := server.Overwrite("cards", stored); err != nil {
		return err
	}
	_, err = cards.Get(ctx, cards.Key("c-17"))
	fmt.Fprintf(w, "altered: %v\n", err)
	if !errors.Is(err, crypt.ErrAuth) {
		return errors.New("an altered item was returned")
	}

	if err := token.Close(); err != nil {
		return err
	}
	_, err = cards.Get(ctx, cards.Key("c-17"))
	fmt.Fprintf(w, "without the token: %v\n", err)
	if !errors.Is(err, crypt.ErrKeys) {
		return errors.New("an item was read without its keys")
	}
	return nil
}

// keysIn is a provider whose keys stay in the token.
func keysIn(ctx context.Context, token *hsm.Token) (provider.Provider, error) {
	wrapper, err := token.AESWrapper(ctx, hsm.Key{Label: wrapLabel})
	if err != nil {
		return nil, err
	}
	wrap, err := provider.WrapAESIn(wrapper)
	if err != nil {
		return nil, err
	}
	mac, err := token.HMAC(ctx, crypto.SHA256, hsm.Key{Label: macLabel})
	if err != nil {
		return nil, err
	}
	return provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Sign: mac, Verify: mac})
}

// wrappedBy is what the item says of its content key.
func wrappedBy(stored crypt.Item) string {
	d, err := provider.ParseDescription(stored["*amzn-ddb-map-desc*"].(*types.AttributeValueMemberB).Value)
	if err != nil {
		return err.Error()
	}
	algorithm, _ := d.Lookup("amzn-ddb-wrap-alg")
	return algorithm
}
