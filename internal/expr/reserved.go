package expr

import (
	_ "embed"
	"strings"
)

//go:embed reserved.txt
var reservedWords string

// reserved reports whether an attribute of this name must go through a placeholder. name is a word of
// an expression, so it holds no line break.
func reserved(name string) bool {
	return strings.Contains(reservedWords, "\n"+strings.ToUpper(name)+"\n")
}
