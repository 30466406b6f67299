package expr

import (
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Update is an update expression with its placeholders filled in: attributes set to values, and
// attributes removed. Paths into documents, functions, arithmetic and the clauses ADD and DELETE are
// [ErrUnsupported].
type Update struct {
	set    map[string]types.AttributeValue
	remove []string
}

// ErrUnsupported is an update that DynamoDB knows and this package does not.
var ErrUnsupported = errors.New("update expression of more than SET attribute = :value and REMOVE attribute")

const updateParameter = "UpdateExpression"

// ParseUpdate reads an update and, unless it is nil, the condition that goes with it: they share their
// placeholders. An error is an [*Error] or ErrUnsupported. Values are kept and must not be modified.
func ParseUpdate(text string, condition *string, names map[string]string, values map[string]types.AttributeValue) (*Update, *Condition, error) {
	s, err := newScope(names, values)
	if err != nil {
		return nil, nil, err
	}
	u := &Update{set: make(map[string]types.AttributeValue)}
	if err := parse(text, s, func(p *parser) { p.update(u) }); errors.Is(err, ErrUnsupported) {
		return nil, nil, err
	} else if err != nil {
		return nil, nil, &Error{Parameter: updateParameter, Problem: err.Error()}
	}
	var c *Condition
	if condition != nil {
		if c, err = parseCondition(*condition, s); err != nil {
			return nil, nil, err
		}
	}
	if err := s.unused(); err != nil {
		return nil, nil, err
	}
	return u, c, nil
}

// update := { SET set | REMOVE remove }, each clause once.
func (p *parser) update(u *Update) {
	seen := make(map[kind]bool)
	for p.tok.kind != end {
		clause := p.tok.kind
		switch {
		case seen[clause]:
			p.stop(problem(`The "` + string(clause) + `" section can only be used once in an update expression;`))
		case p.take("SET"):
			p.each(func() { p.assignment(u) })
		case p.take("REMOVE"):
			p.each(func() { u.remove = append(u.remove, p.attribute(u)) })
		case clause == "ADD" || clause == "DELETE":
			p.stop(ErrUnsupported)
		default:
			p.unexpected()
		}
		seen[clause] = true
	}
	if len(seen) == 0 {
		p.unexpected()
	}
}

// each reads what part reads, once and after every comma.
func (p *parser) each(part func()) {
	part()
	for p.take(",") {
		part()
	}
}

// assignment := attribute "=" value
func (p *parser) assignment(u *Update) {
	name := p.attribute(u)
	p.expect("=")
	if p.tok.kind == word || p.tok.kind == alias || p.tok.kind == "(" {
		p.stop(ErrUnsupported)
	}
	p.expect(literal)
	if p.syntax != nil {
		return
	}
	v, err := p.scope.value(p.taken())
	if err != nil {
		p.note(err)
	}
	if p.tok.kind == invalid { // an operator of arithmetic
		p.stop(ErrUnsupported)
	}
	u.set[name] = v
}

// attribute := name, which no other part of the update may name.
func (p *parser) attribute(u *Update) string {
	if !p.take(word) && !p.take(alias) {
		p.unexpected()
		return ""
	}
	at := p.path()
	if len(at.elements) > 1 {
		p.stop(ErrUnsupported)
	}
	name := at.elements[0].name
	if _, twice := u.set[name]; twice || slices.Contains(u.remove, name) {
		p.note(overlap("overlap", at, at))
	}
	return name
}

// Names are the attributes that the update sets or removes, in order.
func (u *Update) Names() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq(slices.Clone(u.remove), maps.Keys(u.set))))
}

// Apply returns a new item: the given one, updated. It shares values with it.
func (u *Update) Apply(item map[string]types.AttributeValue) map[string]types.AttributeValue {
	updated := make(map[string]types.AttributeValue, len(item)+len(u.set))
	maps.Copy(updated, item)
	maps.Copy(updated, u.set)
	for _, name := range u.remove {
		delete(updated, name)
	}
	return updated
}
