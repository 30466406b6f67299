package fakekms

// operations are what is served.
var operations = map[string]func(*request) (answer, error){
	"CreateAlias":                     (*request).createAlias,
	"CreateKey":                       (*request).createKey,
	"Decrypt":                         (*request).decrypt,
	"DeriveSharedSecret":              (*request).deriveSharedSecret,
	"DescribeKey":                     (*request).describeKey,
	"DisableKey":                      (*request).disableKey,
	"EnableKey":                       (*request).enableKey,
	"Encrypt":                         (*request).encrypt,
	"GenerateDataKey":                 (*request).generateDataKey,
	"GenerateDataKeyWithoutPlaintext": (*request).generateDataKey,
	"GetPublicKey":                    (*request).getPublicKey,
	"ListAliases":                     (*request).listAliases,
	"ReEncrypt":                       (*request).reEncrypt,
	"ReplicateKey":                    (*request).replicateKey,
}

// Limits of the service, in bytes unless said otherwise.
const (
	maxPlaintext   = 4096
	maxCiphertext  = 6144
	maxPublicKey   = 8192
	maxContext     = 8192 // names and values of an encryption context together
	maxGrantTokens = 10   // in number
	maxGrantToken  = 8192
)

// limits refuses an encryption context or grant tokens that the service does.
func limits(context map[string]string, grantTokens []string) error {
	size := 0
	for name, value := range context {
		size += len(name) + len(value)
	}
	if size > maxContext {
		return invalid("the encryption context has %d bytes; at most %d are allowed", size, maxContext)
	}
	if len(grantTokens) > maxGrantTokens {
		return invalid("1 validation error detected: Value at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to %d", maxGrantTokens)
	}
	for _, token := range grantTokens {
		if err := between("grantTokens", len(token), 1, maxGrantToken); err != nil {
			return err
		}
	}
	return nil
}

func between(parameter string, length, least, most int) error {
	if length < least || length > most {
		return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have length between %d and %d", parameter, least, most)
	}
	return nil
}
