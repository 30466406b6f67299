package tags

import (
	"reflect"
	"slices"
	"unicode/utf8"
)

const entityExample = "write _ struct{} `ddb:\"kind,entity=order\"`"

// blank parses a blank field, which holds nothing and is an attribute only to say what the struct is.
func (p *parser) blank(sf reflect.StructField, path string, index []int, text string, tag scanned) {
	isEntity := slices.ContainsFunc(tag.words, func(sw scannedWord) bool {
		w, _ := understand(sw.text)
		return w != nil && w.name == "entity"
	})
	switch {
	case !isEntity:
		p.fail(path, text, problem{"tag on a blank field", "name the field or remove the tag"})
	case tag.name == "":
		p.fail(path, text, problem{"entity without an attribute name", entityExample})
	case sf.Type != reflect.TypeFor[struct{}]():
		p.fail(path, text, problem{"entity on a blank field of type " + typeName(sf.Type), entityExample})
	default:
		p.attribute(true, Field{Name: tag.name, Path: rootName(p.root) + "." + path, Index: index, Type: sf.Type}, path, text, tag)
	}
}

// checkEntity checks a field with the word entity, which is written by the mapper and signed whatever
// its tag says.
func (p *parser) checkEntity(f *Field, given []*word, path string) (ps []problem) {
	switch {
	case p.root.FieldByIndex(f.Index).Name != "_":
		ps = append(ps, problem{"entity on a field that holds a value", "the attribute says entity's name and nothing else: " + entityExample})
	case p.entity != "":
		ps = append(ps, problem{"second entity, after field " + p.entity, "a struct is one thing: keep one"})
	case p.pointer != "":
		ps = append(ps, problem{"entity behind the embedded pointer " + p.pointer + ", which may be nil", "it is always stored: embed the struct itself, or move it out"})
	case !utf8.ValidString(f.Entity):
		ps = append(ps, problem{"entity " + quote(f.Entity) + " is not valid UTF-8", "DynamoDB stores strings as UTF-8"})
	}
	p.entity = path
	for _, w := range given {
		switch {
		case w.name == "entity", w.name == "sign" && !p.nested:
		case w.name == "sign":
			ps = append(ps, problem{w.name + " inside a document", w.inNested})
		default:
			ps = append(ps, problem{w.name + " on an entity", "it is always stored, and signed: remove it"})
		}
	}
	return ps
}
