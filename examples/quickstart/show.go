package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
)

func title(w io.Writer, n int, text string) { fmt.Fprintf(w, "\n%d. %s\n\n", n, text) }

// compare prints each field beside the attribute that the table holds for it.
func compare(w io.Writer, v Visit, stored crypt.Item) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  in Go\t\ttag\tin the table")
	rv := reflect.ValueOf(v)
	left := make(map[string]bool)
	for name := range stored {
		left[name] = true
	}
	for i := range rv.NumField() {
		f := rv.Type().Field(i)
		tag := f.Tag.Get("ddb")
		name, _, _ := strings.Cut(tag, ",")
		delete(left, name)
		fmt.Fprintf(t, "  %s\t%v\t%s\t%s\n", f.Name, rv.Field(i), tag, show(stored[name]))
	}
	for _, mark := range slices.Sorted(maps.Keys(left)) { // what the format added
		fmt.Fprintf(t, "  \t\t%s\t%s\n", mark, show(stored[mark]))
	}
	t.Flush()
}

func show(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("S  %s", v.Value)
	case *types.AttributeValueMemberN:
		return fmt.Sprintf("N  %s", v.Value)
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("B  %s… (%d bytes)", hex.EncodeToString(v.Value[:min(8, len(v.Value))]), len(v.Value))
	}
	return fmt.Sprintf("%T", v)
}
