package dbe

import (
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/wire"
)

// scope says which attributes of an item are outside the signature under a schema (1.11): those declared
// plain, and undeclared ones that the schema names.
type scope struct {
	schema   crypt.Schema
	declared map[string]crypt.Action
	unsigned []bool // by slot of the encryptor
}

// newScope is the scope of s, for an encryptor whose declared attributes are names.
func newScope(s crypt.Schema, names []string) scope {
	sc := scope{schema: s, declared: make(map[string]crypt.Action), unsigned: make([]bool, len(names))}
	for name, action := range s.Attributes() {
		sc.declared[name] = action
	}
	for slot, name := range names {
		sc.unsigned[slot] = sc.leavesOutName(name)
	}
	return sc
}

func (sc *scope) leavesOut(slot wire.Slot, name string) bool {
	if int(slot) < len(sc.unsigned) {
		return sc.unsigned[slot]
	}
	return sc.leavesOutName(name)
}

func (sc *scope) leavesOutName(name string) bool {
	if action, ok := sc.declared[name]; ok {
		return action == crypt.Plain
	}
	return sc.schema.IsUnsigned(name) || sc.schema.Unknown() == crypt.Plain
}
