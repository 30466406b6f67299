package main

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

// counts is how often everything is done.
type counts struct{ rounds, warm, each, slow int }

// row is medians over the rounds: µs an item, and the peer's time by ours.
type row struct {
	oursWrite, oursRead, peerWrite, peerRead, writeRatio, readRatio float64
}

// measure has ours and the peer take turns.
func measure(ours, peer *peers.Peer, format string, p providerCase, c counts) (row, error) {
	if p.private {
		c.warm, c.each = max(1, c.warm/c.slow), max(1, c.each/c.slow)
	}
	item, actions := measured()
	encodedItem, err := ddbjson.Marshal(item)
	if err != nil {
		return row{}, err
	}
	encodedCase, err := json.Marshal(caseOf(format, p, actions))
	if err != nil {
		return row{}, err
	}
	request := protocol.Request{
		Op: protocol.Bench, Format: format, Case: encodedCase, Item: encodedItem,
		Warm: c.warm, Each: c.each, Runs: 1,
	}
	var figures [6][]float64
	for range c.rounds {
		ow, or, err := ask(ours, request)
		if err != nil {
			return row{}, err
		}
		jw, jr, err := ask(peer, request)
		if err != nil {
			return row{}, err
		}
		for i, figure := range []float64{ow, or, jw, jr, jw / ow, jr / or} {
			figures[i] = append(figures[i], figure)
		}
		request.Warm = c.each / 10 // both are warm, but the caches are the other's
	}
	return row{
		median(figures[0]), median(figures[1]), median(figures[2]), median(figures[3]), median(figures[4]), median(figures[5]),
	}, nil
}

func ask(peer *peers.Peer, request protocol.Request) (write, read float64, err error) {
	answers, err := peer.Run([]protocol.Request{request})
	if err != nil {
		return 0, 0, err
	}
	answer := answers[0]
	switch {
	case !answer.OK:
		return 0, 0, errors.New(answer.Error)
	case len(answer.EncryptMicros) != 1 || len(answer.DecryptMicros) != 1:
		return 0, 0, errors.New("not one figure a run")
	}
	return answer.EncryptMicros[0], answer.DecryptMicros[0], nil
}

func median(figures []float64) float64 {
	slices.Sort(figures)
	n := len(figures)
	return (figures[(n-1)/2] + figures[n/2]) / 2
}
