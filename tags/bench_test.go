package tags_test

import (
	"reflect"
	"testing"

	"github.com/dynaseal/ddb/tags"
)

func BenchmarkRoot(b *testing.B) {
	b.ReportAllocs()
	t := reflect.TypeFor[Visit]()
	for b.Loop() {
		if _, err := tags.Root(t, tags.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
