package directkms_test

import (
	"testing"

	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/directkms"
)

// The provider, and the format over it, keep the contracts of the seam.
func TestConformance(t *testing.T) {
	s, key := start(t)
	other := s.AddKey(fakekms.Key{Region: east})
	client := s.Client(east)
	one := newProvider(t, directkms.Config{Client: client, Key: key, DecryptKeys: []string{other, key}})
	crypttest.TestProvider(t, one, crypttest.ProviderConfig{})
	t.Run("reader", func(t *testing.T) {
		crypttest.TestProvider(t, one, crypttest.ProviderConfig{Reader: newProvider(t, directkms.Config{Client: client, DecryptKeys: []string{key}})})
	})
	t.Run("format", func(t *testing.T) {
		crypttest.TestFormat(t, ddbec.Format(one), crypttest.Config{OtherKeys: ddbec.Format(newProvider(t, directkms.Config{
			Client: s.Client(east), Key: s.AddKey(fakekms.Key{Region: east}),
		}))})
	})
}
