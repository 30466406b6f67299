package main

func Example() {
	main()
	// Output:
	// desk: crypt.ErrKeys is true
	// ward: {ID:p-17 Name:Ada Lovelace}
	// ward, without the old key: {ID:p-17 Name:Ada Lovelace}
}
