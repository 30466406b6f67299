package bench

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
)

// dbeFloor does what the modern format must do to an item under a raw AES key and nothing else: no
// attribute values, no mapper, no checks that a hostile item needs, buffers used again. It is what the
// primitives alone cost.
type dbeFloor struct {
	sign   bool
	wrap   cipher.AEAD
	info   []byte // of the raw AES key, a nonce follows
	fields []dbeField
	legend []byte
	before []byte // of the context, serialised: the entries up to that of the public key, keys' values aside
	after  []byte
	keys   []int // fields that are keys, in the order of the context

	mac     macs
	context []byte
	stream  []byte
	toHash  []byte
	random  [108]byte // data key, message id, intermediate key, nonce
	derived [4][32]byte
	sum     [sha512.Size]byte
	counter [aes.BlockSize]byte
	tag     [48]byte
	scalar  [64]byte // the canonical bytes of a key
}

// dbeField is a field in canonical order.
type dbeField struct {
	name      string
	encrypted bool
	kind      [2]byte
	path      []byte
}

const (
	floorNamespace = "bench"
	floorKeyName   = "key"
	publicKeyEntry = "aws-crypto-public-key"
)

// newDBEFloor is the floor of items of a table whose fields are in canonical order; keys name the partition
// key and the sort key, if there is one.
func newDBEFloor(key []byte, sign bool, table string, fields []dbeField, keys []string) (*dbeFloor, error) {
	f := &dbeFloor{sign: sign, fields: slices.Clone(fields), mac: newMACs()}
	var err error
	if f.wrap, err = newGCM(key); err != nil {
		return nil, err
	}
	f.info = append([]byte(floorKeyName), 0, 0, 0, 128, 0, 0, 0, 12)
	for i := range f.fields {
		field := &f.fields[i]
		field.path = binary.BigEndian.AppendUint64([]byte(table), 1)
		field.path = binary.BigEndian.AppendUint64(append(field.path, '$'), uint64(len(field.name)))
		field.path = append(field.path, field.name...)
		letter := byte('s')
		if field.encrypted {
			letter = 'e'
		}
		f.legend = append(f.legend, letter)
	}
	for _, name := range slices.Sorted(slices.Values(keys)) {
		f.keys = append(f.keys, slices.IndexFunc(f.fields, func(m dbeField) bool { return m.name == name }))
	}
	f.before = appendEntry(nil, "aws-crypto-partition-name", keys[0])
	if len(keys) > 1 {
		f.after = appendEntry(f.after, "aws-crypto-sort-name", keys[1])
	}
	f.after = appendEntry(f.after, "aws-crypto-table-name", table)
	return f, nil
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func appendText(b []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(text))), text...)
}

func appendEntry(b []byte, key, value string) []byte { return appendText(appendText(b, key), value) }

// setContext serialises the encryption context of an item.
func (f *dbeFloor) setContext(values [][]byte, public string) {
	n := 1 + 2*len(f.keys)
	if public != "" {
		n++
	}
	f.context = binary.BigEndian.AppendUint16(f.context[:0], uint16(n))
	for _, key := range f.keys {
		f.context = appendText(f.context, "aws-crypto-attr."+f.fields[key].name)
		value := append(append(f.scalar[:0], f.fields[key].kind[:]...), values[key]...)
		f.context = binary.BigEndian.AppendUint16(f.context, uint16(base64.StdEncoding.EncodedLen(len(value))))
		f.context = base64.StdEncoding.AppendEncode(f.context, value)
	}
	f.context = append(f.context, f.before...)
	if public != "" {
		f.context = appendEntry(f.context, publicKeyEntry, public)
	}
	f.context = append(f.context, f.after...)
}

var zeroNonce [12]byte

// write returns the stored values, header and footer in one slab.
func (f *dbeFloor) write(values, stored [][]byte) (header, footer []byte, _ error) {
	rand.Read(f.random[:])
	dataKey, messageID, intermediate, nonce := f.random[:32], f.random[32:64], f.random[64:96], f.random[96:]
	var private *ecdsa.PrivateKey
	public := ""
	if f.sign {
		var err error
		if private, public, err = newP384(); err != nil {
			return nil, nil, err
		}
	}
	f.setContext(values, public)
	f.mac.derive(intermediate, "AWS_MPL_INTERMEDIATE_KEYWRAP_ENC", "AWS_MPL_INTERMEDIATE_KEYWRAP_MAC", nil, &f.derived[0], &f.derived[1])
	f.mac.derive(dataKey, "AWS_DBE_COMMIT_KEY", "AWS_DBE_DERIVE_KEY", messageID, &f.derived[2], &f.derived[3])

	size, encrypted := len(f.legend)+256+len(public)+48+103, 0
	for i, field := range f.fields {
		if field.encrypted {
			size += 2 + len(values[i]) + 16
			encrypted++
		}
	}
	slab := make([]byte, 0, size)
	if err := f.expandFieldKeys(encrypted); err != nil {
		return nil, nil, err
	}
	n := 0
	for i, field := range f.fields {
		if !field.encrypted {
			stored[i] = values[i]
			continue
		}
		gcm, err := newGCM(f.stream[n*48:][:32])
		if err != nil {
			return nil, nil, err
		}
		start := len(slab)
		slab = gcm.Seal(append(slab, field.kind[:]...), f.stream[n*48+32:][:12], values[i], field.path)
		stored[i] = slab[start:]
		n++
	}

	start := len(slab)
	slab = append(append(slab, 1, f.flavor()), messageID...)
	slab = append(binary.BigEndian.AppendUint16(slab, uint16(len(f.legend))), f.legend...)
	if f.sign {
		slab = appendEntry(append(slab, 0, 1), publicKeyEntry, public)
	} else {
		slab = append(slab, 0, 0)
	}
	slab = appendText(append(slab, 1), floorNamespace)
	slab = binary.BigEndian.AppendUint16(slab, uint16(len(f.info)+len(nonce)))
	slab = append(append(append(slab, f.info...), nonce...), 0, 96)
	kek, err := newGCM(f.derived[0][:])
	if err != nil {
		return nil, nil, err
	}
	slab = kek.Seal(slab, zeroNonce[:], dataKey, f.context)
	slab = f.wrap.Seal(slab, nonce, intermediate, f.context)
	slab = append(slab, f.mac.sha512.once(f.sum[:0], f.derived[2][:], slab[start:])[:32]...)
	header = slab[start:]

	start = len(slab)
	hash := f.hash(stored, header)
	slab = f.mac.sha384.once(slab, f.derived[1][:], hash)
	if f.sign {
		if slab, err = appendP384(slab, private, hash); err != nil {
			return nil, nil, err
		}
	}
	return header, slab[start:], nil
}

func (f *dbeFloor) flavor() byte {
	if f.sign {
		return 1
	}
	return 0
}

func (f *dbeFloor) expandFieldKeys(n int) error {
	block, err := aes.NewCipher(f.derived[3][:])
	if err != nil {
		return err
	}
	f.stream = slices.Grow(f.stream[:0], n*48)[:n*48]
	clear(f.stream)
	f.counter = [aes.BlockSize]byte([]byte("AwsDbeField\x2c\x00\x00\x00\x00"))
	cipher.NewCTR(block, f.counter[:]).XORKeyStream(f.stream, f.stream)
	return nil
}

// hash is the canonical hash.
func (f *dbeFloor) hash(stored [][]byte, header []byte) []byte {
	b := append(f.toHash[:0], header...)
	b = append(binary.BigEndian.AppendUint64(b, uint64(len(f.context))), f.context...)
	for i, field := range f.fields {
		b = append(b, field.path...)
		if field.encrypted {
			b = append(binary.BigEndian.AppendUint64(b, uint64(len(stored[i])-2)), "ENCRYPTED"...)
		} else {
			b = append(binary.BigEndian.AppendUint64(b, uint64(len(stored[i]))), "PLAINTEXT"...)
			b = append(b, field.kind[:]...)
		}
		b = append(b, stored[i]...)
	}
	f.toHash = b
	sum := sha512.Sum384(b)
	return append(f.sum[:0], sum[:]...)
}

var errFloor = errors.New("bench: item failed verification")

// read returns the values, the decrypted ones in one slab.
func (f *dbeFloor) read(stored [][]byte, header, footer []byte, values [][]byte) error {
	messageID := header[2:34]
	rest := header[36+len(f.legend):]
	public := ""
	if f.sign {
		rest = rest[2+2+len(publicKeyEntry):]
		public, rest = string(rest[2:][:68]), rest[2+68:]
	} else {
		rest = rest[2:]
	}
	rest = rest[1+2+len(floorNamespace)+2+len(f.info):]
	nonce, dataKey, wrapped := rest[:12], rest[14:][:48], rest[62:][:48]

	f.setContext(stored, public)
	intermediate, err := f.wrap.Open(f.random[:0], nonce, wrapped, f.context)
	if err != nil {
		return err
	}
	f.mac.derive(intermediate, "AWS_MPL_INTERMEDIATE_KEYWRAP_ENC", "AWS_MPL_INTERMEDIATE_KEYWRAP_MAC", nil, &f.derived[0], &f.derived[1])
	kek, err := newGCM(f.derived[0][:])
	if err != nil {
		return err
	}
	if dataKey, err = kek.Open(f.random[:0], zeroNonce[:], dataKey, f.context); err != nil {
		return err
	}
	f.mac.derive(dataKey, "AWS_DBE_COMMIT_KEY", "AWS_DBE_DERIVE_KEY", messageID, &f.derived[2], &f.derived[3])
	commitment := len(header) - 32
	if !hmac.Equal(f.mac.sha512.once(f.sum[:0], f.derived[2][:], header[:commitment])[:32], header[commitment:]) {
		return errFloor
	}
	hash := f.hash(stored, header)
	if !hmac.Equal(f.mac.sha384.once(f.tag[:0], f.derived[1][:], hash), footer[:48]) {
		return errFloor
	}
	if f.sign && !verifyP384(public, hash, footer[48:]) {
		return errFloor
	}

	size, encrypted := 0, 0
	for i, field := range f.fields {
		if field.encrypted {
			size += len(stored[i])
			encrypted++
		}
	}
	slab := make([]byte, 0, size)
	if err := f.expandFieldKeys(encrypted); err != nil {
		return err
	}
	n := 0
	for i, field := range f.fields {
		if !field.encrypted {
			values[i] = stored[i]
			continue
		}
		gcm, err := newGCM(f.stream[n*48:][:32])
		if err != nil {
			return err
		}
		start := len(slab)
		if slab, err = gcm.Open(slab, f.stream[n*48+32:][:12], stored[i][2:], field.path); err != nil {
			return err
		}
		values[i] = slab[start:]
		n++
	}
	return nil
}
