#!/bin/sh
# Makes the stores of the tests anew, with keytool of JDK 17. Their keys protect nothing.
set -eu
cd "$(dirname "$0")"
rm -f ./*.p12 ./*.jks partner.cer

# key STORE ALIAS ALGORITHM FLAG…
key() {
  store=$1 alias=$2 algorithm=$3
  shift 3
  keytool -genkeypair -keystore "$store" -storepass "store password" -alias "$alias" -keyalg "$algorithm" -dname "CN=$alias" -validity 36500 "$@" 2>/dev/null
}

for store in modern.p12 legacy.p12 secret.p12 trusted.p12; do
  flag=
  [ $store != legacy.p12 ] || flag=-J-Dkeystore.pkcs12.legacy
  key $store Wrap RSA -keysize 2048 -storetype PKCS12 $flag
  key $store Sign RSA -keysize 2048 -storetype PKCS12 $flag
done
key modern.p12 Curve EC -groupname secp256r1
key modern.p12 Short RSA -keysize 1024
keytool -genseckey -keystore secret.p12 -storepass "store password" -alias aes -keyalg AES -keysize 256

key own.jks Wrap RSA -keysize 2048 -storetype JKS -keypass "wrap password"
key own.jks Sign RSA -keysize 2048 -storetype JKS -keypass "sign password"
key own.jks Curve EC -groupname secp256r1
keytool -exportcert -keystore own.jks -storepass "store password" -alias Wrap -file partner.cer 2>/dev/null
key writer.jks Sign RSA -keysize 2048 -storetype JKS
for store in writer.jks trusted.p12; do
  keytool -importcert -noprompt -keystore $store -storepass "store password" -alias Partner -file partner.cer 2>/dev/null
done
keytool -exportcert -keystore writer.jks -storepass "store password" -alias Sign -file partner.cer 2>/dev/null
keytool -importcert -noprompt -keystore own.jks -storepass "store password" -alias Writer -file partner.cer 2>/dev/null
rm partner.cer
