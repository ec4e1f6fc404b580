#!/bin/bash
# What a desk asks of an application that was shut down: lists, annotations, a certified copy, unpublished results by a decision, codes of
# papers, and the elimination of what has served its time.
source "$(dirname "$0")/lib.sh"
mkdir "$work/desk" && cd "$work/desk"
make_extracting_workspace
sign_roles
cat >>versoir.conf <<'CONF'

[signing.archivist]
certificate = pki/archivist.pem
key = pki/archivist.key

[application.apogee]
originating_agency = SCOLARITE

[durations]
DUA_ETUDIANT_50 = 60 YEAR

[elimination.paiements]
application = apogee
title = Notes des épreuves
tables = RESULTAT_EPR, INDIVIDU.LIB_VIL_NAI_ETU
dua = 1 an
dua_end = 2020-12-31
from = 1990-01-01
to = 2019-08-31
CONF
"$build/sample-apogee" --out apogee.sqlite --students 120 >/dev/null
sqlite3 apogee.sqlite "UPDATE individu SET lib_vil_nai_etu = 'ZQXWVILLE' WHERE cod_ind = (SELECT max(cod_ind) FROM individu)"
"$build/sample-harpege" --out harpege.sqlite --agents 40 >/dev/null
for application in apogee harpege; do
  code=0
  "$versoir" extract "sqlite:$application.sqlite" --application "$application" >extract.log 2>&1 || code=$?
  [ "$code" = 0 ] || [ "$code" = 3 ] || { cat extract.log; fail "extract $application: $code"; }
done
value() { python3 -c 'import json, sys; print(next(l[sys.argv[2]] for l in map(json.loads, sys.stdin) if l.get("type") == sys.argv[1]))' "$@" <<<"$out"; }
sql() { sqlite3 "$1" "$2"; }

say "lists: which there are, what they ask, a count, rows, a table; the log tells it"
expect 0 "$versoir" consult list apogee.extract; contains promotion; contains diplomes
expect 0 "$versoir" consult list harpege.extract; contains agents-corps; contains agents-grade
expect 80 "$versoir" consult list apogee.extract nothing
expect 2 "$versoir" consult list apogee.extract promotion
read -r step year < <(sql apogee.extract "SELECT rtrim(cod_etp) || ' ' || cod_anu FROM ins_adm_etp WHERE eta_iae = 'E' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
wanted=$(sql apogee.extract "SELECT count(*) FROM ins_adm_etp WHERE rtrim(cod_etp) = '$step' AND cod_anu = '$year' AND coalesce(rtrim(eta_iae), 'E') NOT IN ('A', 'C')")
expect 0 "$versoir" consult list apogee.extract promotion --set "etape=$step" --set "annee=$year" --count; contains "$wanted record"
[ ! -e consultation-main.jsonl ] || fail "a count alone is in the log"
expect 0 "$versoir" consult list apogee.extract promotion --set "etape=$step" --set "annee=$year" --csv promotion.csv
[ "$(wc -l <promotion.csv)" = $((wanted + 1)) ] || fail "rows of the table: $(wc -l <promotion.csv), wanted $wanted"
[ "$(stat -c %a promotion.csv)" = 600 ] || fail "mode of the table"
expect 2 "$versoir" consult list apogee.extract promotion --set "etape=nulle" --set "annee=$year"
expect 0 "$versoir" consult list apogee.extract diplomes --choices diplome
diploma=$(sql apogee.extract "SELECT rtrim(cod_dip) FROM resultat_vdi LIMIT 1")
expect 0 "$versoir" consult list apogee.extract diplomes --set "diplome=$diploma" --set "annee=$(sql apogee.extract "SELECT cod_anu FROM resultat_vdi WHERE rtrim(cod_dip) = '$diploma' LIMIT 1")"
corps=$(sql harpege.extract "SELECT rtrim(c_corps) FROM element_carriere WHERE d_annulation IS NULL AND c_corps IS NOT NULL LIMIT 1")
day=$(sql harpege.extract "SELECT substr(d_effet_element, 1, 10) FROM element_carriere WHERE rtrim(c_corps) = '$corps' AND d_annulation IS NULL LIMIT 1")
expect 0 "$versoir" consult list harpege.extract agents-corps --set "corps=$corps" --set "jour=$day" --json
[ "$(grep -c '"type":"row"' <<<"$out")" -ge 1 ] || fail "no agent of $corps on $day: $out"
expect 0 "$versoir" consult log; contains "promotion"; contains "list exported"

say "a new name: found under both, documents bear it, VITAM is told of nothing that was not transferred"
expect 0 "$versoir" consult search apogee.extract kermarrec maelle --json
reference=etudiant:$(value hit key)
number=${reference//[^0-9]/}
expect 0 "$versoir" consult document apogee.extract "$reference" --json
row=$(python3 -c 'import json, sys; print(next(l["row"] for l in map(json.loads, sys.stdin) if l["type"] == "document" and l["document"] == "releve" and not l["refusals"]))' <<<"$out")
expect 0 "$versoir" consult document apogee.extract "$reference" --document releve --row "$row" --output before.html
code_of() { sed -n 's|.*<dt>Code de vérification</dt><dd>\([0-9a-f-]*\)</dd>.*|\1|p' "$1"; }
expect 2 "$versoir" consult annotate apogee.extract "$reference" --kind name --set prenom=Gwenael
expect 2 "$versoir" consult annotate apogee.extract "$reference" --kind name --set cod_ind=1 --paper "Décision 1"
expect 0 "$versoir" consult annotate apogee.extract "$reference" --kind name --set prenom=Gwenael --paper "Décision du maire du 3 mars 2031"
[ "$(stat -c %a apogee.extract.annotations)" = 600 ] || fail "mode of the annotations"
expect 0 "$versoir" consult search apogee.extract kermarrec maelle; contains Gwenael
expect 0 "$versoir" consult search apogee.extract gwenael; contains KERMARREC
expect 0 "$versoir" consult document apogee.extract "$reference" --document releve --row "$row" --output after.html
grep -q Gwenael after.html && ! grep -qi ma.lle after.html || fail "the identity of the document"
expect 0 "$versoir" consult annotate apogee.extract "$reference"; contains "Claire Aubin"; contains "masked"
expect 0 "$versoir" consult annotate apogee.extract "$reference" --earlier
grep -qi 'ma.lle' <<<"$out" || fail "the earlier value: $out"
expect 0 "$versoir" consult log --person "$reference"; contains "earlier values shown"
grep -qi 'kermarrec\|gwenael' consultation-main.jsonl journal-main.jsonl && fail "a name in a log"

say "codes: of before, of today, of another paper"
expect 0 "$versoir" consult check-code apogee.extract "$(code_of before.html)"; contains "before an annotation"
expect 0 "$versoir" consult check-code apogee.extract "$(code_of after.html)" --record "$reference"
expect 61 "$versoir" consult check-code apogee.extract 0000-0000-0000-0000-0000 --record "$reference"
expect 80 "$versoir" consult check-code apogee.extract 0000-0000-0000-0000-0000
expect 2 "$versoir" consult check-code apogee.extract trente

say "a certified copy: signed, verified alone and against the extract, spoilt"
expect 0 "$versoir" consult person apogee.extract "$reference" --output copie --signer producer --reference "RGPD 7"
expect 2 "$versoir" consult person apogee.extract "$reference" --output copie
expect 0 "$versoir" consult check-person copie --extract apogee.extract; contains "cachet du service informatique"; contains "none is missing"
openssl cms -verify -binary -inform DER -in copie/manifeste.json.p7s -content copie/manifeste.json -CAfile pki/ca.pem -purpose any >/dev/null 2>&1 || fail "openssl does not verify the manifest"
sed -i 's/KERMARREC/KERMARRET/' copie/dossier.txt
expect 61 "$versoir" consult check-person copie

say "annotations that were touched: none counts, no document"
cp apogee.extract.annotations kept && sed -i 's/Gwenael/Gwenaek/' apogee.extract.annotations
expect 61 "$versoir" consult document apogee.extract "$reference" --document releve --row "$row"
expect 61 "$versoir" consult annotate apogee.extract "$reference" --kind hold --paper "Contentieux"
cp kept apogee.extract.annotations

say "purge: refused without a visa, against a hold; then nothing of it is in the bytes"
today=$(date -u +%F)
expect 0 "$versoir" eliminate prepare e1 apogee.extract --rehearsal
expect 33 "$versoir" consult purge apogee.extract --bordereau e1 --output second.extract --rehearsal --confirm e1; contains "no visa"
echo signé >signed.pdf
expect 0 "$versoir" eliminate visa e1 --authority "Archives départementales" --reference "AD 2031-7" --document signed.pdf --date "$today"
expect 33 "$versoir" consult purge apogee.extract --bordereau e1 --output second.extract --confirm e1; contains "rehearsal"
expect 2 "$versoir" consult purge apogee.extract --bordereau e1 --output second.extract --rehearsal --confirm e2
expect 0 "$versoir" consult annotate apogee.extract "$reference" --kind hold --paper "Contentieux 12"
expect 33 "$versoir" consult purge apogee.extract --bordereau e1 --output second.extract --rehearsal --confirm e1; contains "under hold"
expect 0 "$versoir" consult annotate apogee.extract "$reference" --withdraw 2 --paper "Fin du contentieux 12"
[ ! -e second.extract ] || fail "a refused purge wrote something"
grep -q ZQXWVILLE apogee.extract || fail "the planted value is not in the extract"
expect 0 "$versoir" consult purge apogee.extract --bordereau e1 --output second.extract --rehearsal --confirm e1; contains "shred --remove"; contains "apogee.extract.annotations"
expect 0 "$versoir" extract --verify second.extract
[ "$(sql second.extract 'SELECT count(*) FROM resultat_epr')" = 0 ] || fail "rows of RESULTAT_EPR are left"
[ "$(sql second.extract 'SELECT count(lib_vil_nai_etu) FROM individu')" = 0 ] || fail "values of LIB_VIL_NAI_ETU are left"
if grep -l ZQXWVILLE second.extract*; then fail "the planted value is left"; fi
[ "$(sql second.extract 'PRAGMA freelist_count')" = 0 ] || fail "free pages"
[ "$(sql apogee.extract 'SELECT count(*) FROM resultat_epr')" -gt 0 ] || fail "the old generation was touched"
expect 0 "$versoir" consult search second.extract gwenael; contains KERMARREC
expect 0 "$versoir" consult show second.extract "$reference"
if grep -l ZQXWVILLE second.extract*; then fail "the planted value is in the index"; fi
grep -q '"previous_root"' second.extract.seal.json && grep -q 'AD 2031-7' second.extract.seal.json || fail "the seal does not cite the old one and the visa"
expect 33 "$versoir" consult purge harpege.extract --bordereau e1 --output third.extract --rehearsal --confirm e1; contains "another extract"
echo >>eliminations/e1/annexe.csv
expect 61 "$versoir" consult purge apogee.extract --bordereau e1 --output third.extract --rehearsal --confirm e1
grep -q EXTRACT_PURGED journal-main.jsonl || fail "the journal knows nothing of the purge"

say "in French"
expect 2 env LANGUAGE=fr "$versoir" consult check-code apogee.extract trente --lang fr
