// Package awskms makes keyrings for the modern format, crypt/dbe, of keys in AWS KMS, byte for byte as AWS's
// libraries do (dbesdk 2.4, 2.6, 2.7, 2.11).
//
// Begin with [New] and the ARN of a symmetric key:
//
//	keys, err := awskms.New(awskms.Config{Keys: []string{arn}, Client: kms.NewFromConfig(cfg)})
//
// What AWS calls each keyring, and what it is here:
//
//	AwsKmsKeyring                  New, one key
//	AwsKmsMultiKeyring             New, several keys: the generator first, then the kmsKeyIds
//	AwsKmsMrkKeyring               New, MultiRegion
//	AwsKmsMrkMultiKeyring          New, MultiRegion, several keys
//	AwsKmsDiscoveryKeyring         NewDiscovery, one region
//	AwsKmsDiscoveryMultiKeyring    NewDiscovery, several regions
//	AwsKmsMrkDiscoveryKeyring      NewDiscovery, MultiRegion, one region
//	AwsKmsMrkDiscoveryMultiKeyring NewDiscovery, MultiRegion, several regions
//	AwsKmsRsaKeyring               NewRSA
//	AwsKmsEcdhKeyring              NewECDH, NewECDHDiscovery
//	ClientSupplier                 ClientSupplier
//	DiscoveryFilter                Accounts and Partition of DiscoveryConfig
//
// # Keys are pinned
//
// Which key an item's data key was wrapped under is said by the item, and whoever can write the table can write
// that. A keyring of New uses the keys it was given and no other: an item that names another costs no call,
// Decrypt is told which key to use, and the answer must name it. Discovery uses whatever key of its
// accounts an item names: prefer New.
//
// Items name keys by ARN. Therefore a key that is named by an alias or by its id alone can write and cannot
// read, here as with AWS's libraries, where it is found out at the first item that is read. Here
// New refuses such names unless Config.OnlyWrites says that this is meant; [KeyARN] asks KMS for the ARN.
//
// # Permissions
//
// Writing takes kms:GenerateDataKey on each of the keys, reading kms:Decrypt on one of them, and KeyARN
// kms:DescribeKey. A policy for a process that does both:
//
//	{
//	  "Effect": "Allow",
//	  "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
//	  "Resource": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
//	  "Condition": {"StringEquals": {"kms:EncryptionContext:aws-crypto-table-name": "visits"}}
//	}
//
// The condition is optional: the logical name of the table is in the encryption context of every item, so a policy
// can bind a role to tables. For a key of another account the policy of the key must allow the same.
//
// With an RSA key writing takes no permission, and reading kms:Decrypt; with ECDH both take
// kms:DeriveSharedSecret. No condition can bind these to a table: KMS is not told of one. [RSAPublicKey] and
// [ECDHPublicKey] take kms:GetPublicKey, once.
//
// # What it costs
//
// One request to KMS for every item that is read, and one for each key and item that is written: each is charged, takes
// some milliseconds, and counts against the account's quota of its region. With RSA writing costs none.
// Nothing is cached but what ECDHConfig.KeepSecrets says. Package provider/keyring/hierarchy needs KMS once for many
// items. An item that names a key 255 times costs at most keyring.MaxTries requests for each of the keyring's
// keys or regions, once for the table and again for each of its aliases and for four previous schemas, which
// are other contexts. [crypt.Watch] counts and traces them.
//
// With symmetric keys KMS logs the encryption context to CloudTrail in clear: table name, values of partition and
// sort key, and what is tagged context. It takes at most 8,192 bytes of it: an item that has more is
// crypt.ErrFormat, without a call.
//
// # Which suite
//
// Symmetric keys and ECDH take both suites, RSA takes keyring.SuiteHMAC alone: anyone who has its public key
// can wrap, and so the signature would say nothing. Under a symmetric key prefer keyring.SuiteHMAC where
// every role that may Decrypt may also GenerateDataKey, and keep the default, keyring.SuiteECDSA, where some
// only read: those can then not pass off an item of their own making.
//
// # Errors
//
// As of all keyrings (see package keyring): crypt.ErrKeys where KMS did not answer or refused the caller, with
// the permission and the key in its text and the SDK's error in reach of errors.As; crypt.ErrAuth where KMS had
// the key and it did not open what the item holds; crypt.ErrFormat where the item names other keys.
package awskms
