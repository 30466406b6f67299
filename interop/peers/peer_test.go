package peers_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

// The test binary is its own driver when DRIVER says how it should behave.
func TestMain(m *testing.M) {
	if behaviour := os.Getenv("DRIVER"); behaviour != "" {
		drive(behaviour)
		return
	}
	os.Exit(m.Run())
}

func drive(behaviour string) {
	lines := bufio.NewScanner(os.Stdin)
	for n := 0; lines.Scan(); n++ {
		if n == 0 { // setup
			switch behaviour {
			case "refuse":
				fmt.Println(`{"id":0,"ok":false,"error":"no such key type"}`)
			default:
				fmt.Println(`{"id":0,"ok":true}`)
			}
			continue
		}
		switch behaviour {
		case "die":
			fmt.Fprintln(os.Stderr, "out of ideas")
			os.Exit(3)
		case "skip":
			fmt.Printf("{\"id\":%d,\"ok\":true}\n", n)
		case "babble":
			fmt.Println("hello")
		default:
			fmt.Printf("{\"id\":%d,\"ok\":true,\"item\":{}}\n", n-1)
		}
	}
}

func start(t *testing.T, behaviour string) (*peers.Peer, error) {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	return peers.Start(t.Context(), "test", fmt.Sprintf("env DRIVER=%s '%s'", behaviour, path), protocol.Request{})
}

func TestManyRequests(t *testing.T) {
	p, err := start(t, "answer")
	require.NoError(t, err)
	requests := make([]protocol.Request, 10_000)
	for i := range requests {
		requests[i] = protocol.Request{Op: protocol.Encrypt, Item: []byte(`{"a":{"S":"` + strings.Repeat("x", 1000) + `"}}`)}
	}
	answers, err := p.Run(requests)
	require.NoError(t, err)
	assert.Len(t, answers, len(requests))
	assert.NoError(t, p.Close())
}

func TestBadDrivers(t *testing.T) {
	for behaviour, want := range map[string]string{
		"die":    "out of ideas",
		"skip":   "answer 0 has the id 1",
		"babble": "answer 0 is no JSON",
	} {
		t.Run(behaviour, func(t *testing.T) {
			p, err := start(t, behaviour)
			require.NoError(t, err)
			_, err = p.Run(make([]protocol.Request, 1000))
			require.Error(t, err)
			closed := p.Close()
			if behaviour == "die" {
				assert.ErrorContains(t, closed, "exit status 3")
			} else {
				assert.NoError(t, closed)
			}
			assert.ErrorContains(t, errors.Join(err, closed), want) // what it printed is whole once it has ended
		})
	}
}

func TestStartFails(t *testing.T) {
	_, err := start(t, "refuse")
	assert.ErrorContains(t, err, "no such key type")
	_, err = peers.Start(t.Context(), "test", "/no/such/program", protocol.Request{})
	assert.ErrorContains(t, err, "setup of test")
}
