package main

func Example() {
	main()
	// Output:
	// {ID:p-17 Name:Ada Lovelace}
	//   amzn-ddb-wrap-alg: AESWrap
	//   amzn-ddb-env-alg: AES
	//   amzn-ddb-env-key: 56 characters
	// {ID:p-18 Name:Ada Lovelace}
	//   amzn-ddb-wrap-alg: AESWrap
	//   amzn-ddb-env-alg: AES
	//   amzn-ddb-env-key: 56 characters
	// 2 items, 2 content keys
}
