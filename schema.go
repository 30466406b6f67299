package ddb

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/dynaseal/ddb/tags"
)

// shape is a type T compiled for one table: the mapper's plan, what its attributes are to the
// encryptor, and where its keys lie. It is immutable.
type shape struct {
	plan   *mapper.Plan
	layout *attribute.Layout
	schema crypt.Schema
	action []crypt.Action // by slot
	keys   []keyAttribute // partition key, sort key
	fields map[fieldAt]wire.Slot

	version wire.Slot // -1: T has none
}

type keyAttribute struct {
	name  string
	slot  wire.Slot
	kind  wire.Kind
	limit int // bytes of a value
}

type fieldAt struct {
	offset uintptr
	typ    reflect.Type
}

// compile makes the shape of T in a table and the table's encryptor, nil where nothing is encrypted.
func compile(t reflect.Type, table string, cfg Config) (*shape, crypt.ItemEncryptor, error) {
	if table == "" {
		return nil, nil, errors.New("the table's name is empty")
	}
	sh, err := newShape(t, cfg)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(checkActions(sh.plan, cfg)...); err != nil {
		return nil, nil, err
	}

	schema := sh.schemaConfig(logicalName(table, cfg), cfg)
	if schema.Previous, err = previousSchemas(schema, cfg); err != nil {
		return nil, nil, err
	}
	if sh.schema, err = crypt.NewSchema(schema); err != nil {
		return nil, nil, err
	}
	if cfg.Encryption == nil {
		sh.layout = attribute.NewLayout(sh.names(), nil)
		return sh, nil, nil
	}
	enc, err := cfg.Encryption.Encryptor(sh.schema)
	if err != nil {
		return nil, nil, err
	}
	sh.layout = attribute.NewLayout(sh.names(), enc.Marks().All)
	return sh, enc, nil
}

// newShape compiles t by itself, for no table yet.
func newShape(t reflect.Type, cfg Config) (*shape, error) {
	plan, err := mapper.Compile(t, mapper.Options{Codecs: cfg.Codecs, FallbackTag: cfg.FallbackTag, Variants: cfg.Variants})
	if err != nil {
		return nil, err
	}
	sh := &shape{plan: plan, fields: make(map[fieldAt]wire.Slot), version: -1}
	for i, a := range plan.Attributes() {
		slot := wire.Slot(i)
		sh.action = append(sh.action, actionOf(a.Field, cfg.Encryption != nil))
		if plan.Current(slot) != slot {
			continue // an old name, which nothing refers to
		}
		if offset, ok := offsetOf(t, a.Index); ok && a.Entity == "" {
			sh.fields[fieldAt{offset, a.Type}] = slot
		}
		if a.Version {
			sh.version = slot
		}
	}
	for _, role := range []tags.Key{tags.PartitionKey, tags.SortKey} {
		for i, a := range plan.Attributes() {
			if a.Key == role {
				sh.keys = append(sh.keys, keyAttribute{a.Name, wire.Slot(i), a.Kind, keyLimit(role)})
			}
		}
	}
	return sh, nil
}

// names are the attributes by slot.
func (sh *shape) names() (names []string) {
	for _, a := range sh.plan.Attributes() {
		names = append(names, a.Name)
	}
	return names
}

func (sh *shape) schemaConfig(logical string, cfg Config) crypt.SchemaConfig {
	c := crypt.SchemaConfig{
		Table:        logical,
		Aliases:      cfg.Aliases,
		PartitionKey: sh.keys[0].name,
		Actions:      make(map[string]crypt.Action, len(sh.action)),
		Unknown:      cfg.Unknown,
		Unsigned:     cfg.Unsigned,
	}
	if len(sh.keys) > 1 {
		c.SortKey = sh.keys[1].name
	}
	for slot, a := range sh.action {
		c.Actions[sh.name(wire.Slot(slot))] = a
	}
	return c
}

// logicalName is what signatures bind. Where nothing is signed an ARN does no harm, and stands for the
// name in it.
func logicalName(table string, cfg Config) string {
	if cfg.LogicalName != "" {
		return cfg.LogicalName
	}
	if _, name, isARN := strings.Cut(table, ":table/"); isARN && cfg.Encryption == nil {
		return name
	}
	return table
}

// actionOf is the action of a field: in a table with encryption, protection is the default. What the
// service compares is signed, never encrypted.
func actionOf(f tags.Field, encrypted bool) crypt.Action {
	switch {
	case !encrypted:
		return crypt.Plain
	case f.Action == tags.Plain:
		return crypt.Plain
	case f.Action == tags.Context:
		return crypt.SignContext
	case f.Key != 0 || f.TTL || f.Version || f.Entity != "" || f.Action == tags.Sign:
		return crypt.Sign
	}
	return crypt.Encrypt
}

// checkActions finds the fields that ask for protection in a table that has none, and those that need it
// in one that has.
func checkActions(plan *mapper.Plan, cfg Config) (errs []error) {
	if cfg.Encryption != nil {
		for _, a := range plan.Attributes() {
			if a.Variants && actionOf(a.Field, true) == crypt.Plain {
				errs = append(errs, fmt.Errorf("type %v, field %s: it is plain and holds an interface, so that anyone who can write to the table would choose the type that is read: take plain out", plan.Type(), a.Path))
			}
		}
		return errs
	}
	if cfg.Unknown != 0 && cfg.Unknown != crypt.Refuse {
		errs = append(errs, fmt.Errorf("Config.Unknown protects undeclared attributes by %v and Config.Encryption is nil: give keys, or leave it zero", cfg.Unknown))
	}
	for i, a := range plan.Attributes() {
		if plan.Current(wire.Slot(i)) != wire.Slot(i) {
			continue
		}
		if a.Action != 0 && a.Action != tags.Plain {
			errs = append(errs, fmt.Errorf("type %v, field %s: the tag asks for protection and Config.Encryption is nil: give keys, or take the word out", plan.Type(), a.Path))
		}
	}
	return errs
}

func keyLimit(k tags.Key) int {
	if k == tags.PartitionKey {
		return maxPartitionKey
	}
	return maxSortKey
}

// offsetOf is where in t a field lies, if it does: what is behind an embedded pointer does not.
func offsetOf(t reflect.Type, index []int) (offset uintptr, ok bool) {
	for _, i := range index {
		if t.Kind() != reflect.Struct {
			return 0, false
		}
		f := t.Field(i)
		offset += f.Offset
		t = f.Type
	}
	return offset, true
}

func (sh *shape) name(s wire.Slot) string { return sh.plan.Attributes()[s].Name }

// was is the name before of the attribute at slot, "" if it was not renamed.
func (sh *shape) was(s wire.Slot) string { return sh.plan.Attributes()[s].Was }

func (sh *shape) encrypted(s wire.Slot) bool { return sh.action[s] == crypt.Encrypt }

// resolve is the slot of the attribute that a selector points to.
func (sh *shape) resolve(ref fieldRef) (wire.Slot, error) {
	if ref.err != nil {
		return 0, ref.err
	}
	slot, ok := sh.fields[fieldAt{ref.offset, ref.typ}]
	if !ok || ref.owner != sh.plan.Type() {
		return 0, fmt.Errorf("selector of %v points to no attribute of %v: point to a field that is stored as an attribute of its own", ref.owner, sh.plan.Type())
	}
	return slot, nil
}

// value is v as the attribute at slot stores it.
func (sh *shape) value(slot wire.Slot, v any) (types.AttributeValue, error) {
	w := attribute.NewWriter(attribute.Sizes{})
	if err := sh.plan.WriteValue(slot, v, w); err != nil {
		return nil, err
	}
	av, err := w.Value()
	if err != nil {
		return nil, fmt.Errorf("attribute %q: %w", sh.name(slot), err)
	}
	return av, nil
}

// fieldOf is the field of *T at slot.
func (sh *shape) fieldOf(v any, slot wire.Slot) any {
	return reflect.ValueOf(v).Elem().FieldByIndex(sh.plan.Attributes()[slot].Index).Interface()
}

// keyOf are the key attributes of an item.
func (sh *shape) keyOf(item crypt.Item) crypt.Item {
	key := make(crypt.Item, len(sh.keys))
	for _, a := range sh.keys {
		if v, ok := item[a.name]; ok {
			key[a.name] = v
		}
	}
	return key
}
