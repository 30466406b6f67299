package tags

// suggest is the fix for an unknown word: those nearest to it if any is near, else all there are.
func suggest(text string) string {
	var all, nearest []string
	best := -1
	for i := range words {
		name := words[i].name
		all = append(all, name)
		d, ok := distance(text, name)
		switch {
		case !ok || best >= 0 && d > best:
			continue
		case d < best || best < 0:
			best, nearest = d, nil
		}
		nearest = append(nearest, quote(name))
	}
	if nearest != nil {
		return "did you mean " + list(nearest, "or") + "?"
	}
	return "the words are " + list(all, "and")
}

// distance counts the letters dropped, added, replaced or swapped with their neighbour between a and
// b (optimal string alignment). ok is false where they are too far apart for b to have been meant: one
// in three letters, so that two-letter words are not suggested for everything.
func distance(a, b string) (d int, ok bool) {
	limit := (max(len(a), len(b)) + 1) / 3
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return 0, false // also bounds the work for long texts
	}
	var before []int // the row two letters back
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			replaced := row[j]
			if a[i] != b[j] {
				replaced++
			}
			next[j+1] = min(replaced, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	d = row[len(b)]
	return d, d <= limit
}
