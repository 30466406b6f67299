// Package directkms gives every item of the legacy format a key of its own from AWS KMS, which AWS's clients
// call DirectKmsMaterialProvider and AwsKmsCryptographicMaterialsProvider (ddbec 1.12).
//
// Use it where items are few or each must be its own in KMS's audit log: writing an item is one call to KMS,
// and so is reading one. Where that is too slow or too dear, provider/mostrecent shares keys among items. There
// is nothing to rotate and nothing to lose but the KMS key: without it no item is read again. KMS's own
// rotation of its material changes nothing here.
//
// # What is bound
//
// KMS makes a data key for an encryption context, and decrypts it for the same one only: the logical name of
// the table, the names and values of the item's keys, and the algorithms. An item moved to another table or
// key, or with the data key of another item, is crypt.ErrAuth. Items under an alias of their table
// (crypt.SchemaConfig) are read at the cost of a call more for each name before it. The context is no secret:
// KMS logs it in CloudTrail, the values of keys with it.
//
// # Which KMS key
//
// The item does not say which KMS key it is under, and the data key beside it is not signed: with any key that
// the reader's role may use an attacker could build whole items that verify, if only the ciphertext decided. So
// every call names a KMS key, one of [Config.DecryptKeys], and the answer must name the same. AWS's clients do
// not look.
//
// An alias names another key tomorrow. It is resolved once, by [New], and the key found then is the one used for
// as long as the provider is.
//
// A multi-Region key is one key with replicas: its ARN is used with the client's region, so that one configuration
// serves all regions.
//
// # Permissions
//
// The caller needs, in its IAM policy or in the key's policy:
//
//	{
//	  "Version": "2012-10-17",
//	  "Statement": [
//	    {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": "ARN of Key"},
//	    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ["ARN of each of DecryptKeys"]},
//	    {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": ["ARN of each key given by alias or id"]}
//	  ]
//	}
//
// Calls that use a key name it by ARN: a condition kms:RequestAlias is never met. Of a multi-Region key each
// replica has an ARN of its own.
//
// # Numbers
//
// A numeric key is bound as DynamoDB returns it, 1.5 for a 1.50 that was written; -0 is refused. AWS's clients
// bind the text as it was written, and nobody reads an item whose key they wrote as 1.50 once DynamoDB has it. A
// reader who holds an item in another spelling, from a map that was never in DynamoDB say, tries both.
package directkms
