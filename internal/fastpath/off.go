//go:build ddb_slow

package fastpath

// On is false: this build has the tag ddb_slow.
const On = false
