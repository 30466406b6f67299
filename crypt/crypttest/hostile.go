package crypttest

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
)

// marksAltered: an altered mark makes the item fail, or does not count.
func (p *formatProbe) marksAltered() {
	v := p.victim(1)
	all, _ := p.marksOf(v)
	for _, mark := range all {
		b, ok := v.stored[mark].(*avB)
		if !ok {
			continue
		}
		what := fmt.Sprintf("mark %q, ", mark)
		for i := range b.Value {
			c := bytes.Clone(b.Value)
			c[i] ^= 1 << (i % 8)
			p.refusesOr(v.e, what+fmt.Sprintf("a bit of byte %d flipped", i), with(v.stored, crypt.Item{mark: &avB{Value: c}}), v.opened)
			p.refusesOr(v.e, what+fmt.Sprintf("cut to %d bytes", i), with(v.stored, crypt.Item{mark: &avB{Value: b.Value[:i]}}), v.opened)
		}
		for _, more := range [][]byte{{0}, make([]byte, 16), b.Value} {
			longer := append(bytes.Clone(b.Value), more...)
			p.refusesOr(v.e, what+fmt.Sprintf("longer by %d bytes", len(more)), with(v.stored, crypt.Item{mark: &avB{Value: longer}}), v.opened)
		}
	}
}

// marksHostile: whatever lies under a mark's name, nothing panics and nothing else is read.
func (p *formatProbe) marksHostile() {
	v := p.victim(1)
	all, seal := p.marksOf(v)
	garbage := hostileValues()
	for _, mark := range all {
		for _, g := range garbage {
			what := fmt.Sprintf("mark %q, %s in place of it", mark, g.name)
			if mark == seal {
				p.refuses(v.e, what, with(v.stored, crypt.Item{mark: g.value}), crypt.ErrAuth, crypt.ErrFormat, crypt.ErrKeys)
			} else {
				p.refusesOr(v.e, what, with(v.stored, crypt.Item{mark: g.value}), v.opened)
			}
			p.refuses(v.e, what+", nothing else", crypt.Item{mark: g.value})
			p.refuses(v.e, what+", on plaintext", with(v.plain, crypt.Item{mark: g.value}), crypt.ErrAuth, crypt.ErrFormat, crypt.ErrKeys)
		}
	}
	for _, g := range garbage {
		marks := crypt.Item{}
		for _, mark := range all {
			marks[mark] = g.value
		}
		p.refuses(v.e, g.name+" in place of all marks", with(v.stored, marks), crypt.ErrAuth, crypt.ErrFormat, crypt.ErrKeys)
	}
}

// hostileValues are what no format writes as a mark.
func hostileValues() []sample {
	all := []sample{
		{"text", &avS{Value: "x"}}, {"an empty text", &avS{}}, {"a number", &avN{Value: "1"}}, {"a text that is no number", &avN{Value: "NaN"}},
		{"a truth", &avBOOL{Value: true}}, {"null", &avNULL{Value: true}}, {"a map", &avM{Value: crypt.Item{"k": &avB{Value: []byte{1}}}}},
		{"a map without a map", &avM{}}, {"a list", &avL{Value: []value{&avB{}}}}, {"a list of nil", &avL{Value: []value{nil}}},
		{"texts", &avSS{Value: []string{"x"}}}, {"binaries", &avBS{Value: [][]byte{nil}}}, {"no numbers", &avNS{}},
		{"a nil pointer", (*avB)(nil)}, {"a value of no known type", &types.UnknownUnionMember{Tag: "X"}},
		{"an empty binary", &avB{}}, {"a byte", &avB{Value: []byte{0}}},
	}
	for _, b := range []byte{0, 1, 0x7f, 0xff} {
		for _, n := range []int{4, 32, 255, 400 << 10} {
			all = append(all, sample{fmt.Sprintf("%d bytes of %02x", n, b), &avB{Value: bytes.Repeat([]byte{b}, n)}})
		}
	}
	// Counts and lengths far beyond what follows them.
	for _, n := range []string{"\x00\x00\x00\x01\xff\xff\xff\xff", "\x00\x00\x00\x00\x7f\xff\xff\xff", "\x00\x00\x00\x00\x00\x00\xff\xff", "\x01\x02\xff\xff\xff\xff", "\x02\x01\xff\xff"} {
		all = append(all, sample{fmt.Sprintf("a length of %x", n), &avB{Value: []byte(n + strings.Repeat("x", 100))}})
	}
	return all
}

// reservedNames: an item is told from another by its marks alone, so none is encrypted twice, and what is
// named as a mark of any format is not taken for an attribute.
func (p *formatProbe) reservedNames() {
	v := p.victim(1)
	open := v.schema
	open.Unknown = crypt.Plain
	anything := p.encryptor(open)
	names := append([]string{"*amzn-ddb-map-sig*", "*amzn-ddb-map-desc*", "*amzn-ddb-map-x", "aws_dbe_head", "aws_dbe_foot", "aws_dbe_x"}, v.e.Marks().All...)
	for _, e := range []crypt.ItemEncryptor{v.e, anything} {
		p.refusesItem(e, "an encrypted item", v.stored)
		for _, name := range names {
			added := crypt.Item{name: &avB{Value: []byte{1}}}
			p.refusesItem(e, fmt.Sprintf("an item with an attribute %q", name), with(v.plain, added))
			if _, mark := v.stored[name]; !mark {
				p.refuses(e, fmt.Sprintf("a stored item with an attribute %q", name), with(v.stored, added))
			}
		}
	}
}

// unstorableItems: what DynamoDB would refuse or change is refused before it is signed.
func (p *formatProbe) unstorableItems() {
	v := p.victim(1)
	p.refusesItem(v.e, "nil", nil)
	p.refusesItem(v.e, "an empty item", crypt.Item{})
	p.refusesItem(v.e, "an item without its keys", with(v.plain, crypt.Item{"pk": nil, "sk": nil}))
	p.refuses(v.e, "nil", nil)
	p.refuses(v.e, "an empty item", crypt.Item{})
	for _, key := range []string{"pk", "sk"} {
		p.refusesItem(v.e, "an item without "+key, with(v.plain, crypt.Item{key: nil}))
		p.refuses(v.e, "a stored item without "+key, with(v.stored, crypt.Item{key: nil}))
		for _, bad := range []value{&avS{}, &avB{}, &avBOOL{Value: true}, &avNULL{Value: true}, &avM{}, &avL{}, &avSS{Value: []string{"x"}}} {
			p.refusesItem(v.e, fmt.Sprintf("an item with a %s of %T", key, bad), with(v.plain, crypt.Item{key: bad}))
		}
	}
	// A format may keep an empty set, if it encrypts it.
	empty := crypt.Item{absentSigned: &avSS{}}
	p.refusesItem(v.e, "an empty set", with(v.plain, empty))
	p.refuses(v.e, "an empty set", with(v.stored, empty))
	for _, s := range unstorable() {
		for _, name := range []string{absentEncrypted, absentSigned, "pk"} {
			p.refusesItem(v.e, fmt.Sprintf("attribute %q, %s", name, s.name), with(v.plain, crypt.Item{name: s.value}))
			p.refuses(v.e, fmt.Sprintf("attribute %q, %s", name, s.name), with(v.stored, crypt.Item{name: s.value}))
		}
	}
}

// unstorable are values that no item of DynamoDB holds.
func unstorable() []sample {
	return []sample{
		{"a nil pointer", (*avS)(nil)},
		{"a value of no known type", &types.UnknownUnionMember{Tag: "X"}},
		{"a text that is not UTF-8", &avS{Value: "\xff"}},
		{"NaN", &avN{Value: "NaN"}},
		{"Infinity", &avN{Value: "Infinity"}},
		{"a number without digits", &avN{}},
		{"a hexadecimal number", &avN{Value: "0x10"}},
		{"a number of 39 digits", &avN{Value: "123456789012345678901234567890123456789"}},
		{"a number too large", &avN{Value: "1E126"}},
		{"a number too small", &avN{Value: "1E-131"}},
		{"a number with an exponent out of reach", &avN{Value: "1E99999999999999999999"}},
		{"a set with a member twice", &avSS{Value: []string{"x", "x"}}},
		{"a set with a number twice", &avNS{Value: []string{"1", "1.0"}}},
		{"a set with a binary twice", &avBS{Value: [][]byte{{1}, {1}}}},
		{"a nil pointer in a list", &avL{Value: []value{(*avN)(nil)}}},
		{"nil in a list", &avL{Value: []value{nil}}},
		{"nil in a map", &avM{Value: crypt.Item{"k": nil}}},
		{"a member's name that is not UTF-8", &avM{Value: crypt.Item{"\xff": &avS{}}}},
	}
}

// oversizeItems: an item that DynamoDB would not store is refused, also one that only grows too large.
func (p *formatProbe) oversizeItems() {
	e := p.encryptor(table(actions{"secret": p.encrypts(), "sign": crypt.Sign, "plain": crypt.Plain}))
	item := keyed(1, crypt.Item{"secret": &avS{Value: strings.Repeat("x", 100<<10)}, "sign": &avS{Value: strings.Repeat("x", 100<<10)}})
	p.opens(e, "an item of 200 KB", p.encrypted(e, "an item of 200 KB", item), item)
	for _, name := range []string{"secret", "sign", "plain"} {
		bare := keyed(1, crypt.Item{"secret": &avS{Value: "x"}, name: &avS{}})
		full := strings.Repeat("x", attribute.MaxItemSize-attribute.ItemSize(bare))
		p.refusesItem(e, "an item of 400 KB, without its marks, most of it in "+name, with(bare, crypt.Item{name: &avS{Value: full}}))
		p.refusesItem(e, "an item of more than 400 KB, most of it in "+name, with(bare, crypt.Item{name: &avS{Value: full + "x"}}))
		p.refusesItem(e, "an item of 2 MB, most of it in "+name, with(bare, crypt.Item{name: &avS{Value: strings.Repeat("x", 2<<20)}}))
	}
}
