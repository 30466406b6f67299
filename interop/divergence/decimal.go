package divergence

import (
	"fmt"
	"strconv"
	"strings"
)

// decimal is ±digits × 10^exponent as it was spelled: without leading zeros, with trailing ones.
type decimal struct {
	negative bool
	digits   string // empty: zero
	exponent int
}

func parseDecimal(text string) (decimal, error) {
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(text), "e")
	d := decimal{negative: strings.HasPrefix(mantissa, "-")}
	if scientific {
		e, err := strconv.Atoi(exponent)
		if err != nil {
			return d, fmt.Errorf("exponent of number %q", text)
		}
		d.exponent = e
	}
	whole, fraction, _ := strings.Cut(strings.TrimLeft(mantissa, "+-"), ".")
	d.exponent -= len(fraction)
	all := whole + fraction
	if all == "" || strings.Trim(all, "0123456789") != "" {
		return d, fmt.Errorf("number %q", text)
	}
	d.digits = strings.TrimLeft(all, "0")
	return d, nil
}

// shortest is d without trailing zeros.
func (d decimal) shortest() decimal {
	digits := strings.TrimRight(d.digits, "0")
	d.exponent += len(d.digits) - len(digits)
	d.digits = digits
	return d
}

// rounded is d with at most limit significant digits, half to even.
func (d decimal) rounded(limit int) decimal {
	if len(d.digits) <= limit {
		return d
	}
	kept, rest := []byte(d.digits[:limit]), d.digits[limit:]
	d.exponent += len(rest)
	half := "5" + strings.Repeat("0", len(rest)-1)
	if rest > half || rest == half && (kept[limit-1]-'0')%2 == 1 {
		i := limit - 1
		for ; i >= 0 && kept[i] == '9'; i-- {
			kept[i] = '0'
		}
		if i >= 0 {
			kept[i]++
		} else {
			kept = append([]byte{'1'}, kept...)
		}
	}
	d.digits = string(kept)
	return d
}

// key spells d so that equal numbers, and only those, have equal keys.
func (d decimal) key() string {
	d = d.shortest()
	switch {
	case d.digits == "":
		return "0"
	case d.negative:
		return fmt.Sprintf("-%sE%d", d.digits, d.exponent)
	default:
		return fmt.Sprintf("%sE%d", d.digits, d.exponent)
	}
}

// What Python's client does to numbers (ddbec.md 1.3): a context of 38 digits that raises on any
// rounding, then a rounding of its own.
const (
	pythonDigits      = 28
	pythonMinExponent = -165 // of the last digit: boto3's Emin - its precision + 1
	pythonMaxExponent = 126  // of the first digit
	pythonPrecision   = 38
)

// large reports whether d, spelled plainly as DynamoDB returns it, has more digits than Python takes.
func (d decimal) large() bool {
	return len(d.digits) > 0 && d.exponent+len(d.digits) > pythonPrecision
}

// pythonTakes reports whether Python's client serialises d, as it is spelled.
func (d decimal) pythonTakes() bool {
	first := d.exponent + max(len(d.digits), 1) - 1
	return len(d.digits) <= pythonPrecision && d.exponent >= pythonMinExponent && first <= pythonMaxExponent
}
