#!/bin/sh
# Makes the certificates of the tests anew, in this folder. They certify nothing that exists.
set -eu
cd "$(dirname "$0")"
printf 'basicConstraints=critical,CA:TRUE
keyUsage=keyCertSign
subjectKeyIdentifier=hash
' > authority.ext
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout authority.key -out authority.csr -subj '/CN=hawser test authority' 2>/dev/null
mkdir -p state && : > state/index && echo 01 > state/serial
openssl ca -selfsign -batch -notext -md sha256 -config ca.cnf -in authority.csr -out authority.crt -keyfile authority.key -extfile authority.ext -startdate 20200101000000Z -enddate 21200101000000Z 2>/dev/null
rm -rf authority.csr authority.ext state
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout selfsigned.key -out selfsigned.csr -subj '/CN=selfsigned' 2>/dev/null
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > selfsigned.ext
mkdir -p state && : > state/index && echo 01 > state/serial
openssl ca -selfsign -batch -notext -md sha256 -config ca.cnf -in selfsigned.csr -out selfsigned.crt -keyfile selfsigned.key -extfile selfsigned.ext -startdate 20200101000000Z -enddate 21200101000000Z 2>/dev/null
rm -rf selfsigned.csr selfsigned.ext state
issue() { # name, subjectAltName, openssl dates
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$2" > "$1.ext"
  mkdir -p state && : > state/index && echo 01 > state/serial
  openssl ca -batch -notext -md sha256 -config ca.cnf -in "$1.csr" -out "$1.crt" -cert authority.crt -keyfile authority.key -extfile "$1.ext" -startdate "$3" -enddate "$4" 2>/dev/null
  rm -rf "$1.csr" "$1.ext" state
}
issue localhost 'DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1' 20200101000000Z 21200101000000Z
issue elsewhere 'DNS:elsewhere.example' 20200101000000Z 21200101000000Z
issue expired 'DNS:localhost,IP:127.0.0.1' 20200101000000Z 20200201000000Z
issue client 'DNS:client.example' 20200101000000Z 21200101000000Z
rm -f authority.key
