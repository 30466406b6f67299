// Command bench prints how long this library and AWS's Java client take to protect and to open one item,
// by provider and signature, on one machine in one run:
//
//	go run ./bench              in the module interop, with DDB_PEER_JAVA as interop/README.md sets it
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
	command := os.Getenv("DDB_PEER_JAVA")
	if command == "" {
		return fmt.Errorf("DDB_PEER_JAVA is not set: interop/README.md says to what")
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
	java, err := peers.Start(ctx, "java", command, protocol.Request{Keys: keys})
	if err != nil {
		return err
	}
	defer java.Close()

	fmt.Printf("µs an item of 12 attributes, 5 encrypted, %d rounds\n", c.rounds)
	fmt.Printf("%-40s %21s %21s %21s\n", "", "ours", "Java", "Java's time / ours")
	fmt.Printf("%-40s %10s %10s %10s %10s %10s %10s\n", "", "write", "read", "write", "read", "write", "read")
	for _, p := range cases() {
		row, err := measure(ours, java, p, c)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Printf("%-40s %10.1f %10.1f %10.1f %10.1f %10.2f %10.2f\n", p.name,
			row.oursWrite, row.oursRead, row.javaWrite, row.javaRead, row.writeRatio, row.readRatio)
	}
	return nil
}
