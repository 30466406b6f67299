package main

func Example() {
	main()
	// Output:
	// The service reads both:
	//   north 1: the plan
	//   south 1: the other plan
	// A process that has the key of north alone:
	//   north 1: the plan
	//   south 1: written for another key
	// A note of south that somebody put among those of north:
	//   north moved: written for another key
	// The key of north is rotated, and the new version is in use when the TTL ends:
	//   written under the same version: false
	//   north 1: the plan
	//   north 2: the new plan
	//   south 1: the other plan
	// South is shredded. Until the TTL ends:
	//   south 1: the other plan
	// And then:
	//   north 1: the plan
	//   south 1: no such branch key in the store
}
