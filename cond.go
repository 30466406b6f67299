package ddb

import (
	"errors"
	"fmt"
	"strings"
)

// Cond is a condition on the stored item, checked by DynamoDB in the moment of the write. Encrypted
// attributes have no comparable stored value: a condition on one is ErrUnqueryable, except Exists and
// Missing.
type Cond[T any] struct{ n *cond }

// cond is a comparison of a field with values, or a connective over conditions.
type cond struct {
	form  string // with %[1]s for the attribute's name, %[2]s and %[3]s for values; "" for connectives
	field fieldRef
	args  []any
	bare  bool // asks of presence only, not of the value

	join string // AND, OR, NOT
	kids []*cond

	version any // what Unchanged demands; nil: it is no such condition
}

func compare[T, V any](f Field[T, V], form string, args ...any) Cond[T] {
	return Cond[T]{&cond{form: form, field: f.ref, args: args}}
}

// Eq holds where the attribute equals v.
func (f Field[T, V]) Eq(v V) Cond[T] { return compare(f, "%[1]s = %[2]s", v) }

// Ne holds where the attribute differs from v, or is missing.
func (f Field[T, V]) Ne(v V) Cond[T] { return compare(f, "%[1]s <> %[2]s", v) }

// Lt holds where the attribute is less than v. Strings and binaries compare by bytes.
func (f Field[T, V]) Lt(v V) Cond[T] { return compare(f, "%[1]s < %[2]s", v) }

// Le holds where the attribute is at most v.
func (f Field[T, V]) Le(v V) Cond[T] { return compare(f, "%[1]s <= %[2]s", v) }

// Gt holds where the attribute is greater than v.
func (f Field[T, V]) Gt(v V) Cond[T] { return compare(f, "%[1]s > %[2]s", v) }

// Ge holds where the attribute is at least v.
func (f Field[T, V]) Ge(v V) Cond[T] { return compare(f, "%[1]s >= %[2]s", v) }

// Between holds where the attribute lies between lo and hi, both included.
func (f Field[T, V]) Between(lo, hi V) Cond[T] {
	return compare(f, "%[1]s BETWEEN %[2]s AND %[3]s", lo, hi)
}

// Prefix holds where the attribute, a string or binary, begins with v.
func (f Field[T, V]) Prefix(v V) Cond[T] { return compare(f, "begins_with(%[1]s, %[2]s)", v) }

// In holds where the attribute equals one of 1 to 100 values.
func (f Field[T, V]) In(vs ...V) Cond[T] {
	args := make([]any, len(vs))
	for i, v := range vs {
		args[i] = v
	}
	return compare(f, "%[1]s IN (%[2]s)", args...)
}

// Exists holds where the item has the attribute.
func (f Field[T, V]) Exists() Cond[T] {
	return Cond[T]{&cond{form: "attribute_exists(%[1]s)", field: f.ref, bare: true}}
}

// Missing holds where the item lacks the attribute.
func (f Field[T, V]) Missing() Cond[T] {
	return Cond[T]{&cond{form: "attribute_not_exists(%[1]s)", field: f.ref, bare: true}}
}

// And holds where c and all others hold.
func (c Cond[T]) And(others ...Cond[T]) Cond[T] { return connect("AND", c, others) }

// Or holds where c or one of the others holds.
func (c Cond[T]) Or(others ...Cond[T]) Cond[T] { return connect("OR", c, others) }

// Not holds where c does not.
func (c Cond[T]) Not() Cond[T] { return connect("NOT", c, nil) }

func connect[T any](join string, first Cond[T], others []Cond[T]) Cond[T] {
	kids := []*cond{first.n}
	for _, o := range others {
		kids = append(kids, o.n)
	}
	return Cond[T]{&cond{join: join, kids: kids}}
}

// Format hides the values a condition compares with.
func (c Cond[T]) Format(s fmt.State, _ rune) { fmt.Fprint(s, "ddb.Cond") }

const maxInOperands = 100

// text writes c in e's names and values.
func (c *cond) text(e *expression) (string, error) {
	if c == nil {
		return "", errors.New("it is the zero Cond: make one from a Field")
	}
	if c.join != "" {
		return c.connective(e)
	}
	slot, err := e.shape.resolve(c.field)
	if err != nil {
		return "", err
	}
	name := e.shape.name(slot)
	if !c.bare && e.shape.encrypted(slot) {
		return "", fmt.Errorf("attribute %q: %w: declare it sign or plain, or decide after reading", name, ErrUnqueryable)
	}
	var values []string
	for _, arg := range c.args {
		if c.version == nil && e.shape.plan.Omits(slot, arg) {
			return "", fmt.Errorf("attribute %q: the item lacks the attribute where the field has that value: use Missing or Exists", name)
		}
		v, err := e.shape.value(slot, arg)
		if err != nil {
			return "", err
		}
		values = append(values, e.value(v))
	}
	if strings.Contains(c.form, " IN ") {
		if len(values) == 0 || len(values) > maxInOperands {
			return "", fmt.Errorf("attribute %q: In takes 1 to %d values, not %d", name, maxInOperands, len(values))
		}
		values = []string{strings.Join(values, ", ")}
	}
	current := c.on(e.name(name), values)
	was := e.shape.was(slot)
	if was == "" {
		return current, nil
	}
	return fmt.Sprintf("(attribute_exists(%[1]s) AND %[2]s) OR (attribute_not_exists(%[1]s) AND %[3]s)", e.name(name), current, c.on(e.name(was), values)), nil
}

// on writes the comparison c of the attribute with that alias.
func (c *cond) on(alias string, values []string) string {
	parts := []any{alias}
	for _, v := range values {
		parts = append(parts, v)
	}
	return fmt.Sprintf(c.form, parts...)
}

func (c *cond) connective(e *expression) (string, error) {
	if len(c.kids) == 1 && c.join != "NOT" {
		return c.kids[0].text(e) // DynamoDB refuses parentheses around parentheses
	}
	texts := make([]string, len(c.kids))
	for i, kid := range c.kids {
		t, err := kid.text(e)
		if err != nil {
			return "", err
		}
		texts[i] = "(" + t + ")"
	}
	if c.join == "NOT" {
		return "NOT " + texts[0], nil
	}
	return strings.Join(texts, " "+c.join+" "), nil
}
