//go:build !ddb_slow

// Package fastpath has the constant that switches off every shortcut of this module that changes nothing
// but speed. CI runs all tests both ways.
package fastpath

// On is false in builds with the tag ddb_slow.
const On = true
