#!/bin/bash
# Bad input: a message that names the thing, the exit code of its kind, and nothing half-written.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
profile=$root/tests/e2e/bibliotheque
nothing_left() { [ ! -e "$1" ] && [ -z "$(find . -name '*.partial*')" ] || fail "something was left: $(find . -newer versoir.conf -type f)"; }

say "command line: no guessing, unknown command, missing argument, wrong number"
expect 2 "$versoir" extract sqlite:x --app bibliotheque; contains "--app"
expect 2 "$versoir" extrac; contains "Did you mean versoir extract?"
expect 2 "$versoir" plan x --replase; contains "Did you mean --replace?"
expect 2 "$versoir" consult serch x y; contains "Did you mean versoir consult search?"
expect 2 "$versoir" consult; contains "consult search"; contains "consult show"
expect 2 "$versoir" vitam; contains "vitam ping"
expect 0 "$versoir" consult --help; contains "consult show"
expect 0 "$versoir" help plan; contains "versoir plan [EXTRACT]"
expect 2 "$versoir" review; contains "versoir review VERSEMENT"; contains "--help"
expect 2 "$versoir" status --workspace nowhere; contains "versoir init"
expect 0 "$versoir" init --workspace "$work/new/ws"; [ -s "$work/new/ws/versoir.conf" ] || fail "init"
grep -q '^#   \[signing.producer\]' "$work/new/ws/versoir.conf" || fail "init does not say who signs"
sed -i -n 's/^#   //p' "$work/new/ws/versoir.conf"; expect 0 "$versoir" status --workspace "$work/new/ws"
sed -i 's/^certificate/certificat/' "$work/new/ws/versoir.conf"; expect 4 "$versoir" status --workspace "$work/new/ws"; contains "certificat"
expect 2 "$versoir" status --lang de; contains "fr, en"
expect 2 "$versoir" consult show absent.extract x --format pdf; contains "text, html, xml"
expect 33 "$versoir" review nowhere; contains "There is no versement nowhere"
expect 80 "$versoir" status nowhere; contains "There is no versement nowhere"; contains "versoir plan"
expect 2 "$versoir" check absent.zip; contains "neither a file nor a versement"
expect 70 "$versoir" plan absent.extract --id x; contains "no such file"
expect 2 "$versoir" plan; contains "filing-plan"
expect 10 "$versoir" extract sqlite:. --application "$profile"; contains "folder"
expect 2 "$versoir" consult search x y --limit -1; contains "-1"

say "configuration: unknown key with its line, missing file, missing secret rights"
cp versoir.conf "$work/conf"
printf '\n[transfer.x]\nseda = 2.2\n' >>versoir.conf; expect 4 "$versoir" vitam ping; contains "transfer.x"
cp "$work/conf" versoir.conf; sed -i 's/^tenant = 0/tennant = 0/' versoir.conf; expect 4 "$versoir" vitam ping; contains tennant; contains "versoir.conf:"; contains "Did you mean tenant?"
cp "$work/conf" versoir.conf
chmod 644 pki/producer.key; expect 4 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$profile"; contains "producer.key"; chmod 600 pki/producer.key
(cd "$work" && expect 4 "$versoir" vitam ping && contains "versoir.conf")

say "profiles: unknown name, broken XML with its line, a rule without reason"
expect 22 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application nulle-part; contains nulle-part
cp -r "$profile" broken; sed -i 's|<column name="TITRE"|<colonne name="TITRE"|' broken/tables.xml
expect 22 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application broken; contains "tables.xml:"
cp "$profile/tables.xml" broken/; sed -i 's|reason="Coordonnées[^"]*"||' broken/tables.xml
expect 22 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application broken; contains TELEPHONE
nothing_left bibliotheque.extract

say "profiles: a good one, of another application"
expect 12 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application harpege; contains INDIVIDU; contains harpege
nothing_left harpege.extract

say "sources: absent, not a database, a table and a column missing (both named), unknown kind"
expect 10 "$versoir" extract sqlite:sources/absent.sqlite --application "$profile"; contains absent.sqlite; contains "no such file"; contains "→"
head -c 8192 /dev/urandom >sources/noise; expect 10 "$versoir" extract sqlite:sources/noise --application "$profile"; contains noise
expect 10 "$versoir" extract "postgresql:host=127.0.0.1 port=1 dbname=x connect_timeout=2" --application "$profile"
expect 2 "$versoir" extract "mystere:x" --application "$profile"; contains mystere
cp sources/bibliotheque.sqlite sources/less.sqlite
sqlite3 sources/less.sqlite 'DROP TABLE OUVRAGE; ALTER TABLE PRET DROP COLUMN AMENDE;'
expect 12 "$versoir" extract sqlite:sources/less.sqlite --application "$profile"; contains OUVRAGE; contains AMENDE
nothing_left bibliotheque.extract

say "a full disk: an extract"
expect 70 small 64 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$profile"; contains bibliotheque.extract
nothing_left bibliotheque.extract
if [ "$(id -u)" -eq 0 ] && mkdir full && mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
  extra_cleanup() { umount "$work/ws/full" 2>/dev/null || true; }
  expect 70 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$profile" --output full/x.extract; contains full
  [ -z "$(ls -A full)" ] || fail "left on the full disk: $(ls -A full)"
  umount full
else
  echo "skipped: no tmpfs can be mounted here"
fi

say "extracts: garbage, truncated, of a later format"
expect 20 "$versoir" plan sources/noise --id x
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$profile"
if [ "$(id -u)" -eq 0 ] && mkdir -p versements && mount -t tmpfs -o size=4k tmpfs versements 2>/dev/null; then
  extra_cleanup() { umount "$work/ws/versements" 2>/dev/null || true; }
  expect 70 "$versoir" plan bibliotheque.extract --id x; contains full
  [ -z "$(ls -A versements)" ] || fail "a plan that failed left $(ls -A versements)"
  expect 0 "$versoir" verify
  umount versements
fi
expect 2 "$versoir" plan bibliotheque.extract --id -x; contains "hyphen"
head -c 40000 bibliotheque.extract >cut.extract; expect 20 "$versoir" plan cut.extract --id x
expect 20 "$versoir" status; contains cut.extract; contains bibliotheque.extract; rm cut.extract
cp bibliotheque.extract later.extract; sqlite3 later.extract 'PRAGMA user_version = 99'; expect 20 "$versoir" plan later.extract --id x; rm later.extract
nothing_left versements/x/plan.json
expect 70 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$profile"; contains "--replace"

say "plan: configuration incomplete, all that is missing at once"
sed -e '/^DUA_PRET_5/d' -e '/^originating_agency/d' "$work/conf" >versoir.conf; expect 4 "$versoir" plan bibliotheque.extract --id x; contains DUA_PRET_5; contains originating_agency
cp "$work/conf" versoir.conf
expect 4 "$versoir" plan bibliotheque.extract --id x --platform nowhere; contains nowhere

say "build: a rule of the platform that lasts another time, is of another category, or is not there"
expect 0 "$versoir" plan bibliotheque.extract --id v1
cp referentials/rules.csv rules.good
sed -i -e '/^APP-5,/s/,5,YEAR/,10,YEAR/' -e 's/^ACC-50,AccessRule/ACC-50,ReuseRule/' referentials/rules.csv
expect 4 "$versoir" build v1; contains "APP-5 lasts 10 years, not 5 years"; contains "ACC-50 is of category ReuseRule"; nothing_left versements/v1/lots
sed -i '/^APP-5,/d' referentials/rules.csv; expect 4 "$versoir" build v1; contains "no rule APP-5"
cp rules.good referentials/rules.csv; rm rules.good

say "build: a production platform whose rules were not compared"
cp versements/v1/plan.json "$work/plan.json"
python3 - versements/v1/plan.json <<'PY'
import json, sys
plan = json.load(open(sys.argv[1]))
[key] = [k for k in plan["platform"] if k == "kind"]
plan["platform"][key] = "production"
json.dump(plan, open(sys.argv[1], "w"))
PY
sed -i '/^referentials = /d' versoir.conf
expect 4 "$versoir" build v1; contains "nothing is built for a production platform"; nothing_left versements/v1/lots
cp "$work/plan.json" versements/v1/plan.json; cp "$work/conf" versoir.conf

say "a full disk: build, check, review, visa; each leaves what was there, and goes on when there is room"
expect 70 small 2 "$versoir" build v1; contains manifest
expect 70 small 8 "$versoir" build v1; contains manifest.xml
nothing_left versements/v1/lots
expect 0 "$versoir" build v1
files=$(find versements -type f | sort | xargs sha512sum)
same_files() { [ "$files" = "$(find versements -type f | sort | xargs sha512sum)" ] || fail "files changed: $(find versements -type f)"; }
expect 70 small 1 "$versoir" check v1; contains manifest
same_files
expect 0 "$versoir" check v1
files=$(find versements -type f | sort | xargs sha512sum)
expect 70 small 8 "$versoir" review v1; contains review.html
same_files
expect 0 "$versoir" review v1
files=$(find versements -type f | sort | xargs sha512sum)
expect 70 small 1 "$versoir" approve v1 --confirm v1
same_files
expect 0 "$versoir" approve v1 --confirm v1
files=$(find versements -type f | sort | xargs sha512sum)
expect 70 small 1 "$versoir" send v1
same_files
[ ! -e sandbox/operations ] || [ -z "$(ls -A sandbox/operations)" ] || fail "something left on a full disk"

say "check: garbage and truncated SIPs are KO, not crashes"
expect 31 "$versoir" check sources/noise
lot=$(ls versements/v1/lots)
for n in 0 1 30 500 2000 4000; do head -c $n "versements/v1/lots/$lot/sip.zip" >cut.zip; expect 31 "$versoir" check cut.zip; done
expect 31 "$versoir" check cut.zip --json --html cut.html; contains '"decides":true'
grep -q 'cut.zip' cut.html || fail "the page does not name the SIP"
expect 2 "$versoir" check cut.zip --context INCONNU
expect 31 "$versoir" check "versements/v1/lots/$lot/sip.zip" --context HOLDING_SCHEME; contains "> KO CHECK_DATAOBJECTPACKAGE.CHECK_NO_OBJECT"

say "check --schema: a schema that the user holds; what it asks for beyond its folder; what it cannot be"
mkdir held; cp "$root/profiles/schemas"/seda-{2.2,common}.rng held/
before=$(sha512sum "versements/v1/lots/$lot/check.json" journal-main.jsonl)
expect 0 "$versoir" check v1 --schema held/seda-2.2.rng; contains "follows the schema"
sed -e 's|<element name="Title">|<element name="Intitule">|' "$root/profiles/schemas/seda-common.rng" >held/seda-common.rng
expect 31 "$versoir" check v1 --schema held/seda-2.2.rng; contains "Expected:"; contains "Intitule"; contains "/Content/Title"
expect 31 "$versoir" check v1 --schema held/seda-2.2.rng --json; contains '"type":"schema"'; contains '"valid":false'; contains '"expected":['
unzip -p "versements/v1/lots/$lot/sip.zip" manifest.xml >held/manifest.xml
cp "$root/profiles/schemas/seda-common.rng" held/
expect 0 "$versoir" check held/manifest.xml --schema held/seda-2.2.rng
[ "$before" = "$(sha512sum "versements/v1/lots/$lot/check.json" journal-main.jsonl)" ] || fail "--schema touched the report or the journal"
rm held/seda-common.rng; expect 22 "$versoir" check v1 --schema held/seda-2.2.rng; contains "seda-common.rng, which is not in its folder"
sed -i 's|href="seda-common.rng"|href="http://127.0.0.1:1/x.rng"|' held/seda-2.2.rng; expect 22 "$versoir" check v1 --schema held/seda-2.2.rng; contains "not a file beside it"
expect 22 "$versoir" check v1 --schema versoir.conf; contains "versoir.conf"
expect 70 "$versoir" check v1 --schema held/nowhere.rng; contains nowhere.rng
expect 2 "$versoir" check v1 --schema held/seda-2.2.rng --html x.html; contains "only looks at the manifest"
head -c 500 cut.zip >cut2.zip; expect 32 "$versoir" check cut2.zip --schema "$root/profiles/schemas/seda-2.2.rng"

say "platform: unreachable (safe to retry), paused, unavailable, cut after the body (in doubt), garbage ATR"
stop_sandbox
expect 50 "$versoir" send v1; contains localhost
[ ! -e "versements/v1/lots/$lot/operation.json" ] || fail "an operation out of nothing"
sandbox_port=$port sandbox_tsa_port=$(sed -E 's|.*:([0-9]+)/.*|\1|' <<<"$tsa_url")
start_sandbox --fault unavailable; expect 50 "$versoir" send v1; expect 52 "$versoir" send v1 --no-preflight; stop_sandbox
start_sandbox --fault drop; expect 51 "$versoir" send v1; expect 51 "$versoir" send v1; contains "--again"; contains "access_contract is not set"
expect 51 "$versoir" send v1 --again; contains "too early"; stop_sandbox
expect 0 "$versoir" status v1 --json; contains '"state":"in_doubt"'
operations() { find sandbox/operations -mindepth 1 -maxdepth 1 | wc -l; }
[ "$(operations)" = 1 ] || fail "$(operations) operations"
sed -i 's/^\[platform.sandbox\]/&\naccess_contract = AC-ESSAI/' versoir.conf
expect 51 "$versoir" send v1 --again; contains "could not be asked"
start_sandbox; expect 0 "$versoir" send v1 --again; contains "knows it as operation"; stop_sandbox
[ "$(operations)" = 1 ] || fail "what the platform had was sent again"
[ -s "versements/v1/lots/$lot/receipt.json" ] || fail "no receipt of what was found again"
start_sandbox --fault garbage-atr
until_reviewed v5
expect 0 "$versoir" approve v5 --confirm v5
expect 54 "$versoir" send v5
lot=$(ls versements/v5/lots)
[ ! -e "versements/v5/lots/$lot/atr.xml" ] && [ ! -e "versements/v5/lots/$lot/receipt.json" ] || fail "a garbage reply was taken"
stop_sandbox

say "sandbox: failures on demand, a script that is none"
echo '{"format":"versoir-sandbox-script/1","rules":[{"on":"status","do":{"stat":503}}]}' >script.json
expect 4 "$versoir" sandbox --port 0 --script script.json; contains "rule 1, do"; contains '"stat"'
echo '{"format":"versoir-sandbox-script/1","rules":[{"on":"status","times":1,"do":{"status":503}}]}' >script.json
start_sandbox --script script.json; grep -q "preserves nothing" sandbox.log || fail "no warning"
expect 50 "$versoir" vitam ping; expect 0 "$versoir" vitam ping; stop_sandbox

say "platform: FATAL is neither accepted nor rejected; a rejected SIP keeps its reply"
start_sandbox --fault fatal
until_reviewed v3
expect 0 "$versoir" approve v3 --confirm v3
expect 55 "$versoir" send v3
stop_sandbox
start_sandbox
until_reviewed v4
expect 0 "$versoir" approve v4 --confirm v4
stop_sandbox
sed -i 's/"ACTIVE"/"INACTIVE"/' referentials/ingestcontracts.json
start_sandbox
expect 52 "$versoir" send v4; contains "CONTRACT_INACTIVE"; contains "Nothing was sent"
[ ! -e "versements/v4/lots/$(ls versements/v4/lots)/sending.json" ] || fail "a lot that would be rejected was sent"
expect 53 "$versoir" send v4 --no-preflight; contains "CONTRACT_INACTIVE"
[ -s "versements/v4/lots/$(ls versements/v4/lots)/atr.xml" ] || fail "the KO reply was not kept"
expect 0 "$versoir" status v4 --json; contains '"state":"rejected"'

say "the journal: an altered line is found and nothing more is appended"
sed -i '3s/"outcome":"[a-z]*"/"outcome":"fine"/' journal-main.jsonl
expect 60 "$versoir" verify
expect 60 "$versoir" plan bibliotheque.extract --id v9

say "--json: JSON lines only, a summary last, also on failure"
code=0; "$versoir" status --json >"$work/lines" 2>"$work/err" || code=$?
python3 - "$work/lines" <<'PY' || fail "--json"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines[-1]["type"] == "summary" and lines[-1]["exit"] == 0, lines[-1]
PY
code=0; "$versoir" plan nothing.extract --id x --json >"$work/lines" 2>"$work/err" || code=$?
[ "$code" != 0 ] || fail "a missing extract was planned"
python3 - "$work/lines" "$code" <<'PY' || fail "--json on failure"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines[-1]["type"] == "summary" and lines[-1]["exit"] == int(sys.argv[2]), lines
assert any(line["type"] == "error" and line["message"] for line in lines)
PY
