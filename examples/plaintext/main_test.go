package main

func Example() {
	main()
	// Output:
	// the first writes in clear, as before, and reads both
	//   who reads no plaintext: crypt.ErrFormat is true
	// the second encrypts, and reads both; a Modify that changes nothing rewrites
	//   read in clear from patients
	// the third reads no plaintext
	//   {ID:p-17 Name:Ada Lovelace}
}
