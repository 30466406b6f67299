package directkms

import (
	"crypto"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// What is written where Config.Description says nothing else.
const (
	standardContent = "AES/256"
	standardMAC     = "HmacSHA256/256"
)

// algorithms are what an item's keys are for, spelled as in its description, which is how they are bound.
type algorithms struct{ content, mac string }

// contentSize is the size in bytes of the content key that a spec asks for.
func contentSize(spec string) (int, bool) {
	name, size, ok := parseSpec(spec)
	return size, ok && name == "AES" && (size == 16 || size == 24 || size == 32)
}

// The least and greatest size of a MAC key that is taken, in bytes.
const minMAC, maxMAC = 16, 128

// macOf is the hash of the HMAC that a spec asks for, and the size in bytes of its key.
func macOf(spec string) (crypto.Hash, int, bool) {
	name, size, ok := parseSpec(spec)
	if !ok || size < minMAC || size > maxMAC {
		return 0, 0, false
	}
	switch name {
	case "HmacSHA224":
		return crypto.SHA224, size, true
	case "HmacSHA256":
		return crypto.SHA256, size, true
	case "HmacSHA384":
		return crypto.SHA384, size, true
	case "HmacSHA512":
		return crypto.SHA512, size, true
	}
	return 0, 0, false
}

// parseSpec reads NAME or NAME/BITS, of which the first means 256. The size is in bytes.
func parseSpec(spec string) (name string, size int, ok bool) {
	name, text, stated := strings.Cut(spec, "/")
	if !stated {
		return name, 32, true
	}
	const longest = len("1024")
	if len(text) > longest {
		return "", 0, false
	}
	bits, err := strconv.ParseUint(text, 10, 16)
	if err != nil || bits%8 != 0 || strconv.FormatUint(bits, 10) != text {
		return "", 0, false
	}
	return name, int(bits) / 8, true
}

// derive makes an item's two keys from its data key (1.12): HKDF with SHA-256, without a salt.
func (a algorithms) derive(dataKey []byte) (content secret.Key, mac *provider.HMAC, _ error) {
	size, _ := contentSize(a.content)
	hash, macSize, _ := macOf(a.mac)
	content, err := expand(dataKey, "Encryption", size)
	if err != nil {
		return content, nil, err
	}
	macKey, err := expand(dataKey, "Signing", macSize)
	if err != nil {
		return content, nil, err
	}
	mac, err = provider.NewHMAC(hash, macKey)
	return content, mac, err
}

func expand(dataKey []byte, label string, size int) (secret.Key, error) {
	b, err := hkdf.Key(sha256.New, dataKey, nil, label, size)
	defer clear(b)
	if err != nil {
		return secret.Key{}, fmt.Errorf("directkms: derive: %w", err)
	}
	return secret.New(b)
}
