package main

func Example() {
	main()
	// Output:
	// One key
	//   {ID:p-17 Name:Ada Lovelace}, 2 calls to KMS
	//   GenerateDataKey arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab for table patients
	//   Decrypt arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab for table patients
	// A multi-Region key: written in one region, read in the other
	//   {ID:p-17 Name:Ada Lovelace}, 2 calls to KMS
	//   GenerateDataKey arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab for table patients-global
	//   Decrypt arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab for table patients-global
	// An alias to read with
	//   awskms: new keyring: key 1: "alias/patients" is no key's ARN, and can only be written with: items name the key's ARN, so give that (awskms.KeyARN finds it), or set OnlyWrites
	//   it is arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
}
