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

say "a deliberation that was never closed: refused without the signed paper, transferred with it"
key='"[""LHIS3"",210,""2014"",""1"",""1""]"'
printf 'profile,key\ndeliberations,%s\n' "$key" >pv.csv
expect 2 "$versoir" plan apogee.extract --id pv --closed pv.csv; contains "cite the signed paper"
[ ! -e versements/pv ] || fail "something was planned"
printf 'profile,key,reference\ndeliberations,%s,"PV signé le 2 juin 2015, registre 12"\n' "$key" >pv.csv
expect 0 "$versoir" plan apogee.extract --id pv --closed pv.csv
out=$("$versoir" build pv 2>&1) || [ $? = 3 ] || fail "build: $out"
unzip -p versements/pv/lots/*/sip.zip manifest.xml >"$work/pv.xml"
[ "$(grep -o 'au vu de la pièce signée : PV signé le 2 juin 2015, registre 12\.' "$work/pv.xml" | wc -l)" = 1 ] || fail "the unit does not cite the paper"
unzip -p versements/pv/lots/*/sip.zip 'content/*' >"$work/pv.data"
grep -q 'délibération non publiée' "$work/pv.data" || fail "the data no longer say what the application said"

say "what is left out is counted by year"
python3 - versements/apogee <<'PY' || fail "left out by year"
import csv, collections, sys
folder = sys.argv[1]
theirs = collections.Counter((r["year"], r["reason"]) for r in csv.DictReader(open(folder + "/left-out.csv", newline="")) if r["year"])
# BOM, semicolons: what a spreadsheet opens. Columns: profile, line, year, …, reason, records.
rows = list(csv.reader(open(folder + "/tableau.csv", newline="", encoding="utf-8-sig"), delimiter=";"))
ours = collections.Counter()
for row in rows[1:]:
    if row[1] == "left out and year": ours[row[2], row[9]] += int(row[10])
assert theirs == ours and len(ours) > 3, (theirs - ours, ours - theirs)
assert any(year == "2014" and "non terminée" in reason for year, reason in ours), ours
PY

say "statutory erasures: counted, not copied; what has not lapsed stays in consultation; nothing of it in a SIP"
# Which codes are light sanctions only the establishment knows: nothing is left until it says so.
[ "$(sqlite3 apogee.extract "SELECT count(*) FROM IND_SANCTIONNE_BLO; SELECT count(*) FROM versoir_left WHERE table_name = 'IND_SANCTIONNE_BLO'")" = $'1\n0' ] || fail "a block was left without a decision"
mkdir -p profiles/apogee
cat >profiles/apogee/local.xml <<'XML'
<local xmlns="urn:versoir:profile:1" application="apogee">
  <day name="fin-annee-universitaire" day="09-30"/>
  <table name="IND_SANCTIONNE_BLO">
    <left-rows reason="Avertissement ou blâme : effacé de plein droit après trois ans (code de l'éducation, R811-36 et suivants).">
      <when column="DAT_FIN_BLO" older="P3Y"/><when column="COD_BLO" in="BIB"/>
    </left-rows>
  </table>
</local>
XML
out=$("$versoir" extract sqlite:sources/apogee.sqlite --application apogee --output decided.extract 2>&1) || [ $? = 3 ] || fail "extract: $out"
[ "$(sqlite3 decided.extract "SELECT sum(rows) FROM versoir_left WHERE table_name = 'IND_SANCTIONNE_BLO' AND reason LIKE '%R811-36%'; SELECT count(*) FROM IND_SANCTIONNE_BLO")" = $'1\n0' ] || fail "the block of 2017 was not left"
expect 0 "$versoir" plan decided.extract --id decided --profile listes-inscrits
grep -q '2009-09-30' versements/decided/kept.csv || fail "the year does not end on the day of local.xml"
rm -r profiles
cp sources/apogee.sqlite sources/blocked.sqlite
sqlite3 sources/blocked.sqlite "INSERT INTO IND_SANCTIONNE_BLO (COD_IND, COD_ETU, COD_BLO, DAT_DEB_BLO, DAT_FIN_BLO) VALUES (1012, 21600012, 'BIB', '2098-01-01 00:00:00', '2099-01-01 00:00:00')"
out=$("$versoir" extract sqlite:sources/blocked.sqlite --application apogee --output blocked.extract 2>&1) || [ $? = 3 ] || fail "extract: $out"
expect 0 "$versoir" consult show blocked.extract 'etudiant:[1012]' --lang fr; contains "01/01/2102"
expect 0 "$versoir" plan blocked.extract --id blocked --profile dossiers-etudiants
out=$("$versoir" build blocked 2>&1) || [ $? = 3 ] || fail "build: $out"
for sip in versements/{apogee,blocked}/lots/*/sip.zip; do
  unzip -p "$sip" >"$work/whole"
  grep -q 'ArchiveTransfer' "$work/whole" || fail "nothing was read of $sip"
  grep -qE '<blocage|2099-01-01' "$work/whole" && fail "$sip holds a block, or is dated by it"
done
# Harpège has no table of sanctions that is known; a site that has one describes it, with its term.
mkdir -p profiles/harpege
cat >profiles/harpege/local.xml <<'XML'
<local xmlns="urn:versoir:profile:1" application="harpege">
  <table name="SANCTION_AGENT" label="Sanctions disciplinaires" evidence="inferred">
    <left-rows reason="Blâme ou exclusion de trois jours au plus : effacés de plein droit après trois ans (CGFP, L533-5).">
      <when column="D_EFFET" older="P3Y"/><when column="C_SANCTION" in="BLAME EXCL3"/>
    </left-rows>
    <column name="NO_DOSSIER_PERS" type="NUMBER(8)" label="Dossier"/>
    <column name="C_SANCTION" type="VARCHAR2(8)" label="Sanction" sensitivity="judgement"/>
    <column name="D_EFFET" type="DATE" label="Effet"/>
  </table>
</local>
XML
cp sources/harpege.sqlite sources/sanctions.sqlite
sqlite3 sources/sanctions.sqlite "CREATE TABLE SANCTION_AGENT (NO_DOSSIER_PERS NUMBER(8), C_SANCTION VARCHAR2(8), D_EFFET DATE);
INSERT INTO SANCTION_AGENT VALUES (501, 'BLAME', '2001-02-28 00:00:00'), (511, 'EXCL3', '2010-05-04 00:00:00'), (518, 'REVOC', '2002-01-01 00:00:00'), (513, 'BLAME', '2098-01-01 00:00:00')"
out=$("$versoir" extract sqlite:sources/sanctions.sqlite --application harpege --output sanctions.extract 2>&1) || [ $? = 3 ] || fail "extract: $out"
[ "$(sqlite3 sanctions.extract "SELECT sum(rows) FROM versoir_left WHERE table_name = 'SANCTION_AGENT'; SELECT group_concat(C_SANCTION, ' ') FROM SANCTION_AGENT")" = $'2\nREVOC BLAME' ] || fail "sanctions past their term"
expect 0 "$versoir" plan sanctions.extract --id sanctions --profile dossiers-agents
out=$("$versoir" build sanctions 2>&1) || [ $? = 3 ] || fail "build: $out"
unzip -p versements/sanctions/lots/*/sip.zip 'content/*.xml' >"$work/whole"
grep -q TANGUY "$work/whole" || fail "nothing was read of the files"
grep -qE 'REVOC|>BLAME<|2098-01-01' "$work/whole" && fail "a sanction left in a file"

say "a thesis: a line that is there twice, a convenience date, a jury that was never closed"
thesis=$(python3 -c 'import csv, json
print(next(json.loads(r["key"])[0] for r in csv.DictReader(open("versements/apogee/kept.csv", newline="")) if r["profile"] == "theses-hdr"))')
cp sources/apogee.sqlite sources/theses.sqlite
sqlite3 sources/theses.sqlite "UPDATE THESE_HDR_SOUT SET DAT_FIN_CFD_THS = '2999-12-31 00:00:00' WHERE COD_THS = $thesis;
INSERT INTO THESE_HDR_SOUT SELECT * FROM THESE_HDR_SOUT WHERE COD_THS = $thesis;
UPDATE GRP_RESULTAT_VDI SET ETA_AVC_VDI = 'A' WHERE COD_DIP IN (SELECT COD_DIP FROM THESE_HDR_SOUT WHERE COD_THS = $thesis)"
expect 0 "$versoir" consult show apogee.extract "these_hdr:[$thesis]" --lang fr
grep -q 'non publié' <<<"$out" && fail "a published result is called unpublished"
out=$("$versoir" extract sqlite:sources/theses.sqlite --application apogee --output theses.extract 2>&1) || [ $? = 3 ] || fail "extract: $out"
expect 0 "$versoir" consult show theses.extract "these_hdr:[$thesis]" --lang fr; contains "(résultat non publié)"
expect 0 "$versoir" plan theses.extract --id theses --profile theses-hdr
[ "$(grep -c "^[^,]*,theses-hdr,\[$thesis\]," versements/theses/kept.csv)" = 1 ] || fail "the thesis is not transferred once"
out=$("$versoir" build theses 2>&1) || [ $? = 3 ] || fail "build: $out"
unzip -p versements/theses/lots/*/sip.zip manifest.xml >"$work/whole"
grep -q 'Confidentielle, sans terme connu' "$work/whole" || fail "the end of confidentiality"
grep -qE '2999-12-31|31/12/2999' "$work/whole" && fail "a convenience date is told as a date"

say "what is after the day of the extraction: a defence is not held, an audit date is an error"
sqlite3 sources/theses.sqlite "UPDATE THESE_HDR_SOUT SET DAT_SOU_THS = '2098-12-15 00:00:00' WHERE COD_THS = $thesis"
out=$("$versoir" extract sqlite:sources/theses.sqlite --application apogee --output future.extract 2>&1) || [ $? = 3 ] || fail "extract: $out"
expect 0 "$versoir" plan future.extract --id future
grep -q "theses-hdr,\\[$thesis\\],Soutenance prévue" versements/future/left-out.csv || fail "a thesis is archived before its defence"
cp sources/harpege.sqlite sources/audit.sqlite
sqlite3 sources/audit.sqlite "UPDATE INDIVIDU SET D_MODIFICATION = '2062-03-01 00:00:00' WHERE NO_INDIVIDU = (SELECT NO_INDIVIDU FROM INDIVIDU ORDER BY D_MODIFICATION LIMIT 1)"
rm -r profiles  # the site has no table of sanctions any more
out=$("$versoir" extract sqlite:sources/audit.sqlite --application harpege --output audit.extract 2>&1) || [ $? = 3 ] || fail "extract: $out"
expect 0 "$versoir" plan audit.extract --id audit
for profile in dossiers-agents dossiers-contractuels; do
  diff <(grep "^$profile,.*Encore en poste" versements/harpege/left-out.csv) <(grep "^$profile,.*Encore en poste" versements/audit/left-out.csv) ||
    fail "a wrong audit date changed who is still in post"
done

say "registers of the last year: deferred, and transferred once the archivist says that they are closed"
{ echo "profile,key"; grep '^listes-inscrits,.*en cours ou à venir' versements/apogee/left-out.csv | python3 -c 'import csv, sys
out = csv.writer(sys.stdout)
for row in csv.reader(sys.stdin): out.writerow(row[:2])'; } >last.csv
expect 0 "$versoir" plan apogee.extract --id last --closed last.csv
[ "$(grep -c ',listes-inscrits,' versements/last/kept.csv)" = "$(($(wc -l <last.csv) - 1))" ] || fail "the last list is not transferred"

say "planned again: other lots, the same table, 100 columns on a terminal; a table that somebody edits is told"
cp versements/apogee/tableau.csv "$work/tableau.csv"
before=$(python3 -c 'import json; print(sorted(lot["messageIdentifier"] for lot in json.load(open("versements/apogee/plan.json"))["lots"]))')
for language in en fr; do
  expect 0 "$versoir" plan apogee.extract --id apogee --replace --lang "$language"
  # Sentences are as long as they are; the lines of a table have their columns two blanks apart.
  python3 -c 'import sys
wide = [l for l in sys.stdin.read().split("\n") if "  " in l.strip() and len(l) > 100]
sys.exit("\n".join(wide) if wide else 0)' <<<"$out" || fail "the table is too wide"
done
expect 0 "$versoir" plan apogee.extract --id apogee --replace
[ "$before" != "$(python3 -c 'import json; print(sorted(lot["messageIdentifier"] for lot in json.load(open("versements/apogee/plan.json"))["lots"]))')" ] || fail "the lots kept their identifiers"
cmp -s versements/apogee/tableau.csv "$work/tableau.csv" || fail "the same plan has another table"
cp versements/apogee/tableau.csv "$work/tableau.csv"
echo annotated >>versements/apogee/tableau.csv
expect 61 "$versoir" verify; contains "apogee/tableau.csv"
cp "$work/tableau.csv" versements/apogee/tableau.csv
rm versements/apogee/tableau.html
expect 0 "$versoir" status; contains apogee
out=$("$versoir" build apogee 2>&1) || [ $? = 3 ] || fail "build: $out"
expect 0 "$versoir" check apogee
expect 0 "$versoir" review apogee
expect 0 "$versoir" verify
