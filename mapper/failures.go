package mapper

import (
	"errors"
	"reflect"
	"strconv"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// maxErrors is how many attributes of one item are reported.
const maxErrors = 16

// failures are why attributes of one item failed. The zero failures are none.
type failures struct {
	errs []error
	more int // beyond maxErrors
}

func (f *failures) add(err error) {
	if len(f.errs) == maxErrors {
		f.more++
		return
	}
	f.errs = append(f.errs, err)
}

// join joins the errors and, where there are more, one that counts the others.
func (f *failures) join(op string, t reflect.Type) error {
	if f.more > 0 {
		f.errs = append(f.errs, &Error{Op: op, Type: t, Path: rootName(t), Reason: strconv.Itoa(f.more) + " more attributes failed"})
	}
	return errors.Join(f.errs...)
}

// Failures joins first, why one attribute of src was not written, with why others of it cannot be: an
// [*Error] for each, up to 16 and then one that counts the others. src is a Source of p or one around
// it. A first that wraps no Error of an attribute is returned as it is.
//
// What users' methods answered is not asked again.
func (p *Plan) Failures(src wire.Source, first error) error {
	known, ok := errors.AsType[*Error](first)
	if !ok || known.Attribute == "" {
		return first
	}
	var all failures
	all.add(first)
	w := attribute.NewWriter(attribute.Sizes{})
	for _, slot := range src.Slots(nil) {
		if p.nameOf(slot, src) == known.Attribute {
			continue
		}
		if err := src.Write(slot, w); err != nil {
			all.add(err)
			w = attribute.NewWriter(attribute.Sizes{}) // this one refuses what follows
		}
	}
	return all.join("encode", p.typ)
}

func (p *Plan) nameOf(slot wire.Slot, src wire.Source) string {
	if int(slot) < len(p.attributes) {
		return p.attributes[slot].Name
	}
	return src.Name(slot)
}
