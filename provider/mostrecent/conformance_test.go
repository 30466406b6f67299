package mostrecent_test

import (
	"testing"

	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
)

func TestTheProviderKeepsItsContract(t *testing.T) {
	s, other := newStore(t, 3), newStore(t, 3)
	p := newProvider(t, quick{s}, nil)
	var secrets [][]byte
	for _, k := range s.keys[name] {
		secrets = append(secrets, k.Wrap.Expose(), k.Sign.Expose())
	}
	crypttest.TestProvider(t, p, crypttest.ProviderConfig{Secrets: secrets})
	crypttest.TestFormat(t, ddbec.Format(p), crypttest.Config{
		Secrets: secrets, OtherKeys: ddbec.Format(newProvider(t, quick{other}, nil)),
	})
}
