package bench

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"slices"
)

// floor does what the legacy format must do to the twelve strings of a Customer and nothing else: no
// attribute values, no mapper, no checks that a hostile item needs, buffers used again. It is what
// the primitives alone cost.
type floor struct {
	enc    ivSetter // one for all attributes: the standard library's modes take another IV
	dec    ivSetter
	mac    hash.Hash
	table  [32]byte
	fields []floorField
	text   []byte // of one serialised value
	toSign []byte
	sum    []byte
}

type ivSetter interface {
	cipher.BlockMode
	SetIV([]byte)
}

type floorField struct {
	encrypted bool
	prefix    []byte // SHA-256 of the name and of the flag
}

func newFloor(encryption, signing []byte, names []string, encrypted []bool) (*floor, error) {
	block, err := aes.NewCipher(encryption)
	if err != nil {
		return nil, err
	}
	f := &floor{mac: hmac.New(sha256.New, signing), table: sha256.Sum256([]byte("TABLE>customers<TABLE"))}
	var iv [aes.BlockSize]byte
	f.enc, f.dec = cipher.NewCBCEncrypter(block, iv[:]).(ivSetter), cipher.NewCBCDecrypter(block, iv[:]).(ivSetter)
	for i, name := range names {
		flag := "PLAINTEXT"
		if encrypted[i] {
			flag = "ENCRYPTED"
		}
		n, s := sha256.Sum256([]byte(name)), sha256.Sum256([]byte(flag))
		f.fields = append(f.fields, floorField{encrypted[i], slices.Concat(n[:], s[:])})
	}
	return f, nil
}

func (f *floor) serialize(tag byte, v []byte) []byte {
	f.text = append(f.text[:0], 0, tag)
	f.text = binary.BigEndian.AppendUint32(f.text, uint32(len(v)))
	return append(f.text, v...)
}

func (f *floor) sign(stored [][]byte) []byte {
	f.toSign = append(f.toSign[:0], f.table[:]...)
	for i, field := range f.fields {
		tag := byte('s')
		if field.encrypted {
			tag = 'b'
		}
		f.text = f.serialize(tag, stored[i])
		sum := sha256.Sum256(f.text)
		f.toSign = append(append(f.toSign, field.prefix...), sum[:]...)
	}
	f.mac.Reset()
	f.mac.Write(f.toSign)
	f.sum = f.mac.Sum(f.sum[:0])
	return f.sum
}

// write returns the stored values in one slab, and the signature.
func (f *floor) write(values, stored [][]byte) (signature []byte) {
	size, ivs := 0, 0
	for i, field := range f.fields {
		if field.encrypted {
			size += aes.BlockSize + sealedLen(len(values[i]))
			ivs++
		}
	}
	slab := make([]byte, size+sha256.Size)
	random := make([]byte, ivs*aes.BlockSize)
	rand.Read(random)
	for i, field := range f.fields {
		if !field.encrypted {
			stored[i] = values[i]
			continue
		}
		out := slab[:aes.BlockSize+sealedLen(len(values[i]))]
		slab = slab[len(out):]
		copy(out, random[:aes.BlockSize])
		random = random[aes.BlockSize:]
		f.text = f.serialize('s', values[i])
		body := out[aes.BlockSize:]
		n := copy(body, f.text)
		for j := n; j < len(body); j++ {
			body[j] = byte(len(body) - n)
		}
		f.enc.SetIV(out[:aes.BlockSize])
		f.enc.CryptBlocks(body, body)
		stored[i] = out
	}
	copy(slab, f.sign(stored))
	return slab
}

func sealedLen(n int) int { return (n+6)/aes.BlockSize*aes.BlockSize + aes.BlockSize }

// read returns the values, the decrypted ones in one slab.
func (f *floor) read(stored [][]byte, signature []byte, values [][]byte) error {
	if !hmac.Equal(f.sign(stored), signature) {
		return errors.New("bench: bad signature")
	}
	size := 0
	for i, field := range f.fields {
		if field.encrypted {
			size += len(stored[i]) - aes.BlockSize
		}
	}
	slab := make([]byte, size)
	for i, field := range f.fields {
		if !field.encrypted {
			values[i] = stored[i]
			continue
		}
		out := slab[:len(stored[i])-aes.BlockSize]
		slab = slab[len(out):]
		f.dec.SetIV(stored[i][:aes.BlockSize])
		f.dec.CryptBlocks(out, stored[i][aes.BlockSize:])
		values[i] = out[6 : len(out)-int(out[len(out)-1])]
	}
	return nil
}
