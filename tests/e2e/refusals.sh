#!/bin/bash
# Refusals are part of the road: each one by a real situation, with the exit code of the catalogue.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
# What an intruder signs with openssl has no time-stamp: with one required every refusal would be the same. evidence.sh
# is about those.
sed -i '/^\[timestamp\]/,/^required/d' versoir.conf
until_reviewed v1
lot=$(ls versements/v1/lots)
sip=versements/v1/lots/$lot/sip.zip
# with_file FILE COMMAND...: runs it, then puts the file back as it was.
with_file() {
  local file=$1 saved
  saved=$(mktemp "$work/saved.XXXXXX")
  shift
  cp -p "$file" "$saved"
  "$@"
  cp -p "$saved" "$file"
}
flip() { python3 - "$1" "$2" <<'PY'
import sys
path, at = sys.argv[1], int(sys.argv[2])
data = bytearray(open(path, "rb").read())
data[at] ^= 1
open(path, "wb").write(data)
PY
}

say "approve: an unchecked lot, a KO check, a check of another digest, a wrong confirmation, no review"
check=versements/v1/lots/$lot/check.json
mv "$check" "$work/check.json"; expect 33 "$versoir" approve v1 --confirm v1; contains "$lot"
sed 's/"verdict": *"OK"/"verdict": "KO"/' "$work/check.json" >"$check"; expect 33 "$versoir" approve v1 --confirm v1
sed -E 's/("sha512": *")[0-9a-f]{8}/\100000000/' "$work/check.json" >"$check"; expect 33 "$versoir" approve v1 --confirm v1
mv "$work/check.json" "$check"
expect 2 "$versoir" approve v1 --confirm v2
mv versements/v1/review.html "$work/"; expect 33 "$versoir" approve v1 --confirm v1; mv "$work/review.html" versements/v1/
expect 45 "$versoir" approve v1 --confirm v1 --signer producer
[ ! -e versements/v1/visa-1.json ] || fail "a refused approval left a visa"

say "41: no visa"
expect 41 "$versoir" send v1

expect 0 "$versoir" approve v1 --confirm v1
visa=versements/v1/visa-1.json

say "41: the signature of the visa is gone"
mv "$visa.p7s" "$work/visa.p7s"; expect 41 "$versoir" send v1; mv "$work/visa.p7s" "$visa.p7s"

say "42: one byte of the visa, then one byte of its signature"
one_byte_visa() { flip "$visa" 60; expect 42 "$versoir" send v1; }
one_byte_signature() { flip "$visa.p7s" 900; expect 42 "$versoir" send v1; }
with_file "$visa" one_byte_visa
with_file "$visa.p7s" one_byte_signature

say "43: an untrusted certificate; a trusted one without the role"
sign_with() { openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in "$visa" -signer "pki/$1.pem" -inkey "pki/$1.key" -out "$visa.p7s"; }
untrusted() { sign_with untrusted-archivist; expect 43 "$versoir" send v1; }
no_role() { sign_with client; expect 43 "$versoir" send v1; }
with_file "$visa.p7s" untrusted
with_file "$visa.p7s" no_role

say "44: the visa of another versement"
expect 0 "$versoir" plan bibliotheque.extract --id v2
expect 0 "$versoir" build v2
expect 0 "$versoir" check v2
expect 0 "$versoir" review v2
cp "$visa" versements/v2/visa-1.json; cp "$visa.p7s" versements/v2/visa-1.json.p7s
expect 44 "$versoir" send v2
rm versements/v2/visa-1.json*

say "45: signed by the producer itself, although the register would allow it"
by_producer() {
  sign_with producer
  cp pki/roles.json pki/roles.json.p7s "$work/"
  python3 - <<'PY'
import json, subprocess
fingerprint = subprocess.run(["openssl", "x509", "-in", "pki/producer.pem", "-outform", "DER"], capture_output=True, check=True).stdout
import hashlib
roles = json.load(open("pki/roles.json"))
entry = dict(next(r for r in roles["roles"] if r["role"] == "archivist"))
entry["certificate"] = hashlib.sha256(fingerprint).hexdigest()
roles["roles"].append(entry)
json.dump(roles, open("pki/roles.json", "w"))
PY
  sign_roles
  expect 45 "$versoir" send v1
  cp "$work/roles.json" "$work/roles.json.p7s" pki/
}
with_file "$visa.p7s" by_producer

say "46: a visa whose window is over; an expired certificate"
over() {
  python3 - "$visa" <<'PY'
import json, sys
visa = json.load(open(sys.argv[1], encoding="utf-8"))
visa["notBefore"], visa["notAfter"] = "2020-01-01T00:00:00Z", "2020-04-01T00:00:00Z"
open(sys.argv[1], "w", encoding="utf-8").write(json.dumps(visa, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
PY
  sign_with archivist
  expect 46 "$versoir" send v1
}
over_window() { with_file "$visa" over; }
with_file "$visa.p7s" over_window
expired() { sign_with expired-archivist; expect 46 "$versoir" send v1; }
with_file "$visa.p7s" expired

say "47: another platform; another tenant"
expect 47 "$versoir" send v1 --platform other
tenant() { sed -i 's/^tenant = 0/tenant = 3/' versoir.conf; expect 47 "$versoir" send v1; }
with_file versoir.conf tenant

say "48: one byte of the SIP changed after the approval"
one_byte_sip() { flip "$sip" 100; expect 48 "$versoir" send v1; }
with_file "$sip" one_byte_sip

say "nothing of all that reached the platform"
[ -z "$(ls sandbox/operations 2>/dev/null)" ] || fail "the sandbox received something"
[ ! -e "versements/v1/lots/$lot/sending.json" ] || fail "a refused sending left a trace of sending"

say "a later revocation withdraws the approval; a new approval restores it"
expect 0 "$versoir" revoke v1 --reason "essai" --confirm v1
expect 41 "$versoir" send v1
expect 0 "$versoir" approve v1 --confirm v1 --signer other
expect 0 "$versoir" send v1
expect 0 "$versoir" send v1
contains "already transferred"
[ "$(ls sandbox/operations | wc -l)" = 1 ] || fail "the lot was sent twice"

say "a signed refusal, then no transfer"
expect 0 "$versoir" refuse v2 --reason "Période incomplète" --confirm v2
expect 41 "$versoir" send v2
expect 0 "$versoir" status v2 --json
contains '"state":"refused"'

say "the journal kept the refusals"
grep -q SEND_REFUSED journal-main.jsonl || fail "no SEND_REFUSED in the journal"
grep -q VISA_REVOKED journal-main.jsonl || fail "no VISA_REVOKED in the journal"
expect 0 "$versoir" verify

say "each versement has its own message identifiers"
[ "$(ls versements/v1/lots)" != "$(ls versements/v2/lots)" ] || fail "two versements share an identifier"

say "a report that is older than the packages is not approved"
expect 0 "$versoir" plan bibliotheque.extract --id v5
expect 0 "$versoir" build v5
expect 0 "$versoir" check v5
expect 0 "$versoir" review v5
expect 0 "$versoir" plan bibliotheque.extract --id v5 --replace
expect 0 "$versoir" build v5
expect 0 "$versoir" check v5
expect 33 "$versoir" approve v5 --confirm v5
contains "review"

say "a lot that was sent is followed whatever became of its visa"
until_reviewed v6
expect 0 "$versoir" approve v6 --confirm v6
expect 0 "$versoir" send v6 --no-wait
mv versements/v6/visa-1.json.p7s "$work/visa-6.p7s"
expect 0 "$versoir" send v6
mv "$work/visa-6.p7s" versements/v6/visa-1.json.p7s
expect 0 "$versoir" verify

say "33: after everything was sent there is nothing left to decide"
expect 33 "$versoir" approve v6 --confirm v6; contains "already sent"
expect 33 "$versoir" refuse v6 --reason "trop tard" --confirm v6; contains "already sent"
expect 33 "$versoir" revoke v6 --reason "trop tard" --confirm v6; contains "takes nothing back"
[ ! -e versements/v6/visa-2.json ] || fail "a decision was signed after everything was sent"
expect 33 "$versoir" revoke v2 --reason "rien" --confirm v2; contains "no approval to revoke"

say "what disappears is seen: a package, the journal"
gone=$(ls -d versements/v1/lots/*)/sip.zip
mv "$gone" "$work/gone.zip"; expect 61 "$versoir" verify; contains "missing"; mv "$work/gone.zip" "$gone"
mv journal-main.jsonl "$work/journal"; expect 60 "$versoir" verify; mv "$work/journal" journal-main.jsonl
expect 0 "$versoir" verify

say "the report that was signed is kept when another is made, and a touched one is seen"
signed=$(sha512sum <versements/v6/review.html)
expect 0 "$versoir" review v6 --lang fr
[ "$signed" = "$(sha512sum <versements/v6/review-visa-1.html)" ] || fail "the signed report was lost"
expect 0 "$versoir" verify
echo >>versements/v6/review-visa-1.html
expect 61 "$versoir" verify

say "45: a seal that no registered producer made shows no second person, even when the visa names it"
expect 0 "$versoir" review v5
sealed=versements/v5/lots/$(sed -n 's/.*"\(ESSAI-LEC-[^"]*\)".*/\1/p' versements/v5/plan.json | head -1)/sip.zip
openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in "$sealed" -signer pki/client.pem -inkey pki/client.key -out "$sealed.p7s"
expect 0 "$versoir" approve v5 --confirm v5
expect 45 "$versoir" send v5
expect 61 "$versoir" verify
rm -r versements/v5; expect 61 "$versoir" verify; contains "v5/visa-1.json"
