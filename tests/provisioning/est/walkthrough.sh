#!/bin/sh
# A device enrols and renews with nothing but curl and OpenSSL. Everything is written into the current folder.
#   OFFICE  https://enrol.example:8443      CA     ca.crt, as the office gave it
#   DEVICE  store-0042                      TOKEN  from the label (read from the environment, never shown by ps)
#   KEY     "-algorithm ed25519" or "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"
set -eu
umask 077

# 1. What the office wants to see in a request, and whom it signs with.
curl -sS --fail --cacert "$CA" "$OFFICE/.well-known/est/csrattrs" | openssl base64 -d | openssl asn1parse -inform DER
curl -sS --fail --cacert "$CA" "$OFFICE/.well-known/est/cacerts" | openssl base64 -d |
    openssl pkcs7 -inform DER -print_certs -out authorities.crt

# 2. A key that never leaves this machine, and a request for it.
openssl genpkey $KEY -out device.key
openssl req -new -key device.key -subj "/CN=$DEVICE" -outform DER | openssl base64 > device.b64

# 3. The certificate, for the token.
printf 'user = "%s:%s"\n' "$DEVICE" "$TOKEN" |
    curl -sS --fail-with-body --cacert "$CA" --config - --data-binary @device.b64 \
        -H "Content-Type: application/pkcs10" "$OFFICE/.well-known/est/simpleenroll" > device.p7
openssl base64 -d < device.p7 | openssl pkcs7 -inform DER -print_certs -out device.crt
openssl verify -CAfile "$CA" device.crt

# 4. Months later: a new key, and its certificate for the old one.
openssl genpkey $KEY -out device.key.next
openssl req -new -key device.key.next -subj "/CN=$DEVICE" -outform DER | openssl base64 > device.next.b64
curl -sS --fail-with-body --cacert "$CA" --cert device.crt --key device.key --data-binary @device.next.b64 \
    -H "Content-Type: application/pkcs10" "$OFFICE/.well-known/est/simplereenroll" > device.next.p7
openssl base64 -d < device.next.p7 | openssl pkcs7 -inform DER -print_certs -out device.crt.next
openssl verify -CAfile "$CA" device.crt.next
