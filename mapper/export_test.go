package mapper

import "reflect"

// CompileSlow is Compile without the fast paths.
func CompileSlow(t reflect.Type) (*Plan, error) { return compile(t, false) }
