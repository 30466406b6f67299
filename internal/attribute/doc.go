// Package attribute joins the AWS SDK's attribute values to the events of package wire: [Writer]
// builds them, [Reader] is a cursor over one, [Write] replays one, and [Layout] reads and assembles
// whole items by slot.
package attribute

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// Value is the SDK's attribute value.
type Value = types.AttributeValue
