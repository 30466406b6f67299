// Command inspect says what a stored item tells of how it is protected: format, suite, for which keys, the stored
// encryption context, the action of each attribute, sizes. It needs no keys, shows no key and no encrypted value, and
// verifies nothing: whoever can write the table can write what it shows. It reads DynamoDB JSON.
//
//	go run ./examples/inspect                                # two items of its own, one of each format
//	go run ./examples/inspect -unsigned seen,x_* visit.json
//	aws dynamodb get-item --table-name visits --key file://key.json --query Item | go run ./examples/inspect -
//
// No item of the modern format says what is plain: -unsigned names it, and what the table's other writers leave unsigned.
package main

import (
	"bytes"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/ddbjson"
)

// What an item of each format looks like; the test has their keys.
var (
	//go:embed testdata/modern.json
	modern []byte
	//go:embed testdata/legacy.json
	legacy []byte
)

func main() {
	if err := run(os.Stdout, os.Stdin, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(w io.Writer, stdin io.Reader, args []string) error {
	flags := flag.NewFlagSet("inspect", flag.ContinueOnError)
	unsigned := flags.String("unsigned", "", "names of unsigned attributes, with commas between them; NAME* is a prefix")
	if err := flags.Parse(args); err != nil {
		return err
	}
	names := strings.FieldsFunc(*unsigned, func(r rune) bool { return r == ',' })
	switch {
	case flags.NArg() == 0:
		if err := inspect(w, bytes.NewReader(modern), []string{"seen"}); err != nil {
			return err
		}
		fmt.Fprintln(w)
		return inspect(w, bytes.NewReader(legacy), nil)
	case flags.NArg() > 1:
		return errors.New("inspect: one file, or - for the standard input")
	case flags.Arg(0) == "-":
		return inspect(w, stdin, names)
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer file.Close()
	return inspect(w, file, names)
}

// inspect describes the item that r holds.
func inspect(w io.Writer, r io.Reader, unsigned []string) error {
	text, err := io.ReadAll(io.LimitReader(r, ddbjson.MaxSize+1))
	if err != nil {
		return err
	}
	item, err := ddbjson.Unmarshal(text)
	if err != nil {
		return err
	}
	switch inModern, inLegacy := hasAny(item, dbe.HeaderField, dbe.FooterField), hasAny(item, ddbec.SignatureField, ddbec.DescriptionField); {
	case inModern && inLegacy:
		return errors.New("inspect: the item has marks of both formats, and no reader takes it")
	case inModern:
		d, err := dbe.Describe(item, unsigned...)
		if err != nil {
			return err
		}
		fmt.Fprint(w, d)
		if slices.ContainsFunc(d.Attributes, func(a dbe.AttributeDescription) bool { return a.Action == 0 }) {
			fmt.Fprintln(w, "name with -unsigned what is plain, to see the actions of the others")
		}
		return nil
	case inLegacy:
		return describeLegacy(w, item)
	}
	return errors.New("inspect: the item has no marks: it is in clear, was read without them, or has marks of other names")
}

// hasAny reports whether item has a mark: a lone one counts, as in every reader.
func hasAny(item crypt.Item, marks ...string) bool {
	for _, mark := range marks {
		if _, ok := item[mark]; ok {
			return true
		}
	}
	return false
}
