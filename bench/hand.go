package bench

import (
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// What the order's fixed attributes need, in one allocation.
type orderValues struct {
	customer, id, description, created, note, street, city, zip types.AttributeValueMemberS
	count, price, floor                                         types.AttributeValueMemberN
	active                                                      types.AttributeValueMemberBOOL
	photo                                                       types.AttributeValueMemberB
	tags                                                        types.AttributeValueMemberL
	meta, address                                               types.AttributeValueMemberM
}

// marshalByHand is the code a patient programmer writes for one type.
func marshalByHand(o *Order) map[string]types.AttributeValue {
	v := new(orderValues)
	var room [96]byte
	b := strconv.AppendInt(room[:0], int64(o.Count), 10)
	count := len(b)
	b = strconv.AppendFloat(b, o.Price, 'f', -1, 64)
	price := len(b)
	b = o.Created.AppendFormat(b, time.RFC3339Nano)
	created := len(b)
	b = strconv.AppendInt(b, int64(o.Address.Floor), 10)
	text := string(b)

	v.customer.Value, v.id.Value, v.description.Value = o.Customer, o.ID, o.Description
	v.count.Value, v.price.Value, v.created.Value, v.floor.Value = text[:count], text[count:price], text[price:created], text[created:]
	v.active.Value = o.Active
	v.photo.Value = append([]byte(nil), o.Photo...)
	v.street.Value, v.city.Value, v.zip.Value = o.Address.Street, o.Address.City, o.Address.Zip
	v.address.Value = map[string]types.AttributeValue{"street": &v.street, "city": &v.city, "zip": &v.zip, "floor": &v.floor}
	tags := make([]types.AttributeValueMemberS, len(o.Tags))
	v.tags.Value = make([]types.AttributeValue, len(o.Tags))
	for i, t := range o.Tags {
		tags[i].Value = t
		v.tags.Value[i] = &tags[i]
	}
	meta := make([]types.AttributeValueMemberS, 0, len(o.Meta))
	v.meta.Value = make(map[string]types.AttributeValue, len(o.Meta))
	for k, m := range o.Meta {
		meta = append(meta, types.AttributeValueMemberS{Value: m})
		v.meta.Value[k] = &meta[len(meta)-1]
	}
	item := make(map[string]types.AttributeValue, 12)
	item["pk"], item["sk"], item["description"] = &v.customer, &v.id, &v.description
	item["count"], item["price"], item["active"], item["created"] = &v.count, &v.price, &v.active, &v.created
	item["photo"], item["tags"], item["meta"], item["address"] = &v.photo, &v.tags, &v.meta, &v.address
	if o.Note != nil {
		v.note.Value = *o.Note
		item["note"] = &v.note
	}
	return item
}

var errKind = errors.New("bench: attribute of another type")

// unmarshalByHand is the other direction.
func unmarshalByHand(item map[string]types.AttributeValue, o *Order) error {
	r := byHand{item: item}
	o.Customer, o.ID, o.Description = r.text("pk"), r.text("sk"), r.text("description")
	o.Count = r.integer("count")
	o.Price = r.float("price")
	if v, ok := item["active"].(*types.AttributeValueMemberBOOL); ok {
		o.Active = v.Value
	} else {
		r.err = errKind
	}
	t, err := time.Parse(time.RFC3339, r.text("created"))
	if err != nil {
		r.err = err
	}
	o.Created = t
	if v, ok := item["photo"].(*types.AttributeValueMemberB); ok {
		o.Photo = append([]byte(nil), v.Value...)
	} else {
		r.err = errKind
	}
	if v, ok := item["tags"].(*types.AttributeValueMemberL); ok {
		o.Tags = make([]string, len(v.Value))
		for i, e := range v.Value {
			s, ok := e.(*types.AttributeValueMemberS)
			if !ok {
				return errKind
			}
			o.Tags[i] = s.Value
		}
	}
	if v, ok := item["meta"].(*types.AttributeValueMemberM); ok {
		o.Meta = make(map[string]string, len(v.Value))
		for k, e := range v.Value {
			s, ok := e.(*types.AttributeValueMemberS)
			if !ok {
				return errKind
			}
			o.Meta[k] = s.Value
		}
	}
	if v, ok := item["address"].(*types.AttributeValueMemberM); ok {
		a := byHand{item: v.Value}
		o.Address = Address{a.text("street"), a.text("city"), a.text("zip"), a.integer("floor")}
		if a.err != nil {
			return a.err
		}
	}
	if v, ok := item["note"].(*types.AttributeValueMemberS); ok {
		note := v.Value
		o.Note = &note
	}
	return r.err
}

type byHand struct {
	item map[string]types.AttributeValue
	err  error
}

func (r *byHand) text(name string) string {
	v, ok := r.item[name].(*types.AttributeValueMemberS)
	if !ok {
		r.err = errKind
		return ""
	}
	return v.Value
}

func (r *byHand) number(name string) string {
	v, ok := r.item[name].(*types.AttributeValueMemberN)
	if !ok {
		r.err = errKind
		return "0"
	}
	return v.Value
}

func (r *byHand) integer(name string) int {
	n, err := strconv.Atoi(r.number(name))
	if err != nil {
		r.err = err
	}
	return n
}

func (r *byHand) float(name string) float64 {
	f, err := strconv.ParseFloat(r.number(name), 64)
	if err != nil {
		r.err = err
	}
	return f
}
