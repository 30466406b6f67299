package main

func Example() {
	main()
	// Output:
	// desk: 0 calls to KMS; reads: false
	// ward: {ID:p-17 Name:Ada Lovelace}
	//   Decrypt arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// ward, denied: crypt.ErrKeys is true
	// ward, allowed again: {ID:p-19 Name:Mary Somerville}
}
