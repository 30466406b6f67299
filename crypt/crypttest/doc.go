// Package crypttest checks that a crypt.Format or a provider.Provider of your own keeps its contract. One
// test is all it takes:
//
//	func TestFormat(t *testing.T) {
//		crypttest.TestFormat(t, vault.Format(keys), crypttest.Config{})
//	}
//
// [TestFormat] and [TestProvider] run each check as a subtest of its name; [CheckFormat] and
// [CheckProvider] return what failed, for programs and for tests of the checks themselves. Run them under
// the race detector too.
//
// # What you provide
//
// A Format over keys for tests. It is asked for encryptors of made-up tables, called "crypttest" and the
// like, with a partition key "pk" and a sort key "sk". About 300 items are encrypted, and about 2,000
// altered ones decrypted. Nothing is sent to DynamoDB. Keys in a service or a hardware module are asked as
// often: put a fake before them. What the format cannot do is said in [Config], whose zero value asks for
// everything. A provider is checked twice: by [TestProvider], and by TestFormat of the format over it.
//
// # Checks of a format
//
//   - schema: Encryptor refuses the zero Schema, and attributes named as marks.
//   - round-trip, stored-forms, absent-attributes, key-types: values of every type come back, from a map
//     and from DynamoDB, which reorders sets and spells numbers anew. Not every attribute need be there.
//   - context-action: crypt.SignContext signs, or Encryptor refuses it.
//   - marks, claims: what is added is named by Marks; the seal is always there and changes with every write;
//     one mark of any type is claimed, and nothing else.
//   - unencrypted-values: keys, signed and plain values are stored as they are.
//   - plain-attributes: Unsigned names those that are there, sorted.
//   - undeclared-attributes, undeclared-refused: protected as Schema.Unknown says, found out by readers,
//     reported in Actions; refused where nothing says how, or crypt.Refuse does.
//   - secrecy, randomness: nothing of a secret is found in what is stored; equal values are not stored alike.
//   - altered, removed, added, renamed, swapped, moved-to-another-item, moved-to-another-table, other-keys:
//     each is refused, for each signed attribute, with crypt.ErrAuth or crypt.ErrFormat and no item; under
//     other keys crypt.ErrKeys will do.
//   - table-aliases: items under an alias of their table open and are Stale, those of other tables do not.
//   - marks-removed, marks-altered, marks-hostile: the item is refused, or opens exactly as before, since
//     not every format signs its marks. What says where keys are may be crypt.ErrKeys. Nothing panics.
//   - reserved-names, unstorable-items, oversize-items: refused with crypt.ErrFormat before anything is
//     written.
//   - arguments-unmodified, arguments-not-kept, results-independent: no call writes to its argument, and
//     what callers do to arguments and results later changes nothing.
//   - context: one that has ended gives its error and no item.
//   - concurrency: encryptors are shared by many goroutines.
//   - errors-show-nothing, keys-do-not-print: neither values nor keys.
//
// # Checks of a provider
//
//   - materials-round-trip: what is signed verifies, with the same key, by the description stored, to which
//     the format adds entries.
//   - signatures-refused: an altered signature or text is provider.ErrSignature.
//   - description-altered, description-hostile: gives an error, the same key, or a signature that does not
//     verify. Nothing panics.
//   - materials-independent, requests-unmodified: items do not get into each other's way, and a Request is
//     neither written to nor kept.
//   - provider-context: a context that has ended is reported as such, if at all.
//   - provider-concurrency, provider-keys-do-not-print: as above.
//
// A check that does not apply to yours is left out by Config.Skip, by name; that is then part of your
// documentation.
package crypttest
