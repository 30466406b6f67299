package dbe

import "errors"

// Sizes of a footer's parts, in bytes (1.9). A signature has one size whatever its numbers, so that the
// size of an item is known before it is signed.
const (
	TagSize       = 48
	SignatureSize = 103
)

var errFooterSize = errors.New("footer is not as long as the header's data keys and suite make it")

// Footer is what authenticates an item (1.9): a tag for each data key of the header, in its order, and
// under FlavorECDSA a signature.
type Footer struct {
	Tags      []byte // TagSize bytes each
	Signature []byte // SignatureSize bytes, or nil
}

// FooterSize is how long the footer is of a header with so many data keys.
func FooterSize(dataKeys int, flavor byte) int {
	n := dataKeys * TagSize
	if flavor == FlavorECDSA {
		n += SignatureSize
	}
	return n
}

// ParseFooter reads b, which the Footer shares. Its inverse is [Footer.Append].
func ParseFooter(b []byte, dataKeys int, flavor byte) (Footer, error) {
	if dataKeys < 1 || len(b) != FooterSize(dataKeys, flavor) {
		return Footer{}, errFooterSize
	}
	n := dataKeys * TagSize
	f := Footer{Tags: b[:n:n]}
	if flavor == FlavorECDSA {
		f.Signature = b[n:len(b):len(b)]
	}
	return f, nil
}

// Append appends the footer's bytes. On error nothing is appended.
func (f Footer) Append(dst []byte) ([]byte, error) {
	if len(f.Tags) == 0 || len(f.Tags)%TagSize != 0 || f.Signature != nil && len(f.Signature) != SignatureSize {
		return dst, errFooterSize
	}
	return append(append(dst, f.Tags...), f.Signature...), nil
}
