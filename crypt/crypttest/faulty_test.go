package crypttest_test

import (
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
)

func TestFaultyFormats(t *testing.T) {
	all := faultyFormats(t)
	checks, _ := crypttest.Names()
	wants := map[string]string{}
	for name, f := range all {
		wants[name] = f.check
	}
	demand(t, checks, wants, func(t *testing.T, name string, skip []string) []crypttest.Failure {
		c := crypttest.Config{Secrets: [][]byte{keyBytes(0), keyBytes(32)}, Skip: skip}
		if all[name].config != nil {
			all[name].config(&c)
		}
		return crypttest.CheckFormat(t.Context(), all[name].format, c)
	})
}

func faultyFormats(t *testing.T) map[string]faulty {
	sound := ddbec.Format(static(t, 0))
	all := map[string]faulty{}
	add := func(name, check string, damage func(*fault, crypt.Schema)) {
		all[name] = faulty{check: check, format: damaged(sound, damage)}
	}
	rescheme := func(name, check string, change func(*crypt.SchemaConfig)) {
		all[name] = faulty{check: check, format: reschemed(sound, change)}
	}
	addArgumentFaults(add)
	addReadingFaults(add)
	addWritingFaults(add)

	rescheme("ignores the table", "moved-to-another-table", func(c *crypt.SchemaConfig) { c.Table = "any" })
	rescheme("ignores aliases", "table-aliases", func(c *crypt.SchemaConfig) { c.Aliases = nil })
	rescheme("writes under an alias", "table-aliases", func(c *crypt.SchemaConfig) {
		if n := len(c.Aliases); n > 0 {
			c.Table, c.Aliases[n-1] = c.Aliases[n-1], c.Table
		}
	})
	rescheme("leaves one attribute unencrypted", "secrecy", func(c *crypt.SchemaConfig) {
		for name, a := range c.Actions {
			if a == crypt.Encrypt && strings.HasSuffix(name, "numbers") {
				c.Actions[name] = crypt.Sign
			}
		}
	})
	rescheme("leaves the context unsigned", "context-action", func(c *crypt.SchemaConfig) {
		for name, a := range c.Actions {
			if a == crypt.SignContext {
				c.Actions[name] = crypt.Plain
			}
		}
	})
	rescheme("signs whatever is undeclared", "undeclared-refused", func(c *crypt.SchemaConfig) {
		if c.Unknown == 0 || c.Unknown == crypt.Refuse {
			c.Unknown = crypt.Sign
		}
	})
	rescheme("signs no sort key", "moved-to-another-item", func(c *crypt.SchemaConfig) {
		if c.SortKey != "" {
			c.Actions[c.SortKey] = crypt.Plain
		}
	})
	all["has one key for all"] = faulty{"other-keys", sound, func(c *crypttest.Config) { c.OtherKeys = sound }}
	all["takes the zero Schema"] = faulty{check: "schema", format: formatFunc(func(s crypt.Schema) (crypt.ItemEncryptor, error) {
		if s.IsZero() {
			return &fault{}, nil
		}
		return sound.Encryptor(s)
	})}
	all["prints its key"] = faulty{check: "keys-do-not-print", format: formatFunc(func(s crypt.Schema) (crypt.ItemEncryptor, error) {
		e, err := sound.Encryptor(s)
		if err != nil {
			return nil, err
		}
		return &struct {
			crypt.ItemEncryptor
			key []byte
		}{e, keyBytes(0)}, nil
	})}
	return all
}
