package mapper_test

import (
	"database/sql"
	"errors"
	"math/big"
	"net/netip"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/mapper"
)

// ZooForeign has what says itself how it is stored, and what others say it of. Its options are foreign's.
type ZooForeign struct {
	ID string                          `ddb:"id,pk"`
	A  Warmth                          `ddb:"a"`
	B  *Warmth                         `ddb:"b,null"`
	C  []Warmth                        `ddb:"c"`
	D  map[string]Wind                 `ddb:"d"`
	E  Wind                            `ddb:"e"`
	F  types.AttributeValue            `ddb:"f"`
	G  []types.AttributeValue          `ddb:"g"`
	H  map[string]types.AttributeValue `ddb:"h,omitempty"`
	I  attributevalue.Number           `ddb:"i"`
	J  []attributevalue.Number         `ddb:"j,set"`
	K  attributevalue.UnixTime         `ddb:"k,omitempty"`
	L  sql.NullString                  `ddb:"l"`
	M  sql.NullTime                    `ddb:"m,null,time=rfc3339nano"`
	N  []sql.NullInt64                 `ddb:"n"`
	O  map[string]sql.Null[bool]       `ddb:"o"`
	P  *big.Float                      `ddb:"p"`
	Q  big.Rat                         `ddb:"q"`
	R  []big.Rat                       `ddb:"r,set"`
	S  map[string]Pair[*int8, []any]   `ddb:"s,json"`
	T  any                             `ddb:"t,json,omitempty"`
	U  Packed                          `ddb:"u,binary"`
	V  Name                            `ddb:"v,binary"`
	W  map[string]*Ref                 `ddb:"w"`
	X  Instant                         `ddb:"x,unixtime,omitempty"`
	Y  []Tags                          `ddb:"y"`
	Z  Maybe                           `ddb:"z,null"`
}

// ZooForeign2 has the rest of it.
type ZooForeign2 struct {
	ID string                        `ddb:"id,pk"`
	A  *types.AttributeValueMemberM  `ddb:"a"`
	B  types.AttributeValueMemberN   `ddb:"b"`
	C  *types.AttributeValueMemberSS `ddb:"c,null"`
	D  Wind                          `ddb:"d,omitzero"`
	E  []*Wind                       `ddb:"e"`
	F  map[string]*Packing           `ddb:"f"`
	G  Packing                       `ddb:"g,omitempty"`
	H  []netip.AddrPort              `ddb:"h,set"`
	I  []Packed                      `ddb:"i,binary,set"`
	J  []Name                        `ddb:"j,binary"`
	K  *Hoarder                      `ddb:"k"`
	L  Toggle                        `ddb:"l,bool=number"`
	M  []Ref                         `ddb:"m,set,omitempty"`
	N  Tags                          `ddb:"n,set"`
	O  sql.Null[Ref]                 `ddb:"o"`
	P  sql.Null[[]byte]              `ddb:"p,null"`
	Q  sql.Null[Zoo2]                `ddb:"q"`
	R  []big.Float                   `ddb:"r"`
	S  *Instant                      `ddb:"s,time=date"`
	T  any                           `ddb:"t"`
	U  Zoo2                          `ddb:"u"`
}

// Warmth is stored as its marshaler likes: zero is left out.
type Warmth struct{ degrees int }

func (w Warmth) MarshalDDB() (types.AttributeValue, error) {
	if w.degrees == 0 {
		return nil, mapper.ErrOmit
	}
	return avM(item{"C": avN(strconv.Itoa(w.degrees))}), nil
}

func (w *Warmth) UnmarshalDDB(v types.AttributeValue) error {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		if err := attributevalue.Unmarshal(v.Value["C"], &w.degrees); err != nil || w.degrees != 0 {
			return err
		}
	case *types.AttributeValueMemberNULL:
		w.degrees = -273
		return nil
	}
	return errors.New("no temperature")
}

// ZooTable has the words that package ddb gives their meaning.
type ZooTable struct {
	ID   string               `ddb:"id,pk"`
	A    string               `ddb:"a,was=b"`
	C    map[string]ZooTable2 `ddb:"c"`
	D    int8                 `ddb:"d,version"`
	E    time.Time            `ddb:"e,ttl"`
	F    []string             `ddb:"f,was=g,set"`
	H    *ZooTable2           `ddb:"h,was=i,null"`
	Rest ddb.Unknown          `ddb:",unknown"`
}

type ZooTable2 struct {
	A any        `ddb:"a,was=b"`
	C []int      `ddb:"c,was=d,omitempty"`
	E float64    `ddb:"e,was=f"`
	G *ZooTable2 `ddb:"g,was=h"`
}
