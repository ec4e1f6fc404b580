#!/bin/bash
# The role register is the archive service's: unsigned, altered or signed by another it is refused everywhere, and a
# production platform does not work without a signer.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
keep() { for f in "$@"; do cp -p "$f" "$work/kept.$(basename "$f")"; done; }
put_back() { for f in "$@"; do cp -p "$work/kept.$(basename "$f")" "$f"; done; }
# edit_roles PYTHON: changes the list `roles` of the register, and signs nothing.
edit_roles() {
  python3 - "$1" <<'PY'
import json, sys
register = json.load(open("pki/roles.json", encoding="utf-8"))
roles = register["roles"]
exec(sys.argv[1])
json.dump(register, open("pki/roles.json", "w", encoding="utf-8"), ensure_ascii=False)
PY
}
until_reviewed v1
keep pki/roles.json pki/roles.json.p7s versoir.conf

say "shown, with what the signature is worth"
expect 0 "$versoir" roles show; contains "Claire Aubin"; contains "Signed by the archive service"

say "49: changed by somebody who can write the file; signed by an archivist; not signed at all"
edit_roles 'roles[1]["quality"] = "directeur"'
for command in "approve v1 --confirm v1" "refuse v1 --confirm v1 --reason non" "plan bibliotheque.extract --id v9" "roles show"; do
  expect 49 "$versoir" $command; contains "not the one that the archive service signed"
done
expect 49 "$versoir" verify; contains "role register"
put_back pki/roles.json
openssl cms -sign -binary -cades -md sha256 -outform DER -in pki/roles.json -signer pki/archivist.pem -inkey pki/archivist.key -out pki/roles.json.p7s
expect 49 "$versoir" approve v1 --confirm v1; contains "roles_signer does not name"
rm pki/roles.json.p7s
expect 49 "$versoir" approve v1 --confirm v1; contains "is not signed"
expect 49 "$versoir" verify
[ ! -e versements/v1/visa-1.json ] || fail "something was signed under a register of nobody"
put_back pki/roles.json.p7s
expect 0 "$versoir" verify

say "signed again by the archive service: by openssl, by the command, which a producer and an archivist cannot use"
edit_roles 'roles[1]["quality"] = "directrice des archives"'
expect 49 "$versoir" roles sign --signer producer
expect 49 "$versoir" roles sign --signer archivist; contains "does not name the certificate"
expect 49 "$versoir" roles show
expect 0 "$versoir" roles sign
openssl cms -verify -cades -binary -inform DER -in pki/roles.json.p7s -content pki/roles.json -CAfile pki/ca.pem -purpose any -out /dev/null 2>/dev/null || fail "openssl does not verify the register"
grep -q '"event":"ROLES_SIGNED"' journal-main.jsonl || fail "the journal does not know"
expect 0 "$versoir" roles show; contains "directrice des archives"
sign_roles
expect 0 "$versoir" roles show

say "a delegation is told in the act, and judged when it was signed"
edit_roles 'roles[2]["delegation"] = {"by": "claire", "act": "décision 2026-7", "from": "2026-01-01T00:00:00Z", "to": "2036-01-01T00:00:00Z"}; roles[1]["id"] = "claire"'
sign_roles
expect 0 "$versoir" roles show; contains "Claire Aubin: décision 2026-7"
expect 0 "$versoir" approve v1 --confirm v1 --signer other
contains "agissant par délégation de Claire Aubin (décision 2026-7)"
edit_roles 'roles[2]["delegation"]["to"] = "2026-02-01T00:00:00Z"'
sign_roles
expect 43 "$versoir" send v1; contains "décision 2026-7"
expect 43 "$versoir" verify; contains "décision 2026-7"
edit_roles 'roles[2]["delegation"]["to"] = "2036-01-01T00:00:00Z"; roles[1]["to"] = "2020-01-01T00:00:00Z"'
sign_roles
expect 43 "$versoir" send v1; contains "acts by delegation of Claire Aubin"

say "49: a register altered between the approval and the sending"
put_back pki/roles.json
expect 49 "$versoir" send v1
[ -z "$(ls sandbox/operations 2>/dev/null)" ] || fail "the sandbox received something"
grep '"SEND_REFUSED"' journal-main.jsonl | tail -1 | grep -q role-register || fail "the journal does not tell the refusal"
put_back pki/roles.json.p7s
expect 49 "$versoir" send v1; contains "the journal knows as the last one"  # the first register, older than the one signed above
sign_roles
expect 0 "$versoir" send v1
expect 0 "$versoir" verify

say "the pack of evidence has the register and its signature"
expect 0 "$versoir" evidence v1
[ -s versements/v1/evidence-1/config/roles.json.p7s ] || fail "the signature of the register is not packed"

say "4: a production platform without a signer; a rehearsal is warned"
sed -i '/^roles_signer/d' versoir.conf
until_reviewed v2
contains_warning() { grep -qF "roles_signer is not configured" <<<"$out" || fail "no warning: $out"; }
expect 0 "$versoir" approve v2 --confirm v2; contains_warning
expect 0 "$versoir" send v2; contains_warning
expect 0 "$versoir" verify; contains_warning
expect 0 "$versoir" roles show; contains_warning
sed -i 's/^\[platform.sandbox\]/&\nkind = production/' versoir.conf
for command in "approve v1 --confirm v1" "send v1" "plan bibliotheque.extract --id v3"; do
  expect 4 "$versoir" $command; contains "production platform"
done

say "4: planned for production, and called a rehearsal since"
sed -i 's/^kind = production/kind = rehearsal/' versoir.conf
python3 - <<'PY'
import json
path = "versements/v2/plan.json"
plan = json.load(open(path, encoding="utf-8"))
plan["platform"]["kind"] = "production"
json.dump(plan, open(path, "w", encoding="utf-8"))
PY
expect 4 "$versoir" send v2; contains "production platform"
echo "ok"
