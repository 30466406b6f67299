package ddbtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/expr"
)

// The service's limits of a transaction.
const (
	maxTransaction      = 100
	maxTransactionBytes = 4 << 20
	maxToken            = 36
)

// action is one item's part of a transaction.
type action struct {
	table     *table
	key       string
	condition *expr.Condition
	onFailure string
	next      func(old attributes) (attributes, error)
}

// transactions knows what was done by its token, so that a request which is sent again does nothing. The
// service forgets a token after ten minutes.
type transactions struct {
	mu   sync.Mutex
	done map[string][sha256.Size]byte
}

func (s *Server) transactWriteItems(q request) (any, error) {
	var parts []map[string]json.RawMessage
	var token, report, metrics string
	if err := q.read(parameters{
		"TransactItems": &parts, "ClientRequestToken": &token,
		"ReturnConsumedCapacity": &report, "ReturnItemCollectionMetrics": &metrics,
	}); err != nil {
		return nil, err
	}
	if err := checkTransaction(len(parts), token, &report, &metrics); err != nil {
		return nil, err
	}
	actions := make([]action, len(parts))
	for i, part := range parts {
		var err error
		if actions[i], err = s.action(part); err != nil {
			return nil, err
		}
	}
	if err := checkItemsDiffer(actions); err != nil {
		return nil, err
	}
	units, err := s.transactions.once(token, q.body, actions)
	if err != nil {
		return nil, err
	}
	return map[string]any{"ConsumedCapacity": consumedBy(units, report)}, nil
}

func checkTransaction(items int, token string, report, metrics *string) error {
	if items < 1 || items > maxTransaction {
		return invalid("1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length between 1 and %d", maxTransaction)
	}
	if len(token) > maxToken {
		return invalid("1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to %d", maxToken)
	}
	if err := oneOf("returnItemCollectionMetrics", metrics, none, "SIZE"); err != nil {
		return err
	}
	if *metrics != none {
		return notImplemented("TransactWriteItems", "ReturnItemCollectionMetrics")
	}
	return checkReport(report)
}

// action reads one part, which is one of four kinds.
func (s *Server) action(part map[string]json.RawMessage) (none action, _ error) {
	if len(part) != 1 {
		return none, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	for kind, body := range part {
		target, ok := map[string]string{"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}[kind]
		if !ok {
			return none, notImplemented("TransactWriteItems", "a part "+fmt.Sprintf("%.64q", kind))
		}
		var given attributes
		w, err := request{kind, body}.readWrite(target, &given)
		if err != nil {
			return none, err
		}
		t, err := s.table(w.table)
		if err != nil {
			return none, err
		}
		a := action{table: t, condition: w.condition, onFailure: w.onFailure}
		switch kind {
		case "Put":
			var stored attributes
			if stored, a.key, err = t.storable(given); err != nil {
				return none, err
			}
			a.next = func(attributes) (attributes, error) { return stored, nil }
		case "Update":
			a.key, a.next, err = w.updating(t, given)
		case "Delete":
			a.key, err = t.key(given)
			a.next = func(attributes) (attributes, error) { return nil, nil }
		case "ConditionCheck":
			if a.condition == nil {
				return none, invalid("The expression can not be empty;")
			}
			a.key, err = t.key(given)
			a.next = func(old attributes) (attributes, error) { return old, nil }
		}
		return a, err
	}
	return none, nil
}

func checkItemsDiffer(actions []action) error {
	type place struct {
		table *table
		key   string
	}
	seen := make(map[place]bool)
	for _, a := range actions {
		p := place{a.table, a.key}
		if seen[p] {
			return invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[p] = true
	}
	return nil
}

// once does the actions, unless they were done under this token.
func (t *transactions) once(token string, body []byte, actions []action) (map[*table]float64, error) {
	if token == "" {
		return transact(actions)
	}
	sorted, err := inOrder(body)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(sorted)
	t.mu.Lock()
	defer t.mu.Unlock()
	if before, ok := t.done[token]; ok {
		if before != digest {
			return nil, &fault{kind: dynamodbFault + "IdempotentParameterMismatchException", message: "the token was used for another request"}
		}
		return nil, nil
	}
	units, err := transact(actions)
	if err == nil {
		if t.done == nil {
			t.done = make(map[string][sha256.Size]byte)
		}
		t.done[token] = digest
	}
	return units, err
}

// inOrder is a request with its members sorted: clients send the attributes of an item in any order.
func inOrder(body []byte) ([]byte, error) {
	var all any
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, badRequest
	}
	return json.Marshal(all)
}

// transact does all of the actions or none, and returns what they cost.
func transact(actions []action) (map[*table]float64, error) {
	tables := make(map[*table]float64)
	for _, a := range actions {
		tables[a.table] = 0
	}
	locked := make([]*table, 0, len(tables))
	for t := range tables {
		locked = append(locked, t)
	}
	slices.SortFunc(locked, func(a, b *table) int { return cmp.Compare(a.input.name, b.input.name) }) // so that no two wait for each other
	for _, t := range locked {
		t.mu.Lock()
		defer t.mu.Unlock()
	}
	items := make([]attributes, len(actions))
	reasons := make([]reason, len(actions))
	cancelled := false
	total := 0
	for i, a := range actions {
		old := a.table.items[a.key]
		if a.condition != nil && !a.condition.Holds(old) {
			reasons[i] = reason{Code: "ConditionalCheckFailed", Message: "The conditional request failed"}
			if a.onFailure == allOld {
				reasons[i].Item = old
			}
			cancelled = true
			continue
		}
		var err error
		if items[i], err = a.next(old); err != nil {
			reasons[i] = reason{Code: "ValidationError", Message: err.Error()}
			cancelled = true
			continue
		}
		size := max(attribute.ItemSize(old), attribute.ItemSize(items[i]))
		total += size
		tables[a.table] += 2 * writeUnits(size)
	}
	if cancelled {
		return nil, transactionCancelled(reasons)
	}
	if total > maxTransactionBytes {
		return nil, invalid("Transaction request size exceeds the limit of %d bytes", maxTransactionBytes)
	}
	for i, a := range actions {
		a.table.set(a.key, items[i])
	}
	return tables, nil
}

// reason says why an action cancelled its transaction.
type reason struct {
	Code    string
	Message string     `json:",omitempty"`
	Item    attributes `json:",omitempty"`
}

func transactionCancelled(reasons []reason) error {
	codes := make([]string, len(reasons))
	for i := range reasons {
		if reasons[i].Code == "" {
			reasons[i].Code = "None"
		}
		codes[i] = reasons[i].Code
	}
	return &fault{
		kind:    dynamodbFault + "TransactionCanceledException",
		message: "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]",
		reasons: reasons,
	}
}

// consumedBy is the report of each table's capacity.
func consumedBy(units map[*table]float64, report string) []*capacity {
	if report == none {
		return nil
	}
	all := []*capacity{}
	for t, n := range units {
		all = append(all, t.consumed(report, n))
	}
	slices.SortFunc(all, func(a, b *capacity) int { return cmp.Compare(a.TableName, b.TableName) })
	return all
}
