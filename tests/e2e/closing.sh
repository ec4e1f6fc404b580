#!/bin/bash
# What happens after the receipt: closing, evidence, elimination, and the ledger shown before the switch is turned off.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
keep() { for f in "$@"; do cp -p "$f" "$work/kept.$(basename "$f")"; done; }
put_back() { for f in "$@"; do cp -p "$work/kept.$(basename "$f")" "$f"; done; }

say "33: a versement that was not sent, or whose receipt nobody verified, is not closed"
until_reviewed v1
folder=versements/v1/lots/$(ls versements/v1/lots)
expect 33 "$versoir" close v1 --confirm v1; contains "its receipt is not verified"
expect 0 "$versoir" approve v1 --confirm v1
expect 33 "$versoir" close v1 --confirm v1
expect 0 "$versoir" send v1
expect 33 "$versoir" close v1 --confirm v1; contains "accepted"
expect 0 "$versoir" verify
expect 0 "$versoir" status; contains "verified"

say "33: before the delay; 2: nobody typed the name; 33: another SIP in its place; 61: a decision is missing"
expect 33 "$versoir" close v1 --confirm v1; contains "delay_days = 90"
printf '\n[closing]\ndelay_days = 0\n' >>versoir.conf
expect 2 setsid "$versoir" close v1; contains "Nothing was removed"; contains "sip.zip"
expect 2 "$versoir" close v1 --confirm v2; contains "'v2' is not v1"
keep "$folder/sip.zip" versements/v1/visa-1.json
echo x >>"$folder/sip.zip"; expect 33 "$versoir" close v1 --confirm v1; contains "not the one that was sent"; put_back "$folder/sip.zip"
rm versements/v1/visa-1.json; expect 61 "$versoir" close v1 --confirm v1; put_back versements/v1/visa-1.json
[ -s "$folder/sip.zip" ] && [ -s versements/v1/review.html ] || fail "something was removed"
grep -q CLOSING_STARTED journal-main.jsonl && fail "a refused closing began"

say "evidence before closing; the names of readers are in no SIP or report of it"
expect 0 "$versoir" evidence v1 --json; contains '"renew_before":"20'
pack=versements/v1/evidence-1
[ -z "$(find $pack -name 'sip.zip' -o -name 'review*.html')" ] || fail "a SIP or a report in the pack"
for f in README.txt manifest-1.txt manifest-1.tst versement/visa-1.json.p7s versement/kept.csv config/roles.json config/versoir.conf \
  trust/anchors.pem trust/tsa-anchors-1.pem journal/journal.jsonl extract/seal.json.p7s; do
  [ -s "$pack/$f" ] || fail "$f is not in the pack"
done
# The commands of the notice, as they stand, with openssl and the shell alone.
run_notice() {  # DIR FILE
  local n=0
  while IFS= read -r command; do
    n=$((n + 1))
    (cd "$1" && bash -euo pipefail -c "$command") >"$work/notice.out" 2>&1 || { cat "$work/notice.out"; echo "FAILED: $command"; return 1; }
  done < <(sed -n 's/^    \$ //p' "$1/$2")
  [ "$n" -ge 2 ] || fail "$2 holds only $n commands"
}
[ "$(grep -c '^    \$ ' $pack/README.txt)" -ge 9 ] || fail "too few commands: $(cat $pack/README.txt)"
run_notice $pack README.txt || fail "the notice"
! grep -q "PRIVATE KEY" -r $pack || fail "a private key in the pack"
say "each altered kind of file makes a command of the notice fail, and verify name it"
for f in versement/visa-1.json versement/lots/*/atr.xml journal/journal.jsonl manifest-1.txt trust/anchors.pem; do
  f=$(cd $pack && ls $f)
  keep "$pack/$f"
  sed -i '1s/[0-9a-f]/~/' "$pack/$f"
  run_notice $pack README.txt >/dev/null && fail "the notice accepts another $f"
  expect 61 "$versoir" verify; contains "$(basename "$f")"
  put_back "$pack/$f"
done
keep $pack/manifest-1.tst; rm $pack/manifest-1.tst; expect 61 "$versoir" verify; contains "manifest-1.tst"; put_back $pack/manifest-1.tst
echo more >$pack/more; expect 61 "$versoir" verify; contains "more is not in manifest-1.txt"; rm $pack/more
expect 0 "$versoir" verify; contains "to be renewed before"

say "a renewal covers what was proven before; both tokens verify with openssl; an early token cannot be taken off any more"
expect 0 "$versoir" evidence v1 --renew
run_notice $pack renewal-2.txt || fail "the notice of the renewal"
grep -q ' \*manifest-1.tst$' $pack/manifest-2.txt || fail "the earlier token is not covered"
expect 0 "$versoir" verify; contains "2 time-stamps"
rm $pack/manifest-1.tst; expect 61 "$versoir" verify; contains "manifest-1.tst"
expect 61 "$versoir" evidence v1 --renew; contains "not renewed"; put_back $pack/manifest-1.tst
sed -i '/^\[timestamp\]/,/^required/{/^url/d;/^required/d}' versoir.conf
expect 4 "$versoir" evidence v1 --renew; [ ! -e $pack/manifest-3.txt ] || fail "a renewal without an authority"
sed -i "s|^\[timestamp\]|[timestamp]\nurl = $tsa_url\nrequired = yes|" versoir.conf
printf '\n[evidence]\nrenew_before_days = 100000\n' >>versoir.conf
expect 0 "$versoir" verify; contains "must be renewed before"
sed -i 's/^renew_before_days = .*/renew_before_days = 1/' versoir.conf

say "closing removes the SIP and the report, says so first, and keeps the rest"
sip_digest=$(sha512sum <"$folder/sip.zip" | cut -d' ' -f1)
before=$(cd versements/v1 && sha512sum kept.csv left-out.csv plan.json visa-1.json* lots/*/{atr.xml,receipt.json,sip.zip.p7s})
cp -r versements/v1 "$work/v1.before"; cp -p journal-main.jsonl "$work/journal.before"
expect 0 "$versoir" close v1 --confirm v1; contains "sip.zip"; contains "review.html"; contains "1 lot closed"
[ -z "$(find versements/v1 -name sip.zip -o -name 'review*.html')" ] || fail "something is left"
[ "$before" = "$(cd versements/v1 && sha512sum kept.csv left-out.csv plan.json visa-1.json* lots/*/{atr.xml,receipt.json,sip.zip.p7s})" ] || fail "something kept was changed"
grep -q "$sip_digest" "$folder/closing.json" || fail "the digest of the SIP is not kept"
grep -c '"event":"CLOSED"' journal-main.jsonl | grep -qx 2 || fail "two CLOSED in the journal"
expect 0 "$versoir" status --json; contains '"state":"closed"'
expect 0 "$versoir" verify; contains "closing"
expect 0 "$versoir" close v1 --confirm v1; contains "already closed"

say "what is left is verified, nothing is built, sent or reported again"
for f in "$folder"/{atr.xml,receipt.json,closing.json,sip.zip.p7s,build.json} versements/v1/closing.json versements/v1/kept.csv; do
  keep "$f"; echo >>"$f"; expect 61 "$versoir" verify; rm "$f"; expect 61 "$versoir" verify; put_back "$f"
done
cp "$work/kept.sip.zip" "$folder/sip.zip"; expect 61 "$versoir" verify; contains "there again"; rm "$folder/sip.zip"
expect 33 "$versoir" review v1; contains "closed"
code=0; "$versoir" build v1 >/dev/null 2>&1 || code=$?; [ "$code" = 33 ] || fail "build of a closed lot: $code"
[ ! -e "$folder/sip.zip" ] || fail "a closed lot was built again"
expect 0 "$versoir" verify
expect 0 "$versoir" evidence v1; run_notice versements/v1/evidence-2 README.txt || fail "the notice after closing"
expect 0 "$versoir" verify

say "a SIP taken away by hand is not a closing, whatever closing.json says"
cp -r versements/v1 "$work/v1.closed"; cp -p journal-main.jsonl "$work/journal.closed"
rm -r versements/v1; cp -r "$work/v1.before" versements/v1; cp -p "$work/journal.before" journal-main.jsonl
cp "$work/v1.closed/lots/"*/closing.json "$folder/"; rm "$folder/sip.zip"
expect 61 "$versoir" verify; contains "knows nothing of this closing"
expect 33 "$versoir" close v1 --confirm v1; contains "knows nothing of its closing.json"
rm -r versements/v1; cp -r "$work/v1.closed" versements/v1; cp -p "$work/journal.closed" journal-main.jsonl
expect 0 "$versoir" verify
