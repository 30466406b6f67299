package main

func Example() {
	main()
	// Output:
	// the same keys: {ID:p-17 Name:Ada Lovelace Ward:3B}
	// other keys: crypt.ErrAuth is true
}
