// Package bench measures ddb against other ways to map and protect the same items, in the same run.
package bench

import (
	"strings"
	"time"
)

// Address is a nested document.
type Address struct {
	Street string `ddb:"street" dynamodbav:"street" dynamo:"street"`
	City   string `ddb:"city" dynamodbav:"city" dynamo:"city"`
	Zip    string `ddb:"zip" dynamodbav:"zip" dynamo:"zip"`
	Floor  int    `ddb:"floor" dynamodbav:"floor" dynamo:"floor"`
}

// Order has twelve attributes of the kinds that occur, about 1 KB as DynamoDB counts.
type Order struct {
	Customer    string            `ddb:"pk,pk" dynamodbav:"pk" dynamo:"pk,hash"`
	ID          string            `ddb:"sk,sk" dynamodbav:"sk" dynamo:"sk,range"`
	Description string            `ddb:"description" dynamodbav:"description" dynamo:"description"`
	Count       int               `ddb:"count" dynamodbav:"count" dynamo:"count"`
	Price       float64           `ddb:"price" dynamodbav:"price" dynamo:"price"`
	Active      bool              `ddb:"active" dynamodbav:"active" dynamo:"active"`
	Created     time.Time         `ddb:"created,time=rfc3339nano" dynamodbav:"created" dynamo:"created"`
	Photo       []byte            `ddb:"photo" dynamodbav:"photo" dynamo:"photo"`
	Tags        []string          `ddb:"tags" dynamodbav:"tags" dynamo:"tags"`
	Meta        map[string]string `ddb:"meta" dynamodbav:"meta" dynamo:"meta"`
	Address     Address           `ddb:"address" dynamodbav:"address" dynamo:"address"`
	Note        *string           `ddb:"note" dynamodbav:"note" dynamo:"note"`
}

// NewOrder returns the order that is measured.
func NewOrder() Order {
	note := "hand over to the neighbours in number seventeen, please"
	photo := make([]byte, 64)
	for i := range photo {
		photo[i] = byte(i * 7)
	}
	return Order{
		Customer:    "customer#5b7a40a2-61f7-4c35-9a0e-3f1c2f6a9d10",
		ID:          "order#2026-11-24T09:30:00Z#000042",
		Description: strings.Repeat("Some words that describe what was ordered. ", 12)[:480],
		Count:       1234567,
		Price:       1299.95,
		Active:      true,
		Created:     time.Date(2026, 11, 24, 9, 30, 0, 123456789, time.UTC),
		Photo:       photo,
		Tags:        []string{"gift", "fragile", "express", "eu-central-1"},
		Meta:        map[string]string{"source": "app", "campaign": "winter-2026", "agent": "ios/19.1", "locale": "de-DE"},
		Address:     Address{"Lindenstraße 12", "Berlin", "10969", 3},
		Note:        &note,
	}
}

// Flat has twelve strings.
type Flat struct {
	A string `ddb:"a,pk" dynamodbav:"a" dynamo:"a,hash"`
	B string `ddb:"b" dynamodbav:"b" dynamo:"b"`
	C string `ddb:"c" dynamodbav:"c" dynamo:"c"`
	D string `ddb:"d" dynamodbav:"d" dynamo:"d"`
	E string `ddb:"e" dynamodbav:"e" dynamo:"e"`
	F string `ddb:"f" dynamodbav:"f" dynamo:"f"`
	G string `ddb:"g" dynamodbav:"g" dynamo:"g"`
	H string `ddb:"h" dynamodbav:"h" dynamo:"h"`
	I string `ddb:"i" dynamodbav:"i" dynamo:"i"`
	J string `ddb:"j" dynamodbav:"j" dynamo:"j"`
	K string `ddb:"k" dynamodbav:"k" dynamo:"k"`
	L string `ddb:"l" dynamodbav:"l" dynamo:"l"`
}

// NewFlat returns the strings that are measured.
func NewFlat() Flat {
	const s = "twenty-four bytes, these"
	return Flat{s, s, s, s, s, s, s, s, s, s, s, s}
}

// Customer has twelve strings, of which five are encrypted and seven signed.
type Customer struct {
	PK      string `ddb:"pk,pk"`
	SK      string `ddb:"sk,sk"`
	City    string `ddb:"city,sign"`
	Country string `ddb:"country,sign"`
	Created string `ddb:"created,sign"`
	OrderID string `ddb:"order_id,sign"`
	Status  string `ddb:"status,sign"`
	Balance string `ddb:"balance,encrypt"`
	Email   string `ddb:"email,encrypt"`
	Phone   string `ddb:"phone,encrypt"`
	Address string `ddb:"address,encrypt"`
	History string `ddb:"history,encrypt"`
}

// NewCustomer returns the customer that is measured: 24 bytes in each signed field, 32 to 512 in the
// encrypted ones.
func NewCustomer() Customer {
	text := func(n int) string { return strings.Repeat("x", n) }
	return Customer{
		PK: text(24), SK: text(24), City: text(24), Country: text(24), Created: text(24), OrderID: text(24), Status: text(24),
		Balance: text(32), Email: text(64), Phone: text(128), Address: text(256), History: text(512),
	}
}
