#!/bin/bash
# Somebody without any key rewrites the folder: what was signed, received or decided cannot be taken back silently.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
sed -i "/^\[platform.sandbox\]/a access_contract = AC-ESSAI" versoir.conf
# as_it_was: a copy of the workspace to damage, in ../hurt.
as_it_was() { rm -rf "$work/hurt"; cp -a "$work/ws" "$work/hurt"; cd "$work/hurt"; }

say "a report that no review wrote is not approved"
until_reviewed v1
as_it_was
sed -i 's|</body>|<p>rien</p></body>|' versements/v1/review.html
expect 33 "$versoir" approve v1 --confirm v1; contains "not the one that was written last"
[ ! -e versements/v1/visa-1.json ] || fail "a forged report was approved"
cd "$work/ws"

say "a report made before the checks is not approved either"
expect 0 "$versoir" plan bibliotheque.extract --id v0
expect 0 "$versoir" build v0
expect 0 "$versoir" review v0
expect 0 "$versoir" check v0
expect 33 "$versoir" approve v0 --confirm v0; contains "shows other checks than those of today"; contains "was checked since"
expect 33 env LANGUAGE=fr "$versoir" approve v0 --confirm v0; contains "montre d’autres contrôles que ceux d’aujourd’hui"
expect 0 "$versoir" review v0
expect 0 "$versoir" approve v0 --confirm v0

say "lists of a plan that nobody decided on yet"
as_it_was
for list in plan.json kept.csv; do
  printf ' ' >>versements/v1/$list
  expect 61 "$versoir" verify; contains "$list"
  cp "$work/ws/versements/v1/$list" versements/v1/$list
done
expect 0 "$versoir" verify
cd "$work/ws"

say "a decision that comes from another desk closes the journal under a checkpoint, which binds the other journals"
mkdir desk && cp pki/archivist.key desk/
expect 0 "$versoir" roles show --node autre --json
expect 0 "$versoir" review v1 --node autre
expect 0 "$versoir" approve v1 --prepare --certificate pki/archivist.pem
openssl cms -sign -binary -cades -md sha256 -outform DER -in versements/v1/to-sign/visa-1.json -signer pki/archivist.pem -inkey desk/archivist.key -out desk/back.p7s
expect 0 "$versoir" approve v1 --import desk/back.p7s
point=$(ls -v journal-main.jsonl.checkpoint-*.json | tail -1)
[ -s "$point" ] || fail "an imported visa makes no checkpoint"
openssl cms -verify -cades -binary -inform DER -in "$point.p7s" -content "$point" -CAfile pki/ca.pem -purpose any -out /dev/null 2>/dev/null || fail "openssl does not verify the checkpoint"
grep -q '"journal":"journal-autre.jsonl"' "$point" || fail "the checkpoint does not bind the other journal"
expect 0 "$versoir" verify

say "the other journal is cut off: the checkpoint of this one tells it"
as_it_was
sed -i '$d' journal-autre.jsonl
expect 60 "$versoir" verify; contains "its end was cut off"
cd "$work/ws"

say "a refusal is taken back with the end of the journal, and without its checkpoint"
expect 0 "$versoir" revoke v1 --prepare --certificate pki/archivist.pem --reason "Erreur"
openssl cms -sign -binary -cades -md sha256 -outform DER -in versements/v1/to-sign/visa-2.json -signer pki/archivist.pem -inkey desk/archivist.key -out desk/back.p7s
expect 0 "$versoir" revoke v1 --import desk/back.p7s
openssl cms -verify -cades -binary -inform DER -in versements/v1/visa-2.json.p7s -content versements/v1/visa-2.json -CAfile pki/ca.pem -purpose any -out /dev/null 2>/dev/null || fail "openssl does not verify the revocation"
as_it_was
line=$(grep -n '"event":"VISA_REVOKED"' journal-main.jsonl | cut -d: -f1)
head -n $((line - 1)) journal-main.jsonl >cut && cat cut >journal-main.jsonl && rm cut versements/v1/visa-2.json*
expect 60 "$versoir" verify; contains "its end was cut off"
expect 60 "$versoir" send v1
cd "$work/ws"
as_it_was
rm "$(ls -v journal-main.jsonl.checkpoint-*.json | tail -1)"
expect 60 "$versoir" verify; contains "the file is missing"
cd "$work/ws"
expect 0 "$versoir" approve v1 --confirm v1

say "a receipt closes the journal too; a check, a read-back, an extract that disappear are missed"
points=$(ls journal-main.jsonl.checkpoint-*.json | wc -l)
expect 0 "$versoir" send v1
[ "$(ls journal-main.jsonl.checkpoint-*.json | wc -l)" -gt "$points" ] || fail "a receipt makes no checkpoint"
expect 0 "$versoir" vitam compare v1
expect 0 "$versoir" verify
lot=$(basename "$(ls -d versements/v1/lots/* | head -1)")
as_it_was
rm "versements/v1/lots/$lot/check.json"
expect 61 "$versoir" verify; contains "check.json"
cd "$work/ws"
as_it_was
sed -i 's/"different": *0/"different": 1/' "versements/v1/lots/$lot/read-back.json"
expect 61 "$versoir" verify; contains "read-back.json"
cd "$work/ws"
as_it_was
rm bibliotheque.extract*
expect 21 "$versoir" verify; contains "bibliotheque.extract"
cd "$work/ws"

say "an older role register put back"
cp pki/roles.json pki/roles.json.p7s desk/
sleep 1
python3 - <<'PY'
import json
register = json.load(open("pki/roles.json", encoding="utf-8"))
register["roles"][1]["quality"] = "directrice"
json.dump(register, open("pki/roles.json", "w", encoding="utf-8"), ensure_ascii=False)
PY
expect 0 "$versoir" roles sign
until_reviewed v2
cp desk/roles.json desk/roles.json.p7s pki/
expect 49 "$versoir" approve v2 --confirm v2; contains "the journal knows as the last one"
expect 49 "$versoir" verify

say "a key whose certificate is on the revocation list signs nothing"
cat >>versoir.conf <<'CONF'

[signing.revoked]
certificate = pki/revoked-archivist.pem
key = pki/revoked-archivist.key
CONF
sed -i 's|^anchors = pki/ca.pem|anchors = pki/ca.pem\ncrl = pki/ca.crl.pem|' versoir.conf
expect 40 "$versoir" roles sign --signer revoked; contains "is revoked"
