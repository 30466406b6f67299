package ddb

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
)

// Usage is what calls cost.
type Usage struct {
	Read, Write float64     // capacity units, as DynamoDB reports them with answers; of failed requests it reports none
	Keys        crypt.Usage // calls to key services and key tables, whether they succeeded or not
}

// A Meter counts the Usage of a table, or of all tables and views that are given it by [Capacity]. The zero
// Meter is ready; it is safe for concurrent use and must not be copied.
type Meter struct {
	keys crypt.Meter

	mu          sync.Mutex
	read, write float64
}

// Usage is what was counted so far.
func (m *Meter) Usage() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Usage{Read: m.read, Write: m.write, Keys: m.keys.Usage()}
}

// Capacity counts in m, once, what the calls of a view cost, beside the meters that the view counts in already. A
// call for keys that several items wait for is counted once, in the meters of the one that came first.
//
//	var meter ddb.Meter
//	visits = visits.With(ddb.Capacity(&meter))
func Capacity(m *Meter) CallOption {
	return CallOption{func(o *callOptions) {
		if m != nil && !slices.Contains(o.meters, m) {
			o.meters = append(slices.Clip(o.meters), m)
		}
	}}
}

// watched is ctx with those who watch the calls for keys.
func (t *Table[T]) watched(ctx context.Context) context.Context {
	ctx = crypt.Watch(ctx, nil, t.tracer)
	for _, m := range t.opts.meters {
		ctx = crypt.Watch(ctx, &m.keys, nil)
	}
	return ctx
}

// report asks DynamoDB for the capacity that a request consumes, if anybody counts it.
func (t *Table[T]) report() types.ReturnConsumedCapacity {
	if len(t.opts.meters) == 0 {
		return ""
	}
	return types.ReturnConsumedCapacityTotal
}

func (t *Table[T]) countRead(c *types.ConsumedCapacity) {
	t.count(c, func(m *Meter, units float64) { m.read += units })
}

func (t *Table[T]) countWrite(c *types.ConsumedCapacity) {
	t.count(c, func(m *Meter, units float64) { m.write += units })
}

func (t *Table[T]) count(c *types.ConsumedCapacity, add func(*Meter, float64)) {
	if c == nil {
		return
	}
	for _, m := range t.opts.meters {
		m.mu.Lock()
		add(m, aws.ToFloat64(c.CapacityUnits))
		m.mu.Unlock()
	}
}
