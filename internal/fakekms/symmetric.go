package fakekms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

const materialSize = 32

// symmetric is an AES-256 key.
type symmetric struct{ aead cipher.AEAD }

func newSymmetric(k Key) (secret, error) {
	material := slices.Clone(k.Material)
	if material == nil {
		material = make([]byte, materialSize)
		_, _ = rand.Read(material)
	}
	if len(material) != materialSize || k.PrivateKey != nil {
		return nil, invalid("a symmetric key has %d bytes of material and no private key", materialSize)
	}
	block, err := aes.NewCipher(material)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return symmetric{aead}, err
}

func (symmetric) usage() types.KeyUsageType { return types.KeyUsageTypeEncryptDecrypt }

// seal encrypts under a symmetric key.
func (k *key) seal(plaintext []byte, context map[string]string) ([]byte, error) {
	secret, ok := k.secret.(symmetric)
	if !ok {
		return nil, k.cannot("encrypt symmetrically")
	}
	b := blob{key: k.arn, header: blobHeader(k.arn)}
	b.sealed = secret.aead.Seal(nil, nil, plaintext, b.additional(context))
	return b.bytes(), nil
}

// open decrypts what seal made, with the same key or a replica of it.
func (k *key) open(ciphertext []byte, context map[string]string) ([]byte, error) {
	secret, ok := k.secret.(symmetric)
	if !ok {
		return nil, k.cannot("decrypt symmetrically")
	}
	b, err := parseBlob(ciphertext)
	if err != nil {
		return nil, err
	}
	if !b.key.Same(k.arn) {
		return nil, incorrectKey
	}
	plaintext, err := secret.aead.Open(nil, nil, b.sealed, b.additional(context))
	if err != nil {
		return nil, invalidCiphertext
	}
	return plaintext, nil
}

// cannot is the answer where a key's spec or usage is not the operation's.
func (k *key) cannot(what string) error {
	return &exception{name: "InvalidKeyUsageException", message: k.arn.String() + " is a key of spec " + string(k.spec) + " and cannot " + what}
}

const algorithmSymmetric = string(types.EncryptionAlgorithmSpecSymmetricDefault)

type generateDataKey struct {
	KeyId             string
	KeySpec           string
	NumberOfBytes     *int
	EncryptionContext map[string]string
	GrantTokens       []string
}

// size is the length of the data key in bytes.
func (p generateDataKey) size() (int, error) {
	switch {
	case (p.KeySpec == "") == (p.NumberOfBytes == nil):
		return 0, invalid("Please specify either number of bytes or key spec.")
	case p.KeySpec == string(types.DataKeySpecAes128):
		return 16, nil
	case p.KeySpec == string(types.DataKeySpecAes256):
		return 32, nil
	case p.KeySpec != "":
		return 0, invalid("1 validation error detected: Value at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]")
	case *p.NumberOfBytes < 1 || *p.NumberOfBytes > 1024:
		return 0, invalid("1 validation error detected: Value at 'numberOfBytes' failed to satisfy constraint: Member must be between 1 and 1024")
	}
	return *p.NumberOfBytes, nil
}

func (q *request) generateDataKey() (answer, error) {
	var p generateDataKey
	if err := q.read(&p); err != nil {
		return nil, err
	}
	size, err := p.size()
	if err != nil {
		return nil, err
	}
	if err := limits(p.EncryptionContext, p.GrantTokens); err != nil {
		return nil, err
	}
	k, err := q.use(q.operation, p.KeyId)
	if err != nil {
		return nil, err
	}
	plaintext := make([]byte, size)
	_, _ = rand.Read(plaintext)
	ciphertext, err := k.seal(plaintext, p.EncryptionContext)
	if err != nil {
		return nil, err
	}
	a := answer{"KeyId": k.arn.String(), "CiphertextBlob": ciphertext}
	if q.operation == "GenerateDataKey" {
		a["Plaintext"] = plaintext
	}
	return a, nil
}

func (q *request) encrypt() (answer, error) {
	var p struct {
		KeyId               string
		Plaintext           []byte
		EncryptionAlgorithm string
		EncryptionContext   map[string]string
		GrantTokens         []string
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if err := between("plaintext", len(p.Plaintext), 1, maxPlaintext); err != nil {
		return nil, err
	}
	if err := limits(p.EncryptionContext, p.GrantTokens); err != nil {
		return nil, err
	}
	k, err := q.use("Encrypt", p.KeyId)
	if err != nil {
		return nil, err
	}
	algorithm := orSymmetric(p.EncryptionAlgorithm)
	ciphertext, err := k.encryptWith(algorithm, p.Plaintext, p.EncryptionContext)
	return answer{"KeyId": k.arn.String(), "CiphertextBlob": ciphertext, "EncryptionAlgorithm": algorithm}, err
}

func (q *request) decrypt() (answer, error) {
	var p struct {
		KeyId               string
		CiphertextBlob      []byte
		EncryptionAlgorithm string
		EncryptionContext   map[string]string
		GrantTokens         []string
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if err := between("ciphertextBlob", len(p.CiphertextBlob), 1, maxCiphertext); err != nil {
		return nil, err
	}
	if err := limits(p.EncryptionContext, p.GrantTokens); err != nil {
		return nil, err
	}
	k, err := q.useFor("Decrypt", p.KeyId, p.CiphertextBlob)
	if err != nil {
		return nil, err
	}
	algorithm := orSymmetric(p.EncryptionAlgorithm)
	plaintext, err := k.decryptWith(algorithm, p.CiphertextBlob, p.EncryptionContext)
	return answer{"KeyId": k.arn.String(), "Plaintext": plaintext, "EncryptionAlgorithm": algorithm}, err
}

func (q *request) reEncrypt() (answer, error) {
	var p struct {
		CiphertextBlob                                            []byte
		SourceKeyId, DestinationKeyId                             string
		SourceEncryptionAlgorithm, DestinationEncryptionAlgorithm string
		SourceEncryptionContext, DestinationEncryptionContext     map[string]string
		GrantTokens                                               []string
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if err := between("ciphertextBlob", len(p.CiphertextBlob), 1, maxCiphertext); err != nil {
		return nil, err
	}
	for _, context := range []map[string]string{p.SourceEncryptionContext, p.DestinationEncryptionContext} {
		if err := limits(context, p.GrantTokens); err != nil {
			return nil, err
		}
	}
	from, err := q.useFor("ReEncryptFrom", p.SourceKeyId, p.CiphertextBlob)
	if err != nil {
		return nil, err
	}
	to, err := q.use("ReEncryptTo", p.DestinationKeyId)
	if err != nil {
		return nil, err
	}
	source, destination := orSymmetric(p.SourceEncryptionAlgorithm), orSymmetric(p.DestinationEncryptionAlgorithm)
	plaintext, err := from.decryptWith(source, p.CiphertextBlob, p.SourceEncryptionContext)
	if err != nil {
		return nil, err
	}
	ciphertext, err := to.encryptWith(destination, plaintext, p.DestinationEncryptionContext)
	return answer{
		"KeyId": to.arn.String(), "SourceKeyId": from.arn.String(), "CiphertextBlob": ciphertext,
		"SourceEncryptionAlgorithm": source, "DestinationEncryptionAlgorithm": destination,
	}, err
}

func orSymmetric(algorithm string) string {
	if algorithm == "" {
		return algorithmSymmetric
	}
	return algorithm
}

func (k *key) encryptWith(algorithm string, plaintext []byte, context map[string]string) ([]byte, error) {
	if algorithm == algorithmSymmetric {
		return k.seal(plaintext, context)
	}
	return k.encryptRSA(algorithm, plaintext, context)
}

func (k *key) decryptWith(algorithm string, ciphertext []byte, context map[string]string) ([]byte, error) {
	if algorithm == algorithmSymmetric {
		return k.open(ciphertext, context)
	}
	return k.decryptRSA(algorithm, ciphertext, context)
}
