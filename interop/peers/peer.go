// Package peers runs drivers, see package protocol, as child processes.
package peers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/dynaseal/ddb/interop/protocol"
)

// MaxAnswer is the longest line taken from a driver, in bytes.
const MaxAnswer = 16 << 20

// stopTime is how long a driver may take to end once its input has.
const stopTime = 10 * time.Second

// Peer is a running driver. Use it from one goroutine at a time.
type Peer struct {
	name    string
	command *exec.Cmd
	input   io.WriteCloser
	answers *bufio.Scanner
	stray   *tail
}

// Start runs command, a line for the shell, and sends it setup, whose Op it fills in. The process ends with
// [Peer.Close] or with ctx.
func Start(ctx context.Context, name, command string, setup protocol.Request) (*Peer, error) {
	// exec: the shell becomes the driver, so that killing the child ends the driver.
	p := &Peer{name: name, command: exec.CommandContext(ctx, "sh", "-c", "exec "+command), stray: new(tail)}
	p.command.Stderr = p.stray
	p.command.WaitDelay = stopTime
	var err error
	if p.input, err = p.command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("peers: start %s: %w", name, err)
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("peers: start %s: %w", name, err)
	}
	p.answers = bufio.NewScanner(output)
	p.answers.Buffer(nil, MaxAnswer)
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("peers: start %s: %w", name, err)
	}
	setup.Op = protocol.Setup
	answers, err := p.Run([]protocol.Request{setup})
	if err == nil && !answers[0].OK {
		err = errors.New(answers[0].Error)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("peers: setup of %s: %w", name, err), p.Close())
	}
	return p, nil
}

// Run sends all requests, numbering them, without waiting for answers in between, and returns the
// answers in the order of the requests. After an error the Peer is only good for Close.
func (p *Peer) Run(requests []protocol.Request) ([]protocol.Answer, error) {
	sent := make(chan error, 1)
	go func() { sent <- p.send(requests) }()
	answers := make([]protocol.Answer, 0, len(requests))
	for i := range requests {
		answer, err := p.receive(i)
		if err != nil {
			// The driver may never read again: closing its input is what ends the sender.
			return nil, errors.Join(err, p.input.Close(), <-sent)
		}
		answers = append(answers, answer)
	}
	return answers, <-sent
}

func (p *Peer) send(requests []protocol.Request) error {
	w := bufio.NewWriterSize(p.input, 64<<10)
	encoder := json.NewEncoder(w)
	for i, request := range requests {
		request.ID = strconv.AppendInt(nil, int64(i), 10)
		if err := encoder.Encode(request); err != nil {
			return fmt.Errorf("peers: send to %s: %w", p.name, err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("peers: send to %s: %w", p.name, err)
	}
	return nil
}

func (p *Peer) receive(number int) (protocol.Answer, error) {
	var answer protocol.Answer
	if !p.answers.Scan() {
		cause := p.answers.Err()
		if cause == nil {
			cause = io.ErrUnexpectedEOF
		}
		return answer, fmt.Errorf("peers: %s: answer %d: %w; it printed:\n%s", p.name, number, cause, p.stray)
	}
	if err := json.Unmarshal(p.answers.Bytes(), &answer); err != nil {
		return answer, fmt.Errorf("peers: %s: answer %d is no JSON: %w", p.name, number, err)
	}
	if string(answer.ID) != strconv.Itoa(number) {
		return answer, fmt.Errorf("peers: %s: answer %d has the id %s", p.name, number, answer.ID)
	}
	return answer, nil
}

// Close ends the driver, by force if it does not end with its input, and waits for it.
func (p *Peer) Close() error {
	p.input.Close()
	defer time.AfterFunc(stopTime, func() { p.command.Process.Kill() }).Stop()
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("peers: %s: %w; it printed:\n%s", p.name, err, p.stray)
	}
	return nil
}

// tail keeps the end of what a driver prints, for messages about its end.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const tailBytes = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if len(t.kept) > tailBytes {
		t.kept = bytes.Clone(t.kept[len(t.kept)-tailBytes:])
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
