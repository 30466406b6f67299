package main

func Example() {
	main()
	// Output:
	// {ID:p-17 Name:Ada Lovelace}
	//   Decrypt in us-east-1 by a role of 111122223333
	// {ID:p-18 Name:Ada Lovelace}
	//   Decrypt in eu-west-1 by a role of 222233334444
	// p-19 is refused, under a key of 111122223333 in ap-south-1
	// p-20 is refused, under a key of 444455556666 in us-east-1
	// awskms: new discovery keyring: region 1: no client of region "ap-south-1": no role there
}
