package expr

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Projection is the document paths of a projection expression.
type Projection struct{ root *branch }

const projectionParameter = "ProjectionExpression"

// branch is where paths with a common beginning part.
type branch struct {
	children map[element]*branch
	ends     bool  // a path ends here, and selects all there is
	path     *path // one that leads here
}

// ParseProjection reads a projection. names are its #placeholders, nil if there are none. An error is
// an [*Error].
func ParseProjection(text string, names map[string]string) (*Projection, error) {
	s, err := newScope(names, nil)
	if err != nil {
		return nil, err
	}
	p, err := parseProjection(text, s)
	if err != nil {
		return nil, err
	}
	if err := s.unused(); err != nil {
		return nil, err
	}
	return p, nil
}

func parseProjection(text string, s *scope) (*Projection, error) {
	var paths []*path
	err := parse(text, s, func(p *parser) { paths = p.paths() })
	root := &branch{}
	for _, p := range paths {
		if err == nil {
			err = root.add(p)
		}
	}
	if err != nil {
		return nil, &Error{Parameter: projectionParameter, Problem: err.Error()}
	}
	return &Projection{root}, nil
}

// paths := path { "," path }
func (p *parser) paths() (all []*path) {
	for {
		if !p.take(word) && !p.take(alias) {
			p.unexpected()
			return nil
		}
		all = append(all, p.path())
		if !p.take(",") {
			return all
		}
	}
}

// add refuses a path that begins with another one, and one that takes for a map what another takes
// for a list.
func (b *branch) add(p *path) error {
	for _, e := range p.elements {
		if b.ends {
			return overlap("overlap", b.path, p)
		}
		for other, sibling := range b.children {
			if (other.name == "") != (e.name == "") {
				return overlap("conflict", sibling.path, p)
			}
			break // all children are of one kind
		}
		next := b.children[e]
		if next == nil {
			next = &branch{path: p}
			if b.children == nil {
				b.children = make(map[element]*branch)
			}
			b.children[e] = next
		}
		b = next
	}
	if b.ends || b.children != nil {
		return overlap("overlap", b.path, p)
	}
	b.ends = true
	return nil
}

func overlap(how string, one, two *path) error {
	return refuse("Two document paths %s with each other; must remove or rewrite one of these paths; path one: %v, path two: %v", how, one, two)
}

// Apply returns the attributes of item that the paths select, inside documents too: of a list the
// elements selected, in their order and without gaps. The result shares values with item.
func (p *Projection) Apply(item map[string]types.AttributeValue) map[string]types.AttributeValue {
	return p.root.members(item)
}

func (b *branch) members(from map[string]types.AttributeValue) map[string]types.AttributeValue {
	to := make(map[string]types.AttributeValue)
	for e, child := range b.children {
		if v := child.of(from[e.name]); v != nil {
			to[e.name] = v
		}
	}
	return to
}

// of is what the paths through b select of v, nil if nothing.
func (b *branch) of(v types.AttributeValue) types.AttributeValue {
	if b.ends || v == nil {
		return v
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		if m := b.members(v.Value); len(m) > 0 {
			return &types.AttributeValueMemberM{Value: m}
		}
	case *types.AttributeValueMemberL:
		var l []types.AttributeValue
		for _, e := range slices.SortedFunc(maps.Keys(b.children), func(x, y element) int { return cmp.Compare(x.index, y.index) }) {
			if part := b.children[e].of(e.in(v)); part != nil {
				l = append(l, part)
			}
		}
		if l != nil {
			return &types.AttributeValueMemberL{Value: l}
		}
	}
	return nil
}
