#!/bin/bash
# Sending as a depositor lives it: dry run first, several lots at a time, passes without waiting, --watch, large SIPs
# through a folder, warnings that wait for somebody, what was accepted read back.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
sign_roles
cat >referentials/accesscontracts.json <<'JSON'
[{"Identifier":"AC-BU","Name":"Bibliothèque","Status":"ACTIVE","EveryOriginatingAgency":true,"EveryDataObjectVersion":true}]
JSON
mkdir seen
start_sandbox --upload-folder seen
sandbox_port=$port sandbox_tsa_port=$(sed -E 's|.*:([0-9]+)/.*|\1|' <<<"$tsa_url")
write_config
set_platform() { sed -i "/^\[platform.sandbox\]/a $1" versoir.conf; }
set_platform "access_contract = AC-BU"
sed -i 's/^\[transfer\]/&\nmax_entries = 11/' versoir.conf
deposits() { grep -c '"operation":"a' sandbox/deposits.jsonl; }
lots_of() { ls "versements/$1/lots"; }

say "a dry run keeps nothing, and is told; then each archive profile's first lot has one before it leaves"
until_reviewed v1
expect 41 "$versoir" send v1 --blank-test only
expect 0 "$versoir" approve v1 --confirm v1
expect 0 "$versoir" send v1 --blank-test only; contains "dry run accepted"
[ "$(grep -c . <<<"$(lots_of v1)")" -ge 3 ] || fail "three lots at least are wanted"
for lot in $(lots_of v1); do
  [ -s "versements/v1/lots/$lot/blank-test.xml" ] || fail "no reply of the dry run of $lot"
  [ ! -e "versements/v1/lots/$lot/sending.json" ] || fail "$lot was sent by a dry run"
  xmllint --noout --xpath '//*[local-name()="ReplyCode"][.="Test OK"]' "versements/v1/lots/$lot/blank-test.xml" >/dev/null || fail "not a test reply"
done
expect 80 "$versoir" vitam units --operation "$(sed -n 's/.*"operation": "\(.*\)",*/\1/p' versements/v1/lots/"$(lots_of v1 | head -1)"/blank-test.json)" --json
contains '"total":0'

say "several at a time; a pass that does not wait leaves the others for the next one"
set_platform "parallel = 2"
before=$(deposits)
expect 0 "$versoir" send v1 --no-wait; contains "1 lot waits"
[ "$(($(deposits) - before))" = 2 ] || fail "$(($(deposits) - before)) lots left in one pass"
expect 0 "$versoir" send v1; contains "asked for (seed"
[ "$(($(deposits) - before))" = "$(lots_of v1 | wc -l)" ] || fail "not each lot once"
for lot in $(lots_of v1); do
  folder=versements/v1/lots/$lot
  grep -q '"different": 0' "$folder/read-back.json" || fail "$lot: $(cat "$folder/read-back.json")"
  [ "$(sha512sum <"$folder/system-ids.csv" | cut -d' ' -f1)" = "$(sed -n '/"identifiers"/,/}/s/.*"sha512": "\([0-9a-f]*\)".*/\1/p' "$folder/receipt.json")" ] || fail "system-ids.csv"
done
expect 0 "$versoir" verify

say "a dry run that the platform rejects: nothing leaves"
until_reviewed v2
expect 0 "$versoir" approve v2 --confirm v2
stop_sandbox
sed -i 's/"ACTIVE","EveryFormatType"/"INACTIVE","EveryFormatType"/' referentials/ingestcontracts.json
start_sandbox --upload-folder seen
set_platform "blank_test = first"
expect 31 "$versoir" send v2 --no-preflight; contains "CONTRACT_INACTIVE"; contains "Nothing was transferred"
[ "$(find versements/v2 -name blank-test.xml | wc -l)" = 1 ] || fail "the first dry run did not stop the others"
expect 31 "$versoir" send v2 --no-preflight --blank-test only
[ "$(find versements/v2 -name blank-test.xml | wc -l)" = "$(lots_of v2 | wc -l)" ] || fail "a dry run of all lots stopped at the first"
for lot in $(lots_of v2); do [ ! -e "versements/v2/lots/$lot/sending.json" ] || fail "$lot was sent"; done
stop_sandbox
sed -i 's/"INACTIVE","EveryFormatType"/"ACTIVE","EveryFormatType"/' referentials/ingestcontracts.json
start_sandbox --upload-folder seen

say "--watch outlasts a closed platform and waits for the visa"
until_reviewed v3
stop_sandbox
"$versoir" send v3 --watch >watch.log 2>&1 & watcher=$!
for _ in $(seq 1 100); do grep -q "wait for their visa" watch.log && break; sleep 0.1; done
grep -q "wait for their visa" watch.log || fail "the watch does not say what it waits for: $(cat watch.log)"
start_sandbox --upload-folder seen
expect 0 "$versoir" approve v3 --confirm v3
wait "$watcher" || fail "the watch ended with $?: $(cat watch.log)"
for lot in $(lots_of v3); do [ -s "versements/v3/lots/$lot/receipt.json" ] || fail "$lot has no receipt"; done
grep -q "COMPLETED OK" watch.log || fail "the watch told no state: $(cat watch.log)"

say "a large SIP goes through the folder that the platform sees"
until_reviewed v4
expect 0 "$versoir" approve v4 --confirm v4
set_platform "drop_folder = seen"
set_platform "drop_above = 0"
expect 0 "$versoir" send v4
for lot in $(lots_of v4); do
  [ -s "versements/v4/lots/$lot/receipt.json" ] || fail "$lot has no receipt"
  cmp -s "seen/done/$lot.zip" "versements/v4/lots/$lot/sip.zip" || fail "$lot did not go through the folder: $(find seen)"
done
sed -i '/^drop_/d; /^blank_test/d' versoir.conf

say "an approval that is withdrawn while the dry run goes on lets nothing leave"
until_reviewed v6
expect 0 "$versoir" approve v6 --confirm v6
stop_sandbox
echo '{"format":"versoir-sandbox-script/1","rules":[{"on":"POST ingests","times":1,"do":{"operation":"pause"}}]}' >pause.json
start_sandbox --upload-folder seen --script pause.json
"$versoir" send v6 --blank-test first >dry.log 2>&1 & sender=$!
for _ in $(seq 1 600); do find versements/v6 -name blank-test.json | grep -q . && break; sleep 0.1; done
dry=$(find versements/v6 -name blank-test.json)
[ -n "$dry" ] || fail "no dry run: $(cat dry.log)"
expect 0 "$versoir" revoke v6 --reason "erreur de périmètre" --confirm v6
dry=$(sed -n 's/.*"operation": "\(.*\)",*/\1/p' "$dry")
code=
for _ in $(seq 1 600); do
  code=$(curl -s -o /dev/null -w '%{http_code}' --cacert pki/ca.pem --cert pki/client.pem --key pki/client.key -X PUT -H 'X-Tenant-Id: 0' -H 'X-Action: RESUME' \
    -H 'Content-Type: application/json' -d '{}' "https://localhost:$port/admin-external/v1/operations/$dry")
  [ "$code" = 200 ] || [ "$code" = 202 ] && break
  sleep 0.1
done
code=0
wait "$sender" || code=$?
[ "$code" = 41 ] || fail "ended with $code: $(cat dry.log)"
[ -z "$(find versements/v6 -name sending.json)" ] || fail "a lot left after its approval was withdrawn"
stop_sandbox; start_sandbox --upload-folder seen

say "warnings are an acceptance that waits for somebody"
sed -i 's/"EveryFormatType":true/"EveryFormatType":true,"FormatUnidentifiedAuthorized":true/' referentials/ingestcontracts.json
mkdir ged; printf '\000\001\002\377\376\000\003\220' >ged/inconnu.qqq
printf 'key;file\n1;inconnu.qqq\n' >pieces.csv
printf '\n[files.lecteurs]\nlist = pieces.csv\nfolder = ged\n' >>versoir.conf
sed -i '/^max_entries/d' versoir.conf
stop_sandbox; start_sandbox --upload-folder seen
for step in "plan bibliotheque.extract --id v5" "build v5" "check v5" "review v5"; do
  # shellcheck disable=SC2086
  out=$("$versoir" $step 2>&1) || [ $? = 3 ] || fail "$step: $out"
done
expect 0 "$versoir" approve v5 --confirm v5
expect 3 "$versoir" send v5; contains "versoir warnings v5"
expect 3 "$versoir" warnings v5; contains "OG_OBJECTS_FORMAT_CHECK"; contains "to be decided"
expect 2 "$versoir" warnings v5 --accept; contains "--by"
expect 3 "$versoir" warnings v5 --contest --by "Claire Aubin" --reason "question posée au CINES"; contains "question posée"
expect 0 "$versoir" verify
expect 0 "$versoir" status v5; contains "warnings contested"
expect 0 "$versoir" status v5 --json; contains '"warnings":"contested"'
sed -i 's/^\[platform.sandbox\]/[closing]\ndelay_days = 0\n\n&/' versoir.conf
expect 33 "$versoir" close v5 --confirm v5; contains "contested"
expect 0 "$versoir" warnings v5 --accept --by "Claire Aubin" --reason "format propre au service, décision 2026-7"
expect 0 "$versoir" status v5
if grep -q contested <<<"$out"; then fail "the decision that replaced it is not shown"; fi
expect 0 "$versoir" send v5
decision=$(ls versements/v5/lots/*/warnings.json)
cp "$decision" kept.json; rm "$decision"; expect 61 "$versoir" verify; mv kept.json "$decision"; expect 0 "$versoir" verify
expect 0 "$versoir" close v5 --confirm v5

say "what the platform gives back otherwise than it was deposited is told at once"
find sandbox/operations -name 'content' -type d | while read -r content; do find "$content" -type f -exec sh -c 'printf x >>"$1"' _ {} \; ; done
rm -f sandbox/*.index* sandbox/index*
expect 61 "$versoir" vitam compare v3
say "done"
