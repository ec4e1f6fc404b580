#!/bin/bash
# The chain of proof against somebody who may write in the workspace: what is taken off, deleted or re-pointed is seen,
# with the exit code of the catalogue.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
nothing_sent() { [ -z "$(ls sandbox/operations 2>/dev/null)" ] || fail "the sandbox received something"; }
# put_back FILE... after keep FILE...
keep() { for f in "$@"; do cp -p "$f" "$work/kept.$(basename "$f")"; done; }
put_back() { for f in "$@"; do cp -p "$work/kept.$(basename "$f")" "$f"; done; }
strip() { python3 "$root/tests/e2e/strip_timestamp.py" "$1"; }
# No authority is asked for any more; the anchors that verify what it signed stay.
without_timestamps() { sed -i '/^\[timestamp\]/,/^required/{/^url/d;/^required/d}' versoir.conf; }

say "an extract that nobody sealed, that is altered, whose seal lost its time-stamp: 20, 21, 21"
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque"
seal=bibliotheque.extract.seal.json
keep "$seal" "$seal.p7s" bibliotheque.extract versoir.conf
rm "$seal"; expect 20 "$versoir" plan bibliotheque.extract --id v1; contains "not sealed"; contains "extract again"; put_back "$seal"
rm "$seal.p7s"; expect 20 "$versoir" plan bibliotheque.extract --id v1; put_back "$seal.p7s"
sqlite3 bibliotheque.extract "UPDATE LECTEUR SET NOM = 'AUTRE' WHERE _row = 1"
expect 21 "$versoir" plan bibliotheque.extract --id v1; contains "SHA-512"; put_back bibliotheque.extract
strip "$seal.p7s"
openssl cms -verify -cades -binary -inform DER -in "$seal.p7s" -content "$seal" -CAfile pki/ca.pem -purpose any -out /dev/null 2>/dev/null || fail "a stripped signature should still verify for openssl"
expect 21 "$versoir" plan bibliotheque.extract --id v1; contains "time-stamp"
expect 21 "$versoir" verify
without_timestamps; expect 21 "$versoir" plan bibliotheque.extract --id v1; contains "time-stamp"; put_back versoir.conf "$seal.p7s"
openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in "$seal" -signer pki/client.pem -inkey pki/client.key -out "$seal.p7s"
expect 21 "$versoir" plan bibliotheque.extract --id v1; put_back "$seal.p7s"
[ ! -e versements ] || fail "a refused plan left something"

say "21: the extract changes between the plan and the build"
until_reviewed v1
sqlite3 bibliotheque.extract "UPDATE LECTEUR SET NOM = 'AUTRE' WHERE _row = 1"
expect 21 "$versoir" build v1 --replace; contains "not the file that was planned"; put_back bibliotheque.extract

say "an authority that fails while an extract is replaced takes nothing away"
before=$(sha512sum bibliotheque.extract "$seal" "$seal.p7s")
sed -i 's|^url = .*|url = http://127.0.0.1:1/|' versoir.conf
expect 40 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque" --replace
put_back versoir.conf
[ "$before" = "$(sha512sum bibliotheque.extract "$seal" "$seal.p7s")" ] || fail "the previous extract or its seal changed"
grep -q EXTRACT_FAILED journal-main.jsonl || fail "no EXTRACT_FAILED in the journal"
rm -f bibliotheque.extract.partial*
expect 0 "$versoir" verify

say "33: a report of a check that hides what refuses the lot, or that no check wrote; other referentials are only shown"
lot=$(ls versements/v1/lots)
check=versements/v1/lots/$lot/check.json
keep "$check"
edit_check() { python3 -c 'import json, sys; p = sys.argv[1]; d = json.load(open(p, encoding="utf-8")); exec(sys.argv[2]); json.dump(d, open(p, "w", encoding="utf-8"))' "$check" "$1"; }
edit_check 'd["events"][0]["status"] = "KO"'
expect 33 "$versoir" approve v1 --confirm v1; contains "controls that refuse it"; put_back "$check"
edit_check 'd["counts"]["units"] += 1'
expect 33 "$versoir" approve v1 --confirm v1; contains "not what the last check wrote"; put_back "$check"
[ ! -e versements/v1/visa-1.json ] || fail "something was signed"
before=$(sha512sum "$check"; wc -l <journal-main.jsonl)
cp -r referentials other-referentials
expect 0 "$versoir" check v1 --referential other-referentials
[ "$before" = "$(sha512sum "$check"; wc -l <journal-main.jsonl)" ] || fail "a check by other referentials was kept"

say "the decision names address, anchors and contract, and so does the report"
anchors=$(sha256sum <pki/ca.pem | cut -d' ' -f1)
grep -q "$anchors" versements/v1/review.html || fail "no anchors in the report"
grep -q "https://localhost:$port" versements/v1/review.html || fail "no address in the report"
expect 0 "$versoir" approve v1 --confirm v1; contains "$anchors"; contains "https://localhost:$port"
visa=versements/v1/visa-1.json
python3 - "$visa" "$anchors" "https://localhost:$port" <<'PY'
import json, sys
visa = json.load(open(sys.argv[1], encoding="utf-8"))
assert visa["target"] == {"platform": "sandbox", "tenant": 0, "ingestUrl": sys.argv[3], "caSha256": sys.argv[2]}, visa["target"]
assert visa["timestampRequired"] is True
assert sys.argv[3] in visa["statement"] and sys.argv[2][:16] in visa["statement"] and "IC-BU" in visa["statement"], visa["statement"]
PY

say "42: the time-stamp of the visa is taken off; 48 and 61: that of the seal of the SIP"
lot=$(ls versements/v1/lots)
sip=versements/v1/lots/$lot/sip.zip
keep "$visa" "$visa.p7s" "$sip.p7s"
strip "$visa.p7s"; expect 42 "$versoir" send v1; contains "time-stamp"; expect 42 "$versoir" verify
without_timestamps; expect 42 "$versoir" send v1; expect 42 "$versoir" verify; put_back versoir.conf "$visa.p7s"
strip "$sip.p7s"; expect 48 "$versoir" send v1; contains "time-stamp"; expect 61 "$versoir" verify; contains "time-stamp"
without_timestamps; expect 48 "$versoir" send v1; expect 61 "$versoir" verify; put_back versoir.conf "$sip.p7s"
nothing_sent

say "61: a receipt that nobody gave"
echo '{}' >"versements/v1/lots/$lot/receipt.json"
expect 61 "$versoir" send v1; contains "proves nothing"; nothing_sent
rm "versements/v1/lots/$lot/receipt.json"

say "47: the name of the platform points to another address, port, path; its anchors are others"
for change in "s|https://localhost:|https://127.0.0.1:|" "s|https://localhost:$port|https://localhost:1|" "s|^\(ingest_url = .*\)|\1/base|"; do
  sed -i "$change" versoir.conf; expect 47 "$versoir" send v1; put_back versoir.conf
done
keep pki/ca.pem; cat pki/tsa.pem >>pki/ca.pem; expect 47 "$versoir" send v1; contains "trust anchors"; put_back pki/ca.pem
nothing_sent

say "61: a revocation is deleted, and the approval before it does not hold again"
expect 0 "$versoir" revoke v1 --reason "essai" --confirm v1
expect 41 "$versoir" send v1
keep versements/v1/visa-2.json versements/v1/visa-2.json.p7s
rm versements/v1/visa-2.json versements/v1/visa-2.json.p7s
expect 61 "$versoir" send v1; contains "v1/visa-2.json"
expect 61 "$versoir" verify; contains "v1/visa-2.json"

say "60: the journal is cut before the revocation; 60: it is another journal"
keep journal-main.jsonl
python3 - <<'PY'
lines = open("journal-main.jsonl", encoding="utf-8").readlines()
at = next(i for i, line in enumerate(lines) if '"VISA_REVOKED"' in line)
open("journal-main.jsonl", "w", encoding="utf-8").writelines(lines[:at])
PY
expect 60 "$versoir" send v1
expect 60 "$versoir" verify
mkdir away; mv journal-main.jsonl* away/
expect 60 "$versoir" send v1; contains "knows nothing of visa 1"
rm journal-main.jsonl*; mv away/* .
put_back journal-main.jsonl versements/v1/visa-2.json versements/v1/visa-2.json.p7s
nothing_sent
expect 0 "$versoir" verify

say "61: traces of a sending appear from nowhere, or disappear: the lot is not sent twice, and each file is named"
expect 0 "$versoir" approve v1 --confirm v1
folder=versements/v1/lots/$lot
echo '{"format":"versoir-operation/1","operation":"aeeaaaaaachk3dzuabcdealz4exampleaaaq"}' >"$folder/operation.json"
expect 61 "$versoir" verify; contains "$lot/operation.json"
rm "$folder/operation.json"
expect 0 "$versoir" send v1 --no-wait
keep "$folder/sending.json" "$folder/operation.json"
rm "$folder/sending.json" "$folder/operation.json"
expect 61 "$versoir" send v1; contains "$lot/operation.json"; contains "$lot/sending.json"
expect 61 "$versoir" verify; contains "$lot/operation.json"
put_back "$folder/sending.json" "$folder/operation.json"
[ "$(ls sandbox/operations | wc -l)" = 1 ] || fail "the lot was sent twice"

say "47: a reply is asked for where the lot was sent; a platform that moved is accepted knowingly"
cat pki/tsa.pem >>pki/ca.pem
expect 47 "$versoir" send v1; contains "--accept-platform"
expect 0 "$versoir" send v1 --accept-platform
grep -q PLATFORM_ACCEPTED journal-main.jsonl || fail "no PLATFORM_ACCEPTED in the journal"
put_back pki/ca.pem
expect 0 "$versoir" verify
for name in receipt.json atr.xml operation.json sending.json; do
  keep "$folder/$name"; rm "$folder/$name"
  expect 61 "$versoir" verify; contains "$lot/$name"
  put_back "$folder/$name"
done
mv versements/v1 "$work/v1"; expect 61 "$versoir" verify; contains "v1/visa-1.json"; contains "v1/visa-3.json"; mv "$work/v1" versements/v1
expect 0 "$versoir" verify

say "the role register asks for time-stamps: nothing is signed without"
python3 - <<'PY'
import json
roles = json.load(open("pki/roles.json"))
roles["timestamps"] = "required"
json.dump(roles, open("pki/roles.json", "w"))
PY
sign_roles
without_timestamps
expect 4 "$versoir" refuse v1 --reason non --confirm v1; contains "role register"
put_back versoir.conf

say "no control character reaches the terminal"
expect 2 "$versoir" plan "bibliotheque.extract" --seda "$(printf '\033]0;x\007')"
! grep -q "$(printf '\033')" <<<"$out" || fail "an escape reached the terminal"
contains '\x1b'
