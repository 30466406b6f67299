package provider

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/internal/given"
)

// checkHalves says why sign and verify cannot be those of one provider, of which either may be none. It
// asks no key that is elsewhere: halves of a type of the user's own are told by their algorithms alone.
func checkHalves(sign Signer, verify Verifier) error {
	switch {
	case sign == nil && verify == nil:
		return errors.New("neither Sign nor Verify: give an HMAC for both")
	case sign != nil && given.Nil(sign):
		return errors.New("the Sign given is nil")
	case verify != nil && given.Nil(verify):
		return errors.New("the Verify given is nil")
	case sign == nil || verify == nil:
		return nil
	}
	if signs, verifies := algorithmOfHalf(sign), algorithmOfHalf(verify); signs != "" && verifies != "" && signs != verifies {
		return fmt.Errorf("Sign is by %.64q and Verify is by %.64q: give the halves of one pair", signs, verifies)
	}
	paired := true
	switch sign := sign.(type) {
	case *HMAC:
		if verify, ok := verify.(*HMAC); ok && sign != verify {
			signature, err := sign.Sign(context.Background(), nil)
			paired = err == nil && verify.Verify(context.Background(), nil, signature) == nil
		}
	case *pairSigner:
		if verify, ok := verify.(*pairVerifier); ok {
			paired = sign.public.Equal(verify.public)
		}
	}
	if !paired {
		return errors.New("Sign and Verify are of different keys: nothing written could be read")
	}
	return nil
}

// algorithmOfHalf is the algorithm of a Signer or Verifier that tells it, else "".
func algorithmOfHalf(half any) string {
	switch half := half.(type) {
	case AlgorithmSigner:
		return half.SigningAlgorithm()
	case interface{ Algorithm() string }:
		return half.Algorithm()
	}
	return ""
}

// checkPrivate says whether a private key of this process belongs to the public half it is held with, by
// signing something. Other keys are not asked: that may take a service, or a person.
func checkPrivate(key crypto.Signer, s scheme) error {
	switch key := key.(type) {
	case *rsa.PrivateKey:
	case *ecdsa.PrivateKey:
		//lint:ignore SA1019 a key without a scalar, on which Sign panics, is told by it alone
		if key.D == nil {
			return errors.New("no private key")
		}
	default:
		return nil
	}
	digest := s.digest(nil)
	signature, err := key.Sign(rand.Reader, digest, s.hash)
	if err != nil || !s.verify(digest, signature) {
		return errors.New("the private key does not belong to its public half")
	}
	return nil
}
