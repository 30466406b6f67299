package mostrecent_test

import "testing"

// Of an item whose version is in the cache: what is left is to make, or unwrap, its content key.
func BenchmarkWarmMaterials(b *testing.B) {
	p := newProvider(b, quick{newStore(b, 1)}, nil)
	r := request(b, "", "")
	b.Run("encrypt", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.EncryptionMaterials(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
	})
	r.Description = written(b, p)
	b.Run("decrypt", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.DecryptionMaterials(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
