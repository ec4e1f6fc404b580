#!/bin/bash
# The units of planted people for every archive profile, by the real plan and build: word for word, and against what was computed by hand.
#   tests/e2e/units.sh [--approve]     --approve: the goldens of tests/e2e/units are written anew, to be read before they are committed
source "$(dirname "$0")/lib.sh"
units=$root/tests/e2e/units
mkdir -p "$work/ws/sources" && cd "$work/ws"
"$root/samples/pki/make-pki" pki >/dev/null 2>&1 || fail "make-pki"
cp -r "$root/samples/referentials" referentials
# No time-stamping authority here: nothing is sent.
sed -e '/^\[timestamp\]/,/^required/d' -e 's|@PORT@|1|' "$root/samples/versoir.conf.in" >versoir.conf
"$build/sample-apogee" --out sources/apogee.sqlite --students 30 >/dev/null
"$build/sample-harpege" --out sources/harpege.sqlite --agents 25 >/dev/null
for application in apogee harpege; do
  python3 "$units/keep_planted.py" "sources/$application.sqlite"
  out=$("$versoir" extract "sqlite:sources/$application.sqlite" --application "$application" 2>&1) || [ $? = 3 ] || fail "extract: $out"
  expect 0 "$versoir" plan "$application.extract" --id "$application"
  out=$("$versoir" build "$application" 2>&1) || [ $? = 3 ] || fail "build: $out"
done

say "every archive profile: golden units and hand-computed facts"
for application in apogee harpege; do
  python3 "$units/units.py" "versements/$application" "$units/$application.txt" "$units/expected.csv" "$@" || fail "units of $application"
done
[ "$(cut -d';' -f1 "$units/expected.csv" | tail -n +2 | sort -u | wc -l)" = "$(ls "$root"/profiles/*/*.xml | grep -vcE '/(tables|rules|records|consult|local).xml$')" ] ||
  fail "an archive profile has no expected unit"

say "who is not transferred, and why"
reason() { python3 -c 'import csv, sys
for row in csv.DictReader(open(sys.argv[1], newline="")):
    if row["profile"] == sys.argv[2] and row["key"] == sys.argv[3]: print(row["reason"])' "versements/$1/left-out.csv" "$2" "$3"; }
reason apogee dossiers-etudiants '[1011]' | grep -q 'Encore inscrit' || fail "1011 is still registered"
reason apogee dossiers-etudiants '[1013]' | grep -q 'Jamais inscrit' || fail "1013 never came"
reason apogee deliberations '["LHIS3",210,"2014","1","1"]' | grep -q 'non terminée' || fail "the jury of 1008"
reason harpege dossiers-contractuels '[515]' | grep -q 'sans dossier' || fail "515 has no staff file"
reason harpege dossiers-contractuels '[519]' | grep -q 'Dossier vide' || fail "519 is empty"
reason harpege dossiers-contractuels '[510]' | grep -q 'Encore en poste' || fail "510 is in post"
reason harpege dossiers-agents '[513]' | grep -q 'Encore en poste' || fail "513 is in post"
