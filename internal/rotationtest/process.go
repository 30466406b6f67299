package rotationtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
)

// child is the environment variable that makes a test's binary one of the processes: its Setup, as JSON.
const child = "DDB_ROTATION_CHILD"

// Main runs the tests of m, or, in a process that [Run] started, does what that asks for. It does not return.
func Main(m *testing.M) {
	setup := os.Getenv(child)
	if setup == "" {
		os.Exit(m.Run())
	}
	if err := serve(context.Background(), setup, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "rotationtest:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// request is one line to a process, which does what it names.
type request struct {
	Rotate int      // so often, until each time it was this process's turn
	Write  []string // an item under each of these versions, if there is none of this process's
	Read   []Item   // all of these
}

// answer is the line that follows.
type answer struct {
	Won   []string    // versions that rotating gave
	Lost  int         // races, where that is an error
	Usage crypt.Usage // of reading
	Error string
}

// serve answers requests until they end.
func serve(ctx context.Context, setup string, in io.Reader, out io.Writer) error {
	p := process{written: make(map[string]bool)}
	if err := json.Unmarshal([]byte(setup), &p.Setup); err != nil {
		return err
	}
	p.client = p.dynamoDB()
	var err error
	if p.keys, err = p.open(ctx); err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var q request
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return err
		}
		var a answer
		if err := p.do(ctx, q, &a); err != nil {
			a.Error = err.Error()
		}
		if err := encoder.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

// process is one of the two.
type process struct {
	Setup
	client  *dynamodb.Client
	keys    store
	written map[string]bool // by version
}

func (p *process) do(ctx context.Context, q request, a *answer) error {
	for len(a.Won) < q.Rotate {
		r, err := p.keys.rotate(ctx)
		if err != nil {
			return fmt.Errorf("rotation %d: %w", len(a.Won), err)
		}
		if r.lost {
			a.Lost++
		} else {
			a.Won = append(a.Won, r.version)
		}
		if err := p.write(ctx, r.version, r.writer); err != nil {
			return err
		}
	}
	for _, version := range q.Write {
		writer, err := p.keys.writer(ctx, version)
		if err != nil {
			return err
		}
		if err := p.write(ctx, version, writer); err != nil {
			return err
		}
	}
	if len(q.Read) == 0 {
		return nil
	}
	reader, err := p.keys.reader()
	if err != nil {
		return err
	}
	var meter crypt.Meter
	ctx = crypt.Watch(ctx, &meter, nil)
	for _, i := range q.Read {
		if err := p.read(ctx, reader, i); err != nil {
			return fmt.Errorf("item %q: %w", i.ID(), err)
		}
	}
	a.Usage = meter.Usage()
	return nil
}

// Item is an item that a process wrote under a version.
type Item struct{ Process, Version string }

// ID is the item's partition key.
func (i Item) ID() string { return i.Process + "/" + i.Version }

// Plain is the item in clear.
func (i Item) Plain() crypt.Item {
	return crypt.Item{
		PartitionKey: &types.AttributeValueMemberS{Value: i.ID()},
		Encrypted:    &types.AttributeValueMemberS{Value: "text of " + i.ID()},
	}
}

// The attributes of an item, and the table that its signature names.
const (
	PartitionKey = "id"
	Encrypted    = "text"
	LogicalTable = "visits"
)

// encryptor is that of f for the items.
func encryptor(f crypt.Format) (crypt.ItemEncryptor, error) {
	s, err := crypt.NewSchema(crypt.SchemaConfig{
		Table: LogicalTable, PartitionKey: PartitionKey, Actions: map[string]crypt.Action{Encrypted: crypt.Encrypt},
	})
	if err != nil {
		return nil, err
	}
	return f.Encryptor(s)
}

func (p *process) write(ctx context.Context, version string, by crypt.ItemEncryptor) error {
	if p.written[version] {
		return nil
	}
	p.written[version] = true
	i := Item{p.Process, version}
	sealed, err := by.EncryptItem(ctx, i.Plain())
	if err == nil {
		_, err = p.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &p.Items, Item: sealed})
	}
	if err != nil {
		return fmt.Errorf("item %q: %w", i.ID(), err)
	}
	return nil
}

func (p *process) read(ctx context.Context, by crypt.ItemEncryptor, i Item) error {
	plain := i.Plain()
	out, err := p.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &p.Items, Key: crypt.Item{PartitionKey: plain[PartitionKey]}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return err
	}
	opened, err := by.DecryptItem(ctx, out.Item)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(opened.Item, plain) {
		return errors.New("it is not what was written")
	}
	return nil
}
