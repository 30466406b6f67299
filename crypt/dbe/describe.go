package dbe

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
)

// Description is what a stored item says of how it is protected. Nothing in it is authenticated: it was
// made without keys, and whoever can write the table can write what it says. It holds no key and no
// decrypted value; the context's values are there for all to read.
type Description struct {
	Version  int           // of the header: 1, or 2 where attributes are in the encryption context
	Suite    keyring.Suite // what the item says it was written under
	DataKeys []DataKeyDescription
	Context  map[string]string // what is stored of the encryption context

	// Attributes of the item, by name, without its marks.
	Attributes []AttributeDescription

	// The sizes of the marks in bytes, and of the item as DynamoDB counts.
	HeaderSize, FooterSize, ItemSize int
}

// DataKeyDescription says for whom an item's data key was wrapped.
type DataKeyDescription struct {
	ProviderID     string
	ProviderInfo   []byte // of most providers the name of the key; raw AES adds a nonce to it
	KeyVersion     string // of aws-kms-hierarchy: the branch key's version, a UUID
	CiphertextSize int    // bytes
}

// AttributeDescription says how an attribute is protected.
type AttributeDescription struct {
	Name string

	// Action as the header has it; crypt.Plain where no signature covers the attribute. Zero: it cannot be
	// told, since the header signs another number of attributes than are not unsigned.
	Action crypt.Action

	Type string // S, N, …: that of the value, which is stored as B where it is encrypted
	Size int    // of the stored value, as DynamoDB counts
}

// Describe reads the marks of a stored item, without keys and without verifying anything. unsigned names
// what the item's writers leave unsigned, as crypt.SchemaConfig.Unsigned does, plain attributes included:
// the item does not say that. The error wraps crypt.ErrFormat.
func Describe(item crypt.Item, unsigned ...string) (Description, error) {
	fail := func(detail string, cause error) (Description, error) {
		if cause == nil {
			return Description{}, fmt.Errorf("dbe: describe: %s: %w", detail, crypt.ErrFormat)
		}
		return Description{}, fmt.Errorf("dbe: describe: %s: %w: %w", detail, crypt.ErrFormat, cause)
	}
	header, ok := item[HeaderField].(*types.AttributeValueMemberB)
	if !ok || header == nil {
		return fail("attribute "+HeaderField+" is missing or not of type B", nil)
	}
	footer, ok := item[FooterField].(*types.AttributeValueMemberB)
	if !ok || footer == nil {
		return fail("attribute "+FooterField+" is missing or not of type B", nil)
	}
	var h dbe.Header
	if err := h.Parse(header.Value); err != nil {
		return fail("attribute "+HeaderField, err)
	}
	if _, err := dbe.ParseFooter(footer.Value, len(h.DataKeys), h.Flavor); err != nil {
		return fail("attribute "+FooterField, err)
	}
	d := Description{
		Version: int(h.Version), Suite: suiteOf(&h), Context: make(map[string]string, len(h.Context)),
		HeaderSize: len(header.Value), FooterSize: len(footer.Value), ItemSize: attribute.ItemSize(item),
	}
	for _, k := range h.DataKeys {
		d.DataKeys = append(d.DataKeys, describeDataKey(k))
	}
	for _, entry := range h.Context {
		d.Context[entry.Key] = entry.Value
	}
	d.Attributes = describeAttributes(item, h.Legend, unsigned)
	return d, nil
}

func describeDataKey(k dbe.DataKey) DataKeyDescription {
	d := DataKeyDescription{ProviderID: k.ProviderID, ProviderInfo: slices.Clone(k.ProviderInfo), CiphertextSize: len(k.Ciphertext)}
	// The hierarchical keyring's part comes behind the wrapped data key: salt, iv, version, … (2.8)
	const before, uuid = 48 + 16 + 12, 16
	if k.ProviderID == "aws-kms-hierarchy" && len(k.Ciphertext) >= before+uuid {
		d.KeyVersion = branchkey.UUID([uuid]byte(k.Ciphertext[before:]))
	}
	return d
}

// describeAttributes lays the legend over the attributes in canonical order (1.4), in which the table's
// name plays no part.
func describeAttributes(item crypt.Item, legend []byte, unsigned []string) (all []AttributeDescription) {
	isUnsigned := func(name string) bool {
		return slices.ContainsFunc(unsigned, func(u string) bool {
			prefix, ok := strings.CutSuffix(u, "*")
			return ok && prefix != "" && strings.HasPrefix(name, prefix) || u == name
		})
	}
	type signed struct {
		path []byte
		at   int // in all
	}
	var scope []signed
	for _, name := range slices.Sorted(maps.Keys(item)) {
		if isOwn(name) {
			continue
		}
		a := AttributeDescription{Name: name, Type: attribute.KindOf(item[name]).String(), Size: attribute.Size(item[name])}
		if isUnsigned(name) {
			a.Action = crypt.Plain
		} else {
			scope = append(scope, signed{dbe.AppendPath(nil, "", name), len(all)})
		}
		all = append(all, a)
	}
	if len(scope) != len(legend) {
		return all
	}
	slices.SortFunc(scope, func(a, b signed) int { return bytes.Compare(a.path, b.path) })
	for i, s := range scope {
		a := &all[s.at]
		a.Action = actionOf(legend[i])
		if b, ok := item[a.Name].(*types.AttributeValueMemberB); ok && b != nil && a.Action == crypt.Encrypt && len(b.Value) >= dbe.TypeSize {
			k, _ := dbe.Scalar(b.Value)
			a.Type = k.String()
		}
	}
	return all
}

// String is the description as text of several lines, and says that it is not authenticated.
func (d Description) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "AWS Database Encryption SDK, version %d, suite %v\nread without keys: nothing below is authenticated\n", d.Version, d.Suite)
	fmt.Fprintf(&b, "item of %d bytes, header %d, footer %d\n", d.ItemSize, d.HeaderSize, d.FooterSize)
	for _, k := range d.DataKeys {
		fmt.Fprintf(&b, "data key of %d bytes by %q, key %q", k.CiphertextSize, k.ProviderID, k.ProviderInfo)
		if k.KeyVersion != "" {
			fmt.Fprintf(&b, ", version %s", k.KeyVersion)
		}
		b.WriteByte('\n')
	}
	for _, key := range slices.Sorted(maps.Keys(d.Context)) {
		fmt.Fprintf(&b, "context %q = %q\n", key, d.Context[key])
	}
	for _, a := range d.Attributes {
		action := a.Action.String()
		switch a.Action {
		case 0:
			action = "encrypted, signed or plain: the header does not fit the attributes"
		case crypt.Plain:
			action = "plain, no signature covers it"
		}
		fmt.Fprintf(&b, "attribute %q: %s, %s, %d bytes\n", a.Name, action, a.Type, a.Size)
	}
	return b.String()
}
