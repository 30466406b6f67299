// Package point changes points of the NIST curves between their compressed and uncompressed forms (SEC 1,
// 2.3.3): formats store the one, Go's packages take the other.
package point

import "crypto/elliptic"

// First bytes of the two forms.
const (
	compressedEven = 2 // the parity of y is added
	uncompressed   = 4
)

// CompressedSize is the size in bytes of a compressed point.
func CompressedSize(curve elliptic.Curve) int { return 1 + (curve.Params().BitSize+7)/8 }

// Compress returns the compressed form of an uncompressed point, as crypto/ecdh and crypto/ecdsa give it.
func Compress(point []byte) []byte {
	n := len(point) / 2
	c := make([]byte, 1+n)
	c[0] = compressedEven | point[len(point)-1]&1
	copy(c[1:], point[1:])
	return c
}

// Decompress is the inverse. What is not a point on the curve is refused, infinity too, which has no
// compressed form.
func Decompress(curve elliptic.Curve, point []byte) ([]byte, bool) {
	if len(point) != CompressedSize(curve) {
		return nil, false
	}
	x, y := elliptic.UnmarshalCompressed(curve, point)
	if x == nil {
		return nil, false
	}
	n := len(point) - 1
	u := make([]byte, 1+2*n)
	u[0] = uncompressed
	x.FillBytes(u[1 : 1+n])
	y.FillBytes(u[1+n:])
	return u, true
}
