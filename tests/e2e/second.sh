#!/bin/bash
# Two persons: nothing is sent under one signature, and the second one is another person's over the same bytes.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
printf '\n[approval]\nsignatures = 2\n' >>versoir.conf
nothing_sent() { [ -z "$(ls sandbox/operations 2>/dev/null)" ] || fail "the sandbox received something"; }

say "33: nothing waits; 2: what does not go together"
until_reviewed v1
expect 33 "$versoir" approve v1 --second --signer other --confirm v1; contains "waits for a second signature"
expect 0 "$versoir" approve v1 --confirm v1; contains "--second"
visa=versements/v1/visa-1.json
first=$(sha512sum "$visa" "$visa.p7s")
expect 2 "$versoir" approve v1 --second --signer other --exclude X --confirm v1
expect 2 "$versoir" approve v1 --second --signer other --confirm v2

say "41: one signature of two; status tells it"
expect 41 "$versoir" send v1; contains "1 of the 2"
expect 0 "$versoir" status v1; contains "waits for the signature of a second person"
expect 0 "$versoir" verify; contains "waits for the signature of a second person"

say "43: the same person; 45: the producer"
expect 43 "$versoir" approve v1 --second --confirm v1; contains "already signed"
expect 45 "$versoir" approve v1 --second --signer producer --confirm v1
[ ! -e "$visa.2.p7s" ] || fail "a refused second signature was kept"
nothing_sent

say "signed by another person, over the same bytes; the first signature stays as it was"
expect 0 "$versoir" approve v1 --second --signer other --confirm v1
[ "$first" = "$(sha512sum "$visa" "$visa.p7s")" ] || fail "the first signature changed"
openssl cms -verify -cades -binary -inform DER -in "$visa.2.p7s" -content "$visa" -CAfile pki/ca.pem -purpose any -out /dev/null 2>/dev/null || fail "openssl does not verify the second signature"
grep -q '"event":"VISA_COUNTERSIGNED"' journal-main.jsonl || fail "the journal does not know"
expect 33 "$versoir" approve v1 --second --signer other --confirm v1

say "a configuration that asks for one since weakens nothing; 61: the second signature disappears; 60: one of nobody"
sed -i 's/^signatures = 2/signatures = 1/' versoir.conf
mv "$visa.2.p7s" "$work/second"
expect 41 "$versoir" send v1
expect 61 "$versoir" verify; contains "visa-1.json.2.p7s"
openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in "$visa" -signer pki/archivist2.pem -inkey pki/archivist2.key -out "$visa.2.p7s"
expect 42 "$versoir" send v1; contains "time-stamp"
mv "$work/second" "$visa.2.p7s"
nothing_sent
expect 0 "$versoir" send v1
expect 0 "$versoir" verify
expect 0 "$versoir" evidence v1
readme=versements/v1/evidence-1/README.txt
grep -q 'visa-1.json.2.p7s -content versement/visa-1.json ' "$readme" || fail "the pack does not tell the second signature"
(cd versements/v1/evidence-1 && grep '^    \$ openssl cms' README.txt | sed 's/^    \$ //' | while read -r line; do eval "$line" 2>/dev/null || exit 1; done) || fail "a command of the pack fails"

say "by platform; both persons on other desks; a parapheur that gathers two persons in one signature"
sed -i 's/^\[platform.sandbox\]/&\napproval_signatures = 2/' versoir.conf
until_reviewed v2
mkdir desk
desk_sign() { openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in "$1" -signer "pki/$2.pem" -inkey "pki/$2.key" -out desk/back.p7s; }
expect 0 "$versoir" approve v2 --prepare
desk_sign versements/v2/to-sign/visa-1.json archivist
expect 0 "$versoir" approve v2 --import desk/back.p7s; contains "--second"
expect 43 "$versoir" approve v2 --second --prepare --certificate pki/archivist.pem
expect 0 "$versoir" approve v2 --second --prepare --certificate pki/archivist2.pem; contains "--second --import"
cmp versements/v2/to-sign/visa-1.json versements/v2/visa-1.json || fail "other bytes are to be signed"
grep -q -- "--second --import" versements/v2/to-sign/visa-1.html || fail "the sheet does not tell how to import"
expect 43 "$versoir" approve v2 --second --import desk/back.p7s; contains "already signed"
desk_sign versements/v2/to-sign/visa-1.json client
expect 43 "$versoir" approve v2 --second --import desk/back.p7s
desk_sign versements/v2/to-sign/visa-1.json archivist2
expect 41 "$versoir" send v2
expect 0 "$versoir" approve v2 --second --import desk/back.p7s
[ ! -e versements/v2/to-sign/visa-1.json ] || fail "what was signed still waits"
expect 0 "$versoir" send v2
until_reviewed v3
expect 0 "$versoir" approve v3 --prepare
desk_sign versements/v3/to-sign/visa-1.json archivist
openssl cms -resign -binary -cades -md sha256 -nosmimecap -inform DER -outform DER -in desk/back.p7s -content versements/v3/to-sign/visa-1.json -signer pki/archivist2.pem -inkey pki/archivist2.key -out desk/both.p7s 2>/dev/null ||
  fail "openssl -resign"
expect 0 "$versoir" approve v3 --import desk/both.p7s
expect 0 "$versoir" send v3
expect 0 "$versoir" verify

say "one person refuses and revokes"
until_reviewed v4
expect 0 "$versoir" approve v4 --confirm v4
expect 0 "$versoir" approve v4 --second --signer other --confirm v4
expect 0 "$versoir" revoke v4 --signer other --reason essai --confirm v4
expect 41 "$versoir" send v4; contains "withdrawn"
until_reviewed v5
expect 0 "$versoir" approve v5 --confirm v5
expect 0 "$versoir" refuse v5 --signer other --reason essai --confirm v5
expect 33 "$versoir" approve v5 --second --signer other --confirm v5
expect 41 "$versoir" send v5; contains "refused"
expect 0 "$versoir" verify
echo "ok"
