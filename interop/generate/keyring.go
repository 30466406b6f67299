package generate

import (
	"github.com/dynaseal/ddb/interop/protocol"
)

// KeyringKind is what the keyrings of samples have in common.
type KeyringKind string

// The kinds.
const (
	AES   KeyringKind = "AES"
	OfRSA KeyringKind = "RSA"
	ECDH  KeyringKind = "ECDH"
	Multi KeyringKind = "multi"
)

// KeyringKinds is every kind.
func KeyringKinds() []KeyringKind { return []KeyringKind{AES, OfRSA, ECDH, Multi} }

// variant is one sort of keyrings of a kind. It makes the writer's and the reader's, nil where that is the
// same, and says which data key of an item the reader opens.
type variant struct {
	name     string
	keyrings func(*Generator) (writer, reader *protocol.Keyring, dataKey int)
}

func variantsOf(kind KeyringKind) []variant {
	switch kind {
	case AES:
		return aesVariants()
	case OfRSA:
		return rsaVariants()
	case ECDH:
		return ecdhVariants()
	default:
		return multiVariants()
	}
}

func aesVariants() []variant {
	var all []variant
	for _, key := range cipherKeys {
		all = append(all, variant{key, func(g *Generator) (*protocol.Keyring, *protocol.Keyring, int) {
			return g.named(protocol.Keyring{Type: protocol.RawAES, Key: key}), nil, 0
		}})
	}
	return all
}

var paddings = []string{"PKCS1", "OAEP_SHA1_MGF1", "OAEP_SHA256_MGF1", "OAEP_SHA384_MGF1", "OAEP_SHA512_MGF1"}

func rsaVariants() []variant {
	var all []variant
	for _, padding := range paddings {
		all = append(all, variant{padding, func(g *Generator) (*protocol.Keyring, *protocol.Keyring, int) {
			return g.named(protocol.Keyring{Type: protocol.RawRSA, Key: PairWrap, Padding: padding}), nil, 0
		}})
	}
	return all
}

// named gives a raw key its names, which are empty in one keyring of ten.
func (g *Generator) named(k protocol.Keyring) *protocol.Keyring {
	if !g.chance(0.1) {
		k.KeyNamespace, k.KeyName = g.text(0, 12), g.text(0, 12)
	}
	return &k
}

func ecdhVariants() []variant {
	var all []variant
	for _, curve := range []string{"p256", "p384", "p521"} {
		all = append(all,
			variant{curve + " static", func(g *Generator) (*protocol.Keyring, *protocol.Keyring, int) {
				writer, mirrored := static(curve, curve+PairRecipient), static(curve+PairRecipient, curve)
				return pick(g, 1, writer, 1, mirrored), pick(g, 1, writer, 1, mirrored), 0
			}},
			variant{curve + " static, discovery", func(*Generator) (*protocol.Keyring, *protocol.Keyring, int) {
				return static(curve, curve+PairRecipient), discovery(curve), 0
			}},
			variant{curve + " ephemeral, discovery", func(*Generator) (*protocol.Keyring, *protocol.Keyring, int) {
				return ephemeral(curve), discovery(curve), 0
			}})
	}
	return all
}

// curveNames are the protocol's, by the names of [Pairs].
var curveNames = map[string]string{"p256": "P-256", "p384": "P-384", "p521": "P-521"}

func static(sender, recipient string) *protocol.Keyring {
	return &protocol.Keyring{Type: protocol.RawECDH, Curve: curveNames[sender[:4]], Scheme: protocol.SchemeStatic, Sender: sender, Recipient: recipient}
}

func ephemeral(curve string) *protocol.Keyring {
	return &protocol.Keyring{Type: protocol.RawECDH, Curve: curveNames[curve], Scheme: protocol.SchemeEphemeral, Recipient: curve + PairRecipient}
}

func discovery(curve string) *protocol.Keyring {
	return &protocol.Keyring{Type: protocol.RawECDH, Curve: curveNames[curve], Scheme: protocol.SchemeDiscovery, Recipient: curve + PairRecipient}
}

// member is a keyring in another, and what reads what it wrote.
type member struct{ writer, reader *protocol.Keyring }

func (g *Generator) member(kind KeyringKind) member {
	variants := variantsOf(kind)
	writer, reader, _ := variants[g.rand.IntN(len(variants))].keyrings(g)
	if reader == nil {
		reader = writer
	}
	return member{writer, reader}
}

// multiVariants have the members of each kind in other places, and are read by each place.
func multiVariants() []variant {
	return []variant{
		{"AES, RSA; read by both", func(g *Generator) (*protocol.Keyring, *protocol.Keyring, int) {
			a, b := g.member(AES), g.member(OfRSA)
			return multi(a.writer, b.writer), nil, 0
		}},
		{"RSA, ECDH; read by the first", func(g *Generator) (*protocol.Keyring, *protocol.Keyring, int) {
			a, b := g.member(OfRSA), g.member(ECDH)
			return multi(a.writer, b.writer), a.reader, 0
		}},
		{"ECDH, AES; read by the second", func(g *Generator) (*protocol.Keyring, *protocol.Keyring, int) {
			a, b := g.member(ECDH), g.member(AES)
			return multi(a.writer, b.writer), b.reader, 1
		}},
		{"AES, RSA, ECDH; read by the last two", func(g *Generator) (*protocol.Keyring, *protocol.Keyring, int) {
			a, b, c := g.member(AES), g.member(OfRSA), g.member(ECDH)
			return multi(a.writer, b.writer, c.writer), multi(nil, c.reader, b.reader), 2
		}},
		{"AES, multi of RSA and ECDH; read by the multi", func(g *Generator) (*protocol.Keyring, *protocol.Keyring, int) {
			a, b, c := g.member(AES), g.member(OfRSA), g.member(ECDH)
			return multi(a.writer, multi(nil, b.writer, c.writer)), multi(nil, c.reader), 2
		}},
	}
}

func multi(generator *protocol.Keyring, children ...*protocol.Keyring) *protocol.Keyring {
	m := &protocol.Keyring{Type: protocol.Multi, Generator: generator}
	for _, child := range children {
		m.Children = append(m.Children, *child)
	}
	return m
}
