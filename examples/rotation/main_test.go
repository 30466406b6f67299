package main

func Example() {
	main()
	// Output:
	// rotated to version 1
	// {ID:p-17 Name:Ada Lovelace} under patients#0
	// {ID:p-18 Name:Grace Hopper} under patients#1
	// {ID:p-17 Name:Ada Lovelace} under patients#1
	// {ID:p-18 Name:Grace Hopper} under patients#1
	// under version 0: crypt.ErrFormat is true
}
