package ddb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A type through its life: what the tags of field F said.
type (
	fEncrypt struct {
		ID string `ddb:"id,pk"`
		F  string `ddb:"f,encrypt"`
		G  string `ddb:"g,sign"`
	}
	fSign struct {
		ID string `ddb:"id,pk"`
		F  string `ddb:"f,sign"`
		G  string `ddb:"g,sign"`
	}
	fPlain struct {
		ID string `ddb:"id,pk"`
		F  string `ddb:"f,plain"`
		G  string `ddb:"g,sign"`
	}
	fContext struct {
		ID string `ddb:"id,pk"`
		F  string `ddb:"f,context"`
		G  string `ddb:"g,sign"`
	}
	fAbsent struct {
		ID string `ddb:"id,pk"`
		G  string `ddb:"g,sign"`
	}
	fRenamed struct {
		ID string `ddb:"id,pk"`
		F  string `ddb:"h,encrypt,was=f"`
		G  string `ddb:"g,sign"`
	}
	fRenamedSign struct {
		ID string `ddb:"id,pk"`
		F  string `ddb:"h,sign,was=f"`
		G  string `ddb:"g,sign"`
	}
	fRenamedPlain struct {
		ID string `ddb:"id,pk"`
		F  string `ddb:"h,plain,was=f"`
		G  string `ddb:"g,sign"`
	}
)

// stage is a stage of that life.
type stage struct {
	name  string
	shape ddb.Shape
	write func(ddb.Config) (crypt.Item, error)
	read  func(ddb.Config, crypt.Item) (f string, err error)
}

func stageOf[T any](name string, made T, f func(T) string) stage {
	return stage{name, ddb.ShapeOf[T](),
		func(cfg ddb.Config) (crypt.Item, error) {
			c, err := ddb.NewCodec[T]("visits", cfg)
			if err != nil {
				return nil, err
			}
			return c.Encode(context.Background(), &made)
		},
		func(cfg ddb.Config, item crypt.Item) (string, error) {
			c, err := ddb.NewCodec[T]("visits", cfg)
			if err != nil {
				return "", err
			}
			v, err := c.Decode(context.Background(), item)
			return f(v), err
		}}
}

const value = "the value of F"

var (
	encrypted = stageOf("encrypt", fEncrypt{"1", value, "g"}, func(v fEncrypt) string { return v.F })
	signed    = stageOf("sign", fSign{"1", value, "g"}, func(v fSign) string { return v.F })
	plain     = stageOf("plain", fPlain{"1", value, "g"}, func(v fPlain) string { return v.F })
	inContext = stageOf("context", fContext{"1", value, "g"}, func(v fContext) string { return v.F })
	absent    = stageOf("none", fAbsent{"1", "g"}, func(fAbsent) string { return "" })

	renamed = []stage{
		stageOf("encrypt,was", fRenamed{}, func(v fRenamed) string { return v.F }),
		stageOf("sign,was", fRenamedSign{}, func(v fRenamedSign) string { return v.F }),
		stageOf("plain,was", fRenamedPlain{}, func(v fRenamedPlain) string { return v.F }),
	}
)

// The cells of docs/schema.md are what happens to items that lie in testdata, as versions before wrote them.
func TestWhatAChangeOfTagsBreaks(t *testing.T) {
	doc, err := os.ReadFile("docs/schema.md")
	require.NoError(t, err)
	for _, f := range []struct {
		name   string
		format crypt.Format
		stages []stage
	}{
		{"legacy", format(t), []stage{encrypted, signed, plain, absent}},
		{"modern", modern(t, keyring.SuiteHMAC), []stage{encrypted, signed, plain, absent, inContext}},
	} {
		t.Run(f.name, func(t *testing.T) {
			items := oldItems(t, f.name, f.format, f.stages)
			now := append(append([]stage{}, f.stages...), renamed...)
			header := []string{"stored under \\ read under"}
			for _, n := range now {
				header = append(header, "`"+n.name+"`")
			}
			lines := []string{row(header), row(strings.Split(strings.Repeat("---,", len(header)-1)+"---", ","))}
			for _, was := range f.stages {
				cells := []string{"`" + was.name + "`"}
				for _, n := range now {
					cells = append(cells, cell(t, f.format, was, n, items[was.name]))
				}
				lines = append(lines, row(cells))
			}
			assert.Contains(t, string(doc), strings.Join(lines, "\n"))
		})
	}
}

func row(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }

// cell says what becomes of an item of a stage that a later one reads.
func cell(t *testing.T, f crypt.Format, was, now stage, item crypt.Item) string {
	stale := false
	cfg := ddb.Config{Encryption: f, Notice: func(_ context.Context, n ddb.Notice) { stale = n.Stale }}
	outcome := func() string {
		got, err := now.read(cfg, item)
		want := value
		if was.name == absent.name || now.name == absent.name {
			want = ""
		}
		switch {
		case errors.Is(err, crypt.ErrFormat):
			return "ErrFormat"
		case errors.Is(err, crypt.ErrAuth):
			return "ErrAuth"
		}
		require.NoError(t, err)
		require.Equal(t, want, got)
		if stale {
			return "reads, stale"
		}
		return "reads"
	}
	bare := outcome()
	if strings.HasPrefix(bare, "reads") {
		return bare
	}
	cfg.Previous = []ddb.Shape{was.shape}
	require.Equal(t, "reads, stale", outcome(), "%s → %s, with Previous", was.name, now.name)
	return bare
}

// oldItems are those stored in testdata. With DDB_UPDATE=1 they are written anew, which forgets the past.
func oldItems(t *testing.T, name string, f crypt.Format, stages []stage) map[string]crypt.Item {
	path := fmt.Sprintf("testdata/schema/%s.json", name)
	if os.Getenv("DDB_UPDATE") != "" {
		texts := make(map[string]json.RawMessage)
		for _, s := range stages {
			item, err := s.write(ddb.Config{Encryption: f})
			require.NoError(t, err)
			texts[s.name], err = ddbjson.Marshal(item)
			require.NoError(t, err)
		}
		text, err := json.MarshalIndent(texts, "", "\t")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append(text, '\n'), 0o644))
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var texts map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &texts))
	items := make(map[string]crypt.Item)
	for name, text := range texts {
		items[name], err = ddbjson.Unmarshal(text)
		require.NoError(t, err)
	}
	require.Len(t, items, len(stages))
	return items
}
