// Package fakekms is a key management service on loopback that speaks the protocol of AWS KMS to the
// clients people use: Go's, Java's, Python's. It is for tests, of this module and of its peers:
//
//	s := fakekms.Start()
//	defer s.Close()
//	arn := s.AddKey(fakekms.Key{Region: "us-east-1", Aliases: []string{"alias/orders"}})
//	client := s.Client("us-east-1")
//
// One server is every region and every account. The region of a call is that of its signature's scope,
// or of the path (/us-west-2) where there is one; the account is the access key id where that is twelve
// digits, else [Account]. Nothing else of the signature is looked at.
//
// What the service checks is checked: encryption contexts are authenticated, key ids and aliases are
// resolved as it does, sizes are held, a disabled key does nothing, a wrong KeyId is no answer, and each
// failure has the service's exception. Ciphertexts are this package's own: it opens no blob of AWS's. A
// parameter or an operation that is not implemented is refused by name, never ignored.
//
// The keys of another account can be used by ARN, as if their policies allowed it, until
// [Server.Deny]: this is the attacker who gives a reader's role the use of his own key.
//
// Beyond the operations of cryptography, CreateKey, CreateAlias, DescribeKey, EnableKey, DisableKey,
// ReplicateKey and ListAliases are served, for tests in other languages, and GET /calls answers what
// [Server.Calls] does as JSON.
package fakekms
