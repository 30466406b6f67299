package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

func (c *compiler) mapping(k *codec, w words, path string) {
	k.kind = wire.Map
	key := k.typ.Key()
	names := c.mapKey(k.typ, w, path)
	elem := c.codec(k.typ.Elem(), words{}, path+inMap)
	switch {
	case names == nil:
		return
	case names.typ.Kind() != reflect.String || isOneValue(key) || c.isRegistered(key) && key != stringType:
		k.textMapping(names, elem)
		return
	case c.fast && c.isPlainString(elem, words{}) && k.typ == reflect.TypeFor[map[string]string]():
		k.stringMap()
		k.direct = &direct{kind: directStringMap, levels: 2}
		return
	}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		if err := k.enter(e); err != nil {
			return err
		}
		e.w.BeginMap(v.Len())
		name, member := reflect.New(key).Elem(), reflect.New(elem.typ).Elem()
		for it := v.MapRange(); it.Next(); {
			name.SetIterKey(it)
			member.SetIterValue(it)
			if done, err := elem.writeAsked(name.String(), member, e); err != nil {
				return err.in(inMap)
			} else if done {
				continue
			}
			e.w.Key(name.String())
			if err := k.refusal(e.w); err != nil {
				return err.in(inMap)
			}
			if err := elem.write(member, e); err != nil {
				return err.in(inMap)
			}
		}
		e.w.EndMap()
		e.depth--
		return k.refusal(e.w)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Map {
			return k.mismatch(d.r.Kind())
		}
		v.Set(reflect.MakeMapWithSize(k.typ, d.r.Len()))
		if err := d.enter(k.typ); err != nil {
			return err
		}
		name, member := reflect.New(key).Elem(), reflect.New(elem.typ).Elem()
		for d.r.Next() {
			name.SetString(d.r.KeyStr())
			if err := elem.read(member, d); err != nil {
				return err.in(inMap)
			}
			v.SetMapIndex(name, member)
		}
		d.leave()
		return nil
	}
}
