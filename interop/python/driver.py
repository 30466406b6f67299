"""Drives AWS's DynamoDB Encryption Client for Python by the protocol of interop/README.md.

One JSON request a line on standard input, one JSON answer a line on standard output, in order. A bad
case is an answer, never the end of the process.
"""

import base64
import copy
import json
import sys
import time
import warnings

# The client announces its end of support on import.
warnings.filterwarnings("ignore")

import boto3  # noqa: E402
import botocore.session  # noqa: E402
from dynamodb_encryption_sdk.delegated_keys.jce import JceNameLocalDelegatedKey  # noqa: E402
from dynamodb_encryption_sdk.encrypted import CryptoConfig  # noqa: E402
from dynamodb_encryption_sdk.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item  # noqa: E402
from dynamodb_encryption_sdk.exceptions import NoKnownVersionError  # noqa: E402
from dynamodb_encryption_sdk.identifiers import CryptoAction, EncryptionKeyType, KeyEncodingType  # noqa: E402
from dynamodb_encryption_sdk.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider  # noqa: E402
from dynamodb_encryption_sdk.material_providers.most_recent import CachingMostRecentProvider  # noqa: E402
from dynamodb_encryption_sdk.material_providers.static import StaticCryptographicMaterialsProvider  # noqa: E402
from dynamodb_encryption_sdk.material_providers.store.meta import MetaStore  # noqa: E402
from dynamodb_encryption_sdk.material_providers.wrapped import WrappedCryptographicMaterialsProvider  # noqa: E402
from dynamodb_encryption_sdk.materials.raw import RawDecryptionMaterials, RawEncryptionMaterials  # noqa: E402
from dynamodb_encryption_sdk.structures import AttributeActions, EncryptionContext  # noqa: E402


class ConfigError(Exception):
    """The case asks for what this client does not have."""


def from_json(value):
    """The client wants binaries as bytes, also inside sets and documents."""
    ((kind, content),) = value.items()
    if kind == "B":
        content = base64.b64decode(content, validate=True)
    elif kind == "BS":
        content = [base64.b64decode(member, validate=True) for member in content]
    elif kind == "L":
        content = [from_json(element) for element in content]
    elif kind == "M":
        content = {name: from_json(element) for name, element in content.items()}
    return {kind: content}


def to_json(value):
    ((kind, content),) = value.items()
    if kind == "B":
        content = base64.b64encode(bytes(content)).decode("ascii")
    elif kind == "BS":
        content = [base64.b64encode(bytes(member)).decode("ascii") for member in content]
    elif kind in ("SS", "NS"):
        content = list(content)
    elif kind == "L":
        content = [to_json(element) for element in content]
    elif kind == "M":
        content = {name: to_json(element) for name, element in content.items()}
    return {kind: content}


class Keys:
    """The keys of the setup request. Parsing RSA is slow, so what was made of a key is kept."""

    def __init__(self, keys):
        self._keys = keys
        self._made = {}

    def type_of(self, name):
        if name not in self._keys:
            raise ConfigError("no key %s in the setup" % name)
        return self._keys[name]["type"]

    def symmetric(self, name, algorithm):
        if self.type_of(name) not in ("aes", "hmac"):
            raise ConfigError("key %s is not symmetric" % name)
        return self._make(name, "material", algorithm, EncryptionKeyType.SYMMETRIC, KeyEncodingType.RAW)

    def private(self, name, algorithm):
        return self._half(name, "privateDer", algorithm, EncryptionKeyType.PRIVATE)

    def public(self, name, algorithm):
        return self._half(name, "publicDer", algorithm, EncryptionKeyType.PUBLIC)

    def _half(self, name, part, algorithm, key_type):
        if self.type_of(name) != "rsa":
            raise ConfigError("key %s is not RSA, the only pair this client knows" % name)
        return self._make(name, part, algorithm, key_type, KeyEncodingType.DER)

    def _make(self, name, part, algorithm, key_type, encoding):
        material = self._keys[name].get(part)
        if material is None:
            return None
        index = (name, part, algorithm)
        if index not in self._made:
            self._made[index] = JceNameLocalDelegatedKey(
                key=base64.b64decode(material), algorithm=algorithm, key_type=key_type, key_encoding=encoding
            )
        return self._made[index]


class Servers:
    """The KMS and the DynamoDB of the setup request. Making a client is slow, so what was made is kept."""

    # How long a version is thought the newest, in seconds, which the client wants as a float. Every request
    # makes its provider anew.
    TTL = 60.0
    UNITS = 10
    # The account that the client calls from, to a KMS of tests.
    ACCOUNT = "111122223333"

    def __init__(self, setup):
        self._setup = setup
        self._made = {}
        self._session = botocore.session.Session()

    def _endpoint(self, server):
        if server not in self._setup:
            raise ConfigError("the setup names no %s" % server)
        return self._setup[server]["endpoint"]

    def _once(self, index, make):
        if index not in self._made:
            self._made[index] = make()
        return self._made[index]

    def _kms(self, region):
        return self._once(("kms", region), lambda: boto3.client(
            "kms", endpoint_url=self._endpoint("kms"), region_name=region,
            aws_access_key_id=self.ACCOUNT, aws_secret_access_key="local",
        ))

    def _dynamodb(self, make):
        return make(
            "dynamodb", endpoint_url=self._endpoint("dynamodb"), region_name="us-east-1",
            aws_access_key_id="local", aws_secret_access_key="local",
        )

    def dynamodb(self):
        return self._once("dynamodb", lambda: self._dynamodb(boto3.client))

    def _table(self, name):
        return self._once(("table", name), lambda: self._dynamodb(boto3.resource).Table(name))

    def direct_kms(self, provider):
        key = provider["key"]
        parts = key.split(":")
        if len(parts) < 4:
            raise ConfigError("this client needs a key's ARN")
        return AwsKmsCryptographicMaterialsProvider(
            key_id=key,
            botocore_session=self._session,
            regional_clients={parts[3]: self._kms(parts[3])},
            material_description=dict(provider.get("description", {})),
        )

    def most_recent(self, keys, provider):
        """Returns the writer's and the reader's provider of type most-recent."""
        store, name = self._store(keys, provider), provider["materialName"]
        if "version" in provider:
            both = store.provider(name, provider["version"])
        else:
            both = CachingMostRecentProvider(provider_store=store, material_name=name, version_ttl=self.TTL)
        return both, both

    def _store(self, keys, provider):
        metastore = self._metastore(provider)
        table = self._table(metastore["table"])
        writer, _ = providers(keys, self, metastore["provider"])
        return MetaStore(table=table, materials_provider=writer)

    @staticmethod
    def _metastore(provider):
        if provider["type"] != "most-recent":
            raise ConfigError("only a most recent provider has a table of keys")
        return provider["metastore"]

    def create_store(self, provider):
        MetaStore.create_table(self.dynamodb(), self._metastore(provider)["table"], self.UNITS, self.UNITS)

    def rotate(self, keys, provider):
        """Makes the next version of the material, the first where there is none, and returns its number."""
        store, name = self._store(keys, provider), provider["materialName"]
        try:
            store.max_version(name)
            store.new_provider(name)
        except NoKnownVersionError:
            store.get_or_create_provider(name, 0)
        return store.max_version(name)


def signing_keys(keys, sign):
    """Returns the signing and the verifying key, either None where the setup has only the other half."""
    name = sign["key"]
    if keys.type_of(name) == "rsa":
        algorithm = sign.get("algorithm", "SHA256withRSA")
        return keys.private(name, algorithm), keys.public(name, algorithm)
    key = keys.symmetric(name, sign.get("algorithm", "HmacSHA256"))
    return key, key


def wrapping_keys(keys, name):
    if keys.type_of(name) == "rsa":
        return keys.public(name, "RSA"), keys.private(name, "RSA")
    key = keys.symmetric(name, "AES")
    return key, key


def providers(keys, servers, provider):
    """Returns the writer's and the reader's provider: a wrapped provider holds one half of a signing pair."""
    if provider["type"] == "direct-kms":
        both = servers.direct_kms(provider)
        return both, both
    if provider["type"] == "most-recent":
        return servers.most_recent(keys, provider)
    description = provider.get("description", {})
    signing, verifying = signing_keys(keys, provider["sign"])
    if provider["type"] == "static":
        encrypt = provider.get("encrypt")
        key = None if encrypt is None else keys.symmetric(encrypt, "AES")
        both = StaticCryptographicMaterialsProvider(
            encryption_materials=signing and RawEncryptionMaterials(
                signing_key=signing, encryption_key=key, material_description=dict(description)
            ),
            decryption_materials=verifying and RawDecryptionMaterials(verification_key=verifying, decryption_key=key),
        )
        return both, both
    if provider["type"] in ("wrapped", "asymmetric-static"):
        wrapping, unwrapping = wrapping_keys(keys, provider["wrap"])

        def wrapped(signing_key):
            return WrappedCryptographicMaterialsProvider(
                signing_key=signing_key,
                wrapping_key=wrapping,
                unwrapping_key=unwrapping,
                material_description=dict(description),
            )

        return wrapped(signing), wrapped(verifying)
    raise ConfigError("no provider %s in this driver" % provider["type"])


class Encryptor:
    """What a case describes, ready for any number of items."""

    JAVA_ONLY = ("signatureFieldName", "materialDescriptionFieldName", "descriptionPrefix")

    def __init__(self, keys, servers, case):
        for name in self.JAVA_ONLY:
            if name in case:
                raise ConfigError("this client has no %s" % name)
        if case.get("dialect", "python") != "python":
            raise ConfigError("this client writes its own dialect only")
        default = case.get("defaultAction", "DO_NOTHING")
        if default == "DISCOVER":
            raise ConfigError("this client does not discover actions")
        self._case = case
        self._writer, self._reader = providers(keys, servers, case["provider"])
        self._actions = AttributeActions(
            default_action=CryptoAction[default],
            attribute_actions={name: CryptoAction[action] for name, action in case.get("actions", {}).items()},
        )

    def encrypt(self, item):
        return encrypt_dynamodb_item(item, self._config(self._writer, item))

    def decrypt(self, item):
        # The client removes the marks from the dictionaries it is given.
        item = copy.copy(item)
        return decrypt_dynamodb_item(item, self._config(self._reader, item))

    def _config(self, provider, item):
        return CryptoConfig(
            materials_provider=provider,
            encryption_context=EncryptionContext(
                table_name=self._case["logicalTableName"],
                partition_key_name=self._case["partitionKey"],
                sort_key_name=self._case.get("sortKey"),
                attributes=copy.copy(item),
            ),
            attribute_actions=self._actions,
        )


def mean_micros(operation, item, request):
    for _ in range(request["warm"]):
        operation(item)
    runs = []
    for _ in range(request["runs"]):
        start = time.perf_counter_ns()
        for _ in range(request["each"]):
            operation(item)
        runs.append((time.perf_counter_ns() - start) / 1000 / request["each"])
    return runs


class Driver:
    def __init__(self):
        self._keys = None
        self._servers = None

    def answer(self, request):
        operation = request["op"]
        if operation == "setup":
            self._keys = Keys(request["keys"])
            self._servers = Servers(request)
            return {}
        if self._keys is None:
            raise ConfigError("no setup yet")
        if request["format"] != "ddbec":
            raise ConfigError("this client has the ddbec format only")
        if operation == "create-store":
            self._servers.create_store(request["case"]["provider"])
            return {}
        if operation == "rotate":
            return {"version": str(self._servers.rotate(self._keys, request["case"]["provider"]))}
        encryptor = Encryptor(self._keys, self._servers, request["case"])
        item = {name: from_json(value) for name, value in request["item"].items()}
        if operation == "bench":
            return {
                "encryptMicros": mean_micros(encryptor.encrypt, item, request),
                "decryptMicros": mean_micros(encryptor.decrypt, encryptor.encrypt(item), request),
            }
        if operation == "put":
            result = encryptor.encrypt(item)
            self._servers.dynamodb().put_item(TableName=request["table"], Item=result)
        elif operation == "get":
            stored = self._servers.dynamodb().get_item(TableName=request["table"], Key=item, ConsistentRead=True)
            result = encryptor.decrypt(stored["Item"])
        elif operation in ("encrypt", "decrypt"):
            result = getattr(encryptor, operation)(item)
        else:
            raise ConfigError("no operation %s" % operation)
        return {"item": {name: to_json(value) for name, value in result.items()}}


def main():
    # Whatever a library prints goes to standard error; answers keep the real standard output.
    answers, sys.stdout = sys.stdout, sys.stderr
    driver = Driver()
    for line in sys.stdin.buffer:
        answer = {}
        try:
            request = json.loads(line)
            if "id" in request:
                answer["id"] = request["id"]
            answer.update(driver.answer(request), ok=True)
        except Exception as error:  # RecursionError and MemoryError are among them
            answer.update(ok=False, error="%s: %s" % (type(error).__name__, error))
            if isinstance(error, ConfigError):
                answer["class"] = "config"
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
