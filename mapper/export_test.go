package mapper

import "reflect"

// CompileSlow is Compile without the fast paths.
func CompileSlow(t reflect.Type, o Options) (*Plan, error) { return compile(t, o, false) }
