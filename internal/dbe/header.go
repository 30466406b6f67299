package dbe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// The marks of an item (1.1), and the prefix that is the format's own.
const (
	HeaderField = "aws_dbe_head"
	FooterField = "aws_dbe_foot"
	Prefix      = "aws_dbe_"
)

// Versions of a header (1.3). In the second some attribute is in the encryption context.
const (
	Version1 = 1
	Version2 = 2
)

// Flavors, the low byte of a suite's number (1.2).
const (
	FlavorHMAC  = 0
	FlavorECDSA = 1
)

// Letters of a legend (1.3).
const (
	LegendEncrypt = 'e'
	LegendSign    = 's'
	LegendContext = 'c'
)

// Sizes and limits of a header, in bytes and entries.
const (
	MaxHeader      = 400 << 10 // what DynamoDB stores of an item
	MaxLegend      = 1<<16 - 1
	MaxDataKeys    = 255
	MaxDataKeyPart = 1<<16 - 1
	MessageIDSize  = 32
	CommitmentSize = 32

	minContextEntry = 2 + 1 + 2 // bytes: two lengths and a key
	minDataKey      = 3 * 2
)

// What makes bytes no header, or values that no header can hold (1.3).
var (
	errHeaderLong     = fmt.Errorf("header is longer than %d bytes", MaxHeader)
	errHeaderShort    = errors.New("header ends early")
	errHeaderTrailing = errors.New("header has bytes after its commitment")
	errVersion        = errors.New("header is of a version other than 1 and 2")
	errFlavor         = errors.New("header is of a suite other than 0x6700 and 0x6701")
	errLegend         = errors.New("header has a legend with a letter other than e, s and c")
	errLegendLong     = fmt.Errorf("more than %d attributes are signed", MaxLegend)
	errContextOrder   = errors.New("encryption context has keys that do not ascend")
	errNoDataKey      = errors.New("header has no data key")
	errDataKeysMany   = fmt.Errorf("more than %d data keys", MaxDataKeys)
	errProviderID     = errors.New("a data key has a provider id that is not valid UTF-8")
	errDataKeyLong    = fmt.Errorf("a data key has a part longer than %d bytes", MaxDataKeyPart)
)

// Entry is one entry of a stored encryption context.
type Entry struct{ Key, Value string }

// DataKey is a data key as one keyring wrapped it.
type DataKey struct {
	ProviderID               string
	ProviderInfo, Ciphertext []byte
}

// Header is what an item says of how it is protected (1.3). Nobody vouches for a parsed one before its
// commitment and the item's footer are verified.
type Header struct {
	Version, Flavor byte
	MessageID       [MessageIDSize]byte
	Legend          []byte    // a letter for each signed attribute, in canonical order
	Context         []Entry   // what is stored of the encryption context, keys ascending by bytes
	DataKeys        []DataKey // 1 to MaxDataKeys
	Commitment      [CommitmentSize]byte
}

// Parse reads b into h, whose slices are used again; legend, provider infos and ciphertexts are parts of b.
// It refuses what [Header.Append] would not write, and trusts no length or count. After an error h holds
// nothing of use.
func (h *Header) Parse(b []byte) error {
	if len(b) > MaxHeader {
		return errHeaderLong
	}
	c := cut{rest: b}
	h.Version, h.Flavor = c.byte(), c.byte()
	copy(h.MessageID[:], c.take(MessageIDSize))
	h.Legend = c.counted()
	if c.short {
		return errHeaderShort
	}
	if err := h.check(); err != nil {
		return err
	}
	if err := h.parseContext(&c); err != nil {
		return err
	}
	if err := h.parseDataKeys(&c); err != nil {
		return err
	}
	copy(h.Commitment[:], c.take(CommitmentSize))
	switch {
	case c.short:
		return errHeaderShort
	case len(c.rest) > 0:
		return errHeaderTrailing
	}
	return nil
}

// check reports what of version, flavor and legend there is not.
func (h *Header) check() error {
	switch {
	case h.Version != Version1 && h.Version != Version2:
		return errVersion
	case h.Flavor != FlavorHMAC && h.Flavor != FlavorECDSA:
		return errFlavor
	case len(h.Legend) > MaxLegend:
		return errLegendLong
	}
	for _, letter := range h.Legend {
		if letter != LegendEncrypt && letter != LegendSign && letter != LegendContext {
			return errLegend
		}
	}
	return nil
}

// MaxStoredContext is how many context entries an item may store. AWS's clients store one, the public key, and what
// a manager of the user's own adds.
const MaxStoredContext = 1024

var errContextCount = fmt.Errorf("header with more than %d entries of encryption context", MaxStoredContext)

func (h *Header) parseContext(c *cut) error {
	h.Context = h.Context[:0]
	n := int(c.uint16())
	switch {
	case n > MaxStoredContext:
		return errContextCount
	case n*minContextEntry > len(c.rest):
		return errHeaderShort
	}
	for range n {
		e := Entry{string(c.counted()), string(c.counted())}
		if c.short {
			return errHeaderShort
		}
		if err := h.addEntry(e); err != nil {
			return err
		}
	}
	return nil
}

func (h *Header) addEntry(e Entry) error {
	if err := CheckContextEntry(e.Key, e.Value); err != nil {
		return err
	}
	if last := len(h.Context) - 1; last >= 0 && h.Context[last].Key >= e.Key {
		return errContextOrder
	}
	h.Context = append(h.Context, e)
	return nil
}

func (h *Header) parseDataKeys(c *cut) error {
	h.DataKeys = h.DataKeys[:0]
	n := int(c.byte())
	switch {
	case c.short || n*minDataKey > len(c.rest):
		return errHeaderShort
	case n == 0:
		return errNoDataKey
	}
	for range n {
		k := DataKey{ProviderID: string(c.counted()), ProviderInfo: c.counted(), Ciphertext: c.counted()}
		if c.short {
			return errHeaderShort
		}
		if !utf8.ValidString(k.ProviderID) {
			return errProviderID
		}
		h.DataKeys = append(h.DataKeys, k)
	}
	return nil
}

// Append appends the bytes of h up to the commitment, which is made of them and ends a header. On error
// nothing is appended.
func (h *Header) Append(dst []byte) ([]byte, error) {
	if err := h.check(); err != nil {
		return dst, err
	}
	switch {
	case len(h.Context) > MaxStoredContext:
		return dst, errContextCount
	case len(h.DataKeys) == 0:
		return dst, errNoDataKey
	case len(h.DataKeys) > MaxDataKeys:
		return dst, errDataKeysMany
	}
	start := len(dst)
	b := append(dst, h.Version, h.Flavor)
	b = append(b, h.MessageID[:]...)
	b = appendCounted16(b, h.Legend)
	b = binary.BigEndian.AppendUint16(b, uint16(len(h.Context)))
	for i, e := range h.Context {
		if err := CheckContextEntry(e.Key, e.Value); err != nil {
			return dst, err
		}
		if i > 0 && h.Context[i-1].Key >= e.Key {
			return dst, errContextOrder
		}
		b = appendCounted16(appendCounted16(b, e.Key), e.Value)
	}
	b = append(b, byte(len(h.DataKeys)))
	for _, k := range h.DataKeys {
		switch {
		case max(len(k.ProviderID), len(k.ProviderInfo), len(k.Ciphertext)) > MaxDataKeyPart:
			return dst, errDataKeyLong
		case !utf8.ValidString(k.ProviderID):
			return dst, errProviderID
		}
		b = appendCounted16(appendCounted16(appendCounted16(b, k.ProviderID), k.ProviderInfo), k.Ciphertext)
	}
	if len(b)-start+CommitmentSize > MaxHeader {
		return dst, errHeaderLong
	}
	return b, nil
}

// Size is how many bytes a header takes, with its commitment.
func (h *Header) Size() int {
	n := 2 + MessageIDSize + 2 + len(h.Legend) + 2 + 1 + CommitmentSize
	for _, e := range h.Context {
		n += 2 + len(e.Key) + 2 + len(e.Value)
	}
	for _, k := range h.DataKeys {
		n += 6 + len(k.ProviderID) + len(k.ProviderInfo) + len(k.Ciphertext)
	}
	return n
}

// Wipe lets go of what h refers to.
func (h *Header) Wipe() {
	clear(h.Context[:cap(h.Context)])
	clear(h.DataKeys[:cap(h.DataKeys)])
	*h = Header{Context: h.Context[:0], DataKeys: h.DataKeys[:0]}
	if cap(h.Context) > MaxDataKeys {
		h.Context = nil
	}
}

// cut takes bytes off the front, nothing once there are too few.
type cut struct {
	rest  []byte
	short bool
}

func (c *cut) take(n int) []byte {
	if n > len(c.rest) {
		c.short, c.rest = true, nil
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cut) byte() byte {
	b := c.take(1)
	if c.short {
		return 0
	}
	return b[0]
}

func (c *cut) uint16() uint16 {
	b := c.take(2)
	if c.short {
		return 0
	}
	return binary.BigEndian.Uint16(b)
}

// counted is a length in two bytes and what it counts.
func (c *cut) counted() []byte { return c.take(int(c.uint16())) }
