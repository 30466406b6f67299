package keyring

import (
	"crypto/ecdsa"
	"fmt"

	"github.com/dynaseal/ddb/provider/secret"
)

// Suite is an algorithm suite of the modern format (dbesdk 1.2). The zero Suite is none.
type Suite uint16

// The suites. Both encrypt by AES-256-GCM with a committed key, and tag an item by HMAC-SHA-384 for each
// of its data keys. SuiteECDSA also signs it with a P-384 key made for it: a reader who could forge the
// tags cannot forge that.
const (
	SuiteHMAC  Suite = 0x6700
	SuiteECDSA Suite = 0x6701
)

// Valid reports whether s is one of the two.
func (s Suite) Valid() bool { return s == SuiteHMAC || s == SuiteECDSA }

// String is the suite's number, such as 0x6701.
func (s Suite) String() string { return fmt.Sprintf("%#04x", uint16(s)) }

// Sizes in bytes of the keys in materials.
const (
	DataKeySize    = 32
	SigningKeySize = 32
)

// MaxEncryptedDataKeys is how many an item may have.
const MaxEncryptedDataKeys = 255

// PublicKeyEntry is the context entry that holds an item's public key under SuiteECDSA: the Base64 of its
// compressed point, of 49 bytes. The default manager makes it, and it is stored.
const PublicKeyEntry = "aws-crypto-public-key"

// EncryptedDataKey is an item's data key as one keyring wrapped it, stored in the item's header for all
// to read (dbesdk 1.3). A stored one is hostile. Each part is at most 65535 bytes long.
type EncryptedDataKey struct {
	ProviderID   string // what kind of key wrapped it; valid UTF-8
	ProviderInfo []byte // which key
	Ciphertext   []byte // the wrapped data key and the wrapped intermediate key (dbesdk 2.1)
}

// Request asks for the materials that protect one item.
type Request struct {
	Suite Suite

	// Context is the encryption context (dbesdk 1.6): authenticated with the item, and readable in
	// places, the calls to a key management service among them. Keys and values are valid UTF-8 of at
	// most 65535 bytes, keys not empty. Those that begin with aws-crypto- are the format's own.
	Context map[string]string

	// Required are keys of Context that are not stored with the item: the reader gives them anew, so
	// that an item which was moved or is read as another does not open.
	Required []string
}

// EncryptionMaterials are the keys that protect one item. A keyring gets them half made. Maps and slices
// are shared by copies, and with the request: add to a copy of them.
type EncryptionMaterials struct {
	Suite    Suite
	Context  map[string]string // of the request, and what the manager added
	Required []string          // of the request, and what the manager added

	DataKey           secret.Key         // DataKeySize random bytes of this item's own
	EncryptedDataKeys []EncryptedDataKey // 1 to MaxEncryptedDataKeys, in the order of the header
	SigningKeys       []secret.Key       // for each of EncryptedDataKeys its symmetric signing key
	Signature         SignatureKey       // under SuiteECDSA only; its public half is in Context
}

// DecryptionRequest asks for the materials that open one item. What is stored is hostile.
type DecryptionRequest struct {
	Suite      Suite             // as the item says, and the reader accepts
	Stored     map[string]string // context that the item carries
	Reproduced map[string]string // context that the reader made of item and configuration

	EncryptedDataKeys []EncryptedDataKey
}

// DecryptionMaterials are the keys that open one item. A keyring gets them without keys. The map is shared
// by copies, and with the request: add to a copy of it.
type DecryptionMaterials struct {
	Suite      Suite
	Context    map[string]string // stored and reproduced, and what the manager added
	DataKey    secret.Key        // DataKeySize bytes
	SigningKey secret.Key        // that of the data key which was unwrapped
	PublicKey  *ecdsa.PublicKey  // under SuiteECDSA only: that of Context
}
