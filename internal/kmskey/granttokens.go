package kmskey

import "fmt"

// Limits of KMS on the grant tokens of a call.
const (
	MaxGrantTokens = 10
	maxGrantToken  = 8192 // bytes
)

// CheckGrantTokens reports what KMS would not take.
func CheckGrantTokens(tokens []string) error {
	if len(tokens) > MaxGrantTokens {
		return fmt.Errorf("%d GrantTokens: KMS takes at most %d", len(tokens), MaxGrantTokens)
	}
	for i, t := range tokens {
		if t == "" || len(t) > maxGrantToken {
			return fmt.Errorf("GrantTokens: grant token %d of %d bytes: KMS takes up to %d, none of them empty", i+1, len(t), maxGrantToken)
		}
	}
	return nil
}
