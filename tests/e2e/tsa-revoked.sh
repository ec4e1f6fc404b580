#!/bin/bash
# The authority that gives the time is revoked: what it dated before still counts when another took its place, nothing does
# when its key was compromised, and nothing is concluded when no list tells.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
# list [REASON]: tsa.crl.pem of the authority, on which the time-stamping certificate stands revoked from now on, or not.
cat >"$work/ca.conf" <<CONF
[ca]
default_ca = here
[here]
database = $work/index
crlnumber = $work/crlnumber
default_md = sha256
default_crl_days = 30
CONF
echo "unique_subject = no" >"$work/index.attr"
list() {
  python3 - pki/ca.index "$work/index" "$(openssl x509 -noout -serial -in pki/tsa.pem | cut -d= -f2)" "$(date -u +%y%m%d%H%M%SZ)" "${1:-}" <<'PY'
import sys
source, target, serial, now, reason = sys.argv[1:]
lines = [line.rstrip("\n").split("\t") for line in open(source)]
for f in lines:
    if f[3] == serial and reason: f[0], f[2] = "R", now if reason == "none" else f"{now},{reason}"
open(target, "w").writelines("\t".join(f) + "\n" for f in lines)
PY
  [ -e "$work/crlnumber" ] || echo 1000 >"$work/crlnumber"
  openssl ca -gencrl -config "$work/ca.conf" -keyfile pki/ca.key -cert pki/ca.pem -out tsa.crl.pem 2>"$work/ca.err" || fail "$(cat "$work/ca.err")"
}
until_reviewed v1
expect 0 "$versoir" approve v1 --confirm v1
expect 0 "$versoir" evidence v1
expect 0 "$versoir" verify

say "a list that says nothing of it; then none that is its authority's: 45 for the sending (the seal is dated by it too), 40 for a signature"
list
sed -i 's|^ca = pki/ca.pem$|&\ncrl = tsa.crl.pem|;' versoir.conf
sed -i '/^\[platform/,$ { /^crl = /d }' versoir.conf
grep -A4 '^\[timestamp\]' versoir.conf | grep -q '^crl = tsa.crl.pem' || fail "the configuration: $(cat versoir.conf)"
expect 0 "$versoir" verify
openssl ca -gencrl -config "$work/ca.conf" -keyfile pki/untrusted-ca.key -cert pki/untrusted-ca.pem -out tsa.crl.pem 2>/dev/null
expect 45 "$versoir" send v1; contains "whether the certificate of Horodatage d'essai was revoked is not known"; contains "does not count"
expect 40 "$versoir" refuse v1 --reason essai --confirm v1; contains "would not count"

say "replaced by another authority: what it dated stays, with a word; it dates nothing more"
sleep 1
list superseded
expect 0 "$versoir" verify; contains "after the time-stamp"
expect 40 "$versoir" refuse v1 --reason essai --confirm v1; contains "was revoked on"
[ ! -e versements/v1/visa-2.json ] || fail "something was signed under a revoked authority"

say "its key compromised, or no reason told: nothing that it dated counts, the pack of evidence neither"
for reason in keyCompromise none; do
  list "$reason"
  expect 45 "$versoir" send v1; contains "none of its time-stamps counts any more"
  [ -z "$(ls sandbox/operations 2>/dev/null)" ] || fail "the sandbox received something"
  code=0; "$versoir" verify >verify.log 2>&1 || code=$?
  [ "$code" != 0 ] || fail "verify accepts them: $(cat verify.log)"
  grep -q "The authority of the last time-stamp was revoked" verify.log || fail "the pack: $(cat verify.log)"
done

say "and once it is known to be good again, the versement goes"
list
expect 0 "$versoir" send v1
expect 0 "$versoir" verify
