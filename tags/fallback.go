package tags

import (
	"reflect"
	"slices"
	"strings"
)

// attributevalue is the one tag that Options.Fallback may name: that of the AWS SDK's attributevalue.
const attributevalue = "dynamodbav"

const ownTag = "give the field a ddb tag"

// foreign is the tag of another library on a field that has none of ours, and what it says in our words.
// text is skip where it says to.
func foreign(sf reflect.StructField, key string) (text string, tag scanned, found bool, ps []problem) {
	text, found, bad := lookup(sf.Tag, key)
	if bad != nil {
		return string(sf.Tag), tag, false, []problem{*bad}
	}
	name, rest, hasWords := strings.Cut(text, ",")
	if name == skip {
		return skip, tag, found, nil
	}
	tag.name, tag.quoted = name, true // it has no quotes, so that no name can be a word of ours
	if !hasWords {
		return text, tag, found, nil
	}
	for w := range strings.SplitSeq(rest, ",") {
		ours, p := translate(w, key, sf.Type)
		if p != nil {
			ps = append(ps, *p)
		} else if ours != "" {
			tag.words = append(tag.words, scannedWord{text: ours})
		}
	}
	return text, tag, found, ps
}

// translate is our word for attributevalue's, "" for one without effect on t.
func translate(w, key string, t reflect.Type) (ours string, _ *problem) {
	kind := func(fits func(reflect.Type) bool) (string, *problem) {
		if !canBeSet(t) || !fits(t.Elem()) {
			return "", &problem{w + " of " + key + " on type " + typeName(t), "its members are stored otherwise: " + ownTag}
		}
		return "set", nil
	}
	switch w {
	case "omitempty":
		if !canBeEmpty(t) {
			return "", nil // attributevalue stores it always
		}
		return "omitempty", nil
	case "unixtime":
		return "unixtime", nil
	case "stringset":
		return kind(func(e reflect.Type) bool { return !isNumber(e) && (hasText(e) || e.Kind() == reflect.String) })
	case "numberset":
		return kind(isNumber)
	case "binaryset":
		return kind(isBytes)
	}
	return "", &problem{"word " + quote(w) + " of " + key + " is not understood", ownTag}
}

// isNumber reports whether t is stored as N. The packages are those whose text types are numbers.
func isNumber(t reflect.Type) bool {
	switch path := t.PkgPath(); {
	case path == "math/big":
		return true
	case t.Kind() == reflect.String && t.Name() == "Number":
		return slices.Contains([]string{"encoding/json", "github.com/dynaseal/ddb/mapper", "github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"}, path)
	}
	return !hasText(t) && (isInteger(t) || isFloat(t))
}

// asForeign gives f, which has no tag of ours, the defaults of the library that the fallback is of.
func (f *Field) asForeign() {
	if f.Time == 0 && holdsTime(f.Type) {
		f.Time = TimeRFC3339Nano
	}
}
