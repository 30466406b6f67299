// Package mpl runs this library's keyrings against AWS's Cryptographic Material Providers Library for Go,
// in one process and both ways: `go test .`. With -update it writes ../../testdata/keyring/mpl-go.json,
// which tests read without that library. It is a module of its own for that library's many packages.
package mpl
