package keyring

import "crypto/elliptic"

// Forms of a point on a curve (SEC 1, 2.3.3): the first byte, and coordinates of equal length.
const (
	compressedEven = 2 // the parity of y is in the first byte
	uncompressed   = 4
)

// compress returns the compressed form of an uncompressed point.
func compress(point []byte) []byte {
	n := (len(point) - 1) / 2
	c := make([]byte, 1+n)
	c[0] = compressedEven | point[2*n]&1
	copy(c[1:], point[1:1+n])
	return c
}

// decompress returns the uncompressed form of a compressed point. It is hostile: what is not one on the
// curve is refused, infinity too, which has no compressed form.
func decompress(curve elliptic.Curve, point []byte) ([]byte, bool) {
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
