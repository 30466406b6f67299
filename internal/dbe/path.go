package dbe

import "encoding/binary"

// AppendPath appends the canonical path of a top-level attribute (1.4). Signed attributes follow each
// other in the byte order of their paths: names of few UTF-16 code units come first.
func AppendPath(dst []byte, table, name string) []byte {
	dst = append(dst, table...)
	dst = binary.BigEndian.AppendUint64(dst, 1) // path segments
	dst = append(dst, '$')
	dst = binary.BigEndian.AppendUint64(dst, uint64(utf16Length(name)))
	return append(dst, name...)
}

// utf16Length counts UTF-16 code units, which all runtimes of the format take for its length.
func utf16Length(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
