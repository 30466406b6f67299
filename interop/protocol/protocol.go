// Package protocol is the driver protocol: how implementations of the formats are run against each
// other. A driver reads one JSON [Request] a line from standard input and writes one JSON [Answer] a
// line to standard output, in order. interop/README.md describes it; the same text serves drivers in
// other languages.
package protocol

import (
	"cmp"
	"encoding/json"
	"strings"
)

// Operations.
const (
	Setup   = "setup"
	Encrypt = "encrypt"
	Decrypt = "decrypt"
	Bench   = "bench"

	// On a table of the engine: encrypt and put, get and decrypt.
	Put = "put"
	Get = "get"

	// On the table of keys that the case's provider or keyring names.
	CreateStore = "create-store"
	CreateKey   = "create-key" // the first version of a branch key
	Rotate      = "rotate"     // the next version of a material, which may be the first, or of a branch key

	// Of the driver of Java's mapper, each with a [Mapper].
	Save   = "save"
	Load   = "load"
	Delete = "delete"
)

// DDBEC is the legacy format.
const DDBEC = "ddbec"

// Classes of refusals. They bind our driver; peers may leave them out.
const (
	ClassAuth   = "auth"
	ClassFormat = "format"
	ClassKeys   = "keys"
	ClassConfig = "config" // a constructor refused the case
)

// Request is one line to a driver.
type Request struct {
	Op     string          `json:"op"`
	Keys   map[string]Key  `json:"keys,omitempty"` // of setup, as are KMS and DynamoDB
	Format string          `json:"format,omitempty"`
	ID     json.RawMessage `json:"id,omitempty"`
	Case   json.RawMessage `json:"case,omitempty"` // a [Case]
	Item   json.RawMessage `json:"item,omitempty"` // DynamoDB JSON; of get the key

	Table   string            `json:"table,omitempty"`   // of put and get
	Context map[string]string `json:"context,omitempty"` // of create-key

	// Of bench: items untimed, items a run, runs.
	Warm int `json:"warm,omitempty"`
	Each int `json:"each,omitempty"`
	Runs int `json:"runs,omitempty"`

	KMS      *KMS      `json:"kms,omitempty"`
	DynamoDB *Endpoint `json:"dynamodb,omitempty"`
	Mapper   *Mapper   `json:"mapper,omitempty"`
}

// Endpoint is a server that a driver is to use.
type Endpoint struct {
	Endpoint string `json:"endpoint"`
}

// KMS is a server that speaks KMS's protocol in every region.
type KMS struct {
	Endpoint string `json:"endpoint"`
	Region   string `json:"region"` // where nothing else says which
}

// Mapper is what the driver of Java's mapper does to one item: a bean of interop/java, as JSON of its
// properties. Of the case it takes provider and mark names only.
type Mapper struct {
	Table             string          `json:"table"`
	TableInSignatures string          `json:"tableInSignatures,omitempty"` // the encryptor's override
	SaveBehavior      string          `json:"saveBehavior,omitempty"`      // empty: PUT
	Bean              string          `json:"bean"`
	Value             json.RawMessage `json:"value"`
}

// Answer is one line from a driver.
type Answer struct {
	ID    json.RawMessage `json:"id,omitempty"`
	OK    bool            `json:"ok"`
	Item  json.RawMessage `json:"item,omitempty"` // DynamoDB JSON
	Class string          `json:"class,omitempty"`
	Error string          `json:"error,omitempty"`

	// Of bench: mean µs an item, one number a run.
	EncryptMicros []float64 `json:"encryptMicros,omitempty"`
	DecryptMicros []float64 `json:"decryptMicros,omitempty"`

	Version string `json:"version,omitempty"` // of rotate, and of create-key

	Value json.RawMessage `json:"value,omitempty"` // the bean, of a Mapper
}

// Key is key material of the setup request. Test keys only.
type Key struct {
	Type       string `json:"type"`                 // aes, hmac, rsa or ec
	Material   []byte `json:"material,omitempty"`   // of aes and hmac
	PrivateDER []byte `json:"privateDer,omitempty"` // PKCS #8, of rsa and ec
	PublicDER  []byte `json:"publicDer,omitempty"`  // SPKI, of rsa and ec
}

// The attribute actions of a [Case].
const (
	EncryptAndSign = "ENCRYPT_AND_SIGN"
	SignOnly       = "SIGN_ONLY"
	DoNothing      = "DO_NOTHING"
	Discover       = "DISCOVER" // as DefaultAction only: what verifies decides
)

// Case is everything a driver needs to know of an item, in the ddbec format.
type Case struct {
	LogicalTableName string            `json:"logicalTableName"`
	PartitionKey     string            `json:"partitionKey"`
	SortKey          string            `json:"sortKey,omitempty"`
	Actions          map[string]string `json:"actions"`
	DefaultAction    string            `json:"defaultAction,omitempty"` // of attributes without an action; empty: DoNothing

	Provider json.RawMessage `json:"provider"` // a [Static] or another type with a field "type"

	SignatureFieldName           string `json:"signatureFieldName,omitempty"`
	MaterialDescriptionFieldName string `json:"materialDescriptionFieldName,omitempty"`
	DescriptionPrefix            string `json:"descriptionPrefix,omitempty"`
	Dialect                      string `json:"dialect,omitempty"` // that is written; empty: the driver's own, Java's of ours
}

// Dialects of a [Case].
const (
	JavaDialect   = "java"
	PythonDialect = "python"
)

// Action is what the case does with the attribute name.
func (c Case) Action(name string) string {
	return cmp.Or(c.Actions[name], c.DefaultAction, DoNothing)
}

// Elliptic reports whether the case's provider signs by ECDSA. Of a provider that is none it says no.
func (c Case) Elliptic() bool {
	var provider struct{ Sign Sign }
	return json.Unmarshal(c.Provider, &provider) == nil && strings.HasSuffix(provider.Sign.Algorithm, "withECDSA")
}

// Static is the provider of type "static": keys of the process's own.
type Static struct {
	Type        string            `json:"type"`
	Encrypt     string            `json:"encrypt,omitempty"` // a key's name; empty: nothing is encrypted
	Sign        Sign              `json:"sign"`
	Description map[string]string `json:"description,omitempty"`
}

// Wrapped is the provider of type "wrapped", and of "asymmetric-static", which is the same for RSA: a
// content key for each item.
type Wrapped struct {
	Type        string            `json:"type"`
	Wrap        string            `json:"wrap"` // a key's name
	Sign        Sign              `json:"sign"`
	AllowPKCS1  bool              `json:"allowPKCS1,omitempty"` // to read
	Description map[string]string `json:"description,omitempty"`
}

// DirectKMS is the provider of type "direct-kms": KMS makes and opens the keys of each item.
type DirectKMS struct {
	Type        string            `json:"type"`
	Key         string            `json:"key"`                   // an ARN
	DecryptKeys []string          `json:"decryptKeys,omitempty"` // ours: which keys a reader takes; absent: Key alone
	Description map[string]string `json:"description,omitempty"` // amzn-ddb-env-alg and amzn-ddb-sig-alg are options
}

// MostRecent is the provider of type "most-recent": the newest version of a material in a MetaStore writes,
// whichever the item names reads.
type MostRecent struct {
	Type         string    `json:"type"`
	MaterialName string    `json:"materialName"`
	Version      *int64    `json:"version,omitempty"` // this one alone writes and reads
	MetaStore    MetaStore `json:"metastore"`
}

// MetaStore is a table of materials.
type MetaStore struct {
	Table    string          `json:"table"`
	Provider json.RawMessage `json:"provider"` // of the materials' own keys
}

// Sign names the key of signatures.
type Sign struct {
	Key       string `json:"key"`
	Algorithm string `json:"algorithm,omitempty"` // HmacSHA256, SHA256withRSA, SHA256withECDSA and the like; empty: by the key's type
}
