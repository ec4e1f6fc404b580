#!/bin/bash
# What people read: French that counts, dates and names things as they do, and tells what to do next.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
export LANGUAGE=fr
lacks() { if grep -qF -- "$1" <<<"$out"; then fail "unexpected '$1' in:"$'\n'"$out"; fi; }
nb=$(printf '\u00a0')

say "an empty workspace says so and what comes next"
expect 0 "$versoir" status; contains "Il n’y a encore ni extrait ni versement"; contains "versoir extract"

say "extract and status: kinds, dates and counts in French, identifiers in JSON"
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque"; contains "lignes"
expect 0 "$versoir" status; contains "répétition"; contains "instantané"; lacks rehearsal; lacks snapshot; contains " UTC"
grep -qE '[0-9]{2}/[0-9]{2}/[0-9]{4} à [0-9]{2}:[0-9]{2} UTC' <<<"$out" || fail "date: $out"
expect 0 "$versoir" status --json; contains '"kind":"rehearsal"'; contains '"consistency":"snapshot"'

say "decisions are written in the language of who decides, and read in both"
cp sources/bibliotheque.sqlite sources/more.sqlite
sqlite3 sources/more.sqlite "CREATE TABLE INCONNUE (A INTEGER); CREATE TABLE AUTRE (B INTEGER)"
look() { "$versoir" inspect sqlite:sources/more.sqlite --application "$root/tests/e2e/bibliotheque" --decisions more.csv "$@"; }
expect 0 look --take INCONNUE --leave AUTRE --reason essai
grep -q '^INCONNUE;;pris;' more.csv && grep -q '^AUTRE;;laissé;essai;' more.csv || fail "decisions: $(cat more.csv)"
before=$(cat more.csv)
LANGUAGE=en expect 0 look; contains "0 not decided"
[ "$before" = "$(cat more.csv)" ] || fail "decisions written again: $(cat more.csv)"

say "one record, one row: in the singular"
cp -a . "$work/un" && pushd "$work/un" >/dev/null
sqlite3 sources/bibliotheque.sqlite "DELETE FROM LECTEUR WHERE NO_LECTEUR NOT IN (SELECT NO_LECTEUR FROM PRET)"
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque" --replace
expect 0 "$versoir" plan bibliotheque.extract --id un
expect 0 "$versoir" review un; contains "3 dossiers versés, 1 écarté, 1 lot"; lacks "1 écartés"
popd >/dev/null

say "a versement that is planned, then built, then checked, then approved, then sent: the report follows"
expect 0 "$versoir" plan bibliotheque.extract --id v1; contains "en 1 lot"; contains "versoir build v1"
expect 0 "$versoir" review v1; contains "pas encore construit"; contains "3 dossiers en 1 lot"; contains "versoir build v1"; lacks "0 unité"
expect 0 "$versoir" build v1; contains "${nb}ko"; lacks " kB"; contains "versoir check v1"
expect 0 "$versoir" review v1; contains "versoir check v1"; lacks "peut être décidé."
expect 0 "$versoir" check v1; contains "→"; contains "versoir review v1"
expect 0 "$versoir" review v1; contains "le versement peut être décidé"; contains "versoir approve v1"
contains "unités archivistiques"; lacks "unités d"; lacks "(s)"

say "an approval without terminal: first what would be signed, then what to type"
expect 2 setsid "$versoir" approve v1 </dev/null
contains "Je soussigné(e)"; contains "1${nb}lot, "; contains "unités archivistiques"; contains "--confirm v1"
python3 - "$out" <<'PY' || fail "the advice stands before the statement"
import sys
out = sys.argv[1]
sys.exit(0 if out.index("Je soussigné") < out.index("Rien n’a été signé") < out.index("--confirm v1") else 1)
PY
[ ! -e versements/v1/visa-1.json ] || fail "signed without confirmation"
expect 0 "$versoir" approve v1 --confirm v1; contains "→"; contains "versoir send v1"
grep -qE 'valable jusqu’au [0-9]{2}/[0-9]{2}/[0-9]{4}' <<<"$out" || fail "date of the visa: $out"
expect 0 "$versoir" status; contains "1 visa"; lacks "1 visas"
expect 0 "$versoir" review v1; contains "approuvé et pas encore envoyé"; contains "versoir send v1"
expect 0 "$versoir" send v1; contains "unités archivistiques"
expect 0 "$versoir" verify; contains "toutes conformes"
expect 0 "$versoir" review v1; contains "vérifié"; contains "il ne reste rien à décider"; lacks "peut être décidé"
grep -q "il ne reste rien à décider" versements/v1/review.html || fail "the page says otherwise"
expect 33 "$versoir" revoke v1 --reason x --confirm v1; contains "ne reprend rien à la plateforme"
expect 0 "$versoir" verify

say "consultation: more results exist, near names, impossible dates, forms of a date"
expect 0 "$versoir" consult search bibliotheque.extract 1999 --limit 1; lacks "il y en a d’autres"
expect 0 "$versoir" consult search bibliotheque.extract e --limit 1; contains "1 affiché, il y en a d’autres"
expect 0 "$versoir" consult search bibliotheque.extract e --limit 1 --json; contains '"more":true'
expect 0 "$versoir" consult search bibliotheque.extract legoff; contains "lecteur:[1]"
expect 0 "$versoir" consult search bibliotheque.extract 29 février 2000; contains "lecteur:[3]"
expect 0 "$versoir" consult search bibliotheque.extract etchegarai; contains "Étchegaray"; contains "Approchant"
expect 80 "$versoir" consult search bibliotheque.extract 31/02/2000; contains "31/02/2000 n’est pas une date"
expect 80 "$versoir" consult show bibliotheque.extract etchegarai; contains "Étchegaray"
expect 0 "$versoir" consult search bibliotheque.extract le goff 31/02/2000; contains "n’en a pas tenu compte"
"$versoir" consult show bibliotheque.extract 'lecteur:[1]' --format xml 2>/dev/null | xmllint --noout - || fail "talk inside the XML"

say "help: every command has an example, and placeholders are French"
commands=0
for command in $("$versoir" --help --lang en | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\( [a-z][a-z]*\)\{0,1\}\)  .*/\1/p' | tr ' ' '_'); do
  expect 0 "$versoir" ${command/_/ } --help; contains "Exemple"; contains "versoir ${command/_/ }"
  lacks " DIR "; lacks " FILE "; lacks "Options of"
  grep -qE -- '--[a-z-]+ (PROFILE|NAME|TEXT|EXTRACT|FILE|DIR|COMMAND|SECONDS|ROWS|DAYS|PERSON)( |$)' <<<"$out" && fail "an English placeholder: $out"
  commands=$((commands + 1))
done
[ "$commands" -ge 16 ] || fail "only $commands commands in the help"
expect 0 "$versoir" refuse --help; contains "acte signé"
expect 0 "$versoir" consult show --help; contains "EXTRAIT"; contains "PERSONNE"

say "errors tell what to do"
stop_sandbox
expect 50 "$versoir" vitam ping; contains "→"; contains "[platform.sandbox]"
expect 70 "$versoir" plan absent.extract --id v2; contains "ce fichier ou dossier n’existe pas"; contains "→"
expect 2 "$versoir" plna; contains "versoir plan"
head -c 300 /dev/urandom >noise; expect 31 "$versoir" check noise; contains "> KO CHECK_CONTAINER"; lacks "Étape terminée"
