// Command driver runs this library by the driver protocol of interop/README.md: one JSON request a
// line on standard input, one JSON answer a line on standard output, in order.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/interop/protocol"
)

func main() {
	if err := run(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "driver:", err)
		os.Exit(1)
	}
}

// maxLine is the longest request taken, in bytes: the longest item of package ddbjson and as much again
// for its case. What is longer is answered without being kept.
const maxLine = 2 * ddbjson.MaxSize

// run answers until requests end. Only a broken stream is an error: a bad case is an answer.
func run(ctx context.Context, requests io.Reader, answers io.Writer) error {
	lines := bufio.NewReaderSize(requests, 64<<10)
	out := bufio.NewWriter(answers)
	encoder := json.NewEncoder(out)
	d := &driver{}
	for {
		line, more, err := readLine(lines)
		if more {
			if err := encoder.Encode(d.handle(ctx, line)); err != nil {
				return err
			}
			// Whoever asks may wait for this answer before the next request.
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readLine returns the next line, nil for one longer than maxLine. There is no more where the stream ended
// before it began.
func readLine(lines *bufio.Reader) (line []byte, more bool, err error) {
	long := false
	for {
		part, err := lines.ReadSlice('\n')
		more = more || len(part) > 0
		if long = long || len(line)+len(part) > maxLine; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, more, err
		}
	}
}

// driver is the state between requests.
type driver struct {
	setup protocol.Request
	keys  map[string]protocol.Key // of setup
	pairs map[string]pair         // of keys, parsed

	servers servers
}

func (d *driver) handle(ctx context.Context, line []byte) protocol.Answer {
	if line == nil {
		return refusal(configError{fmt.Errorf("request is longer than %d bytes", maxLine)})
	}
	var answer protocol.Answer
	var request protocol.Request
	err := json.Unmarshal(line, &request) // also where it fails for a type, the id is there
	if err != nil {
		err = configError{fmt.Errorf("request is not of the protocol: %w", err)}
	} else {
		answer, err = d.guarded(ctx, request)
	}
	if err != nil {
		answer = refusal(err)
	}
	if utf8.Valid(request.ID) { // else no reader of the answers could tell what it is
		answer.ID = request.ID
	}
	return answer
}

// guarded makes a panic an answer: it is a bug of ours that a run should report and survive. It has
// no class, so that no test takes it for a refusal.
func (d *driver) guarded(ctx context.Context, request protocol.Request) (answer protocol.Answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return d.answer(ctx, request)
}

func (d *driver) answer(ctx context.Context, request protocol.Request) (protocol.Answer, error) {
	if request.Op == protocol.Setup {
		*d = driver{setup: request, keys: request.Keys, pairs: map[string]pair{}, servers: servers{kms: map[string]*kms.Client{}}}
		return protocol.Answer{OK: true}, nil
	}
	switch request.Op {
	case protocol.CreateStore, protocol.CreateKey, protocol.Rotate:
		return d.onStore(ctx, request)
	}
	c, err := d.encryptor(ctx, request)
	if err != nil {
		return protocol.Answer{}, notMade(err)
	}
	switch request.Op {
	case protocol.Encrypt:
		return c.encrypt(ctx, request.Item)
	case protocol.Decrypt:
		return c.decrypt(ctx, request.Item)
	case protocol.Bench:
		return c.bench(ctx, request)
	case protocol.Put:
		return d.put(ctx, c, request)
	case protocol.Get:
		return d.get(ctx, c, request)
	}
	return protocol.Answer{}, configError{fmt.Errorf("no operation %q", request.Op)}
}

// onStore does an operation on the table of keys that the request's case names.
func (d *driver) onStore(ctx context.Context, request protocol.Request) (protocol.Answer, error) {
	switch request.Format {
	case protocol.DDBEC:
		return d.onMetaStore(ctx, request)
	case protocol.DBE:
		return d.onKeyStore(ctx, request)
	}
	return protocol.Answer{}, configError{fmt.Errorf("format %q is not supported by this driver", request.Format)}
}

// encryptor makes the encryptor of request's case.
func (d *driver) encryptor(ctx context.Context, request protocol.Request) (encryptor, error) {
	switch request.Format {
	case protocol.DDBEC:
		e, err := d.ddbec(ctx, request.Case)
		return encryptor{e, e}, err
	case protocol.DBE:
		return d.dbe(ctx, request.Op, request.Case)
	}
	return encryptor{}, fmt.Errorf("format %q is not supported by this driver", request.Format)
}
