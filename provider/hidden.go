package provider

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// hidden, embedded in a config, keeps what the config holds out of logs and encoders: keys of other
// packages may be among it, and an *rsa.PrivateKey does marshal as JSON.
type hidden struct{}

const hiddenText = "provider: config (hidden)"

// Format prints that there is a config, for every verb.
func (hidden) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, hiddenText) }

// MarshalText refuses, for JSON and the like.
func (hidden) MarshalText() ([]byte, error) {
	return nil, errors.New("provider: a config does not marshal: it may hold keys")
}

// LogValue is what slog prints.
func (hidden) LogValue() slog.Value { return slog.StringValue(hiddenText) }
