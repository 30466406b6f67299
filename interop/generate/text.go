package generate

import "strings"

// Ranges of characters. The surrogates of UTF-16 lie between low and high: astral characters sort
// behind high ones by code point and before them in UTF-16.
var (
	ascii  = []rune{' ', '~'}
	latin  = []rune{'¡', 'ÿ'}
	low    = []rune{0x100, 0xD7FF}
	high   = []rune{0xE000, 0xFFFF}
	astral = []rune{0x10000, 0x10FFFF}
)

// alphabet is the ranges that one text draws from.
func (g *Generator) alphabet() [][]rune {
	if g.spice.text && g.chance(0.7) {
		return [][]rune{high, astral}
	}
	switch g.rand.IntN(5) {
	case 0, 1:
		return [][]rune{ascii}
	case 2:
		return [][]rune{ascii, latin, low}
	default:
		return [][]rune{ascii, low, g.outside}
	}
}

// text has from least to most characters.
func (g *Generator) text(least, most int) string {
	ranges := g.alphabet()
	var b strings.Builder
	for range g.between(least, most) {
		r := ranges[g.rand.IntN(len(ranges))]
		b.WriteRune(rune(g.between(int(r[0]), int(r[1]))))
	}
	return b.String()
}

// name is a text that is in no name taken before, and not reserved by a format.
func (g *Generator) name(taken map[string]bool) string {
	most := 12
	if g.chance(0.01) {
		most = 200
	}
	for {
		name := g.text(1, most)
		if !taken[name] && !strings.HasPrefix(name, "*") && !strings.HasPrefix(name, "aws_dbe_") {
			taken[name] = true
			return name
		}
	}
}
