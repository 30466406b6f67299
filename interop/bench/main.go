// Command bench prints how long this library and AWS's clients take to protect and to open one item, on one
// machine in one run: by provider and signature of the legacy format, by suite of the modern one.
//
//	go run ./bench              in the module interop, with DDB_PEER_JAVA, DDB_PEER_DBE_JAVA or both as
//	                            interop/README.md sets them, and DDB_PEER_RUST_RELEASE, a release build
//
// Both are drivers that stay for the whole run. They take turns, so that both meet the same neighbours on
// the machine; each figure is the median of the rounds, and each ratio that of the rounds' own ratios.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

func main() {
	var c counts
	flag.IntVar(&c.rounds, "rounds", 9, "`rounds` in which both take their turn")
	flag.IntVar(&c.warm, "warm", 30_000, "`items` untimed before the first round")
	flag.IntVar(&c.each, "each", 20_000, "`items` a round")
	flag.IntVar(&c.slow, "slow", 20, "`times` fewer where a private key is used")
	flag.Parse()
	if err := run(context.Background(), c); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c counts) error {
	if c.rounds < 1 || c.warm < 0 || c.each < 1 || c.slow < 1 {
		return fmt.Errorf("-rounds, -each and -slow are at least 1, -warm at least 0")
	}
	var asked []group
	for _, g := range groups() {
		if os.Getenv(g.variable) != "" {
			asked = append(asked, g)
		}
	}
	if len(asked) == 0 {
		return fmt.Errorf("neither DDB_PEER_JAVA nor DDB_PEER_DBE_JAVA is set: interop/README.md says to what")
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	driver := filepath.Join(folder, "driver")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", driver, "github.com/dynaseal/ddb/interop/driver").CombinedOutput(); err != nil {
		return fmt.Errorf("our driver does not build: %w: %s", err, output)
	}
	keys, err := keys()
	if err != nil {
		return err
	}
	ours, err := peers.Start(ctx, "go", strconv.Quote(driver), protocol.Request{Keys: keys})
	if err != nil {
		return err
	}
	defer ours.Close()
	fmt.Printf("µs an item of 12 attributes, 5 encrypted, %d rounds\n", c.rounds)
	for _, g := range asked {
		if err := table(ctx, ours, g, keys, c); err != nil {
			return err
		}
	}
	return nil
}

// table prints the rows of a group.
func table(ctx context.Context, ours *peers.Peer, g group, keys map[string]protocol.Key, c counts) error {
	peer, err := peers.Start(ctx, g.peer, os.Getenv(g.variable), protocol.Request{Keys: keys})
	if err != nil {
		return err
	}
	defer peer.Close()
	fmt.Printf("\n%-40s %21s %21s %21s\n", g.format, "ours", g.peer, g.peer+"'s time / ours")
	fmt.Printf("%-40s %10s %10s %10s %10s %10s %10s\n", "", "write", "read", "write", "read", "write", "read")
	for _, p := range g.cases {
		row, err := measure(ours, peer, g.format, p, c)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Printf("%-40s %10.1f %10.1f %10.1f %10.1f %10.2f %10.2f\n", p.name,
			row.oursWrite, row.oursRead, row.peerWrite, row.peerRead, row.writeRatio, row.readRatio)
	}
	return nil
}
