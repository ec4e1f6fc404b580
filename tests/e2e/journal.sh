#!/bin/bash
# What each line of the journal says of its circumstances, and a journal that grew large: it goes on in another file, and
# everything that reads it reads both.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
account=$(id -un)
python3 - pki/roles.json "$account" <<'PY'
import json, sys
path, account = sys.argv[1:]
roles = json.load(open(path, encoding="utf-8"))
next(r for r in roles["roles"] if r["name"] == "Claire Aubin")["logins"] = [account]
json.dump(roles, open(path, "w", encoding="utf-8"), ensure_ascii=False)
PY
expect 49 "$versoir" roles show
expect 0 "$versoir" roles sign --signer archive-service

say "a journal of 1.5 MB of another year: the next event closes it, and the chain goes on"
python3 - journal-main.jsonl <<'PY'
import hashlib, json, sys
previous, lines = "0" * 64, []
first = json.loads(open(sys.argv[1], encoding="utf-8").readline())
for i in range(1, 3001):
    line = dict(first, seq=i, prev=previous) if i == 1 else {
        "seq": i, "prev": previous, "ts": "2025-11-25T10:00:00Z", "node": "main", "actor": {"uid": 1000, "login": "versoir"}, "event": "SIP_CHECKED",
        "object": {"lot": f"ESSAI-pret-0123456789-{i:04d}", "sha512": "ab" * 64}, "detail": {}, "outcome": "ok", "tool": "versoir 0.1.0"}
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    previous = hashlib.sha256(text.encode()).hexdigest()
    lines.append(text)
open(sys.argv[1], "w", encoding="utf-8").write("\n".join(lines) + "\n")
PY
expect 0 "$versoir" roles sign --signer archive-service  # its line was of the journal that this one replaces
[ ! -e journal-main.jsonl.part-1 ] || fail "it was closed before its size"
sed -i 's|^\[trust\]|[journal]\nrotate_mb = 1\n\n&|' versoir.conf
until_reviewed v1
expect 0 "$versoir" approve v1 --confirm v1
[ -e journal-main.jsonl.part-1 ] && [ ! -e journal-main.jsonl.part-2 ] || fail "the parts: $(ls -la)"
[ "$(wc -l <journal-main.jsonl.part-1)" = 3001 ] || fail "the part: $(wc -l journal-main.jsonl.part-1)"
head -1 journal-main.jsonl | grep -q '"event":"JOURNAL_ROTATED"' || fail "the first line: $(head -1 journal-main.jsonl)"
expect 0 "$versoir" verify
expect 0 "$versoir" send v1
expect 0 "$versoir" verify

say "under which configuration, in which roles, by what clock; the visa says so too"
python3 - "$(sha256sum versoir.conf | cut -d' ' -f1)" "$account" <<'PY' || fail "the lines"
import json, sys
configuration, account = sys.argv[1:]
clocks = ("synchronised", "unsynchronised", "unknown")
lines = [json.loads(l) for l in open("journal-main.jsonl", encoding="utf-8")]
assert len(lines) > 8
for line in lines:
    assert line["configuration"] == configuration and line["clock"] in clocks, line
    assert line["actor"]["login"] == account and line["actor"]["roles"] == ["archivist"], line
approved = next(l for l in lines if l["event"] == "VISA_APPROVED")
assert approved["detail"]["roles"] == ["archivist"] and approved["detail"]["certificate"], approved
visa = json.load(open("versements/v1/visa-1.json", encoding="utf-8"))
assert visa["configurationSha256"] == configuration and visa["clock"] in clocks, visa
assert visa["signer"]["role"] == "archivist"
PY

say "the pack of evidence holds the journal in one file; a configuration that changed since is told"
echo "# of another day" >>versoir.conf
expect 0 "$versoir" evidence v1; contains "no longer the one under which visa 1 was prepared"
cat journal-main.jsonl.part-1 journal-main.jsonl >whole
head -c "$(stat -c %s versements/v1/evidence-1/journal/journal-main.jsonl)" whole | cmp - versements/v1/evidence-1/journal/journal-main.jsonl || fail "the journal of the pack"
[ ! -e versements/v1/evidence-1/journal/journal-main.jsonl.part-1 ] || fail "a part is in the pack"
expect 0 "$versoir" verify

say "60: a part that lacks, is cut or altered"
cp journal-main.jsonl.part-1 kept
sed -i '1500s/ESSAI/AUTRE/' journal-main.jsonl.part-1; expect 60 "$versoir" verify; contains "journal-main.jsonl:1501"
head -2999 kept >journal-main.jsonl.part-1; expect 60 "$versoir" verify
head -c -1 kept >journal-main.jsonl.part-1; expect 60 "$versoir" verify
rm journal-main.jsonl.part-1; expect 60 "$versoir" verify; expect 60 "$versoir" plan bibliotheque.extract --id v2
cp kept journal-main.jsonl.part-1; expect 0 "$versoir" verify
