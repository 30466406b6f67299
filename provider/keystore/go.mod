module github.com/dynaseal/ddb/provider/keystore

go 1.26.0

require (
	github.com/aws/aws-sdk-go-v2/service/dynamodb v1.73.1
	github.com/dynaseal/ddb v0.0.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/crypto v0.59.0
	software.sslmate.com/src/go-pkcs12 v0.7.4
)

require (
	github.com/aws/smithy-go v1.28.8 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace github.com/dynaseal/ddb => ../..
