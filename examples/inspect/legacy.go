package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/provider"
)

// wrappedKey is the description entry that holds an item's content key, wrapped: its size says enough.
const wrappedKey = "amzn-ddb-env-key"

// describeLegacy says of an item of the legacy format what there is to say. The format stores no actions; of the
// attributes that are not as a reader would guess, items written here have a list.
func describeLegacy(w io.Writer, item crypt.Item) error {
	fmt.Fprintln(w, "DynamoDB Encryption Client\nread without keys: nothing below is authenticated")
	fmt.Fprintf(w, "item of %d bytes\n", attribute.ItemSize(item))
	signature, ok := item[ddbec.SignatureField].(*types.AttributeValueMemberB)
	if !ok {
		return fmt.Errorf("inspect: %w: attribute %s is missing or not of type B", crypt.ErrFormat, ddbec.SignatureField)
	}
	fmt.Fprintf(w, "signature of %d bytes\n", len(signature.Value))
	if err := describeDescription(w, item); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(item)) {
		if name == ddbec.SignatureField || name == ddbec.DescriptionField {
			continue
		}
		fmt.Fprintf(w, "attribute %q: action not stored, %s, %d bytes\n", name, attribute.KindOf(item[name]), attribute.Size(item[name]))
	}
	return nil
}

// describeDescription prints the entries of the material description. Java leaves out an empty one.
func describeDescription(w io.Writer, item crypt.Item) error {
	mark, ok := item[ddbec.DescriptionField]
	if !ok {
		return nil
	}
	stored, ok := mark.(*types.AttributeValueMemberB)
	if !ok {
		return fmt.Errorf("inspect: %w: attribute %s is not of type B", crypt.ErrFormat, ddbec.DescriptionField)
	}
	description, err := provider.ParseDescription(stored.Value)
	if err != nil {
		return err
	}
	entries := description.Map()
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if name == wrappedKey {
			fmt.Fprintf(w, "description %q: %d characters\n", name, len(entries[name]))
			continue
		}
		fmt.Fprintf(w, "description %q = %q\n", name, entries[name])
	}
	return nil
}
