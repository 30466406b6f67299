package generate

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/internal/number"
)

// How deep documents go: usually, and in a chain.
const (
	usualDepth = 3
	chainDepth = 25 // of DynamoDB's 32
)

// value is any attribute value. Empty sets DynamoDB refuses, but where they are encrypted.
func (g *Generator) value(encrypted bool, depth int) types.AttributeValue {
	if depth == 0 && g.chance(0.01) {
		return g.chain(g.between(8, chainDepth))
	}
	kinds := 10
	if depth == usualDepth {
		kinds = 8
	}
	kind := g.rand.IntN(kinds)
	// What a spiced sample is about should be in it.
	switch {
	case g.spice.binary && g.chance(0.3):
		kind = 7
	case (g.spice.wide || g.spice.zero || g.spice.tiny) && g.chance(0.3):
		kind = 1
	}
	switch kind {
	case 0:
		return &types.AttributeValueMemberS{Value: g.text(0, 30)}
	case 1:
		return &types.AttributeValueMemberN{Value: g.number()}
	case 2:
		return &types.AttributeValueMemberB{Value: g.bytes(0, 40)}
	case 3:
		return &types.AttributeValueMemberBOOL{Value: g.chance(0.5)}
	case 4:
		return &types.AttributeValueMemberNULL{Value: !g.odd()}
	case 5:
		return &types.AttributeValueMemberSS{Value: g.stringSet(encrypted)}
	case 6:
		return &types.AttributeValueMemberNS{Value: g.numberSet(encrypted)}
	case 7:
		return &types.AttributeValueMemberBS{Value: g.binarySet(encrypted)}
	case 8:
		list := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
		for range g.rand.IntN(5) {
			list.Value = append(list.Value, g.value(encrypted, depth+1))
		}
		return list
	default:
		entries := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}
		for range g.rand.IntN(5) {
			name := g.text(1, 8)
			if g.odd() {
				name = ""
			}
			entries.Value[name] = g.value(encrypted, depth+1)
		}
		return entries
	}
}

// odd says whether the next value is to be an odd one: sometimes, where the sample has any.
func (g *Generator) odd() bool { return g.spice.odd && g.chance(0.3) }

// chain is documents in documents.
func (g *Generator) chain(depth int) types.AttributeValue {
	var value types.AttributeValue = &types.AttributeValueMemberS{Value: g.text(0, 10)}
	for range depth {
		if g.chance(0.5) {
			value = &types.AttributeValueMemberL{Value: []types.AttributeValue{value}}
		} else {
			value = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{g.text(1, 4): value}}
		}
	}
	return value
}

// set is up to five different members, in no order; none only where empty sets are legal.
func set[T any](g *Generator, encrypted bool, member func() T, identity func(T) string) []T {
	members := []T{}
	if encrypted && g.chance(0.1) || g.odd() {
		return members
	}
	taken := map[string]bool{}
	for range g.between(1, 5) {
		m := member()
		if id := identity(m); !taken[id] {
			taken[id] = true
			members = append(members, m)
		}
	}
	return members
}

func (g *Generator) stringSet(encrypted bool) []string {
	return set(g, encrypted, func() string { return g.text(0, 12) }, func(s string) string { return s })
}

func (g *Generator) numberSet(encrypted bool) []string {
	return set(g, encrypted, g.number, canonical)
}

// binarySet has members that all begin with the high bit, or all without, so that the sign of bytes
// does not matter to their order; unless spiced.
func (g *Generator) binarySet(encrypted bool) [][]byte {
	member := func() []byte { return g.bytes(0, 12) }
	firstByte := func(b []byte) string { return string(b[:min(len(b), 1)]) }
	if g.spice.binary {
		return set(g, encrypted, member, func(b []byte) string { return string(b) })
	}
	high := pick(g, 1, byte(0x80), 1, byte(0))
	return set(g, encrypted, func() []byte {
		b := member()
		if len(b) > 0 {
			b[0] = b[0]&0x7F | high
		}
		return b
	}, firstByte)
}

// bytes has from least to most bytes.
func (g *Generator) bytes(least, most int) []byte {
	b := make([]byte, g.between(least, most))
	for i := range b {
		b[i] = byte(g.rand.Uint32())
	}
	return b
}

// canonical spells equal numbers alike. The generator makes valid numbers only.
func canonical(text string) string {
	plain, err := number.Canonical(nil, text)
	if err != nil {
		panic("generate: " + err.Error())
	}
	return string(plain)
}
