package main

func Example() {
	main()
	// Output:
	// laboratory: {ID:s-1 Result:asked for}
	// clinic: {ID:s-1 Result:negative}, 1 call to KMS for two items
	// clinic, of another's item: crypt.ErrFormat is true
}
