package protocol

import (
	"encoding/json"
	"fmt"
	"strings"
)

// DBE is the modern format.
const DBE = "dbe"

// SignAndInclude is an action of a [DBECase] only.
const SignAndInclude = "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT"

// The suites of a [DBECase].
const (
	SuiteHMAC  Suite = "6700"
	SuiteECDSA Suite = "6701"
)

// Suite is the number of an algorithm suite, in hexadecimal.
type Suite string

// UnmarshalJSON takes a text or a number, with 0x before it or without.
func (s *Suite) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		var number json.Number
		if err := json.Unmarshal(b, &number); err != nil {
			return fmt.Errorf("suite: %w", err)
		}
		text = number.String()
	}
	*s = Suite(strings.TrimPrefix(strings.ToLower(text), "0x"))
	return nil
}

// DBECase is everything a driver needs to know of an item, in the dbe format.
type DBECase struct {
	LogicalTableName string            `json:"logicalTableName"`
	PartitionKey     string            `json:"partitionKey"`
	SortKey          string            `json:"sortKey,omitempty"`
	Actions          map[string]string `json:"actions"`
	AllowedUnsigned  []string          `json:"allowedUnsigned,omitempty"`
	UnsignedPrefix   string            `json:"unsignedPrefix,omitempty"`

	Suite          Suite    `json:"suite,omitempty"` // of the writer, empty: SuiteECDSA; a reader takes both
	Keyring        *Keyring `json:"keyring,omitempty"`
	DecryptKeyring *Keyring `json:"decryptKeyring,omitempty"` // the reader's; nil: Keyring

	PlaintextOverride string  `json:"plaintextOverride,omitempty"` // by AWS's name
	Legacy            *Legacy `json:"legacy,omitempty"`
}

// Unsigned reports whether the case leaves the attribute name out of signatures.
func (c DBECase) Unsigned(name string) bool {
	for _, unsigned := range c.AllowedUnsigned {
		if unsigned == name {
			return true
		}
	}
	return c.UnsignedPrefix != "" && strings.HasPrefix(name, c.UnsignedPrefix)
}

// Version2 reports whether an attribute of the case is in the encryption context.
func (c DBECase) Version2() bool {
	for _, action := range c.Actions {
		if action == SignAndInclude {
			return true
		}
	}
	return false
}

// The types of a [Keyring].
const (
	RawAES  = "raw-aes"
	RawRSA  = "raw-rsa"
	RawECDH = "raw-ecdh"
	Multi   = "multi"

	AWSKMS      = "aws-kms"
	AWSKMSMulti = "aws-kms-multi"
	AWSKMSRSA   = "aws-kms-rsa"
	AWSKMSECDH  = "aws-kms-ecdh"
	Hierarchy   = "hierarchy"
)

// The modes of [AWSKMS], [AWSKMSMulti] and a [Store].
const (
	ModeStrict       = "strict"
	ModeMRK          = "mrk"
	ModeDiscovery    = "discovery"
	ModeMRKDiscovery = "mrk-discovery"
)

// The schemes of a [RawECDH], and but for ephemeral of [AWSKMSECDH].
const (
	SchemeStatic    = "static"
	SchemeEphemeral = "ephemeral"
	SchemeDiscovery = "discovery"
)

// Keyring is a keyring of any type. Names of keys stand for both halves of a pair.
type Keyring struct {
	Type string `json:"type"`

	Key          string `json:"key,omitempty"` // of raw-aes and raw-rsa, as are these; of KMS an ARN
	KeyNamespace string `json:"keyNamespace,omitempty"`
	KeyName      string `json:"keyName,omitempty"`
	Padding      string `json:"padding,omitempty"` // of raw-rsa

	Curve     string `json:"curve,omitempty"` // of raw-ecdh and aws-kms-ecdh, as are these: P-256, P-384 or P-521
	Scheme    string `json:"scheme,omitempty"`
	Sender    string `json:"sender,omitempty"`
	Recipient string `json:"recipient,omitempty"`

	Generator *Keyring  `json:"generator,omitempty"` // of multi
	Children  []Keyring `json:"children,omitempty"`

	Mode      string   `json:"mode,omitempty"`      // of aws-kms and aws-kms-multi, empty: strict
	Keys      []string `json:"keys,omitempty"`      // of aws-kms-multi: ARNs beside Key, which generates
	Regions   []string `json:"regions,omitempty"`   // of aws-kms-multi in a mode of discovery
	Region    string   `json:"region,omitempty"`    // of aws-kms in such a mode, empty: the setup's
	Accounts  []string `json:"accounts,omitempty"`  // of both in such a mode, as is Partition
	Partition string   `json:"partition,omitempty"` // empty: aws

	PublicKey string `json:"publicKey,omitempty"` // of aws-kms-rsa, a key's name
	Algorithm string `json:"algorithm,omitempty"` // RSAES_OAEP_SHA_1 or RSAES_OAEP_SHA_256

	Store        *Store            `json:"store,omitempty"` // of hierarchy, as are these
	BranchKeyID  string            `json:"branchKeyId,omitempty"`
	BranchKeyIDs map[string]string `json:"branchKeyIds,omitempty"` // instead: by the text of the partition key
}

// Store is a table of branch keys.
type Store struct {
	Table       string `json:"table"`
	LogicalName string `json:"logicalName"`
	Mode        string `json:"mode,omitempty"` // empty: strict
	Key         string `json:"key,omitempty"`  // an ARN, not in a mode of discovery

	// In a mode of discovery.
	Region   string   `json:"region,omitempty"`   // empty: the setup's
	Accounts []string `json:"accounts,omitempty"` // ours: AWS's clients have no filter there
}

// Legacy is how items of the legacy format are read and written beside those of the modern one.
type Legacy struct {
	Policy   string            `json:"policy"`            // by AWS's name
	Actions  map[string]string `json:"actions,omitempty"` // nil: those of the case, in our driver
	Provider LegacyProvider    `json:"provider"`
}

// LegacyProvider is a provider of the legacy format: "symmetric", which is a static one, or "wrapped".
type LegacyProvider struct {
	Type          string `json:"type"`
	EncryptionKey string `json:"encryptionKey,omitempty"`
	MACKey        string `json:"macKey,omitempty"` // or SigningKey
	SigningKey    string `json:"signingKey,omitempty"`
}
