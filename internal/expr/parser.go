package expr

import "strconv"

// parser makes the tree of one expression by recursive descent with one token of look-ahead. Its
// depth is bounded: every level of NOT and of functions counts as an operator, and more parentheses
// than operators are redundant ones.
//
// After the first syntax error the rest of the text reads as ended, so that no rule has to ask.
type parser struct {
	lexer
	scope *scope

	before, tok token
	operators   int
	depth       int
	group       node // the last one in parentheses

	syntax error // ends the parsing
	fault  error // the first that was found in text that parses
}

// parse reads an expression by one rule.
func parse(text string, s *scope, rule func(*parser)) error {
	switch {
	case text == "":
		return problem("The expression can not be empty;")
	case len(text) > MaxText:
		return refuse("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
	}
	p := &parser{lexer: lexer{text: text}, scope: s}
	p.tok = p.next()
	rule(p)
	p.expect(end)
	if p.syntax != nil {
		return p.syntax
	}
	return p.fault
}

func (p *parser) advance() {
	p.before, p.tok = p.tok, p.next()
}

func (p *parser) take(k kind) bool {
	if p.tok.kind != k || p.syntax != nil {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(k kind) {
	if p.tok.kind != k {
		p.unexpected()
	} else if k != end {
		p.advance()
	}
}

// text of the token that was taken last.
func (p *parser) taken() string { return p.text[p.before.start:p.before.end] }

// unexpected is the syntax error of the current token. The service shows it between its neighbours.
func (p *parser) unexpected() {
	shown := p.text[p.tok.start:p.tok.end]
	if p.tok.kind == end {
		shown = string(end)
	}
	near := p.text[p.before.start:p.next().end]
	p.stop(problem(`Syntax error; token: "` + shorten(shown) + `", near: "` + shorten(near) + `"`))
}

// shorten cuts what a message shows of a text that no valid token is as long as.
func shorten(text string) string {
	const shown = 3 * MaxAlias
	if len(text) <= shown {
		return text
	}
	return text[:shown] + "…"
}

func (p *parser) stop(err error) {
	if p.syntax == nil {
		p.syntax = err
	}
	p.pos = len(p.text)
	p.tok = p.next()
}

// note keeps a fault for when the rest has parsed.
func (p *parser) note(err error) {
	if p.fault == nil {
		p.fault = err
	}
}

func (p *parser) operator() {
	if p.operators++; p.operators > MaxOperators {
		p.stop(refuse("The expression contains too many operators; operator count: %d", p.operators))
	}
}

// condition := and { OR and }
func (p *parser) condition() condition { return p.demand(p.disjunction()) }

// demand is n, which must be a condition: an operand here lacks its operator.
func (p *parser) demand(n node) condition {
	c, ok := n.(condition)
	if !ok {
		p.unexpected()
	}
	return c
}

func (p *parser) disjunction() node { return p.chain("OR", p.conjunction) }
func (p *parser) conjunction() node { return p.chain("AND", p.negation) }

// chain := part { op part }. An operand that stands alone is returned as it is: it may be one in
// parentheses, which only their end tells.
func (p *parser) chain(op kind, part func() node) node {
	first := part()
	c, ok := first.(condition)
	if !ok || p.tok.kind != op {
		return first
	}
	j := &junction{all: op == "AND", conditions: []condition{c}}
	for p.take(op) {
		p.operator()
		j.conditions = append(j.conditions, p.demand(part()))
	}
	return j
}

// negation := NOT negation | test
func (p *parser) negation() node {
	if !p.take("NOT") {
		return p.test()
	}
	p.operator()
	return &negation{p.demand(p.negation())}
}

// test := "(" condition ")" | call | operand operator operand … . What is in parentheses may be the
// left operand.
func (p *parser) test() node {
	n := p.parentheses(p.disjunction)
	left, ok := n.(operand)
	if !ok {
		return n
	}
	op := p.tok.kind
	operands := []operand{left}
	switch op {
	case "=", "<>", "<", "<=", ">", ">=":
		p.advance()
		operands = append(operands, p.operand())
	case "BETWEEN":
		p.advance()
		operands = append(operands, p.operand())
		p.expect("AND")
		operands = append(operands, p.operand())
	case "IN":
		p.advance()
		operands = append(operands, p.list()...)
	default:
		return n
	}
	p.operator()
	return &comparison{op, operands}
}

// operand := "(" operand ")" | path | value | call
func (p *parser) operand() operand {
	o, _ := p.parentheses(func() node { return p.operand() }).(operand)
	return o
}

// parentheses reads what inner does in parentheses, or else an operand that has none.
func (p *parser) parentheses(inner func() node) node {
	if !p.take("(") {
		return p.bare()
	}
	if p.depth++; p.depth > MaxOperators+1 {
		p.stop(redundantParentheses)
		return nil
	}
	n := inner()
	p.expect(")")
	p.depth--
	if n == p.group {
		p.note(redundantParentheses)
	}
	p.group = n
	return n
}

func (p *parser) bare() node {
	switch {
	case p.take(literal):
		alias := p.taken()
		v, err := p.scope.value(alias)
		if err != nil {
			p.note(err)
		}
		return &value{alias, v}
	case p.take(alias):
		return p.path()
	case p.take(word):
		if p.tok.kind == "(" {
			return p.call()
		}
		return p.path()
	}
	p.unexpected()
	return nil
}

// list := "(" operand { "," operand } ")"
func (p *parser) list() []operand {
	p.expect("(")
	all := []operand{p.operand()}
	for p.take(",") {
		all = append(all, p.operand())
	}
	p.expect(")")
	return all
}

// call := word list, the word taken.
func (p *parser) call() *call {
	function := p.taken()
	if err := callable(function); err != nil {
		p.note(err)
	}
	p.operator()
	return &call{function, p.list()}
}

// path := name { "." name | "[" number "]" }, the first name taken.
func (p *parser) path() *path {
	all := []element{p.name()}
	for {
		switch {
		case p.take("."):
			if !p.take(word) && !p.take(alias) {
				p.unexpected()
			}
			all = append(all, p.name())
		case p.take("["):
			p.expect(integer)
			all = append(all, p.index())
			p.expect("]")
		default:
			if len(all) > MaxPath {
				p.note(refuse("The document path has too many nesting levels; nesting levels: %d", len(all)))
			}
			return &path{all}
		}
	}
}

// name is the element that the word or placeholder just taken stands for.
func (p *parser) name() element {
	text := p.taken()
	if text[0] == '#' {
		name, err := p.scope.name(text)
		if err != nil {
			p.note(err)
		}
		return element{name: name}
	}
	if reserved(text) {
		p.note(problem("Attribute name is a reserved keyword; reserved keyword: " + text))
	}
	return element{name: text}
}

func (p *parser) index() element {
	n, err := strconv.ParseInt(p.taken(), 10, 32)
	if err != nil && p.syntax == nil {
		p.note(problem("List index is not within the allowable range; index: [" + p.taken() + "]"))
	}
	return element{index: int(n)}
}
