package ddbec

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/itemwise"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
)

// encryptor is the format for one table. It is immutable but for its pool.
type encryptor struct {
	settings
	schema           crypt.Schema
	declared         []attr       // by slot
	previous         []previous   // schemas that items may have been written under
	sorted           bool         // declared attributes have their order in the string to sign
	keys             []int        // slots of partition key and sort key
	tables           []ddbec.Hash // the logical name, and its aliases
	hint             []byte       // the hint's entries for declared attributes
	algorithm        string       // that the provider verifies by, "" if it does not say
	symModeEntry     ddbec.Entry
	actionsEntry     []byte            // its name
	stored, unsealed *attribute.Layout // of items with marks, and without: there a mark is an attribute like others
	encrypt, decrypt report.Report
	random           func([]byte) // fills with randomness: crypto/rand, but in tests of known answers

	pool sync.Pool // of *scratch
}

// attr is an attribute of an item, or of the schema.
type attr struct {
	slot     wire.Slot
	name     string
	nameHash *ddbec.Hash  // shared, read only
	action   crypt.Action // 0: undeclared, and not yet found out
	shaped   bool         // stored as a binary that could be a ciphertext
	hash     ddbec.Hash   // of the stored value
	python   *ddbec.Hash  // the same as Python signs it, where that may be otherwise
	at       wire.Range   // of an attribute to encrypt: its plaintext in kept
	stored   []byte       // of an attribute that is read: the binary, which is the item's
}

// randomBytes never fails: crypto/rand ends the process instead.
func randomBytes(b []byte) { rand.Read(b) }

var (
	_ crypt.ItemEncryptor = (*encryptor)(nil)
	_ wire.Sealer         = (*encryptor)(nil)
)

// Marks names the two attributes of the format. The signature is the seal: with every random IV it
// changes.
func (e *encryptor) Marks() crypt.Marks {
	return crypt.Marks{All: []string{e.description, e.signature}, Seal: e.signature}
}

// Claims reports whether item carries a mark.
func (e *encryptor) Claims(item crypt.Item) bool {
	_, signature := item[e.signature]
	_, description := item[e.description]
	return signature || description
}

// EncryptItem is SealItem over a map.
func (e *encryptor) EncryptItem(ctx context.Context, item crypt.Item) (crypt.Item, error) {
	read := e.unsealed.Read(item)
	defer read.Release()
	var src wire.Source = read
	if e.dialect == ddbec.Python {
		src = respelled{read} // Python signs -0 otherwise than the 0 which DynamoDB makes of it
	}
	return itemwise.Encrypt(ctx, e, e.unsealed, src, e.encrypt)
}

// respelled is an item that is stored with its numbers in the form that DynamoDB returns, and not as they are
// spelled.
type respelled struct{ wire.Source }

// DecryptItem is OpenItem into a map.
func (e *encryptor) DecryptItem(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
	return itemwise.Decrypt(ctx, e, e.stored, item)
}
