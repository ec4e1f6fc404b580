#!/bin/bash
# Files that earlier versions made are opened, verified and consulted by this one; their exit codes and JSON fields are still there.
source "$(dirname "$0")/../e2e/lib.sh"
exit_codes() { "$versoir" manual versoir | sed -n '/^\.SH EXIT STATUS/,/^\.SH /s/^\\fB\([0-9]*\)\\fR$/\1/p'; }
found=0
for kept in "$root"/tests/compatibility/v*.tar.xz; do
  [ -e "$kept" ] || fail "no version is kept"
  version=$(basename "$kept" .tar.xz)
  say "$version"
  mkdir "$work/$version" && tar -C "$work/$version" -xJf "$kept"
  cd "$work/$version/ws"
  digests() { find . -type f -not -name 'journal-*' -not -name '*.index' -not -name 'consultation-*' -print0 | sort -z | xargs -0 sha256sum; }
  digests >"$work/before"
  expect 0 "$versoir" extract --verify bibliotheque.extract
  expect 0 "$versoir" verify; contains "evidence"
  grep -q "WRONG" <<<"$out" && fail "something of $version is wrong: $out"
  [ "$(grep -c '^right' <<<"$out")" -ge 10 ] || fail "too little was verified: $out"
  expect 0 "$versoir" status --json
  grep -q '"state":"verified"' <<<"$out" || fail "the lot of $version: $out"
  diff <(sqlite3 bibliotheque.extract "SELECT name, copied_rows, sum, root FROM versoir_table ORDER BY name") expected-tables.txt || fail "tables"
  expect 0 "$versoir" consult search bibliotheque.extract etchegaray maddi; contains "Maddi"
  expect 0 "$versoir" siard export bibliotheque.extract --to again.siard; rm again.siard
  code=0; "$versoir" siard check bibliotheque.siard >"$work/siard.out" 2>&1 || code=$?
  [ $code = 0 ] || [ $code = 3 ] || fail "siard check: $code $(tail -5 "$work/siard.out")"
  diff "$work/before" <(digests) || fail "a file of $version was changed"
  # What a program that reads our JSON lines rests on: fields are added, never renamed or removed (docs/release.md).
  tar -xJOf "$kept" ws/status.json >"$work/then.json"; "$versoir" status --json >"$work/now.json" || fail "status"
  python3 - "$work/then.json" "$work/now.json" <<'PY' || fail "a field of --json went away since $version"
import json, sys
def fields(path):
    out = {}
    for line in map(json.loads, open(path)):
        out.setdefault(line["type"], set()).update(line)
    return out
then, now = map(fields, sys.argv[1:])
gone = {kind: sorted(names - now.get(kind, set())) for kind, names in then.items() if names - now.get(kind, set())}
assert then and not gone, gone
PY
  gone=$(comm -23 <(sort exit-codes.txt) <(exit_codes | sort))
  [ -z "$gone" ] || fail "exit codes of $version that are gone: $gone"
  say "$version: an alteration is seen"
  cp bibliotheque.extract kept; python3 -c "
import sqlite3; db = sqlite3.connect('bibliotheque.extract'); t = db.execute('SELECT name FROM versoir_table WHERE copied_rows > 0 LIMIT 1').fetchone()[0]
db.execute(f'DELETE FROM \"{t}\" WHERE rowid = (SELECT max(rowid) FROM \"{t}\")'); db.commit()"
  expect 21 "$versoir" extract --verify bibliotheque.extract
  mv kept bibliotheque.extract
  cd ../closed
  expect 0 "$versoir" verify; contains "closing"
  expect 0 "$versoir" status --json; grep -q '"state":"closed"' <<<"$out" || fail "the closed lot of $version: $out"
  rm versements/sent/lots/*/closing.json; expect 61 "$versoir" verify
  found=$((found + 1))
done
say "$found versions"
