package generate

import (
	"fmt"

	"github.com/dynaseal/ddb/interop/protocol"
)

var (
	cipherKeys = []string{"aes128", "aes192", "aes256"}
	curves     = []string{"p256", "p256", "p256", "p256", "p384", "p521"} // Java takes milliseconds for the last
	hashes     = []string{"SHA224", "SHA256", "SHA384", "SHA512"}
)

// makeKeys makes one key of each AES size, and MAC keys shorter and longer than the block of a hash.
func (g *Generator) makeKeys() map[string]protocol.Key {
	keys := map[string]protocol.Key{}
	for i, name := range cipherKeys {
		length := 16 + 8*i
		keys[name] = protocol.Key{Type: "aes", Material: g.bytes(length, length)}
	}
	for _, length := range []int{16, 32, 64, 200} {
		keys[fmt.Sprintf("mac%d", length)] = protocol.Key{Type: "hmac", Material: g.bytes(length, length)}
	}
	return keys
}

// emptyCase is a case without actions. The names it uses are taken.
func (g *Generator) emptyCase(taken map[string]bool) protocol.Case {
	c := protocol.Case{
		LogicalTableName: g.text(1, 20),
		PartitionKey:     g.keyName(taken),
		Actions:          map[string]string{},
		Provider:         g.provider(),
	}
	if g.chance(0.5) {
		c.SortKey = g.keyName(taken)
	}
	if g.spice.marks {
		c.SignatureFieldName = g.name(taken)
		if g.chance(0.7) {
			c.MaterialDescriptionFieldName = g.name(taken)
		}
		if g.chance(0.7) {
			c.DescriptionPrefix = g.text(1, 10)
		}
	}
	return c
}
