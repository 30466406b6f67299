package number

// Rounded is [Canonical] of text rounded half to even to a number of significant digits, one or more.
func Rounded[T ~string | ~[]byte](dst []byte, text T, digits int) ([]byte, error) {
	d, err := parse(text)
	if err != nil || d.digits <= digits {
		return Canonical(dst, text)
	}
	all := make([]byte, 1, d.digits+1) // a place for what is carried
	for i := d.start; i < d.end; i++ {
		if text[i] != '.' {
			all = append(all, text[i])
		}
	}
	kept, rest := all[1:1+digits], all[1+digits:]
	odd := kept[digits-1]&1 == 1
	// The last digit of rest is not 0, so that more than one digit is never exactly half.
	if rest[0] > '5' || rest[0] == '5' && (len(rest) > 1 || odd) {
		i := digits
		for ; i > 0 && all[i] == '9'; i-- {
			all[i] = '0'
		}
		all[i]++
	}
	r := decimal[[]byte]{negative: d.negative, text: all, start: 1, end: 1 + digits, point: d.point}
	if all[0] != 0 { // every digit was 9
		all[0], r.start, r.point = '1', 0, r.point+1
	}
	for r.end > r.start && all[r.end-1] == '0' {
		r.end--
	}
	r.digits = r.end - r.start
	if max(r.point, r.digits, r.digits-r.point)+3 > MaxText {
		return dst, ErrRange
	}
	return r.append(dst), nil
}
