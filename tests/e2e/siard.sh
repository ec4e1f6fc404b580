#!/bin/bash
# SIARD out and in: an extract of each sample application comes back from an archive as it was; other producers' archives are judged and taken.
source "$(dirname "$0")/lib.sh"
cd "$work"
make_extracting_workspace

roots() { sqlite3 "$1" "SELECT name, copied_rows, sum, root FROM versoir_table ORDER BY name"; }
# extracted APPLICATION: its sample database, as an extract
extracted() {
  "$build/sample-$1" --out "$1.sqlite" "${@:2}" >/dev/null || fail "sample-$1"
  code=0; "$versoir" extract "sqlite:$1.sqlite" --application "$1" >"$work/out" 2>&1 || code=$?
  [ $code = 0 ] || [ $code = 3 ] || fail "extract $1: $(cat "$work/out")"
}
round_trip() {
  say "$1: out, judged, and in again"
  code=0; "$versoir" siard export "$1.extract" >"$work/out" 2>&1 || code=$?
  [ $code = 0 ] || [ $code = 3 ] || fail "export: $(cat "$work/out")"
  unzip -tq "$1.siard" >/dev/null || fail "unzip -t $1.siard"
  python3 "$root/tests/support/recount_siard.py" "$1.siard" >/dev/null || fail "recount of $1.siard"
  expect 0 "$versoir" siard check "$1.siard" --html "$1.html"
  grep -q "T_6.0-2" "$1.html" || fail "report page"
  code=0; "$versoir" extract "siard:$1.siard" --application "$1" --output "$1-again.extract" >"$work/out" 2>&1 || code=$?
  [ $code = 0 ] || [ $code = 3 ] || fail "extract from SIARD: $(cat "$work/out")"
  diff <(roots "$1.extract") <(roots "$1-again.extract") || fail "$1: not the same tables"
  expect 0 "$versoir" extract --verify "$1-again.extract"
}

extracted apogee --students 60
round_trip apogee
extracted harpege --agents 60
round_trip harpege

say "a drafted profile takes every table"
code=0; "$versoir" siard import apogee.siard --application ebauche >"$work/out" 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "import: $(cat "$work/out")"
grep -q 'evidence="inferred"' profiles/ebauche/tables.xml || fail "drafted profile"
for file in records.xml consult.xml a-confirmer.md profil-archive.xml.modele; do [ -s "profiles/ebauche/$file" ] || fail "no $file"; done
expect 0 "$versoir" siard import apogee.siard --application ebauche --draft-only
contains "is there already"
diff <(roots apogee.extract) <(roots ebauche.extract) || fail "drafted: not the same tables"

say "references to what was not copied are counted, and listed when it is asked"
code=0; out=$("$versoir" siard export apogee.extract --to notes.siard 2>&1) || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "export: $out"
contains "--all-notes"
few=$(wc -l <<<"$out")
code=0; out=$("$versoir" siard export apogee.extract --to notes.siard --replace --all-notes 2>&1) || code=$?
[ "$(wc -l <<<"$out")" -gt "$few" ] || fail "--all-notes lists no more"

say "what is asked wrongly"
expect 70 "$versoir" siard export apogee.extract
expect 2 "$versoir" siard export apogee.extract --to apogee.zip
expect 20 "$versoir" siard export apogee.sqlite --to x.siard
expect 13 "$versoir" siard check apogee.sqlite
expect 70 "$versoir" siard check absent.siard
[ ! -e x.siard ] || fail "half an archive"
echo "Bonjour." >texte.siard
expect 13 "$versoir" siard check texte.siard
contains "texte.siard is no SIARD archive"
grep -q "0 tables" <<<"$out" && fail "a text has no tables to count"
code=0; out=$("$versoir" inspect siard:absent.siard --draft absent 2>&1) || code=$?
[ $code != 0 ] || fail "an absent archive was drafted"
contains "Look at the path after siard:"
grep -q "siard check" <<<"$out" && fail "what is absent cannot be checked"
[ ! -e absent ] || fail "half a profile"

say "large values beside the archive"
code=0; "$versoir" siard export apogee.extract --to beside.siard --lobs-beside --digest sha-256 >"$work/out" 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "export: $(cat "$work/out")"
expect 0 "$versoir" siard check beside.siard

say "a truncated archive is refused, and nothing is left"
head -c 20000 apogee.siard >cut.siard
expect 13 "$versoir" siard check cut.siard
contains "G_4.1-1"
expect 13 "$versoir" extract siard:cut.siard --application apogee --output cut.extract
[ ! -e cut.extract ] || fail "half an extract"

if have_shared; then
  say "archives of other producers"
  samples=$shared/reference/siard-samples
  expect 0 "$versoir" siard check "$samples/siardapi-ech-0165_oe.siard" --json
  expect 13 "$versoir" siard check "$samples/selfmade/bad-fk.siard"
  contains "T_6.0-1"
  say "an import that fails leaves neither extract nor profile"
  for bad in bad-rowcount bad-missinglob; do
    expect 13 "$versoir" siard import "$samples/selfmade/$bad.siard" --application "perdu-$bad"
    [ ! -e "profiles/perdu-$bad" ] && [ ! -e "perdu-$bad.extract" ] || fail "$bad left something"
  done
  code=0; "$versoir" siard import "$samples/siardapi-sfdboe_2_1.siard" --application oe >"$work/out" 2>&1 || code=$?
  [ $code = 0 ] || [ $code = 3 ] || fail "import: $(cat "$work/out")"
  [ "$(sqlite3 oe.extract 'SELECT sum(copied_rows) FROM versoir_table')" = 11352 ] || fail "rows"
fi
