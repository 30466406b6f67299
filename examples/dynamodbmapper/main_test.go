package main

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/testenv"
)

func Example() {
	main()
	// Output:
	// Java wrote:
	// {Patient:p-17 At:2026-11-24 09:30:00 +0000 UTC Name:Ada Lovelace Ward:3B Notes:[allergic to penicillin prefers mornings] Born:1985-12-10 00:00:00 +0000 UTC Insured:true Fee:19.95 Seen:2 Version:1}
	// Go wrote:
	// {Patient:p-17 At:2026-11-24 09:30:00 +0000 UTC Name:Ada Lovelace Ward:4A Notes:[allergic to penicillin prefers mornings speaks French] Born:1985-12-10 00:00:00 +0000 UTC Insured:true Fee:19.95 Seen:2 Version:2}
}

// Java's DynamoDBMapper reads what the example leaves in the table.
func TestJavaReadsWhatGoWrote(t *testing.T) {
	peer := testenv.Need(t, "DDB_PEER_JAVA")
	server := ddbtest.Start()
	t.Cleanup(server.Close)
	require.NoError(t, run(t.Context(), io.Discard, server))
	stored, err := ddbjson.Marshal(server.Stored("visits", crypt.Item{
		"patient": &types.AttributeValueMemberS{Value: "p-17"},
		"at":      &types.AttributeValueMemberS{Value: "2026-11-24T09:30:00.000Z"},
	}))
	require.NoError(t, err)

	// The peer's jars hold DynamoDBMapper too; java runs a source file.
	program := strings.Replace(peer, "dynaseal.interop.Driver", "testdata/Visits.java read", 1)
	require.NotEqual(t, peer, program)
	command := exec.CommandContext(t.Context(), "sh", "-c", "exec "+program)
	var stray bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(stored), &stray
	bean, err := command.Output()
	require.NoError(t, err, "%s", &stray)
	assert.Equal(t, "p-17 2026-11-24T09:30:00Z Ada Lovelace 4A [allergic to penicillin, prefers mornings, speaks French] 1985-12-10T00:00:00Z true 19.95 2 2\n", string(bean))
}
