package keystore

import (
	"crypto/sha1"
	"crypto/subtle"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"

	"github.com/dynaseal/ddb/provider/secret"
	"golang.org/x/crypto/cryptobyte"
)

var (
	magicJKS   = []byte{0xfe, 0xed, 0xfe, 0xed}
	magicJCEKS = []byte{0xce, 0xce, 0xce, 0xce}
)

// Tags of entries.
const (
	tagPrivate     = 1
	tagCertificate = 2
)

// entryJKS is an entry of the file: a key under its password, or a certificate in DER.
type entryJKS struct{ key, certificate []byte }

func openJKS(store []byte, password secret.Key) (func(string, secret.Key) (entry, error), error) {
	if len(store) < len(magicJKS)+sha1.Size {
		return nil, errUnverified
	}
	content, digest := store[:len(store)-sha1.Size], store[len(store)-sha1.Size:]
	text := utf16Of(password)
	defer clear(text)
	if subtle.ConstantTimeCompare(sum(text, []byte("Mighty Aphrodite"), content), digest) != 1 { // the format's words
		return nil, errUnverified
	}
	entries, err := parseJKS(content)
	if err != nil {
		return nil, err
	}
	return func(alias string, own secret.Key) (entry, error) {
		if own.IsZero() {
			own = password
		}
		e, ok := entries[folded(alias)]
		switch {
		case !ok:
			return entry{}, errNone
		case e.certificate != nil:
			return parseCertificate(e.certificate)
		}
		return decryptJKS(e.key, own)
	}, nil
}

// parseJKS reads all entries. What it returns lies in content.
func parseJKS(content []byte) (map[string]entryJKS, error) {
	malformed := errors.New("the file is no JKS of private keys and certificates")
	s := cryptobyte.String(content[len(magicJKS):])
	var version, count, tag, certificates uint32
	if !s.ReadUint32(&version) || !s.ReadUint32(&count) || version != 1 && version != 2 {
		return nil, malformed
	}
	entries := make(map[string]entryJKS)
	for ; count > 0; count-- {
		var name cryptobyte.String
		if !s.ReadUint32(&tag) || !s.ReadUint16LengthPrefixed(&name) || !s.Skip(8) { // the date
			return nil, malformed
		}
		var e entryJKS
		switch tag {
		case tagPrivate:
			if !readBytes(&s, &e.key) || !s.ReadUint32(&certificates) {
				return nil, malformed
			}
			for ; certificates > 0; certificates-- {
				var unread []byte
				if !readCertificate(&s, version, &unread) {
					return nil, malformed
				}
			}
		case tagCertificate:
			if !readCertificate(&s, version, &e.certificate) {
				return nil, malformed
			}
		default:
			return nil, malformed
		}
		alias := folded(string(name))
		if _, twice := entries[alias]; twice {
			return nil, fmt.Errorf("the file has two entries of alias %.128q", alias)
		}
		entries[alias] = e
	}
	if !s.Empty() {
		return nil, malformed
	}
	return entries, nil
}

// readCertificate reads a certificate; version 1 does not say of what type.
func readCertificate(s *cryptobyte.String, version uint32, der *[]byte) bool {
	var kind cryptobyte.String
	return (version == 1 || s.ReadUint16LengthPrefixed(&kind)) && readBytes(s, der)
}

// readBytes reads bytes behind their length of 32 bits, without a copy.
func readBytes(s *cryptobyte.String, b *[]byte) bool {
	var n uint32
	return s.ReadUint32(&n) && int64(n) <= int64(len(*s)) && s.ReadBytes(b, int(n))
}

func parseCertificate(der []byte) (entry, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return entry{}, errors.New("its certificate does not parse")
	}
	return entry{public: c.PublicKey}, nil
}

// oidProtected is Sun's way to encrypt a key: salt, the key xored with a chain of SHA-1, SHA-1 of the key.
var oidProtected = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 42, 2, 17, 1, 1}

func decryptJKS(der []byte, password secret.Key) (entry, error) {
	var protected struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	rest, err := asn1.Unmarshal(der, &protected)
	if err != nil || len(rest) > 0 || !protected.Algorithm.Algorithm.Equal(oidProtected) || len(protected.Data) < 2*sha1.Size {
		return entry{}, errors.New("its key is not protected as in JKS")
	}
	salt, sealed := protected.Data[:sha1.Size], protected.Data[sha1.Size:len(protected.Data)-sha1.Size]
	text := utf16Of(password)
	defer clear(text)
	plain := make([]byte, len(sealed))
	defer clear(plain)
	for i, block := 0, salt; i < len(sealed); i += sha1.Size {
		block = sum(text, block)
		subtle.XORBytes(plain[i:], sealed[i:], block)
	}
	if subtle.ConstantTimeCompare(sum(text, plain), protected.Data[len(protected.Data)-sha1.Size:]) != 1 {
		return entry{}, errors.New("its key does not open: give its own password, if it has one")
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return entry{}, errors.New("its key does not parse")
	}
	return newEntry(key)
}

func sum(parts ...[]byte) []byte {
	h := sha1.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// utf16Of is a password as Java hashes it.
func utf16Of(password secret.Key) []byte {
	units := utf16.Encode([]rune(string(password.Expose())))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return b
}
