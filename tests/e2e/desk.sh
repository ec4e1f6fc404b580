#!/bin/bash
# The archivist's key is on another desk: what leaves, what comes back, and what is refused on the way.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
until_reviewed v1
mkdir desk && mv pki/archivist.key pki/archivist2.key desk/  # the keys are not here
waiting=versements/v1/to-sign/visa-1.json

# sign WHO [OPTIONS]: the desk signs what was sent to it, with openssl, into desk/back.p7s.
sign() {
  local who=$1
  shift
  openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in "$waiting" -signer "pki/$who.pem" -inkey "desk/$who.key" -out desk/back.p7s "$@" || fail "openssl"
}

say "nothing prepared, words that do not go together"
touch desk/empty.p7s
expect 33 "$versoir" approve v1 --import desk/empty.p7s; contains "--prepare"
expect 2 "$versoir" approve v1 --prepare --import desk/empty.p7s
expect 2 "$versoir" approve v1 --certificate pki/archivist.pem --confirm v1
expect 2 "$versoir" approve v1 --import desk/empty.p7s --confirm v1
expect 45 "$versoir" approve v1 --prepare --certificate pki/producer.pem
expect 43 "$versoir" approve v1 --prepare --certificate pki/client.pem
[ ! -e versements/v1/to-sign ] || fail "a refused preparation left something"

say "prepared: the exact bytes, and a sheet that tells their digest"
expect 0 "$versoir" approve v1 --prepare --json
[ -s "$waiting" ] || fail "nothing to sign"
digest=$(sha256sum "$waiting" | cut -d' ' -f1)
contains "$digest"
sheet=versements/v1/to-sign/visa-1.html
grep -q "$digest" "$sheet" || fail "the sheet does not tell the digest"
grep -q "autorise le versement v1" "$sheet" || fail "the sheet does not say what is signed"
xmllint --html --noout "$sheet" 2>/dev/null || fail "the sheet is no HTML"
expect 41 "$versoir" send v1  # a prepared visa is none

say "refused: another document, another person, a PDF, an altered signature; nothing is kept"
sed 's/approve/approvE/' "$waiting" >desk/other.json
openssl cms -sign -binary -cades -md sha256 -outform DER -nodetach -in desk/other.json -signer pki/archivist.pem -inkey desk/archivist.key -out desk/other.p7m
expect 42 "$versoir" approve v1 --import desk/other.p7m; contains "another document"
openssl cms -sign -binary -cades -md sha256 -outform DER -in desk/other.json -signer pki/archivist.pem -inkey desk/archivist.key -out desk/other.p7s
expect 42 "$versoir" approve v1 --import desk/other.p7s
sign archivist2; expect 43 "$versoir" approve v1 --import desk/back.p7s; contains "--certificate"
printf '%%PDF-1.7' >desk/signed.pdf; expect 42 "$versoir" approve v1 --import desk/signed.pdf; contains "PAdES"
sign archivist
python3 - <<'PY'
data = bytearray(open("desk/back.p7s", "rb").read()); data[-20] ^= 1; open("desk/altered.p7s", "wb").write(data)
PY
expect 42 "$versoir" approve v1 --import desk/altered.p7s
openssl cms -sign -binary -md sha256 -outform DER -in "$waiting" -signer pki/archivist.pem -inkey desk/archivist.key -out desk/plain.p7s
expect 42 "$versoir" approve v1 --import desk/plain.p7s  # CMS without the attribute that makes it CAdES
expect 2 "$versoir" refuse v1 --import desk/back.p7s; contains "approve"
[ ! -e versements/v1/visa-1.json ] || fail "a refused import left a visa"

say "refused: what was prepared is no longer what is here"
cp versements/v1/review.html desk/review.html
echo "<!-- changed -->" >>versements/v1/review.html
expect 33 "$versoir" approve v1 --import desk/back.p7s; contains "reviewSha512"
cp desk/review.html versements/v1/review.html

say "taken in: with a time-stamp of ours, verified by openssl, and sent"
expect 0 "$versoir" approve v1 --import desk/back.p7s
[ ! -e "$waiting" ] || fail "what was signed still waits"
openssl cms -verify -cades -binary -inform DER -in versements/v1/visa-1.json.p7s -content versements/v1/visa-1.json -CAfile pki/ca.pem -purpose any -out /dev/null 2>/dev/null || fail "openssl does not verify the visa"
[ "$(sha256sum versements/v1/visa-1.json | cut -d' ' -f1)" = "$digest" ] || fail "the visa is not what was signed"
expect 33 "$versoir" approve v1 --import desk/back.p7s  # once
expect 0 "$versoir" send v1
expect 0 "$versoir" verify

say "a refusal signed elsewhere, enveloping and in PEM; a decision in between ends what was prepared"
until_reviewed v2
waiting=versements/v2/to-sign/visa-1.json
expect 0 "$versoir" refuse v2 --prepare --certificate pki/archivist2.pem --reason "Période incomplète"
sign archivist2 -outform PEM -nodetach
expect 0 "$versoir" refuse v2 --import desk/back.p7s
expect 41 "$versoir" send v2
expect 0 "$versoir" approve v2 --prepare --certificate pki/archivist.pem
waiting=versements/v2/to-sign/visa-2.json
sign archivist
mv desk/archivist2.key pki/
expect 0 "$versoir" refuse v2 --signer other --reason "Entre-temps" --confirm v2
expect 33 "$versoir" approve v2 --import desk/back.p7s
expect 41 "$versoir" send v2
expect 0 "$versoir" verify

say "the key is on a card"
if command -v softhsm2-util >/dev/null; then
  mkdir desk/tokens
  echo "directories.tokendir = $PWD/desk/tokens" >desk/softhsm.conf
  export SOFTHSM2_CONF=$PWD/desk/softhsm.conf
  softhsm2-util --init-token --free --label "carte agent" --pin 4321 --so-pin 12345678 >/dev/null || fail "no card"
  openssl pkcs8 -topk8 -nocrypt -in desk/archivist.key -out desk/key.pem
  softhsm2-util --import desk/key.pem --token "carte agent" --label archiviste --id 01 --pin 4321 >/dev/null || fail "no key on the card"
  echo 4321 >desk/pin && chmod 600 desk/pin
  cat >>versoir.conf <<CONF
[signing.card]
certificate = pki/archivist.pem
pkcs11 = pkcs11:token=carte%20agent;object=archiviste
pkcs11_module = /usr/lib/softhsm/libsofthsm2.so
password_file = desk/pin
CONF
  expect 0 "$versoir" approve v2 --signer card --confirm v2
  openssl cms -verify -cades -binary -inform DER -in versements/v2/visa-3.json.p7s -content versements/v2/visa-3.json -CAfile pki/ca.pem -purpose any -out /dev/null 2>/dev/null || fail "openssl does not verify what the card signed"
  expect 0 "$versoir" send v2
  expect 0 "$versoir" verify
elif [ "${CI:-}" = true ]; then
  fail "SoftHSM is missing in CI"
fi
echo "ok"
