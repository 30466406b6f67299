package keyring_test

import (
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/require"
)

func BenchmarkKeyring(b *testing.B) {
	for name, p := range pairs(b) {
		b.Run(name+"/write", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := p.write.OnEncrypt(b.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC, Context: itemContext})
				require.NoError(b, err)
			}
		})
		m := write(b, p.write, itemContext)
		b.Run(name+"/read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := p.read.OnDecrypt(b.Context(), keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC, Context: itemContext}, m.EncryptedDataKeys)
				require.NoError(b, err)
			}
		})
	}
}
