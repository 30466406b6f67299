package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/interop/protocol"
)

// encryptor does the operations of one case. Of a case with two keyrings it has what the operation needs.
type encryptor struct{ writer, reader crypt.ItemEncryptor }

func (e encryptor) encrypt(ctx context.Context, text []byte) (protocol.Answer, error) {
	item, err := ddbjson.Unmarshal(text)
	if err != nil {
		return protocol.Answer{}, fmt.Errorf("item: %w: %w", crypt.ErrFormat, err)
	}
	stored, err := e.writer.EncryptItem(ctx, item)
	if err != nil {
		return protocol.Answer{}, err
	}
	return answerItem(stored)
}

func (e encryptor) decrypt(ctx context.Context, text []byte) (protocol.Answer, error) {
	item, err := ddbjson.Unmarshal(text)
	if err != nil {
		return protocol.Answer{}, fmt.Errorf("item: %w: %w", crypt.ErrFormat, err)
	}
	opened, err := e.reader.DecryptItem(ctx, item)
	if err != nil {
		return protocol.Answer{}, err
	}
	return answerItem(opened.Item)
}

func answerItem(item crypt.Item) (protocol.Answer, error) {
	text, err := ddbjson.Marshal(item)
	return protocol.Answer{OK: err == nil, Item: text}, err
}

// maxRuns is the longest list of figures that a bench answers.
const maxRuns = 10_000

func (e encryptor) bench(ctx context.Context, request protocol.Request) (protocol.Answer, error) {
	if request.Warm < 0 || request.Each < 1 || request.Runs < 1 || request.Runs > maxRuns {
		return protocol.Answer{}, configError{fmt.Errorf("bench needs warm ≥ 0, each ≥ 1 and runs of 1 to %d", maxRuns)}
	}
	item, err := ddbjson.Unmarshal(request.Item)
	if err != nil {
		return protocol.Answer{}, fmt.Errorf("item: %w: %w", crypt.ErrFormat, err)
	}
	stored, err := e.writer.EncryptItem(ctx, item)
	if err != nil {
		return protocol.Answer{}, err
	}
	encrypt, err := meanMicros(request, func() error { _, err := e.writer.EncryptItem(ctx, item); return err })
	if err != nil {
		return protocol.Answer{}, err
	}
	decrypt, err := meanMicros(request, func() error { _, err := e.reader.DecryptItem(ctx, stored); return err })
	return protocol.Answer{OK: err == nil, EncryptMicros: encrypt, DecryptMicros: decrypt}, err
}

// meanMicros is the mean time of an operation in µs, one number a run, after the warm-up.
func meanMicros(request protocol.Request, operation func() error) ([]float64, error) {
	for range request.Warm {
		if err := operation(); err != nil {
			return nil, err
		}
	}
	means := make([]float64, request.Runs)
	for run := range means {
		start := time.Now()
		for range request.Each {
			if err := operation(); err != nil {
				return nil, err
			}
		}
		means[run] = float64(time.Since(start).Nanoseconds()) / 1e3 / float64(request.Each)
	}
	return means, nil
}
