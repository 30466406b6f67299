package main

func Example() {
	main()
	// Output:
	// while the second deployment rolls out:
	//   legacy {ID:p-17 Name:Ada Lovelace Ward:3B}
	//   legacy {ID:p-18 Name:Charles Babbage Ward:3B}
	//   modern {ID:p-19 Name:Mary Somerville Ward:4A}
	// reads of the second:
	//   legacy {ID:p-17 Name:Ada Lovelace Ward:3B}
	//   legacy {ID:p-18 Name:Charles Babbage Ward:3B}
	//   modern {ID:p-19 Name:Mary Somerville Ward:4A}
	// rewrote p-17
	// rewrote p-18
	// the third:
	//   modern {ID:p-17 Name:Ada Lovelace Ward:3B}
	//   modern {ID:p-18 Name:Charles Babbage Ward:3B}
	//   modern {ID:p-19 Name:Mary Somerville Ward:4A}
	// a program that was forgotten: crypt.ErrFormat is true
}
