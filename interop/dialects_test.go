package interop_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

// Characters of which UTF-16 puts the first first, and code points the second.
const (
	astral = "\U00010000"
	high   = "\uFFFD"
)

// disputed are values of which Java and Python sign different bytes.
func disputed() map[string]types.AttributeValue {
	type (
		list    = types.AttributeValueMemberL
		entries = types.AttributeValueMemberM
		numbers = types.AttributeValueMemberNS
	)
	number := func(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }
	binaries := &types.AttributeValueMemberBS{Value: [][]byte{{0x01}, {0x80}, {0x01, 0x00}, {0xFF}, {0x7F}, {}}}
	texts := &types.AttributeValueMemberSS{Value: []string{high, astral, "a", "\uE000", high + "b", astral + "b"}}
	keys := &entries{Value: map[string]types.AttributeValue{high: number("1"), astral: number("2"), "a": number("3")}}
	nines, ones := strings.Repeat("9", 28), strings.Repeat("1", 28)
	return map[string]types.AttributeValue{
		"binary set":             binaries,
		"string set":             texts,
		"map keys":               keys,
		"29 digits, down":        number(ones + "4"),
		"29 digits, half, down":  number(ones[:27] + "25"),
		"29 digits, half, up":    number(ones[:27] + "35"),
		"29 digits, over half":   number("-" + ones[:27] + "2.5000001"),
		"38 digits, carried":     number(nines + "9999999999"),
		"38 digits, fraction":    number("0.000" + ones + "6666666666"),
		"numbers that round":     &numbers{Value: []string{ones + "1", ones + "2", "-" + nines + "9", "5"}},
		"negative zero":          number("-0.0"),
		"negative zero in a set": &numbers{Value: []string{"-0", "-1", "1"}},
		"orders in documents": &list{Value: []types.AttributeValue{binaries, &entries{Value: map[string]types.AttributeValue{
			high: &list{Value: []types.AttributeValue{texts}}, astral: keys,
		}}}},
		"numbers in documents": &list{Value: []types.AttributeValue{keys, &entries{Value: map[string]types.AttributeValue{
			high: number(ones + "7"), astral: &list{Value: []types.AttributeValue{number("-0")}},
		}}}},
	}
}

// disputedSamples are disputed values sign-only, so that a signature is a function of the item, and some
// encrypted, where nobody minds their order.
func disputedSamples(t *testing.T) []*sample {
	var samples []*sample
	add := func(id, encrypt string, action string, attributes crypt.Item) {
		provider, err := json.Marshal(protocol.Static{Type: "static", Encrypt: encrypt, Sign: protocol.Sign{Key: "mac"}})
		require.NoError(t, err)
		s := &sample{id: id, stored: map[divergence.Client]crypt.Item{}, Sample: generate.Sample{
			Item: maps.Clone(attributes),
			Case: protocol.Case{LogicalTableName: "Tbl", PartitionKey: "k", Actions: map[string]string{"k": protocol.SignOnly}, Provider: provider},
		}}
		s.Item["k"] = &types.AttributeValueMemberS{Value: id}
		for name := range attributes {
			s.Case.Actions[name] = action
		}
		s.classes, err = divergence.Of(s.Item, s.Case)
		require.NoError(t, err)
		samples = append(samples, s)
	}
	names := crypt.Item{astral: &types.AttributeValueMemberBOOL{Value: true}, high: &types.AttributeValueMemberNULL{Value: true}}
	values := disputed()
	for _, id := range slices.Sorted(maps.Keys(values)) {
		add(id, "", protocol.SignOnly, crypt.Item{"v": values[id]})
	}
	add("names", "", protocol.SignOnly, names)
	add("names and values", "", protocol.SignOnly, crypt.Item{astral: values["binary set"], high: values["map keys"]})
	add("names and numbers", "", protocol.SignOnly, crypt.Item{astral: values["38 digits, carried"], high: values["negative zero"]})
	add("encrypted", "aes", protocol.EncryptAndSign, crypt.Item{"v": values["orders in documents"]})
	return samples
}

// TestDialects has every client write what Java and Python sign differently, and read what the others
// wrote. What ours writes in a client's dialect has that client's signature.
func TestDialects(t *testing.T) {
	c := &corpus{writers: writers, keys: map[string]protocol.Key{
		"aes": {Type: "aes", Material: []byte(strings.Repeat("a", 32))},
		"mac": {Type: "hmac", Material: []byte(strings.Repeat("m", 32))},
	}}
	c.samples = disputedSamples(t)
	c.start(t)
	c.encrypt(t, c.samples)
	t.Run("every reader takes every writer's items, but in the named classes", c.cross)
	t.Run("ours signs as the client whose dialect it writes", func(t *testing.T) {
		for _, s := range c.samples {
			if s.Case.Action("v") == protocol.EncryptAndSign {
				continue // under another random vector each time
			}
			assert.Equal(t, s.stored[divergence.Java][defaultSignature], s.stored[divergence.Go][defaultSignature], s.id)
			assert.NotEqual(t, s.stored[divergence.Java][defaultSignature], s.stored[divergence.Python][defaultSignature], s.id)
			if s.classes.Writes(divergence.GoPython) && !s.classes.Has(divergence.NegativeZero) {
				assert.Equal(t, s.stored[divergence.Python][defaultSignature], s.stored[divergence.GoPython][defaultSignature], s.id)
			}
		}
	})
	if *update {
		c.writeDialects(t)
	}
	c.close(t)
}

// writeDialects writes what AWS's clients wrote into one file.
func (c *corpus) writeDialects(t *testing.T) {
	var vectors []vector
	for writer, dialect := range map[divergence.Client]string{divergence.Java: protocol.JavaDialect, divergence.Python: protocol.PythonDialect} {
		for _, s := range c.samples {
			v := newVector(t, s, writer, s.stored[writer], expectAccepted)
			v.ID, v.Case.Dialect = dialect+": "+s.id, dialect
			vectors = append(vectors, v)
		}
	}
	slices.SortFunc(vectors, func(a, b vector) int { return strings.Compare(a.ID, b.ID) })
	c.confirm(t, vectors)
	c.writeFile(t, "dialects", versions[divergence.Java]+", "+versions[divergence.Python], vectors)
}
