package generate

import (
	"encoding/json"
	"fmt"

	"github.com/dynaseal/ddb/interop/protocol"
)

// Kind is what all samples of a generator have in common; keys, sizes and hashes differ. The zero Kind
// is a static provider with an HMAC.
type Kind struct {
	Provider  Provider
	Signature Signature
}

// Provider is where content keys come from.
type Provider int

// The providers.
const (
	Static Provider = iota
	WrappedAES
	WrappedRSA
)

// Signature is a kind of signature, of any hash.
type Signature int

// The signatures.
const (
	HMAC Signature = iota
	RSA
	ECDSA
)

// String names provider and signature.
func (k Kind) String() string {
	return []string{"static", "wrapped by AES", "wrapped by RSA"}[k.Provider] + ", " + []string{"HMAC", "RSA", "ECDSA"}[k.Signature]
}

// Kinds is every kind.
func Kinds() []Kind {
	var kinds []Kind
	for p := Static; p <= WrappedRSA; p++ {
		for s := HMAC; s <= ECDSA; s++ {
			kinds = append(kinds, Kind{p, s})
		}
	}
	return kinds
}

// provider has keys of any size, and entries of its own in one in five. One static provider in ten has no
// cipher.
func (g *Generator) provider() json.RawMessage {
	sign := g.sign()
	g.encrypts = g.kind.Provider != Static || !g.chance(0.1)
	var p any
	switch g.kind.Provider {
	case Static:
		static := protocol.Static{Type: "static", Sign: sign}
		if g.encrypts {
			static.Encrypt = cipherKeys[g.rand.IntN(len(cipherKeys))]
		}
		static.Description = g.description()
		p = static
	case WrappedAES:
		p = protocol.Wrapped{Type: "wrapped", Wrap: cipherKeys[g.rand.IntN(len(cipherKeys))], Sign: sign, Description: g.contentKey(g.description())}
	case WrappedRSA:
		p = protocol.Wrapped{Type: "wrapped", Wrap: PairWrap, Sign: sign, Description: g.contentKey(g.description())}
	}
	encoded, err := json.Marshal(p)
	if err != nil {
		panic("generate: provider: " + err.Error())
	}
	return encoded
}

func (g *Generator) sign() protocol.Sign {
	switch g.kind.Signature {
	case RSA:
		return protocol.Sign{Key: PairSign, Algorithm: hashes[g.rand.IntN(len(hashes))] + "withRSA"}
	case ECDSA:
		return protocol.Sign{Key: curves[g.rand.IntN(len(curves))], Algorithm: hashes[g.rand.IntN(len(hashes))] + "withECDSA"}
	default:
		return protocol.Sign{
			Key:       fmt.Sprintf("mac%d", []int{16, 32, 64, 200}[g.rand.IntN(4)]),
			Algorithm: "Hmac" + hashes[g.rand.IntN(len(hashes))],
		}
	}
}

// description is nil, or a few entries of the user's.
func (g *Generator) description() map[string]string {
	if !g.chance(0.2) {
		return nil
	}
	entries := map[string]string{}
	for range g.between(1, 3) {
		entries[g.text(1, 10)] = g.text(0, 20)
	}
	return entries
}

// contentKey adds to entries, in half of the samples, the size of the content key, an option of AWS's clients.
func (g *Generator) contentKey(entries map[string]string) map[string]string {
	if g.chance(0.5) {
		return entries
	}
	if entries == nil {
		entries = map[string]string{}
	}
	entries["amzn-ddb-env-alg"] = []string{"AES/128", "AES/192", "AES/256"}[g.rand.IntN(3)]
	return entries
}
