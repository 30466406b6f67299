package directkms

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/provider"
)

// The names in an encryption context that are not those of keys (1.12). The asterisks belong to them.
const (
	contextEnvAlg = "*amzn-ddb-env-alg*"
	contextSigAlg = "*amzn-ddb-sig-alg*"
	contextTable  = "*aws-kms-table*"
)

// bound is what an item's data key is bound to, all but the table.
type bound struct {
	algorithms algorithms
	names      []string // of the key attributes
	values     []string // in the form in which DynamoDB returns them
	given      []string // as the item has them, nil where that is the same
}

// bind reads what is bound of the item that r names.
func bind(r provider.Request, a algorithms) (none bound, _ error) {
	if r.Table == "" || r.PartitionKey == "" || r.Keys == nil {
		return none, errors.New("directkms: the request names no table or no keys")
	}
	item, err := r.Keys()
	if err != nil {
		return none, fmt.Errorf("directkms: the item's keys: %w", err)
	}
	b := bound{algorithms: a}
	respelled := false
	for _, name := range []string{r.PartitionKey, r.SortKey} {
		if name == "" {
			continue
		}
		switch name {
		case contextEnvAlg, contextSigAlg, contextTable:
			return none, fmt.Errorf("%w: directkms: key attribute %q: an encryption context has that name for something else: rename it", crypt.ErrFormat, name)
		}
		value, given, problem := keyText(item[name])
		if problem != "" {
			return none, fmt.Errorf("%w: directkms: key attribute %.128q: %s", crypt.ErrFormat, name, problem)
		}
		b.names, b.values, b.given = append(b.names, name), append(b.values, value), append(b.given, given)
		respelled = respelled || value != given
	}
	if !respelled {
		b.given = nil
	}
	return b, nil
}

// keyText is the text of a key in an encryption context: in the form in which DynamoDB returns it, and as it is
// given.
func keyText(v types.AttributeValue) (text, given, problem string) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value, v.Value, ""
	case *types.AttributeValueMemberB:
		text = base64.StdEncoding.EncodeToString(v.Value)
		return text, text, ""
	case *types.AttributeValueMemberN:
		c, err := number.Storable(nil, v.Value)
		if err != nil {
			return "", "", err.Error()
		}
		return string(c), v.Value, ""
	case nil:
		return "", "", "it is missing"
	}
	return "", "", "a key is of type S, N or B"
}

// context is the encryption context for a table of that name.
func (b bound) context(table string, values []string) map[string]string {
	c := map[string]string{contextEnvAlg: b.algorithms.content, contextSigAlg: b.algorithms.mac, contextTable: table}
	for i, name := range b.names {
		c[name] = values[i]
	}
	return c
}

// written is the context that a data key is made for. A number of the wrong spelling would be bound as no reader
// gets it.
func (b bound) written(table string) (map[string]string, error) {
	for i, given := range b.given {
		if b.values[i] == "0" && number.NegativeZero(given) {
			return nil, fmt.Errorf("%w: directkms: key attribute %.128q is -0, which DynamoDB returns as 0: write 0", crypt.ErrFormat, b.names[i])
		}
	}
	return b.context(table, b.values), nil
}

// readable are the contexts that a stored data key may have been made for, the likeliest first. Each is a fixed
// function of the item, so that trying forges nothing.
func (b bound) readable(r provider.Request) []map[string]string {
	var all []map[string]string
	for _, table := range append([]string{r.Table}, r.Aliases...) {
		all = append(all, b.context(table, b.values))
		if b.given != nil {
			all = append(all, b.context(table, b.given)) // as AWS's clients bind it, of an item that DynamoDB did not respell
		}
	}
	return all
}
