package main

import (
	_ "embed"

	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// visit is the item that testdata/Visits.java wrote with AWS's DynamoDB Encryption Client for Java 2.0.3.
//
//go:embed testdata/visit.json
var visit []byte

// javaSaves plays the Java service.
func javaSaves(server *ddbtest.Server) error {
	item, err := ddbjson.Unmarshal(visit)
	if err != nil {
		return err
	}
	return server.Overwrite("visits", item)
}

// sharedKeys are those of testdata/Visits.java: a WrappedMaterialsProvider over one AES key and one HmacSHA256 key.
// Yours are random, and both services load them from where you keep your secrets.
func sharedKeys() (provider.Provider, error) {
	b := make([]byte, 64)
	for i := range b {
		b[i] = byte(i)
	}
	wrap, err := secret.New(b[:32])
	if err != nil {
		return nil, err
	}
	mac, err := secret.New(b[32:])
	if err != nil {
		return nil, err
	}
	return provider.WrappedAES(wrap, mac)
}
