#!/bin/bash
# Referentials: fetched from a platform, kept, used by a check of a SIP from elsewhere, never written over what is not theirs.
source "$(dirname "$0")/lib.sh"
mkdir -p "$work/ws" && cd "$work/ws"
"$root/samples/pki/make-pki" pki >/dev/null 2>&1 || fail "make-pki"
cp -r "$root/samples/referentials" referentials
start_sandbox
sed -e '/^\[timestamp\]/,/^required/d' -e "s|@PORT@|$port|g" "$root/samples/versoir.conf.in" >versoir.conf
"$root/bench/sip.py" sip.zip --units 3 --bytes 500
# An agency, a contract and two rules that the platform knows, in the place of those of the measurements.
python3 - referentials sip.zip <<'PY'
import csv, json, sys, zipfile
folder, sip = sys.argv[1:]
rules = list(csv.DictReader(open(folder + "/rules.csv", encoding="utf-8")))
rule = lambda kind: next(r["RuleId"] for r in rules if r["RuleType"] == kind)
agency = next(csv.DictReader(open(folder + "/agencies.csv", encoding="utf-8")))["Identifier"]
contract = json.load(open(folder + "/ingestcontracts.json", encoding="utf-8"))[0]["Identifier"]
known = {"APP-1<": rule("AppraisalRule") + "<", "ACC-1<": rule("AccessRule") + "<", "SP-1<": agency + "<", "IC-1<": contract + "<"}
old = zipfile.ZipFile(sip)
with zipfile.ZipFile("known.zip", "w", zipfile.ZIP_DEFLATED) as new:
    for name in old.namelist():
        data = old.read(name)
        if name == "manifest.xml":
            text = data.decode()
            for before, after in known.items():
                assert before in text
                text = text.replace(before, after)
            data = text.encode()
        new.writestr(name, data)
PY

say "fetched, told, kept"
expect 0 "$versoir" vitam referential
contains "rules: $(($(wc -l <referentials/rules.csv) - 1)) records"
contains "managementcontracts: the platform does not show them (HTTP 404)"
[ "$(python3 -c 'import json; print(json.load(open("referential/sandbox/fetched.json"))["platform"])')" = sandbox ] || fail "fetched.json"

say "a check by the name of the platform, and by its address once nothing is kept"
date=$(python3 -c 'import json; print(json.load(open("referential/sandbox/fetched.json"))["date"])')
expect 0 "$versoir" check --referential sandbox known.zip
contains "fetched on $date"
expect 31 "$versoir" check --referential sandbox sip.zip
contains "CHECK_HEADER.CHECK_AGENT.UNKNOWN"
rm -r referential
expect 0 "$versoir" check --referential "https://localhost:$port/" known.zip
[ -f referential/sandbox/agencies.csv ] || fail "not kept"

say "another folder, named with a slash behind it, twice: it is told by its name"
for turn in 1 2; do
  expect 0 "$versoir" vitam referential --output elsewhere/
  contains "check --referential elsewhere"
done
expect 0 "$versoir" check --referential elsewhere known.zip
[ -z "$(find . -maxdepth 1 -type d -name 'versoir.*' -o -maxdepth 1 -name '*.lock')" ] || fail "left behind: $(ls)"

say "what was fetched serves without the platform; a folder of another origin is left alone"
stop_sandbox
expect 0 "$versoir" check --referential sandbox known.zip
expect 50 "$versoir" vitam referential
[ -f referential/sandbox/agencies.csv ] || fail "lost"
expect 2 "$versoir" vitam referential --output referentials
contains "it is not replaced"
[ ! -e referentials/fetched.json ] || fail "written over"
expect 2 "$versoir" check --referential nowhere known.zip
