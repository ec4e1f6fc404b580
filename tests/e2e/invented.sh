#!/bin/bash
# Not a toy: an application of three tables, described only by a profile folder, from database to consultation.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config

say "no line of C++ knows this application, nor Apogée or Harpège"
grep -rniE 'lecteur|ouvrage|bibliotheque' "$root"/{core,trust,profiles,extract,records,sip,check,vitam,consult,cli} --include=*.cpp --include=*.hpp && fail "the program knows the invented application"
grep -rnE 'ins_adm|individu|INDIVIDU|RESULTAT_|ELEMENT_CARRIERE|COD_ETU' "$root"/{core,trust,profiles,extract,records,sip,check,vitam,consult,cli} --include=*.cpp --include=*.hpp &&
  fail "the program knows a table of a real application"

until_reviewed lecteurs-1
expect 0 "$versoir" approve lecteurs-1 --confirm lecteurs-1
expect 0 "$versoir" send lecteurs-1
expect 0 "$versoir" verify
expect 0 "$versoir" status --json
contains '"state":"verified"'

say "counts and reasons"
[ "$(tail -n +2 versements/lecteurs-1/kept.csv | wc -l)" = 3 ] || fail "kept.csv: $(cat versements/lecteurs-1/kept.csv)"
grep -q 'Prêt en cours' versements/lecteurs-1/left-out.csv || fail "reason of the open loan"
grep -q 'Aucun prêt' versements/lecteurs-1/left-out.csv || fail "reason of the reader without loans"
for lot in versements/lecteurs-1/lots/*/; do
  python3 "$root/tests/e2e/verify_sip.py" "$lot" versements/lecteurs-1/kept.csv "$lot/atr.xml"
  unzip -p "$lot/sip.zip" manifest.xml >"$work/manifest.xml"
done

say "rules, dates and duplicates as the profile says, read by xmllint"
xpath() { xmllint --xpath "$1" "$work/manifest.xml" 2>/dev/null; }
[ "$(xpath "count(//*[local-name()='ArchiveUnit'][.//*[local-name()='Title'][starts-with(.,'LE GOFF')]]/*[local-name()='Management'])")" != 0 ] || fail "no rules"
unit="//*[local-name()='ArchiveUnit'][*[local-name()='Content']/*[local-name()='Title']='LE GOFF Anaëlle (1)']"
[ "$(xpath "string($unit/*[local-name()='Management']/*[local-name()='AppraisalRule']/*[local-name()='Rule'])")" = APP-5 ] || fail "rule id"
[ "$(xpath "string($unit/*[local-name()='Management']/*[local-name()='AppraisalRule']/*[local-name()='StartDate'])")" = 2020-03-15 ] || fail "rule start"
[ "$(xpath "string($unit/*[local-name()='Management']/*[local-name()='AppraisalRule']/*[local-name()='FinalAction'])")" = Destroy ] || fail "final action"
[ "$(xpath "string($unit/*[local-name()='Content']/*[local-name()='StartDate'])")" = 2019-01-10 ] || fail "start date"
grep -rqs 0600000001 versements bibliotheque.extract && fail "a telephone that the profile leaves was taken"
unzip -p versements/lecteurs-1/lots/*/sip.zip 'content/*' >"$work/objects"
[ "$(grep -o '<pret' "$work/objects" | wc -l)" -ge 5 ] || fail "the two equal loans must both be there"

say "consultation: by name without accents, by number, by birth date; the label of a code; an unknown code says so"
expect 0 "$versoir" consult search bibliotheque.extract etchegaray maddi
contains 'lecteur:[2]'
expect 0 "$versoir" consult search bibliotheque.extract 29/02/2000
contains 'lecteur:[3]'
expect 0 "$versoir" consult show bibliotheque.extract 'lecteur:[1]'
contains "étudiant"
contains "Le <Livre> & l'Ombre"
expect 0 "$versoir" consult show bibliotheque.extract 'lecteur:[4]' --lang fr
contains "X"
expect 80 "$versoir" consult search bibliotheque.extract inconnu

say "a site completes the profile without touching it: a code of its own, a column that it takes"
mkdir -p profiles/bibliotheque
cat >profiles/bibliotheque/local.xml <<'XML'
<local xmlns="urn:versoir:profile:1" application="bibliotheque">
  <codes id="categorie"><code value="X" label="lecteur de passage"/></codes>
  <table name="LECTEUR"><column name="TELEPHONE" take="yes"/></table>
</local>
XML
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque" --output local.extract
[ "$(sqlite3 local.extract "SELECT count(*) FROM LECTEUR WHERE TELEPHONE = '0600000001'")" = 1 ] || fail "TELEPHONE was not taken"
expect 0 "$versoir" consult show local.extract 'lecteur:[4]'; contains "lecteur de passage"
sed -i 's/column name="TELEPHONE"/column name="TELEPHON"/' profiles/bibliotheque/local.xml
expect 22 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque" --output other.extract
contains "local.xml:3"; contains "profiles/bibliotheque/local.xml"
