package expr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	item   = map[string]types.AttributeValue
	avS    = types.AttributeValueMemberS
	avN    = types.AttributeValueMemberN
	avB    = types.AttributeValueMemberB
	avBOOL = types.AttributeValueMemberBOOL
	avNULL = types.AttributeValueMemberNULL
	avL    = types.AttributeValueMemberL
	avM    = types.AttributeValueMemberM
	avSS   = types.AttributeValueMemberSS
	avNS   = types.AttributeValueMemberNS
	avBS   = types.AttributeValueMemberBS
)

// placeholders returns the placeholders that text uses, every one defined: #n1 is the attribute n1.
func placeholders(text string, values item) (map[string]string, item) {
	var names map[string]string
	var used item
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n()<>=,.[]", r) }) {
		if strings.HasPrefix(field, "#") {
			if names == nil {
				names = make(map[string]string)
			}
			names[field] = field[1:]
		}
		if v, ok := values[field]; ok {
			if used == nil {
				used = make(item)
			}
			used[field] = v
		}
	}
	return names, used
}

// The item and the values that TestHolds and the benchmarks use.
var (
	tested = item{
		"s": &avS{Value: "hello"}, "u": &avS{Value: "é😀"}, "n": &avN{Value: "42"}, "b": &avB{Value: []byte{0, 255}},
		"t": &avBOOL{Value: true}, "z": &avNULL{Value: true}, "es": &avS{}, "eb": &avB{},
		"l":  &avL{Value: []types.AttributeValue{&avN{Value: "1"}, &avS{Value: "x"}, &avL{Value: []types.AttributeValue{&avS{Value: "deep"}}}, &avSS{Value: []string{"p", "q"}}}},
		"m":  &avM{Value: item{"x": &avN{Value: "5"}, "y": &avM{Value: item{"q": &avS{Value: "w"}}}}},
		"ss": &avSS{Value: []string{"a", "b"}}, "ns": &avNS{Value: []string{"1", "2.50"}}, "bs": &avBS{Value: [][]byte{{0}, {255}}},
		"el": &avL{}, "em": &avM{}, "dot.ted": &avS{Value: "dot"}, "name": &avS{Value: "Ada"},
	}
	values = item{
		":hello": &avS{Value: "hello"}, ":ell": &avS{Value: "ell"}, ":he": &avS{Value: "he"}, ":z": &avS{Value: "z"}, ":empty": &avS{}, ":a": &avS{Value: "a"}, ":c": &avS{Value: "c"},
		":x": &avS{Value: "x"}, ":deep": &avS{Value: "deep"}, ":w": &avS{Value: "w"}, ":dot": &avS{Value: "dot"}, ":s42": &avS{Value: "42"}, ":astral": &avS{Value: "\U00010000"}, ":ffff": &avS{Value: "\uffff"},
		":n42": &avN{Value: "42"}, ":n42dot0": &avN{Value: "42.0"}, ":n42exp": &avN{Value: "4.2E1"}, ":n100": &avN{Value: "100"}, ":n0": &avN{Value: "0"}, ":n1": &avN{Value: "1"}, ":n1dot0": &avN{Value: "1.0"}, ":n2": &avN{Value: "2"}, ":n3": &avN{Value: "3"}, ":n4": &avN{Value: "4"}, ":n5": &avN{Value: "5"}, ":nHalf": &avN{Value: "2.5"},
		":b": &avB{Value: []byte{0, 255}}, ":b0": &avB{Value: []byte{0}}, ":b127": &avB{Value: []byte{0, 127}}, ":b255": &avB{Value: []byte{255}}, ":bEmpty": &avB{},
		":true": &avBOOL{Value: true}, ":false": &avBOOL{}, ":null": &avNULL{Value: true},
		":ssBA": &avSS{Value: []string{"b", "a"}}, ":ssA": &avSS{Value: []string{"a"}}, ":ssQP": &avSS{Value: []string{"q", "p"}}, ":ns": &avNS{Value: []string{"2.5", "1.0"}}, ":bs": &avBS{Value: [][]byte{{255}, {0}}},
		":l":     &avL{Value: []types.AttributeValue{&avN{Value: "1.0"}, &avS{Value: "x"}, &avL{Value: []types.AttributeValue{&avS{Value: "deep"}}}, &avSS{Value: []string{"q", "p"}}}},
		":lDeep": &avL{Value: []types.AttributeValue{&avS{Value: "deep"}}}, ":m": &avM{Value: item{"y": &avM{Value: item{"q": &avS{Value: "w"}}}, "x": &avN{Value: "5.0"}}}, ":el": &avL{}, ":em": &avM{},
		":S": &avS{Value: "S"}, ":N": &avS{Value: "N"}, ":B": &avS{Value: "B"}, ":BOOL": &avS{Value: "BOOL"}, ":NULL": &avS{Value: "NULL"}, ":L": &avS{Value: "L"}, ":M": &avS{Value: "M"}, ":SS": &avS{Value: "SS"}, ":NS": &avS{Value: "NS"}, ":BS": &avS{Value: "BS"},
	}
)

// TestHolds lists conditions by outcome. Every one of them was measured on DynamoDB Local 3.3.1.
func TestHolds(t *testing.T) {
	for holds, texts := range map[bool][]string{
		true: {
			"s = :hello", "s <> :z", "s <> :n42", "s < :z", "n = :n42", "n = :n42dot0", "n = :n42exp", "n < :n100", "n >= :n42", "n <= :n42", "n > :n2", "n <> :s42",
			"b = :b", "b > :b127", "t = :true", "t <> :false", "z = :null", "es = :empty", "el = :el", "em = :em", "ss = :ssBA", "ss <> :ssA", "ns = :ns", "bs = :bs", "l = :l", "m = :m",
			"gone <> :a", "gone <> gone2", "s <> gone", ":a <> gone", "NOT gone = :a", "NOT gone < :a", "NOT gone IN (:a)", "NOT gone BETWEEN :a AND :z", "NOT s < :n1",
			"size(gone) <> :n1", "size(n) <> :n1", "NOT size(z) = :n1",
			"size(s) = :n5", "size(u) = :n3", "size(b) = :n2", "size(l) = :n4", "size(m) = :n2", "size(ss) = :n2", "size(ns) = :n2", "size(bs) = :n2", "size(es) = :n0", "size(el) = :n0", "size(em) = :n0", "size(eb) = :n0",
			"size(s) IN (:n5, :x)", "size(s) BETWEEN :n4 AND :n5", "n > size(s)", "size(:hello) = :n5", "size(ss) = size(bs)",
			"contains(s, :ell)", "contains(s, :empty)", "contains(es, :empty)", "contains(ss, :a)", "contains(ns, :nHalf)", "contains(bs, :b255)", "contains(b, :b255)", "contains(b, :bEmpty)",
			"contains(l, :n1dot0)", "contains(l, :x)", "contains(l, :lDeep)", "contains(l, :ssQP)", "contains(:hello, s)", "contains(:lDeep, l[2][0])",
			"begins_with(s, :he)", "begins_with(s, :empty)", "begins_with(b, :b0)", "begins_with(b, :bEmpty)", "begins_with(s, es)",
			"n IN (:x, :n42dot0)", "l IN (:l)", "s IN (n, :hello)",
			"l[0] = :n1", "l[2][0] = :deep", "m.y.q = :w", "m.x = :n5", "#dot.ted <> :dot", "#name <> :a",
			"attribute_exists(l[0])", "attribute_exists(z)", "attribute_exists(m.x)", "attribute_exists(m . y . q)", "attribute_not_exists(m.x.y)", "attribute_not_exists(s[0])", "attribute_not_exists(gone)",
			"attribute_type(s, :S)", "attribute_type(n, :N)", "attribute_type(b, :B)", "attribute_type(t, :BOOL)", "attribute_type(z, :NULL)", "attribute_type(l, :L)", "attribute_type(m, :M)", "attribute_type(ss, :SS)", "attribute_type(ns, :NS)", "attribute_type(bs, :BS)", "attribute_type(size(s), :N)", "attribute_type(:n1, :N)",
			"s BETWEEN :he AND :z", "n BETWEEN :n5 AND :n100", "b BETWEEN :b0 AND :b", ":n5 BETWEEN :n1 AND n", "n BETWEEN :n42 AND :n42", ":astral > :ffff",
			"s = :hello OR s = :hello AND n = :n1", "NOT s = :hello OR s = :hello", "NOT (s = :hello AND n = :n1)", "NOT NOT s = :hello", "(s = :hello OR n = :n1) AND t = :true", "s=:hello and Not n=:n1", "s = :hello\tAND\r\nn = :n42",
			"(s) = :hello", "s = (:hello)", "(attribute_exists(s))", "((s = :hello) AND (n = :n42))", "NOT (NOT (s = :hello))", "s IN ((:x), (:hello))", "(size(s)) = :n5", "attribute_exists((s))",
		},
		false: {
			"s = :z", "s = :n42", "s = :b", "s <> :hello", "s < :hello", "s < :n42", "s > :n42", "s > :b", "n = :s42", "n < :n42", "n >= :s42", "n >= :n100", "n <> :n42dot0", "b < :b127", "z <> :null", "em = :el", "ss = :ssA",
			"gone = :a", "gone < :a", "gone IN (:a)", "gone BETWEEN :a AND :z", "gone = gone2", "gone <= gone2", ":a = gone", "begins_with(gone, :a)", "contains(gone, :a)", "attribute_type(gone, :S)", "size(gone) = :n1",
			"size(n) = :n1", "size(n) > :n1", "size(u) = :n2", "size(u) = :n4", "size(:hello) = :n4", "t = t2", "l < m", "ss < ns", "l BETWEEN el AND em",
			"contains(s, :n1)", "contains(s, :b0)", "contains(ss, :c)", "contains(ss, :ssA)", "contains(ns, :s42)", "contains(b, :x)", "contains(l, :deep)", "contains(m, :x)", "contains(n, :n4)", "contains(t, :true)", "contains(z, :null)", "contains(size(s), :n5)",
			"begins_with(s, :hello2)", "begins_with(s, :z)", "begins_with(b, :empty)", "begins_with(n, :s42)", "begins_with(s, :b0)", "begins_with(l, :x)", "begins_with(s, n)", "begins_with(es, s)",
			"s IN (:x, n)", "l[9] = :n1", "m.y.gone = :w", "s.x = :w", "s[0] = :w", "ss[0] = :a", "m[0] = :n5", "l.x = :n5", "l[0].x = :n5",
			"attribute_exists(l[4])", "attribute_not_exists(z)", "attribute_exists(s.x)", "attribute_exists(gone)", "attribute_type(s, :N)", "attribute_type(size(n), :N)",
			"n BETWEEN :s42 AND :z", "n BETWEEN :n0 AND s", "n BETWEEN :n0 AND :n1", "n BETWEEN s AND :n100", ":astral < :ffff",
			"size(s) = size(l) OR s = :hello AND n = :n1", "NOT s = :hello AND n = :n42", "s = :hello AND NOT n = :n42", "t = :false OR t = :null",
		},
	} {
		for _, text := range texts {
			t.Run(text, func(t *testing.T) {
				defined := item{":hello2": &avS{Value: "hello!"}}
				for k, v := range values {
					defined[k] = v
				}
				names, used := placeholders(text, defined)
				c, err := expr.ParseCondition(text, names, used)
				require.NoError(t, err)
				assert.Equal(t, holds, c.Holds(tested))
			})
		}
	}
}

func TestPlaceholdersStandForWholeNames(t *testing.T) {
	c, err := expr.ParseCondition("#d = :v AND #m.#x = :five", map[string]string{"#d": "dot.ted", "#m": "m", "#x": "x"}, item{":v": &avS{Value: "dot"}, ":five": &avN{Value: "5"}})
	require.NoError(t, err)
	assert.True(t, c.Holds(tested))
	assert.False(t, c.Holds(nil), "a missing item is an empty one")
}

// TestSyntaxErrors pins the service's wording, measured on DynamoDB Local 3.3.1.
func TestSyntaxErrors(t *testing.T) {
	for text, want := range map[string]string{
		" ":                    `token: "<EOF>", near: " "`,
		"a":                    `token: "<EOF>", near: "a"`,
		"a = ":                 `token: "<EOF>", near: "= "`,
		"a = b AND":            `token: "<EOF>", near: "AND"`,
		"a = b OR a":           `token: "<EOF>", near: "a"`,
		"a == :b":              `token: "=", near: "== :b"`,
		"a => :b":              `token: ">", near: "=> :b"`,
		"a != :b":              `token: "!", near: "a !="`,
		"a < > :b":             `token: ">", near: "< > :b"`,
		"a IN (:b":             `token: "<EOF>", near: ":b"`,
		"a IN :b":              `token: ":b", near: "IN :b"`,
		"a IN ()":              `token: ")", near: "()"`,
		"a IN (:b,)":           `token: ")", near: ",)"`,
		"a IN (,:b)":           `token: ",", near: "(,:b"`,
		"a IN ((:b,:b))":       `token: ",", near: ":b,:b"`,
		"a BETWEEN :b OR :b":   `token: "OR", near: ":b OR :b"`,
		"a BETWEEN (:b AND b)": `token: "AND", near: ":b AND b"`,
		"a = :b = :b":          `token: "=", near: ":b = :b"`,
		"a = :b :b":            `token: ":b", near: ":b :b"`,
		"(a = :b) = :b":        `token: "=", near: ") = :b"`,
		"a = (b = c)":          `token: "=", near: "b = c"`,
		"a = NOT b":            `token: "NOT", near: "= NOT b"`,
		"NOT a":                `token: "<EOF>", near: "a"`,
		"NOT":                  `token: "<EOF>", near: "NOT"`,
		"a AND b":              `token: "AND", near: "a AND b"`,
		"(a) OR (b)":           `token: "OR", near: ") OR ("`,
		"(a AND b = c)":        `token: "AND", near: "a AND b"`,
		"(a=:b)(b=:b)":         `token: "(", near: ")(b"`,
		"(size)(a) = :b":       `token: "(", near: ")(a"`,
		"()":                   `token: ")", near: "()"`,
		"(":                    `token: "<EOF>", near: "("`,
		")":                    `token: ")", near: ")"`,
		"a=:b)":                `token: ")", near: ":b)"`,
		"(a=:b":                `token: "<EOF>", near: ":b"`,
		"1a = :b":              `token: "1", near: "1a"`,
		"_a = :b":              `token: "_", near: "_a"`,
		"a-b = :b":             `token: "-", near: "a-b"`,
		"é = :b":               `token: "é", near: "é ="`,
		`a = "x"`:              `token: """, near: "= "x"`,
		"a = 1.5":              `token: "1", near: "= 1."`,
		"a = :b.c":             `token: ".", near: ":b.c"`,
		"a.1 = :b":             `token: "1", near: ".1 ="`,
		"a..b = :b":            `token: ".", near: "..b"`,
		".a = :b":              `token: ".", near: ".a"`,
		"a[01] = :b":           `token: "1", near: "01]"`,
		"a[-1] = :b":           `token: "-", near: "[-1"`,
		"a[x] = :b":            `token: "x", near: "[x]"`,
		"a[] = :b":             `token: "]", near: "[] ="`,
		"a[0 = :b":             `token: "=", near: "0 = :b"`,
		"a[0]b = :b":           `token: "b", near: "]b ="`,
		"a[0]. = :b":           `token: "=", near: ". = :b"`,
		"#b#b = :b":            `token: "#b", near: "#b#b ="`,
		"# = :b":               `token: "#", near: "# ="`,
		"a = :":                `token: ":", near: "= :"`,
		"set = :b":             `token: "set", near: "set ="`,
		"AND = :b":             `token: "AND", near: "AND ="`,
		"attribute_exists(a":   `token: "<EOF>", near: "a"`,
		"attribute_exists a":   `token: "a", near: "attribute_exists a"`,
		"attribute_exists()":   `token: ")", near: "()"`,
		"attribute_exists(a,)": `token: ")", near: ",)"`,
		"x.contains(a)":        `token: "(", near: "contains(a"`,
		"#b(a)":                `token: "(", near: "#b(a"`,
		"a\u00a0=:b":           "token: \"\u00a0\", near: \"a\u00a0=\"",
		"a=:b\x00":             "token: \"\x00\", near: \":b\x00\"",
	} {
		t.Run(text, func(t *testing.T) {
			_, err := expr.ParseCondition(text, map[string]string{"#b": "b"}, item{":b": &avS{Value: "secret"}})
			assert.EqualError(t, err, "Invalid ConditionExpression: Syntax error; "+want)
		})
	}
}

// TestRefusals pins the wording of what parses and is refused, measured on DynamoDB Local 3.3.1 but for
// values, which the service prints and we do not.
func TestRefusals(t *testing.T) {
	long := "#" + strings.Repeat("a", expr.MaxAlias)
	for name, c := range map[string]struct {
		text   string
		names  map[string]string
		values item
		want   string
	}{
		"empty":                  {text: "", want: "Invalid ConditionExpression: The expression can not be empty;"},
		"too long":               {text: "a = :b" + strings.Repeat(" ", expr.MaxText-5), want: "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097"},
		"reserved word":          {text: "name = :b", want: "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: name"},
		"reserved in capitals":   {text: "a.NAME = :b", want: "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: NAME"},
		"first reserved word":    {text: "abort = :b", want: "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: abort"},
		"last reserved word":     {text: "attribute_exists(zone)", want: "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: zone"},
		"undefined value":        {text: "a = :c", want: "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :c"},
		"undefined name":         {text: "#c = :b", want: "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #c"},
		"undefined nested name":  {text: "a.#c = :b", want: "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #c"},
		"unused value":           {text: "a = b", values: item{":d": &avS{}, ":c": &avS{}}, want: "Value provided in ExpressionAttributeValues unused in expressions: keys: {:c, :d}"},
		"unused name":            {text: "a = b", names: map[string]string{"#c": "c"}, want: "Value provided in ExpressionAttributeNames unused in expressions: keys: {#c}"},
		"no names":               {text: "a = b", names: map[string]string{}, want: "ExpressionAttributeNames must not be empty"},
		"no values":              {text: "a = b", values: item{}, want: "ExpressionAttributeValues must not be empty"},
		"name without mark":      {text: "a = b", names: map[string]string{"c": "c"}, want: `ExpressionAttributeNames contains invalid key: Syntax error; key: "c"`},
		"name of a mark":         {text: "a = b", names: map[string]string{"#": "c"}, want: `ExpressionAttributeNames contains invalid key: Syntax error; key: "#"`},
		"name with a dash":       {text: "a = b", names: map[string]string{"#a-b": "c"}, want: `ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"`},
		"value without mark":     {text: "a = b", values: item{"c": &avS{}}, want: `ExpressionAttributeValues contains invalid key: Syntax error; key: "c"`},
		"name of nothing":        {text: "#a = b", names: map[string]string{"#a": ""}, want: "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"},
		"name too long":          {text: "#a = b", names: map[string]string{"#a": strings.Repeat("x", expr.MaxName+1)}, want: "ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than 65536 bytes for key #a"},
		"placeholder too long":   {text: long + " = b", names: map[string]string{long: "c"}, want: "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long; size of key: 256"},
		"nil value":              {text: "a = :c", values: item{":c": nil}, want: "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key :c"},
		"two parentheses":        {text: "((a = :b))", want: "Invalid ConditionExpression: The expression has redundant parentheses;"},
		"two after NOT":          {text: "NOT ((a = :b))", want: "Invalid ConditionExpression: The expression has redundant parentheses;"},
		"two in a conjunction":   {text: "a = :b AND ((c = d))", want: "Invalid ConditionExpression: The expression has redundant parentheses;"},
		"two round an operand":   {text: "((a)) = :b", want: "Invalid ConditionExpression: The expression has redundant parentheses;"},
		"two round the right":    {text: "a = ((:b))", want: "Invalid ConditionExpression: The expression has redundant parentheses;"},
		"two round a size":       {text: "((size(a))) = :b", want: "Invalid ConditionExpression: The expression has redundant parentheses;"},
		"two in a call":          {text: "attribute_exists(((a)))", want: "Invalid ConditionExpression: The expression has redundant parentheses;"},
		"two thousand":           {text: strings.Repeat("(", 2000) + "a = :b" + strings.Repeat(")", 2000), want: "Invalid ConditionExpression: The expression has redundant parentheses;"},
		"unknown function":       {text: "foo(a)", want: "Invalid ConditionExpression: Invalid function name; function: foo"},
		"function in capitals":   {text: "SIZE(a) > :b", want: "Invalid ConditionExpression: Invalid function name; function: SIZE"},
		"function of updates":    {text: "a = if_not_exists(a, :b)", want: "Invalid ConditionExpression: The function is not allowed in a condition expression; function: if_not_exists"},
		"size as a condition":    {text: "size(a)", want: "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: size"},
		"size after AND":         {text: "a = :b AND size(a)", want: "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: size"},
		"condition as operand":   {text: "a = attribute_exists(b)", want: "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: attribute_exists"},
		"condition compared":     {text: "(attribute_exists(a)) = :b", want: "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: attribute_exists"},
		"condition as argument":  {text: "attribute_exists(attribute_exists(a))", want: "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: attribute_exists"},
		"too few operands":       {text: "begins_with(a)", want: "Invalid ConditionExpression: Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1"},
		"too many operands":      {text: "size(a, b) = :b", want: "Invalid ConditionExpression: Incorrect number of operands for operator or function; operator or function: size, number of operands: 2"},
		"no path":                {text: "attribute_exists(:b)", want: "Invalid ConditionExpression: Operator or function requires a document path; operator or function: attribute_exists"},
		"no path, negated":       {text: "attribute_not_exists(size(a))", want: "Invalid ConditionExpression: Operator or function requires a document path; operator or function: attribute_not_exists"},
		"order of a list":        {text: "a < :c", values: item{":c": &avL{}}, want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: <, operand type: L"},
		"bound is a bool":        {text: "a BETWEEN :c AND d", values: item{":c": &avBOOL{}}, want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: BOOL"},
		"set between":            {text: ":c BETWEEN a AND d", values: item{":c": &avSS{Value: []string{"secret"}}}, want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: SS"},
		"prefix is a number":     {text: "begins_with(a, :c)", values: item{":c": &avN{Value: "1"}}, want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		"prefix is a size":       {text: "begins_with(a, size(b))", want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		"size of a number":       {text: "size(:c) = a", values: item{":c": &avN{Value: "1"}}, want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: size, operand type: N"},
		"size of a size":         {text: "size(size(a)) = :b", want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: size, operand type: N"},
		"size deep inside":       {text: "attribute_exists(a) OR NOT (size(size(a)) = :b AND c = d)", want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: size, operand type: N"},
		"type is a number":       {text: "attribute_type(a, :c)", values: item{":c": &avN{Value: "1"}}, want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N"},
		"type is a path":         {text: "attribute_type(a, c)", want: "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {B,BOOL,BS,L,M,N,NS,NULL,S,SS}"},
		"type is unknown":        {text: "attribute_type(a, :c)", values: item{":c": &avS{Value: "secret"}}, want: "Invalid ConditionExpression: Invalid attribute type name found; type: :c, valid types: {B,BOOL,BS,L,M,N,NS,NULL,S,SS}"},
		"bounds in wrong order":  {text: "a BETWEEN :d AND :c", values: item{":c": &avN{Value: "2"}, ":d": &avN{Value: "10"}}, want: "Invalid ConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: :d, upper bound operand: :c"},
		"bounds of two types":    {text: "a BETWEEN :d AND :c", values: item{":c": &avN{Value: "2"}, ":d": &avS{Value: "10"}}, want: "Invalid ConditionExpression: The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: :d, upper bound operand: :c"},
		"compared with itself":   {text: "a.b[1] = a.b[1]", want: "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a, b, [1]]"},
		"itself by placeholder":  {text: "a <> #c", names: map[string]string{"#c": "a"}, want: "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: <>, first operand: [a]"},
		"itself among others":    {text: "a IN (:b, a)", want: "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: IN, first operand: [a]"},
		"itself as a bound":      {text: "a BETWEEN c AND a", want: "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: BETWEEN, first operand: [a]"},
		"itself as an argument":  {text: "contains(a, a)", want: "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [a]"},
		"101 operands":           {text: "a IN (" + strings.Repeat(":b,", expr.MaxOperands) + ":b)", want: "Invalid ConditionExpression: The IN operator is provided with too many operands; number of operands: 101"},
		"301 operators":          {text: strings.Repeat("a=:b OR ", expr.MaxOperators/2) + "a=:b", want: "Invalid ConditionExpression: The expression contains too many operators; operator count: 301"},
		"301 operators, NOT":     {text: strings.Repeat("NOT ", expr.MaxOperators) + "a=:b", want: "Invalid ConditionExpression: The expression contains too many operators; operator count: 301"},
		"301 operators, calls":   {text: strings.Repeat("size(", expr.MaxOperators+1) + "a" + strings.Repeat(")", expr.MaxOperators+1), want: "Invalid ConditionExpression: The expression contains too many operators; operator count: 301"},
		"path of 33":             {text: "a" + strings.Repeat(".a", expr.MaxPath) + " = :b", want: "Invalid ConditionExpression: The document path has too many nesting levels; nesting levels: 33"},
		"path of 33 by index":    {text: "a" + strings.Repeat("[0]", expr.MaxPath) + " = :b", want: "Invalid ConditionExpression: The document path has too many nesting levels; nesting levels: 33"},
		"index too large":        {text: "a[2147483648] = :b", want: "Invalid ConditionExpression: List index is not within the allowable range; index: [2147483648]"},
		"index much too large":   {text: "a[99999999999999999999] = :b", want: "Invalid ConditionExpression: List index is not within the allowable range; index: [99999999999999999999]"},
		"syntax before meaning":  {text: "name = :nope AND", want: `Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "AND"`},
		"the first of two":       {text: "foo(a) AND name = :b", want: "Invalid ConditionExpression: Invalid function name; function: foo"},
		"names before values":    {text: "a = b", names: map[string]string{"#c": "c"}, values: item{":d": &avS{}}, want: "Value provided in ExpressionAttributeNames unused in expressions: keys: {#c}"},
		"undefined before types": {text: "size(:b) = :nope", want: "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :nope"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.values == nil && strings.Contains(c.text, ":b") {
				c.values = item{":b": &avS{Value: "secret"}}
			}
			condition, err := expr.ParseCondition(c.text, c.names, c.values)
			require.EqualError(t, err, c.want)
			assert.Nil(t, condition)
			_, typed := errors.AsType[*expr.Error](err)
			assert.True(t, typed)
		})
	}
}

func TestLimitsAreReached(t *testing.T) {
	name, alias := "#"+strings.Repeat("a", expr.MaxAlias-1), ":"+strings.Repeat("v", expr.MaxAlias-1)
	for label, text := range map[string]string{
		"4096 bytes":         "a = :b" + strings.Repeat(" ", expr.MaxText-6),
		"100 operands":       "a IN (" + strings.Repeat(":b,", expr.MaxOperands-1) + ":b)",
		"300 operators":      "NOT " + strings.Repeat("a=:b OR ", expr.MaxOperators/2-1) + "a=:b",
		"300 nested":         strings.Repeat("NOT (", expr.MaxOperators-1) + "a=:b" + strings.Repeat(")", expr.MaxOperators-1),
		"150 nested":         strings.Repeat("(c=:b OR ", expr.MaxOperators/2-1) + "a=:b" + strings.Repeat(")", expr.MaxOperators/2-1),
		"path of 32":         "a" + strings.Repeat(".a", expr.MaxPath-1) + " = :b",
		"largest index":      "a[2147483647] = :b",
		"names of 255 bytes": "a = :b",
	} {
		t.Run(label, func(t *testing.T) {
			values := item{":b": &avS{}}
			var names map[string]string
			if label == "names of 255 bytes" {
				text, names, values = name+" = "+alias, map[string]string{name: strings.Repeat("x", expr.MaxName)}, item{alias: &avS{}}
			}
			c, err := expr.ParseCondition(text, names, values)
			require.NoError(t, err)
			c.Holds(tested)
		})
	}
}

func FuzzParseCondition(f *testing.F) {
	for _, s := range []string{
		"", "s = :a", "NOT (s = :a AND #n > :n) OR attribute_exists(m.x[0])", "s IN (:a, :n)", "n BETWEEN :n AND :n", "begins_with(s, :a)",
		"size(l) = :n", "contains(l, :l)", "attribute_type(s, :a)", "((s = :a))", "s = :a)", "a[99999999999] = :n", "#n.#n[0].x <> :l", "é = 1", "(((((((",
		"B " + strings.Repeat("L", expr.MaxText-2), // one token as long as an expression, shown twice
		"attribute_exists(((", "NOT NOT NOT", "a BETWEEN b AND c AND d = e", "size(size(s)) = :n", "(s) = (:a)",
	} {
		f.Add(s)
	}
	names := map[string]string{"#n": "n", "#m": "m"}
	values := item{":a": &avS{Value: "hello"}, ":n": &avN{Value: "1"}, ":l": &avL{Value: []types.AttributeValue{&avN{Value: "1"}}}}
	f.Fuzz(func(t *testing.T, text string) {
		names, used := placeholdersIn(text, names, values)
		c, err := expr.ParseCondition(text, names, used)
		if err != nil {
			require.Nil(t, c)
			_, ok := errors.AsType[*expr.Error](err)
			require.True(t, ok)
			require.Less(t, len(err.Error()), 2*expr.MaxText)
			return
		}
		require.LessOrEqual(t, len(text), expr.MaxText)
		holds := c.Holds(tested)
		if not, err := expr.ParseCondition("NOT ("+text+")", names, used); err == nil {
			require.NotEqual(t, holds, not.Holds(tested))
		}
	})
}

// placeholdersIn keeps those placeholders that occur in text, since unused ones are refused.
func placeholdersIn(text string, names map[string]string, values item) (map[string]string, item) {
	var n map[string]string
	for alias, name := range names {
		if strings.Contains(text, alias) {
			if n == nil {
				n = make(map[string]string)
			}
			n[alias] = name
		}
	}
	var v item
	for alias, value := range values {
		if strings.Contains(text, alias) {
			if v == nil {
				v = make(item)
			}
			v[alias] = value
		}
	}
	return n, v
}

func BenchmarkParseCondition(b *testing.B) {
	names, values := map[string]string{"#0": "s", "#1": "n"}, item{":0": &avS{Value: "hello"}, ":1": &avN{Value: "7"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := expr.ParseCondition("attribute_exists(#0) AND (#0 = :0 OR NOT #1 BETWEEN :1 AND :1)", names, values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHolds(b *testing.B) {
	c, err := expr.ParseCondition("attribute_exists(s) AND (s = :0 OR NOT n BETWEEN :1 AND :1)", nil, item{":0": &avS{Value: "hello!"}, ":1": &avN{Value: "7"}})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		c.Holds(tested)
	}
}
