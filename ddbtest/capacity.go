package ddbtest

// The bytes of an item that a unit of capacity covers.
const (
	writeUnit = 1 << 10
	readUnit  = 4 << 10
)

// capacity is the report of consumed capacity.
type capacity struct {
	TableName     string
	CapacityUnits float64
	Table         *units `json:",omitempty"`
}

type units struct{ CapacityUnits float64 }

func checkReport(report *string) error {
	return oneOf("returnConsumedCapacity", report, none, "TOTAL", "INDEXES")
}

// consumed is the report that was asked for, nil if none was.
func (t *table) consumed(report string, n float64) *capacity {
	switch report {
	case "TOTAL":
		return &capacity{TableName: t.input.name, CapacityUnits: n}
	case "INDEXES":
		return &capacity{TableName: t.input.name, CapacityUnits: n, Table: &units{n}}
	}
	return nil
}

// writeUnits is the price of writing an item of size bytes: the larger of the old and the new one.
func writeUnits(size int) float64 { return float64(max(1, (size+writeUnit-1)/writeUnit)) }

// readUnits is the price of reading size bytes: half of it if the read need not be consistent.
func readUnits(size int, consistent bool) float64 {
	n := float64(max(1, (size+readUnit-1)/readUnit))
	if consistent {
		return n
	}
	return n / 2
}
