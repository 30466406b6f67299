package divergence

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/protocol"
)

// Client is an implementation of the format.
type Client string

// The clients. GoPython is ours as it writes Python's dialect.
const (
	Go       Client = "go"
	GoPython Client = "go-python"
	Java     Client = "java"
	Python   Client = "python"
	Rust     Client = "rust" // has the modern format only
)

// Writes says whether writer encrypts an item of these classes.
func (c Classes) Writes(writer Client) bool {
	switch writer {
	case Python:
		return !c.Has(CustomMarks | RangeSigned | RangeEncrypted | Elliptic)
	case GoPython:
		return !c.Has(WideSigned | LargeSigned)
	}
	return true
}

// Reads says whether reader takes an item of these classes from writer. Ours reads both dialects.
func (c Classes) Reads(writer, reader Client) bool {
	if writer == GoPython { // it spells numbers as DynamoDB returns them
		c &^= NegativeZero | RangeSigned
	}
	inPython := writer == Python || writer == GoPython
	switch reader {
	case Java:
		return !inPython || !c.Has(signature)
	case Python:
		return (inPython || !c.Has(signature)) && !c.Has(CustomMarks|RangeSigned|Elliptic)
	}
	return true
}

// Unverified says whether reader returns item as it is, marks and all, without a look at its
// signature (ddbec.md 1.10): Java where no attribute of the item has an action, Python where the case
// gives none to anything. Ours never does.
func Unverified(item crypt.Item, c protocol.Case, reader Client) bool {
	switch reader {
	case Java:
		for name := range item {
			if c.Action(name) != protocol.DoNothing {
				return false
			}
		}
		return true
	case Python:
		for name := range c.Actions {
			if c.Action(name) != protocol.DoNothing {
				return false
			}
		}
		return cmp.Or(c.DefaultAction, protocol.DoNothing) == protocol.DoNothing
	}
	return false
}

// Opened is what reader must return of the item that writer was given: the item itself, but that
// Python rounds encrypted numbers, in either direction, and that ours returns of Python's sign-only ones
// the digits that are signed.
func Opened(item crypt.Item, c protocol.Case, writer, reader Client) (crypt.Item, error) {
	if writer != Python && reader != Python {
		return item, nil
	}
	item, err := roundNumbers(item, c, protocol.EncryptAndSign)
	if err == nil && reader == Go {
		item, err = roundNumbers(item, c, protocol.SignOnly)
	}
	return item, err
}

// RoundedAway says whether altered passes with reader for stored: Python signs sign-only numbers
// rounded, so that it protects no digit behind the 28th. Python returns such digits, ours does not.
func RoundedAway(stored, altered crypt.Item, c protocol.Case, reader Client) (bool, error) {
	if reader == Java || reader == Python && c.Elliptic() {
		return false, nil
	}
	a, err := roundNumbers(stored, c, protocol.SignOnly)
	if err != nil {
		return false, err
	}
	b, err := roundNumbers(altered, c, protocol.SignOnly)
	return err == nil && len(Difference(a, b)) == 0, err
}

// roundNumbers returns item with the numbers of attributes under action as Python keeps them.
func roundNumbers(item crypt.Item, c protocol.Case, action string) (crypt.Item, error) {
	result := make(crypt.Item, len(item))
	for name, value := range item {
		if c.Action(name) == action {
			var err error
			if value, err = rounded(value); err != nil {
				return nil, err
			}
		}
		result[name] = value
	}
	return result, nil
}

// rounded is value with its numbers as Python keeps them.
func rounded(value types.AttributeValue) (types.AttributeValue, error) {
	switch v := value.(type) {
	case *types.AttributeValueMemberN:
		text, err := roundedText(v.Value)
		return &types.AttributeValueMemberN{Value: text}, err
	case *types.AttributeValueMemberNS:
		set := &types.AttributeValueMemberNS{Value: make([]string, len(v.Value))}
		for i, member := range v.Value {
			text, err := roundedText(member)
			if err != nil {
				return nil, err
			}
			set.Value[i] = text
		}
		return set, nil
	case *types.AttributeValueMemberL:
		list := &types.AttributeValueMemberL{Value: make([]types.AttributeValue, len(v.Value))}
		for i, element := range v.Value {
			var err error
			if list.Value[i], err = rounded(element); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *types.AttributeValueMemberM:
		entries := &types.AttributeValueMemberM{Value: make(map[string]types.AttributeValue, len(v.Value))}
		for name, element := range v.Value {
			var err error
			if entries.Value[name], err = rounded(element); err != nil {
				return nil, err
			}
		}
		return entries, nil
	}
	return value, nil
}

func roundedText(text string) (string, error) {
	d, err := parseDecimal(text)
	if err != nil {
		return "", err
	}
	if len(d.digits) <= pythonDigits {
		return text, nil
	}
	return d.rounded(pythonDigits).key(), nil
}
