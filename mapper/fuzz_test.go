package mapper_test

import (
	"database/sql"
	"encoding/json"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
)

// Zoo has a field of every kind, under names of one letter that a fuzzer hits.
type Zoo struct {
	ID string            `ddb:"id,pk"`
	A  string            `ddb:"a"`
	B  bool              `ddb:"b,bool=number"`
	C  int8              `ddb:"c"`
	D  uint64            `ddb:"d"`
	E  float32           `ddb:"e"`
	F  float64           `ddb:"f"`
	G  mapper.Number     `ddb:"g"`
	H  json.Number       `ddb:"h"`
	I  *big.Int          `ddb:"i"`
	J  []byte            `ddb:"j"`
	K  [4]byte           `ddb:"k"`
	L  time.Time         `ddb:"l"`
	M  time.Time         `ddb:"m,unixmilli,omitempty"`
	N  time.Time         `ddb:"n,time=rfc3339nano"`
	O  time.Time         `ddb:"o,time=date"`
	P  []string          `ddb:"p"`
	Q  []mapper.Number   `ddb:"q,set"`
	R  [][]byte          `ddb:"r,set"`
	S  map[string]string `ddb:"s"`
	T  map[Name]Zoo2     `ddb:"t"`
	U  *Zoo2             `ddb:"u,null"`
	V  any               `ddb:"v"`
	W  Lists             `ddb:"w"`
	X  netip.Addr        `ddb:"x"`
	Y  [2][]netip.Addr   `ddb:"y"`
	Z  mapper.StringSet  `ddb:"z"`
}

type Zoo2 struct {
	A any             `ddb:"a"`
	B []*int          `ddb:"b,omitempty"`
	C *Zoo2           `ddb:"c"`
	D map[string]Zoo2 `ddb:"d"`
	E [1]float64      `ddb:"e"`

	F types.AttributeValue     `ddb:"f"`
	G *big.Float               `ddb:"g"`
	H *big.Rat                 `ddb:"h"`
	I sql.NullInt16            `ddb:"i"`
	J map[string]any           `ddb:"j,json"`
	K []string                 `ddb:"k,set,binary"`
	L Hoarder                  `ddb:"l,omitzero"`
	M Packed                   `ddb:"m,binary"`
	N *Packing                 `ddb:"n"`
	O attributevalue.UnixTime  `ddb:"o,omitempty"`
	P sql.Null[netip.AddrPort] `ddb:"p,null"`
	Q *Wind                    `ddb:"q"`
}

// grower makes an attribute value of a fuzzer's bytes.
type grower struct {
	data []byte
	left int // values it may still make
}

func (g *grower) byte() byte {
	if len(g.data) == 0 {
		return 0
	}
	b := g.data[0]
	g.data = g.data[1:]
	return b
}

func (g *grower) text() string {
	n := min(int(g.byte()%40), len(g.data))
	s := string(g.data[:n])
	g.data = g.data[n:]
	return s
}

func (g *grower) texts() (all []string) {
	for range g.byte() % 4 {
		all = append(all, g.text())
	}
	return all
}

func (g *grower) value() av {
	g.left--
	switch kind := wire.Kind(g.byte() % 12); kind {
	case wire.Null:
		return null
	case wire.Bool:
		return avBool(g.byte()%2 == 1)
	case wire.String:
		return avS(g.text())
	case wire.Number:
		return avN(g.text())
	case wire.Binary:
		return avB(g.text())
	case wire.StringSet:
		return avSS(g.texts()...)
	case wire.NumberSet:
		return avNS(g.texts()...)
	case wire.BinarySet:
		return avBS(g.texts()...)
	case wire.List:
		var all []av
		for n := int(g.byte() % 8); n > 0 && g.left > 0; n-- {
			all = append(all, g.value())
		}
		return avL(all...)
	case wire.Map:
		m := item{}
		for n := int(g.byte() % 8); n > 0 && g.left > 0; n-- {
			m[string('a'+g.byte()%26)] = g.value()
		}
		return avM(m)
	case 11: // a chain deeper than what may be stored
		v := avS("bottom")
		for range g.byte() {
			v = avL(v)
		}
		return v
	default:
		return nil
	}
}

// FuzzDecode reads items that no honest writer would write, into types that have every kind.
func FuzzDecode(f *testing.F) {
	habitats := habitatsOf(f)
	for _, seed := range []string{
		"a\x0a\x02a\x04\x011b\x04\x012b\x06\x02\x01a\x01bc\x07\x02\x011\x03255d\x07\x01\x0a1795521600j\x08\x01\x01x",
		"a\x0a\x02a\x04\x011n\x04\x012b\x09\x02\x03\x01a\x03\x01a",
		"e\x01f\x01l\x01m\x09\x01\x03\x01xn\x01",
		"g\x0a\x02k\x03\x01aa\x0a\x02k\x03\x01ba\x0a\x01b\x0a\x01k\x03\x01ak\x0a\x01k\x03\x01z",
		"h\x09\x03\x0a\x01k\x03\x01a\x01\x0a\x01k\x04\x017n\x0a\x01k\x03\x01a",
		"u\x0a\x06k\x08\x01\x01bl\x06\x01\x01am\x05\x030xyn\x05\x02xyo\x04\x0217p\x03\x08[::1]:80",
		"u\x0a\x05f\x0a\x01a\x09\x02\x01\x02\x01g\x04\x030.1h\x04\x040.25i\x04\x0217j\x03\x0f{\"a\":[1e9,9.0]}",
		"a\x03\x01x",
		"c\x04\x03127d\x04\x031E3e\x04\x041E99f\x04\x030.1g\x04\x02-0",
		"l\x03\x1e2026-11-24T12:00:00.123456789Zm\x04\x0d1795521600001n\x03\x192026-11-24T13:00:00+01:00o\x03\x0a2026-11-24",
		"p\x09\x02\x03\x01x\x01q\x07\x02\x011\x012r\x08\x01\x01br\x09\x01\x05\x01c",
		"s\x0a\x01k\x03\x01vt\x0a\x01k\x0a\x01b\x09\x02\x04\x011\x01u\x0a\x02c\x0a\x01e\x09\x01\x04\x011a\x06\x01\x01x",
		"v\x0b\xffw\x09\x02\x09\x01\x09\x00\x01x\x03\x03::1y\x09\x02\x09\x01\x03\x03::1\x01z\x06\x01\x01z",
	} {
		for i := range habitats {
			f.Add(append([]byte{byte(i)}, seed...))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g := &grower{data: data, left: 200}
		h := habitats[int(g.byte())%len(habitats)]
		stored := item{"id": avS("x")}
		for len(g.data) > 0 && g.left > 0 {
			stored[string('a'+g.byte()%26)] = g.value()
		}
		h.read(t, stored, true)
	})
}
