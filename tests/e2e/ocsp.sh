#!/bin/bash
# Revocation by OCSP: a responder asked over HTTP when signing and sending, its answers kept and packed; or a folder of
# answers that somebody else keeps.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
cp pki/ca.index "$work/index" && cp pki/ca.index.attr "$work/index.attr"
responder_pid=
extra_cleanup() { if [ -n "$responder_pid" ]; then kill "$responder_pid" 2>/dev/null || true; fi; }
start_responder() {
  openssl ocsp -port "${responder_port:-0}" -index "$work/index" -CA pki/ca.pem -rsigner pki/ocsp.pem -rkey pki/ocsp.key -nmin 60 >"$work/responder.log" 2>&1 &
  responder_pid=$!
  for _ in $(seq 1 400); do
    if grep -q ACCEPT "$work/responder.log"; then break; fi
    sleep 0.05
  done
  responder_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\) PID.*/\1/p' "$work/responder.log")
  [ -n "$responder_port" ] || fail "no responder: $(cat "$work/responder.log")"
}
stop_responder() { kill "$responder_pid"; wait "$responder_pid" 2>/dev/null || true; responder_pid=; }
# mark_revoked NAME, mark_good NAME: what the responder will say of a certificate.
serial_of() { openssl x509 -noout -serial -in "pki/$1.pem" | cut -d= -f2; }
mark() { # NAME STATE DATE
  stop_responder
  python3 - "$work/index" "$(serial_of "$1")" "$2" "${3:-}" <<'PY'
import sys
path, serial, state, date = sys.argv[1:]
lines = [line.rstrip("\n").split("\t") for line in open(path)]
for f in lines:
    if f[3] == serial: f[0], f[2] = state, date
open(path, "w").writelines("\t".join(f) + "\n" for f in lines)
PY
  start_responder
}
start_responder
sed -i "s|^\[trust\]|&\nocsp = http://127.0.0.1:$responder_port/|" versoir.conf

say "asked when signing and sending; the answers are kept, beside the visa and in the workspace"
until_reviewed v1
expect 0 "$versoir" approve v1 --confirm v1
ls versements/v1/ocsp-*.der >/dev/null || fail "no answer beside the visa"
ls ocsp/*.der >/dev/null || fail "no answer in the workspace"

say "46: revoked between the approval and the sending; 40: a revoked key signs nothing"
mark archivist R "$(date -u +%y%m%d%H%M%SZ)"
expect 46 "$versoir" send v1; contains "was revoked on"
expect 40 "$versoir" refuse v1 --reason essai --confirm v1; contains "revoked"
mark archivist V
rm -r ocsp versements/v1/ocsp-*.der  # a revocation that was told is not forgotten by itself
expect 0 "$versoir" approve v1 --confirm v1

say "40: no responder, nothing signed nor sent"
stop_responder
expect 40 "$versoir" send v1; contains "did not answer"
expect 40 "$versoir" approve v1 --confirm v1
[ -z "$(ls sandbox/operations 2>/dev/null)" ] || fail "the sandbox received something"
start_responder
expect 0 "$versoir" send v1

say "verify needs no network: the time-stamps and the kept answers are enough"
stop_responder
expect 0 "$versoir" verify
expect 0 "$versoir" evidence v1
ls versements/v1/evidence-1/trust/ocsp-*.der >/dev/null || fail "the answers are not packed"
(cd versements/v1/evidence-1 && grep '^    \$ openssl ocsp' README.txt | sed 's/^    \$ //' | while read -r line; do eval "$line" >/dev/null 2>&1 || exit 1; done) || fail "a command of the pack fails"

say "46: answers that disappear allow no conclusion"
mv ocsp "$work/ocsp"; mkdir "$work/beside"; mv versements/v1/ocsp-*.der "$work/beside/"
code=0; out=$("$versoir" verify 2>&1) || code=$?
[ "$code" -ne 0 ] || fail "verified without answers"
contains "cannot be told"
mv "$work/ocsp" ocsp; mv "$work/beside/"* versements/v1/
expect 0 "$versoir" verify

say "a signature made on another desk is asked about too"
start_responder
until_reviewed v2
expect 0 "$versoir" approve v2 --prepare --certificate pki/archivist2.pem
openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in versements/v2/to-sign/visa-1.json -signer pki/archivist2.pem -inkey pki/archivist2.key -out back.p7s
mark archivist2 R "$(date -u +%y%m%d%H%M%SZ)"
expect 46 "$versoir" approve v2 --import back.p7s; contains "revoked"

say "a folder of answers instead"
stop_responder
answers() { for who in "$@"; do
  openssl ocsp -sha256 -issuer pki/ca.pem -cert "pki/$who.pem" -reqout "$work/req" -no_nonce
  openssl ocsp -index "$work/index" -CA pki/ca.pem -rsigner pki/ocsp.pem -rkey pki/ocsp.key -reqin "$work/req" -respout "answers/$who.der" -nmin 60
done >/dev/null 2>&1; }
mkdir answers
sed -i 's|^ocsp = .*|ocsp = answers|' versoir.conf
rm -r ocsp; rm -f versements/*/ocsp-*.der
code=0; out=$("$versoir" verify 2>&1) || code=$?
[ "$code" -ne 0 ] || fail "verified without answers"
answers producer archivist archivist2 archive-service
expect 0 "$versoir" verify
expect 0 "$versoir" approve v2 --confirm v2
expect 0 "$versoir" send v2
echo nothing >answers/other.der; expect 4 "$versoir" verify
echo "ok"
