package main

func Example() {
	main()
	// Output:
	// {ID:p-17 Name:Ada Lovelace}
	// {ID:p-18 Name:Charles Babbage}
	// 2 items written and read: 4 calls to KMS
	// a data key is bound to the item: table patients, id p-17
	// moved: crypt.ErrAuth is true
	// under a foreign KMS key: crypt.ErrAuth is true
	// disabled: crypt.ErrKeys is true
}
