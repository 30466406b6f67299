package dbe

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha512"
	"encoding/asn1"
	"errors"
	"math/big"
)

// maxSignings is how often a signature is asked for until one has the size of the format. One of about
// 130 has not.
const maxSignings = 64

var (
	errSignature     = errors.New("the signature key makes no ECDSA signatures in DER")
	errSignatureSize = errors.New("the signature key makes no signatures of the format's size")
)

// AppendSignature appends a signature of a canonical hash (1.9), of SignatureSize bytes. sign makes a P-384
// signature, in DER, of a digest: of the SHA-384 of the hash, since the format signs the hash as a
// message. On error nothing is appended.
func AppendSignature(dst, canonicalHash []byte, sign func(digest []byte) ([]byte, error)) ([]byte, error) {
	digest := sha512.Sum384(canonicalHash)
	for range maxSignings {
		der, err := sign(digest[:])
		if err != nil {
			return dst, err
		}
		if len(der) != SignatureSize {
			if der, err = otherSignature(der); err != nil {
				return dst, err
			}
		}
		if len(der) == SignatureSize {
			return append(dst, der...), nil
		}
	}
	return dst, errSignatureSize
}

// otherSignature is the one with n-s in place of s, as valid: of s and n-s one has the highest bit, which
// takes a byte more.
func otherSignature(der []byte) ([]byte, error) {
	var v struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &v); err != nil || len(rest) > 0 {
		return nil, errSignature
	}
	v.S.Sub(elliptic.P384().Params().N, v.S)
	return asn1.Marshal(v)
}

// VerifySignature reports whether signature is one of a canonical hash by public.
func VerifySignature(public *ecdsa.PublicKey, canonicalHash, signature []byte) bool {
	digest := sha512.Sum384(canonicalHash)
	return ecdsa.VerifyASN1(public, digest[:], signature)
}
