// Package ddbec is the byte format of the DynamoDB Encryption Client: attribute values ([Encoder] and
// [Parse]), the material description and the string to sign. It holds no keys. Sections named in
// comments are those of the format's description, formats/ddbec.md.
package ddbec

// The tag bytes of values (1.2). Each value starts with a zero byte and its tag.
const (
	tagNull      = 0x00
	tagBool      = '?'
	tagString    = 's'
	tagNumber    = 'n'
	tagBinary    = 'b'
	tagStringSet = 'S'
	tagNumberSet = 'N'
	tagBinarySet = 'B'
	tagList      = 'L'
	tagMap       = 'M'
)

const (
	tagSize   = 2 // zero byte and tag
	countSize = 4 // a length or count, big endian

	// The fewest bytes that one member takes: what a count may claim of the bytes that are left.
	minSetMember = countSize
	minListEntry = tagSize
	minMapEntry  = tagSize + countSize + tagSize
)
