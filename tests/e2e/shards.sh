#!/bin/bash
# Several processes build one plan over one folder: the same bytes as one alone, a killed one goes on, never half a file.
source "$(dirname "$0")/lib.sh"
mkdir -p "$work/one/sources" && cd "$work/one"
"$root/samples/pki/make-pki" pki >/dev/null 2>&1 || fail "make-pki"
cp -r "$root/samples/referentials" referentials
sed -e '/^\[timestamp\]/,/^required/d' -e 's|@PORT@|1|' "$root/samples/versoir.conf.in" >versoir.conf
"$build/sample-apogee" --out sources/apogee.sqlite --students 40 >/dev/null
out=$("$versoir" extract sqlite:sources/apogee.sqlite --application apogee 2>&1) || [ $? = 3 ] || fail "extract: $out"
expect 0 "$versoir" plan apogee.extract --id v --max-entries 80
lots() { python3 -c 'import json; print("\n".join(lot["messageIdentifier"] for lot in json.load(open("versements/v/plan.json"))["lots"]))'; }
count=$(lots | wc -l)
[ "$count" -gt 6 ] || fail "too few lots to share out: $count"
cp -r "$work/one" "$work/planned"
digests() { for lot in $(lots); do sha512sum <"versements/v/lots/$lot/sip.zip" | sed "s|-|$lot|"; done; }
run() { out=$("$@" 2>&1) || [ $? = 3 ] || fail "$*: $out"; }
# Nothing but what belongs in the folder of a versement and of its lots.
tidy() {
  local strays
  strays=$(find versements/v -name 'building-*' -o -name '*.partial' -o -name 'versoir.*' -o -name '*.lock')
  [ -z "$strays" ] || fail "left behind: $strays"
  for lot in $(lots); do [ "$(ls "versements/v/lots/$lot" | tr '\n' ' ')" = "build.json sip.zip sip.zip.p7s " ] || fail "$lot: $(ls "versements/v/lots/$lot")"; done
}

say "one process: what the others are compared with"
run "$versoir" build v
digests >"$work/wanted"
tidy

say "words: a shard that is none, a shard with a lot, a node that cannot name a file"
for shard in 0/3 4/3 1 1/ /3 1/0 -1/3 1/3x a/b 99999999999999999999/3; do expect 2 "$versoir" build v --shard "$shard"; contains "$shard"; done
expect 2 "$versoir" build v --shard 1/2 --lot "$(lots | head -1)"; contains "exclude each other"
expect 2 "$versoir" build v --node ../x; contains "cannot name a journal"
expect 2 "$versoir" build v --lot NONE; contains "no lot NONE"

say "three shards at once, a journal each: byte for byte the same lots"
cp -r "$work/planned" "$work/three" && cd "$work/three"
cp versements/v/plan.json "$work/plan.json"
for i in 1 2 3; do
  (code=0; "$versoir" build v --shard "$i/3" --node "machine-$i" >"$work/shard-$i" 2>&1 || code=$?; [ "$code" = 0 ] || [ "$code" = 3 ] || echo "$code" >"$work/shard-$i.failed") &
done
wait
for i in 1 2 3; do [ ! -e "$work/shard-$i.failed" ] || fail "shard $i: $(cat "$work/shard-$i")"; done
digests >"$work/found"
diff "$work/wanted" "$work/found" || fail "shards give other bytes"
cmp versements/v/plan.json "$work/plan.json" || fail "a build changed the plan"
tidy
python3 - "$count" <<'PY' || fail "each lot must be built once, each shard its own"
import glob, json, sys
lots = [lot["messageIdentifier"] for lot in json.load(open("versements/v/plan.json"))["lots"]]
for i in (1, 2, 3):
    built = [e["object"]["lot"] for e in map(json.loads, open(f"journal-machine-{i}.jsonl")) if e["event"] == "SIP_BUILT"]
    assert built == lots[i - 1::3], (i, built)
PY
expect 0 "$versoir" verify
expect 0 "$versoir" build v --shard "$((count + 2))/$((count + 5))"  # more shards than lots: nothing to do
run "$versoir" check v
expect 0 "$versoir" review v

say "what is still to be done is told before the next step is"
cp -r "$work/planned" "$work/left" && cd "$work/left"
run "$versoir" build v --shard 1/2 --node a; contains "$((count / 2)) lots of v are still to be built, by other shards"
if grep -q "Next: versoir check" <<<"$out"; then fail "half of the lots are not built"; fi
run "$versoir" check v --lot "$(lots | sed -n 1p)"; contains "lots of v are still to be built (versoir build v), then checked"
run "$versoir" build v --shard 2/2 --node b; contains "→ Next: versoir check v"
for lot in $(lots | tail -n +2 | head -n -1); do run "$versoir" check v --lot "$lot"; done
contains "1 lot of v is still to be checked: versoir check v"
if grep -q "Next: versoir review" <<<"$out"; then fail "a lot is not checked"; fi
run "$versoir" check v --lot "$(lots | tail -1)"; contains "→ Next: versoir review v"

say "named lots only, in the order of the plan"
cp -r "$work/planned" "$work/named" && cd "$work/named"
mapfile -t all < <(lots)
run "$versoir" build v --lot "${all[3]}" --lot "${all[1]}" --lot "${all[3]}"
[ "$(ls versements/v/lots | sort)" = "$(printf '%s\n' "${all[1]}" "${all[3]}" | sort)" ] || fail "other lots were built"
[ "$(grep -o '"event":"SIP_BUILT"' journal-main.jsonl | wc -l)" = 2 ] || fail "a lot was built twice"
run "$versoir" build v --lot "${all[3]}"
[ "$(grep -o '"event":"SIP_BUILT"' journal-main.jsonl | wc -l)" = 2 ] || fail "a lot left alone is told as built"

say "a process that is killed while it writes: nothing looks complete, what it left is removed, the rest is done"
cp -r "$work/planned" "$work/killed" && cd "$work/killed"
run "$versoir" build v --lot "${all[0]}"
# SIGXFSZ kills it in the middle of a write, without a word: no destructor runs, as with kill -9 or a power cut.
code=0
(ulimit -c 0; ulimit -f 60; exec "$versoir" build v --shard 2/3 >/dev/null 2>&1) || code=$?
[ "$code" -gt 128 ] || fail "it was not killed: $code"
[ -n "$(find versements/v -name 'building-*' -type d)" ] || fail "it was killed before it wrote anything"
[ ! -e "versements/v/lots/${all[1]}/sip.zip" ] || fail "a SIP stands there"
expect 0 "$versoir" status
run "$versoir" build v --shard 2/3
tidy_folder=$(find versements/v -name 'building-*')
[ -z "$tidy_folder" ] || fail "left by the killed one: $tidy_folder"
run "$versoir" build v
digests >"$work/found"
diff "$work/wanted" "$work/found" || fail "resumed lots have other bytes"
tidy
expect 0 "$versoir" verify

say "a lot that another program is building: told and left to it, the others are done; the other one never sees half a file"
cp -r "$work/planned" "$work/held" && cd "$work/held"
exec 9>"versements/v/building-${all[2]}.lock"
flock -x 9
expect 5 "$versoir" build v; contains "${all[2]}"; contains "another program"
[ ! -e "versements/v/lots/${all[2]}" ] || fail "the lot was built under the other's hands"
[ "$(ls versements/v/lots | wc -l)" = "$((count - 1))" ] || fail "the others were not built"
expect 33 "$versoir" plan apogee.extract --id v --replace; contains "${all[2]}"
exec 9>&-

say "a plan while another program builds or sends, from its first moment; a build while another plans"
exec 9<>versements/v.lock
flock -s 9
expect 33 "$versoir" plan apogee.extract --id v --replace; contains "by another program"
run "$versoir" build v --lot "${all[0]}"
flock -x 9
expect 33 "$versoir" build v; contains "being planned"
exec 9>&-
run "$versoir" build v
digests >"$work/found"
diff "$work/wanted" "$work/found" || fail "lots have other bytes"

say "four processes that were told nothing share the work, and none of them breaks another's"
cp -r "$work/planned" "$work/crowd" && cd "$work/crowd"
for i in 1 2 3 4; do
  (code=0; "$versoir" build v --node "crowd-$i" >"$work/crowd-$i.log" 2>&1 || code=$?; echo "$code" >"$work/crowd-$i") &
done
wait
for i in 1 2 3 4; do case $(cat "$work/crowd-$i") in 0 | 3 | 5) ;; *) fail "process $i ended with $(cat "$work/crowd-$i"): $(cat "$work/crowd-$i.log")" ;; esac; done
digests >"$work/found"
diff "$work/wanted" "$work/found" || fail "lots have other bytes"
tidy
python3 - <<'PY' || fail "journals"
import glob, json
built = {}
for file in glob.glob("journal-crowd-*.jsonl"):
    for e in map(json.loads, open(file)):
        if e["event"] == "SIP_BUILT": built.setdefault(e["object"]["lot"], []).append(e["object"]["sha512"])
assert len(built) == len(json.load(open("versements/v/plan.json"))["lots"]) and all(len(d) == 1 for d in built.values()), built
PY
expect 0 "$versoir" verify
