package expr

// The functions of conditions, and those of updates, which a condition must not use.
const (
	attributeExists    = "attribute_exists"
	attributeNotExists = "attribute_not_exists"
	attributeType      = "attribute_type"
	beginsWith         = "begins_with"
	contains           = "contains"
	size               = "size"
	ifNotExists        = "if_not_exists"
	listAppend         = "list_append"
)

// callable refuses names that are no functions of conditions.
func callable(function string) error {
	switch function {
	case attributeExists, attributeNotExists, attributeType, beginsWith, contains, size:
		return nil
	case ifNotExists, listAppend:
		return problem("The function is not allowed in a condition expression; function: " + function)
	}
	return problem("Invalid function name; function: " + function)
}

func arity(function string) int {
	switch function {
	case attributeType, beginsWith, contains:
		return 2
	}
	return 1
}
