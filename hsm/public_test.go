//go:build hsm

package hsm_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"fmt"
	"testing"

	"github.com/dynaseal/ddb/hsm"
	"github.com/dynaseal/ddb/provider"
	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A point in DER and a bare one begin alike: with enough keys, one of them looks like the other.
func TestPublicECDSA(t *testing.T) {
	for curve := range curveNames {
		for range 300 {
			k, err := ecdsa.GenerateKey(curve, rand.Reader)
			require.NoError(t, err)
			params, point := encodeEC(t, k)
			bare, err := k.PublicKey.Bytes()
			require.NoError(t, err)
			for _, p := range [][]byte{point, bare} {
				got, err := hsm.PublicECDSA(params, p)
				require.NoError(t, err)
				require.True(t, k.PublicKey.Equal(got))
			}
		}
	}
}

func TestPublicRefuses(t *testing.T) {
	params, point := encodeEC(t, newEC(t))
	p224, err := asn1.Marshal(asn1.ObjectIdentifier{1, 3, 132, 0, 33})
	require.NoError(t, err)
	compressed := elliptic.MarshalCompressed(elliptic.P256(), elliptic.P256().Params().Gx, elliptic.P256().Params().Gy)
	off := append([]byte(nil), point...)
	off[len(off)-1] ^= 1
	for name, c := range map[string]struct{ params, point []byte }{
		"no curve": {nil, point}, "explicit parameters": {[]byte{0x30, 0}, point}, "P-224": {p224, point},
		"no point": {params, nil}, "compressed": {params, compressed}, "off the curve": {params, off},
		"cut": {params, point[:len(point)-1]}, "longer": {params, append(point[:len(point):len(point)], 0)},
	} {
		_, err := hsm.PublicECDSA(c.params, c.point)
		assert.Error(t, err, name)
	}
	_, err = hsm.PublicRSA([]byte{1}, []byte{1, 0, 0, 0, 1})
	assert.ErrorContains(t, err, "more than 31 bits")
}

// Whether a token is out of order, or what it was given is wrong, is told by a key of our own.
func TestSettle(t *testing.T) {
	vague, refusal, outage := pkcs11.Error(pkcs11.CKR_GENERAL_ERROR), pkcs11.Error(pkcs11.CKR_ENCRYPTED_DATA_INVALID), pkcs11.Error(pkcs11.CKR_DEVICE_MEMORY)
	for name, c := range map[string]struct {
		first, own, again, want error
	}{
		"refused":                          {refusal, errors.New("not asked"), errors.New("not asked"), provider.ErrUnwrap},
		"vague, and can do nothing":        {vague, vague, errors.New("not asked"), vague},
		"vague, and fails again":           {vague, nil, vague, provider.ErrUnwrap},
		"vague, then refused":              {vague, nil, refusal, provider.ErrUnwrap},
		"vague, then works":                {vague, nil, nil, nil},
		"vague, then out of order":         {vague, nil, outage, outage},
		"out of order":                     {outage, errors.New("not asked"), errors.New("not asked"), outage},
		"closed":                           {hsm.ErrClosed, nil, nil, hsm.ErrClosed},
		"what wraps the token's own words": {fmt.Errorf("token: %w", vague), nil, vague, provider.ErrUnwrap},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := hsm.Settle(c.first, func() error { return c.own }, func() ([]byte, error) { return []byte{1}, c.again })
			assert.ErrorIs(t, err, c.want)
			if c.want == nil {
				assert.Equal(t, []byte{1}, got)
			} else {
				assert.Nil(t, got)
			}
		})
	}
}
