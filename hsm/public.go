//go:build hsm

package hsm

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/miekg/pkcs11"
)

// public reads the public half of a private key: from the private key where it says, or else from the
// public key with the same CKA_ID, or without one the same label.
func (c *call) public(private found) (crypto.PublicKey, error) {
	attributes := []uint{pkcs11.CKA_MODULUS, pkcs11.CKA_PUBLIC_EXPONENT}
	parse := publicRSA
	if private.keyType == pkcs11.CKK_EC {
		attributes, parse = []uint{pkcs11.CKA_EC_PARAMS, pkcs11.CKA_EC_POINT}, publicECDSA
	}
	if a, b, err := c.pair(private.handle, attributes); err == nil && len(a) > 0 && len(b) > 0 {
		return parse(a, b)
	}
	id, label, err := c.pair(private.handle, []uint{pkcs11.CKA_ID, pkcs11.CKA_LABEL})
	if err != nil {
		return nil, fmt.Errorf("read id and label of the private key: %w", err)
	}
	k := Key{ID: id}
	if len(id) == 0 {
		k.Label = string(label)
	}
	companion, err := c.find(k, pkcs11.CKO_PUBLIC_KEY, []uint{private.keyType})
	if err != nil {
		return nil, fmt.Errorf("public key of the private one: %w", err)
	}
	a, b, err := c.pair(companion.handle, attributes)
	if err != nil {
		return nil, fmt.Errorf("read the public key: %w", err)
	}
	return parse(a, b)
}

// pair reads two attributes.
func (c *call) pair(h pkcs11.ObjectHandle, types []uint) (a, b []byte, _ error) {
	values, err := c.GetAttributeValue(c.handle, h, []*pkcs11.Attribute{pkcs11.NewAttribute(types[0], nil), pkcs11.NewAttribute(types[1], nil)})
	if err != nil {
		return nil, nil, err
	}
	return values[0].Value, values[1].Value, nil
}

func publicRSA(modulus, exponent []byte) (crypto.PublicKey, error) {
	e := new(big.Int).SetBytes(exponent)
	if e.BitLen() > 31 {
		return nil, errors.New("RSA key with a public exponent of more than 31 bits")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(e.Int64())}, nil
}

// curves are those that the format signs with, by their object identifiers.
var curves = map[string]elliptic.Curve{
	"1.2.840.10045.3.1.7": elliptic.P256(),
	"1.3.132.0.34":        elliptic.P384(),
	"1.3.132.0.35":        elliptic.P521(),
}

// publicECDSA takes the point in DER, as the standard has it, or bare, as some tokens do.
func publicECDSA(params, point []byte) (crypto.PublicKey, error) {
	var oid asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(params, &oid); err != nil {
		return nil, errors.New("EC key without a named curve")
	}
	curve, known := curves[oid.String()]
	if !known {
		return nil, errors.New("the curve is not one of P-256, P-384, P-521")
	}
	bare := point
	if size := (curve.Params().BitSize + 7) / 8; len(point) != 1+2*size { // told by length: both begin with 4
		if rest, err := asn1.Unmarshal(point, &bare); err != nil || len(rest) > 0 {
			bare = nil
		}
	}
	key, err := ecdsa.ParseUncompressedPublicKey(curve, bare)
	if err != nil {
		return nil, errors.New("EC key with a point that is none of its curve's, or compressed")
	}
	return key, nil
}
