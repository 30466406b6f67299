// Package mostrecent is a provider of the legacy format, crypt/ddbec, over keys that have versions: items
// are written under the newest and read under the one they name (ddbec 1.13). AWS's clients call it
// CachingMostRecentProvider, and read what it writes.
//
// The keys come from a [Store], a provider/metastore.Store in most programs: one call fetches them for all items
// that are read or written until their TTL ends, where Direct KMS makes a call for every item. Losing a
// version in the store is losing the items written under it. A version is no cache entry that could be
// made again: back the table up.
//
// # Rotation
//
// Nothing rotates by itself. Make a new version in the store from time to time; writers take it up within
// their TTL, or at once after [Provider.Refresh]. Items stay readable under the versions they were written
// under, until these are refused by MinVersion.
//
//	keys, err := mostrecent.New(mostrecent.Config{Store: store, Name: "visits"})
//	visits, err := ddb.NewTable[Visit](client, "visits", ddb.Config{Encryption: ddbec.Format(keys)})
//	newest, err := store.Rotate(ctx, "visits")
//
// # What an item may cause
//
// An item names its version before anything of it is verified, so that whoever can write the table decides
// what is asked of the store. Refused without a call are names other than the provider's own, versions below
// MinVersion, and versions that the store was found to lack, or to hold forged. Once MaxMisses versions were such in
// MissWindow it is asked for no other that may be; those up to the newest seen and the one after it, of which few can
// be missing, have as many misses to themselves. Where names differ by item one name has but an eighth of the misses,
// so that a tenant's items keep no other's from being read. Versions in the cache are not put out by versions that do
// not exist, and are fetched anew whatever was missed. What puts them out is more versions in use than Capacity.
package mostrecent
