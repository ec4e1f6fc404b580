#!/bin/bash
# After the receipt: what was deposited is found again on the platform, fetched, compared, and given back as a DIP.
source "$(dirname "$0")/lib.sh"
STUDENTS=60 AGENTS=30 "$root/samples/road" "$work/demo" "$build" >"$work/road.log" 2>&1 || { cat "$work/road.log"; fail "the road"; }
cd "$work/demo"
sandbox_port=$(sed -n 's|^ingest_url = https://localhost:||p' versoir.conf)
sandbox_tsa_port=$(sed -n 's|^url = http://127.0.0.1:\([0-9]*\)/.*|\1|p' versoir.conf)
[ -f referentials/accesscontracts.json ] ||
  echo '[{"Identifier":"AC-UNIV","Name":"Essai","Status":"ACTIVE","EveryOriginatingAgency":true}]' >referentials/accesscontracts.json
start_sandbox

# json EXPRESSION: of the lines of JSON in $out, as `lines`.
json() { python3 -c 'import json, sys; lines = [json.loads(l) for l in sys.stdin if l.startswith("{")]; print(eval(sys.argv[1]))' "$1" <<<"$out"; }
lot=$(basename "$(ls -d versements/scolarite-2026/lots/USA-DIP-*)")
folder=versements/scolarite-2026/lots/$lot
operation=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["operation"])' "$folder/receipt.json")
unzip -p "$folder/sip.zip" manifest.xml >"$work/manifest.xml"

say "units by ingest, by lot, by identifier in the manifest, by the agency's identifier, by title"
expect 0 "$versoir" vitam units --operation "$operation" --limit 10000 --json
units=$(json 'sum(l["type"] == "unit" for l in lines)')
[ "$units" = "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["units"])' "$folder/receipt.json")" ] || fail "$units units"
expect 0 "$versoir" vitam units --message "$lot" --roots
contains "archive unit"
expect 0 "$versoir" vitam units --message "$lot" --xml-id AU1 --xml-id AU2 --json
[ "$(json 'lines[-1]["units"]')" = 2 ] || fail "two units by their identifiers: $out"
identifier=$(grep -o -m1 '<OriginatingAgencyArchiveUnitIdentifier>[^<]*' "$work/manifest.xml" | sed 's/.*>//')
[ -n "$identifier" ] || fail "no identifier of the agency in the manifest"
expect 0 "$versoir" vitam units --operation "$operation" --identifier "$identifier"
contains "1 archive unit."
expect 0 "$versoir" vitam units --title KERMARREC
contains KERMARREC
expect 0 "$versoir" vitam units --message "$lot" --limit 20000 --json
[ "$(json 'len({l["unit"]["#id"] for l in lines if l["type"] == "unit"})')" = "$units" ] || fail "by the identifiers of the reply: not each unit once"
expect 0 "$versoir" vitam units --operation "$operation" --limit 20000 --identifier "$identifier"
contains "1 archive unit."
expect 2 "$versoir" vitam units --title KERMARREC --limit 20000
contains "Name one ingest"
expect 80 "$versoir" vitam units --title NOBODYHASTHISNAME
expect 2 "$versoir" vitam units --title '<b>'
expect 2 "$versoir" vitam units
expect 2 "$versoir" vitam units --xml-id AU1

say "one unit, its rules with their origin, its objects"
# The first unit that references an object group, and the file of that group.
read -r unit uri <<<"$(python3 - "$work/manifest.xml" <<'PY'
import sys, xml.etree.ElementTree as E
root = E.parse(sys.argv[1]).getroot()
ns = "{" + root.tag.split("}")[0][1:] + "}"
uris = {g.get("id"): g.find(f"{ns}BinaryDataObject/{ns}Uri").text for g in root.iter(ns + "DataObjectGroup")}
for unit in root.iter(ns + "ArchiveUnit"):
    group = unit.find(f"{ns}DataObjectReference/{ns}DataObjectGroupReferenceId")
    if group is not None:
        print(unit.get("id"), uris[group.text])
        break
PY
)"
expect 0 "$versoir" vitam unit "$unit" --message "$lot"
contains AppraisalRule
contains BinaryMaster
contains "$operation"
expect 0 "$versoir" vitam unit "$unit" --message "$lot" --json
json '[l["rules"]["AppraisalRule"]["Rules"][0]["EndDate"] for l in lines if l["type"] == "unit"][0]' | grep -qE '^[0-9]{4}-' || fail "no end of rule: $out"
system=$(json '[l["unit"]["#id"] for l in lines if l["type"] == "unit"][0]')
expect 80 "$versoir" vitam unit aeaqaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
expect 80 "$versoir" vitam unit AU999999 --message "$lot"

say "an object, the very bytes of the SIP; others leave no file"
expect 0 "$versoir" vitam object "$unit" --message "$lot" --to "$work/object" --trace "$work/trace"
[ "$(sha512sum <"$work/object")" = "$(unzip -p "$folder/sip.zip" "$uri" | sha512sum)" ] || fail "the object is another one"
[ "$(stat -c %a "$work/object" "$work/trace" | sort -u)" = 600 ] || fail "modes"
expect 2 "$versoir" vitam object "$system" --to "$work/object"
contains "not replaced"
expect 80 "$versoir" vitam object "$system" --usage Thumbnail --to "$work/none"
contains BinaryMaster_1
stored=sandbox/operations/$operation/SIP/$uri
cp "$stored" "$work/stored" && printf x >>"$stored"
expect 61 "$versoir" vitam object "$system" --to "$work/none"
[ ! -e "$work/none" ] || fail "an object that is another one stayed"
cp "$work/stored" "$stored"
grep -q BEGIN "$work/trace" && fail "a key in the trace"
python3 - "$work/trace" "$work/object" <<'PY' || fail "the trace"
import hashlib, json, sys
lines = [json.loads(l) for l in open(sys.argv[1])]
data = open(sys.argv[2], "rb").read()
last = lines[-1]
assert last["status"] == 200 and last["answer"]["body"] == {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}, last
assert data[:40].decode(errors="replace") not in open(sys.argv[1]).read()
PY

say "a DIP: made, fetched, valid, with the objects"
expect 0 "$versoir" vitam dip --message "$lot" --to "$work/dip.zip"
unzip -tqq "$work/dip.zip" || fail "unzip -t"
unzip -p "$work/dip.zip" manifest.xml >"$work/dip.xml"
grep -q "<ArchiveDeliveryRequestReply" "$work/dip.xml" || fail "not an ArchiveDeliveryRequestReply"
[ "$(grep -c '<UnitIdentifier>' "$work/dip.xml")" = "$units" ] || fail "units of the DIP"
[ "$(unzip -Z1 "$work/dip.zip" | grep -c ^content/)" = "$(unzip -Z1 "$folder/sip.zip" | grep -c '^content/.')" ] || fail "objects of the DIP"
if have_shared; then
  xmllint --noout --nonet --schema "$shared/reference/seda-xsd/2.2/seda-2.2-main.xsd" "$work/dip.xml" 2>"$work/xsd.err" || { head -5 "$work/xsd.err"; fail "the DIP is not valid"; }
fi
expect 0 "$versoir" vitam dip --operation "$operation" --no-wait --json
dip=$(json 'lines[-1]["operation"]')
expect 0 "$versoir" vitam dip --export "$dip" --to "$work/dip2.zip"
expect 52 "$versoir" vitam dip --title NOBODYHASTHISNAME --to "$work/none"
[ ! -e "$work/none" ] || fail "a DIP of nothing"

say "the accession register counts what the receipt counts"
expect 0 "$versoir" vitam register --message "$lot" --json
python3 - "$folder/receipt.json" <<PY || fail "register and receipt: $out"
import json, sys
receipt = json.load(open(sys.argv[1]))
detail = next(l["detail"] for l in map(json.loads, '''$out'''.splitlines()) if l["type"] == "register")
assert detail["Opi"] == receipt["operation"]
assert detail["TotalUnits"]["ingested"] == receipt["units"]
assert detail["TotalObjects"]["remained"] == receipt["objects"]
PY
expect 0 "$versoir" vitam register --operation "$operation"
contains "IC-UNIV-SCOLARITE"

say "the logbook, event by event, and the list of ingests"
expect 0 "$versoir" vitam logbook --message "$lot"
contains "STP_INGEST_CONTROL_SIP"
contains "PROCESS_SIP_UNITARY.OK"
expect 0 "$versoir" vitam operations --json
[ "$(json 'sum(l["type"] == "operation" for l in lines)')" = "$(ls -d versements/*/lots/*/receipt.json | wc -l)" ] || fail "ingests: $out"
expect 0 "$versoir" vitam operations --since 2999-01-01
contains "0 ingests"

say "compared with the SIPs: all as deposited, written down; a difference is named"
expect 0 "$versoir" vitam compare scolarite-2026 --sample 5 --seed 42
contains "seed 42"
[ -s "$folder/read-back.json" ] || fail "read-back.json"
before=$(grep -v '"date"' "$folder/read-back.json")
expect 0 "$versoir" vitam compare scolarite-2026 --lot "$lot" --sample 5 --seed 42
[ "$before" = "$(grep -v '"date"' "$folder/read-back.json")" ] || fail "the same seed drew others"
grep -q '"event":"READ_BACK"' journal-main.jsonl || fail "no READ_BACK in the journal"
stop_sandbox
printf x >>"$stored"
start_sandbox
expect 61 "$versoir" vitam compare scolarite-2026 --lot "$lot" --sample 100000
contains READ_BACK_DIFFERS
grep -q '"different": 1' "$folder/read-back.json" || fail "read-back.json: $(cat "$folder/read-back.json")"
cp "$work/stored" "$stored"
expect 0 "$versoir" verify

say "an object on a tape is asked for, waited for, fetched and released; an interrupted wait is taken up again"
stop_sandbox
start_sandbox --cold 1
expect 5 "$versoir" vitam object "$unit" --message "$lot" --to "$work/tape"
contains "--wait"
expect 0 "$versoir" vitam object "$unit" --message "$lot" --wait --to "$work/tape"
contains "access request"
cmp -s "$work/tape" "$work/object" || fail "the object of the tape is another one"
expect 5 "$versoir" vitam object "$unit" --message "$lot" --to "$work/tape2" # the request was released
stop_sandbox
start_sandbox --cold 100000
"$versoir" vitam object "$unit" --message "$lot" --wait --to "$work/tape2" >"$work/tape.log" 2>&1 & waiting=$!
for _ in $(seq 1 200); do grep -q "access request" "$work/tape.log" && break; sleep 0.1; done
kill -INT "$waiting"
code=0; wait "$waiting" || code=$?
[ "$code" != 0 ] && grep -q -- "--access-request" "$work/tape.log" || fail "an interrupted wait, $code: $(cat "$work/tape.log")"
request=$(sed -n 's|.*access request \([a-z0-9]*/[a-z]*\).*|\1|p' "$work/tape.log" | head -1)
stop_sandbox
start_sandbox --cold 1 # which forgot it
expect 5 "$versoir" vitam object "$unit" --message "$lot" --access-request "$request" --to "$work/tape2"
contains NOT_FOUND
expect 2 "$versoir" vitam object "$unit" --message "$lot" --access-request nothing --to "$work/tape2"
[ ! -e "$work/tape2" ] || fail "a file of an object that never came"
stop_sandbox
start_sandbox

say "a contract that shows other agencies shows nothing, and says where to look"
echo '[{"Identifier":"AC-UNIV","Status":"ACTIVE","OriginatingAgencies":["UNIV-DRH"]}]' >referentials/accesscontracts.json
expect 80 "$versoir" vitam units --operation "$operation"
contains AC-UNIV
expect 61 "$versoir" vitam compare scolarite-2026 --lot "$lot" --sample 3
stop_sandbox
expect 50 "$versoir" vitam units --operation "$operation"

say "in French"
expect 2 "$versoir" vitam units --lang fr
