package generate

import (
	"fmt"
	"strings"
)

// A number's first digit stands for 10^-130 to 10^125 in DynamoDB.
const (
	minMagnitude = -130
	maxMagnitude = 125
	mostDigits   = 38
)

// number spells a number in one of many ways.
func (g *Generator) number() string {
	switch {
	case g.spice.zero && g.chance(0.3):
		return []string{"-0", "-0.00", "-0E3", "-00"}[g.rand.IntN(4)]
	case g.spice.tiny && g.chance(0.3):
		return g.spell(g.digits(mostDigits), g.between(minMagnitude, minMagnitude+1))
	case g.spice.wide && g.chance(0.3):
		return g.spell(g.digits(g.between(29, mostDigits)), g.between(-40, maxMagnitude))
	case g.chance(0.05):
		return []string{"0", "0.0", "0E5", "000", "+0"}[g.rand.IntN(5)]
	case g.chance(0.1):
		return g.spell(g.digits(g.between(1, 28)), g.between(-120, maxMagnitude))
	default:
		return g.spell(g.digits(g.between(1, 28)), g.between(-12, 30))
	}
}

// digits are n significant digits: neither the first nor the last is 0.
func (g *Generator) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + g.rand.IntN(10))
	}
	for _, i := range []int{0, n - 1} {
		b[i] = byte('1' + g.rand.IntN(9))
	}
	return string(b)
}

// spell writes 0.d₁d₂… × 10^(magnitude+1), with zeros that change nothing here and there.
func (g *Generator) spell(digits string, magnitude int) string {
	exponent := magnitude - len(digits) + 1 // of the last digit
	if g.chance(0.15) && len(digits) < 28 && exponent > minMagnitude {
		zeros := g.between(1, 3)
		digits += strings.Repeat("0", zeros)
		exponent -= zeros
	}
	sign := pick(g, 2, "", 1, "-")
	if sign == "" && g.chance(0.05) {
		sign = "+"
	}
	if g.chance(0.05) {
		sign += "00"
	}
	plain := exponent >= 0 && len(digits)+exponent <= mostDigits || exponent < 0
	switch {
	case !plain || g.chance(0.15):
		return fmt.Sprintf("%s%s%s%+d", sign, digits, pick(g, 1, "e", 1, "E"), exponent)
	case len(digits) > 1 && g.chance(0.15):
		return fmt.Sprintf("%s%s.%sE%d", sign, digits[:1], digits[1:], magnitude)
	case exponent >= 0:
		return sign + digits + strings.Repeat("0", exponent)
	case -exponent < len(digits):
		return sign + digits[:len(digits)+exponent] + "." + digits[len(digits)+exponent:]
	default:
		return sign + pick(g, 9, "0.", 1, ".") + strings.Repeat("0", -exponent-len(digits)) + digits
	}
}
