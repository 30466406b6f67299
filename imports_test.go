package ddb_test

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The direction of imports, as the design draws it: what a package may import of ours, itself aside.
var mayImport = map[string][]string{
	"":                        {"tags", "mapper", "crypt", "provider/secret", "internal/..."},
	"tags":                    {},
	"mapper":                  {"tags", "internal/attribute", "internal/fastpath", "internal/wire", "internal/number"},
	"crypt":                   {"internal/wire"},
	"crypt/insecureplaintext": {"crypt", "internal/wire"},
	"crypt/ddbec":             {"crypt", "provider", "provider/secret", "internal/..."},
	"crypt/crypttest":         {"crypt", "provider", "provider/secret", "internal/..."},
	"provider":                {"crypt", "provider/secret", "internal/..."},
	"provider/directkms":      {"crypt", "provider", "provider/secret", "internal/..."},
	"crypt/dbe":               {"crypt", "provider/keyring", "internal/..."},
	"provider/keyring":        {"crypt", "provider/secret", "internal/..."},
	"provider/keyring/awskms": {"crypt", "provider/keyring", "provider/secret", "internal/..."},
	"internal/canonical":      {"internal/wire"},
	"internal/dbe":            {"internal/canonical", "internal/fastpath", "internal/kdf", "internal/wire", "internal/number"},
	"internal/ecdhwrap":       {"internal/kdf", "internal/point"},
	"internal/fakekms":        {"internal/kmskey", "internal/wholebody"},
	"internal/given":          {},
	"internal/itemtest":       {},
	"internal/itemwise":       {"crypt", "internal/attribute", "internal/report", "internal/wire"},
	"internal/kdf":            {},
	"internal/point":          {},
	"internal/refresh":        {},
	"internal/report":         {"crypt"},
	"internal/rotationtest": {"crypt", "crypt/dbe", "crypt/ddbec", "provider/directkms", "provider/keyring", "provider/keyring/hierarchy",
		"provider/metastore", "provider/mostrecent", "internal/..."},
	"internal/rsakey":         {"internal/given"},
	"provider/metastore":      {"crypt", "provider/mostrecent", "provider/secret", "internal/..."},
	"provider/mostrecent":     {"crypt", "provider", "provider/secret", "internal/..."},
	"provider/secret":         {},
	"ddbtest":                 {"internal/..."},
	"internal/wire":           {},
	"internal/fastpath":       {},
	"internal/number":         {"internal/fastpath"},
	"internal/attribute":      {"internal/fastpath", "internal/wire", "internal/number"},
	"internal/ddbec":          {"internal/canonical", "internal/fastpath", "internal/wire", "internal/number"},
	"internal/ddbjson":        {},
	"internal/expr":           {"internal/attribute", "internal/number", "internal/wire"},
	"internal/javaitems":      {"", "crypt", "internal/..."},
	"internal/keywrap":        {},
	"internal/kmskey":         {"crypt"},
	"internal/oaep":           {},
	"internal/wholebody":      {},
	"internal/testenv":        {},
	"examples/directkms":      {"", "crypt", "crypt/ddbec", "provider/directkms", "ddbtest", "internal/fakekms"},
	"examples/dynamodbmapper": {"", "crypt", "crypt/ddbec", "provider", "provider/secret", "ddbtest", "internal/..."},
	"examples/inspect":        {"crypt", "crypt/dbe", "crypt/ddbec", "provider", "internal/..."},
	"examples/kmsdiscovery":   {"", "crypt", "crypt/dbe", "provider/keyring", "provider/keyring/awskms", "ddbtest", "internal/fakekms"},
	"examples/kmsecdh":        {"", "crypt", "crypt/dbe", "provider/keyring", "provider/keyring/awskms", "ddbtest", "internal/fakekms"},
	"examples/kmskeyring":     {"", "crypt/dbe", "provider/keyring/awskms", "ddbtest", "internal/fakekms"},
	"examples/kmsrsa":         {"", "crypt", "crypt/dbe", "provider/keyring", "provider/keyring/awskms", "ddbtest", "internal/fakekms"},
	"examples/migrate":        {"", "crypt", "crypt/dbe", "crypt/ddbec", "provider", "provider/keyring", "provider/secret", "ddbtest"},
	"examples/plaintext":      {"", "crypt", "crypt/dbe", "crypt/insecureplaintext", "provider/keyring", "provider/secret", "ddbtest"},
	"examples/quickstart":     {"", "crypt", "crypt/dbe", "crypt/ddbec", "provider", "provider/keyring", "provider/secret", "ddbtest"},
	"examples/rotation":       {"", "crypt", "crypt/ddbec", "provider", "provider/metastore", "provider/mostrecent", "provider/secret", "ddbtest"},
	"examples/static":         {"", "crypt", "crypt/ddbec", "provider", "provider/secret", "ddbtest"},
	"examples/tableoverride":  {"", "crypt", "crypt/ddbec", "provider", "provider/secret", "ddbtest"},
	"examples/tenants":        {"", "crypt", "crypt/dbe", "provider/keyring", "provider/keyring/hierarchy", "ddbtest", "internal/..."},
	"examples/wrappedaes":     {"", "crypt", "crypt/ddbec", "provider", "provider/secret", "ddbtest"},
	"examples/wrappedrsa":     {"", "crypt", "crypt/ddbec", "provider", "provider/secret", "ddbtest"},

	"internal/branchkey":         {},
	"provider/keyring/hierarchy": {"crypt", "provider/keyring", "provider/secret", "internal/..."},
}

func TestImportsFollowTheDesign(t *testing.T) {
	const module = "github.com/dynaseal/ddb"
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}:{{join .Imports " "}}`, "./...").Output()
	require.NoError(t, err)
	seen := 0
	for line := range bytes.Lines(out) {
		path, imports, _ := strings.Cut(strings.TrimSpace(string(line)), ":")
		name := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		allowed, known := mayImport[name]
		if !assert.True(t, known, "package %q is not in the design: say here what it may import", name) {
			continue
		}
		seen++
		for _, imported := range strings.Fields(imports) {
			if !strings.HasPrefix(imported, module) {
				continue
			}
			other := strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
			ok := slices.Contains(allowed, other) || strings.HasPrefix(other, "internal/") && slices.Contains(allowed, "internal/...")
			assert.True(t, ok, "%q may not import %q", name, other)
		}
	}
	assert.Len(t, mayImport, seen, "a package of the design is missing")
}
