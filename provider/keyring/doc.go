// Package keyring supplies key materials to the modern format, crypt/dbe.
package keyring
