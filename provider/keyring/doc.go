// Package keyring supplies key materials to the modern format, crypt/dbe.
//
// Each item has a data key of its own, which its keyring wraps and stores in the item. A [Keyring] of one
// key is made by [RawAES], [RawRSA], [RawECDHStatic], [RawECDHEphemeral] and [RawECDHDiscovery], one of
// several by [Multi], and one of a key that you keep anywhere else by [New] from a [Wrapper]. All wrap as
// AWS's libraries do, byte for byte.
//
// Prefer RawAES where every reader may also write: it is the fastest, and leaves whoever can write the
// table nothing to choose. With RSA and ECDH, who has the public key can write items; static ECDH alone
// says who wrote.
//
// # Changing keys
//
// A new key gets a name of its own. First give all readers a Multi of both; then let writers write with
// the new one; when no item of the old one alone is left, take that out. A Multi writes with all of its
// keyrings, so a process that does both writes items for both keys in between: those are read by either.
//
// # Managers
//
// A [Manager] stands between the format and the keyring. [NewManager] makes the usual one, which adds the
// key pair that signs an item under [SuiteECDSA]; the format makes it of a keyring by itself.
// [RequireContext] asks for context that a manager before it gives: the encryption context of an item is
// authenticated, and an entry that is required is not stored, so that only who knows it can read. A manager
// of your own may choose among keyrings by the item's context, for a key for each tenant say. The format
// checks what it answers.
//
// # Errors
//
// What cannot be unwrapped has one of crypt's three classes. Where several keyrings or data keys were
// tried that is crypt.ErrKeys if a key could not be used, an outage say; else crypt.ErrAuth if a data key
// that names a key does not unwrap under it, since it was altered or moved; else crypt.ErrFormat: the item
// was written for other keys. The reason of each is in the text, and errors.Is and errors.As reach every
// cause. All of it is known to whoever can write the table.
package keyring
