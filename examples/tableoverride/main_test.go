package main

func Example() {
	main()
	// Output:
	// without LogicalName: crypt.ErrAuth is true
	// with LogicalName: {ID:p-17 Name:Ada Lovelace}
}
