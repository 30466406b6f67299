package directkms_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The items of AWS's vectors that are under a KMS key of AWS's own: nobody else decrypts them, but what KMS would be
// asked is known, and that its refusal is all that stops them.
func TestOfficialItemsAskForWhatTheyAreBoundTo(t *testing.T) {
	const key = "arn:aws:kms:us-west-2:658956600833:key/b3537ef1-d8dc-4780-9f5a-55776cbb2f7f"
	dir := filepath.Join(testenv.Need(t, "DDB_VECTORS"), "ddbec", "encrypted_item", "ciphertext")
	keysOf := map[string][2]string{"TableName": {"hashKey", "rangeKey"}, "HashKeyOnly": {"hashKey", ""}, "metastore": {"N", "V"}, "java-kms-metatable": {"N", "V"}}
	signed := map[string]int{}
	for _, file := range []string{"java/aws-kms-direct-1", "java/metastore-kms-3", "python/aws-kms-direct-1", "python/metastore-aws-kms-1"} {
		b, err := os.ReadFile(filepath.Join(dir, file+".json"))
		require.NoError(t, err)
		var tables map[string][]json.RawMessage
		require.NoError(t, json.Unmarshal(b, &tables))
		for table, items := range tables {
			names, known := keysOf[table]
			require.True(t, known, table)
			for _, text := range items {
				item, err := ddbjson.Unmarshal(text)
				require.NoError(t, err)
				if _, ok := item[ddbec.SignatureField]; !ok {
					continue
				}
				signed[file]++
				want := map[string]string{"*amzn-ddb-env-alg*": "AES/256", "*amzn-ddb-sig-alg*": "HmacSHA256/256", "*aws-kms-table*": table}
				for _, name := range names {
					switch v := item[name].(type) {
					case *types.AttributeValueMemberS:
						want[name] = v.Value
					case *types.AttributeValueMemberN:
						want[name] = v.Value
					}
				}
				asked := 0
				client := clientFunc{decrypt: func(in *kms.DecryptInput) (*kms.DecryptOutput, error) {
					asked++
					assert.Equal(t, key, *in.KeyId)
					assert.Equal(t, want, in.EncryptionContext)
					assert.Len(t, in.CiphertextBlob, 167)
					return nil, &kmstypes.InvalidCiphertextException{}
				}}
				e := encryptor(t, newProvider(t, directkms.Config{Client: client, DecryptKeys: []string{key}}), crypt.SchemaConfig{Table: table, PartitionKey: names[0], SortKey: names[1]})
				_, err = e.DecryptItem(t.Context(), item)
				refused(t, err, crypt.ErrAuth)
				assert.Equal(t, 1, asked)
			}
		}
	}
	assert.Equal(t, map[string]int{"java/aws-kms-direct-1": 15, "python/aws-kms-direct-1": 15, "java/metastore-kms-3": 1, "python/metastore-aws-kms-1": 1}, signed)
}
