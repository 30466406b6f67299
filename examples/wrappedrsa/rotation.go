package main

import (
	"context"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider"
)

// keyName is the entry of the material description that names the wrapping key of an item.
const keyName = "hospital-wrapping-key"

// rotation is a provider over several: it writes by the current one, and reads an item by the one that the item
// names. Nobody vouches for that name, and nobody needs to: all keys are our own, the wrong one opens nothing.
type rotation struct {
	provider.Provider // the current one
	byName            map[string]provider.Provider
}

func newRotation(signing pair, wrapping map[string]pair, current string) (*rotation, error) {
	r := &rotation{byName: make(map[string]provider.Provider)}
	for name, wrap := range wrapping {
		p, err := full(name, wrap.private, signing)
		if err != nil {
			return nil, err
		}
		r.byName[name] = p
	}
	r.Provider = r.byName[current]
	if r.Provider == nil {
		return nil, fmt.Errorf("no wrapping key %q", current)
	}
	return r, nil
}

func (r *rotation) DecryptionMaterials(ctx context.Context, q provider.Request) (provider.DecryptionMaterials, error) {
	name, _ := q.Description.Lookup(keyName)
	p, ok := r.byName[name]
	if !ok {
		return provider.DecryptionMaterials{}, fmt.Errorf("%w: the item names a wrapping key that is not here", crypt.ErrFormat)
	}
	return p.DecryptionMaterials(ctx, q)
}
