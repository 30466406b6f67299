package fakekms

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/dynaseal/ddb/internal/kmskey"
)

// blob is a symmetric ciphertext: a version byte, the ARN of the key with its length in two bytes, the
// sealed plaintext, and the first eight bytes of the SHA-256 of all that. The checksum is no protection:
// it lets damage anywhere be told from a ciphertext of another key, as the service does.
type blob struct {
	key    kmskey.ARN
	header []byte
	sealed []byte
}

const (
	blobVersion  = 1
	checksumSize = 8
)

func blobHeader(arn kmskey.ARN) []byte {
	text := arn.String()
	h := binary.BigEndian.AppendUint16([]byte{blobVersion}, uint16(len(text)))
	return append(h, text...)
}

func (b blob) bytes() []byte {
	all := slices.Concat(b.header, b.sealed)
	return append(all, checksum(all)...)
}

func checksum(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:checksumSize]
}

func parseBlob(b []byte) (none blob, _ error) {
	const start = 3
	if len(b) < start+checksumSize || b[0] != blobVersion {
		return none, invalidCiphertext
	}
	all := b[:len(b)-checksumSize]
	end := start + int(binary.BigEndian.Uint16(b[1:start]))
	if end > len(all) || !bytes.Equal(checksum(all), b[len(all):]) {
		return none, invalidCiphertext
	}
	arn, err := kmskey.ParseARN(string(all[start:end]))
	if err != nil {
		return none, invalidCiphertext
	}
	return blob{arn, all[:end], all[end:]}, nil
}

// additional is what is authenticated beside the plaintext: the header and the encryption context, by
// name, every string with its length.
func (b blob) additional(context map[string]string) []byte {
	all := slices.Clone(b.header)
	for _, name := range slices.Sorted(maps.Keys(context)) {
		for _, s := range []string{name, context[name]} {
			all = binary.BigEndian.AppendUint32(all, uint32(len(s)))
			all = append(all, s...)
		}
	}
	return all
}
