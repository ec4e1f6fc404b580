#!/bin/bash
# Documents as PDF, by the real program: the same paper as the page, the same code, the same refusals and traces; read back by poppler and
# qpdf, judged as PDF/A-2b by veraPDF where it is.
source "$(dirname "$0")/lib.sh"
for tool in pdftotext pdfinfo pdffonts qpdf; do
  command -v $tool >/dev/null || { [ "${CI:-}" = true ] && fail "$tool is missing in CI"; echo "skipped: no $tool"; exit 77; }
done
mkdir "$work/desk" && cd "$work/desk"
make_extracting_workspace
sign_roles
"$build/sample-apogee" --out apogee.sqlite --students 120 >/dev/null
"$build/sample-harpege" --out harpege.sqlite --agents 40 >/dev/null
for application in apogee harpege; do
  code=0
  "$versoir" extract "sqlite:$application.sqlite" --application "$application" >extract.log 2>&1 || code=$?
  [ "$code" = 0 ] || [ "$code" = 3 ] || { cat extract.log; fail "extract $application: $code"; }
done
# choice DOCUMENT PYTHON-CONDITION: prints the row of the first one in $out for which it holds.
choice() {
  python3 -c 'import json, sys
print(next(l["row"] for l in map(json.loads, sys.stdin) if l.get("type") == "document" and l["document"] == sys.argv[1] and eval(sys.argv[2])))' "$@" <<<"$out"
}
sql() { sqlite3 "$1" "$2"; }
lines_of_log() { if [ -e consultation-main.jsonl ]; then grep -c DOCUMENT_MADE consultation-main.jsonl || true; else echo 0; fi; }
document() { "$versoir" consult document apogee.extract "$reference" "$@"; }

say "a transcript: sound, its text that of the page, its code checked, written down once"
expect 0 "$versoir" consult search apogee.extract kermarrec maelle --json
reference=etudiant:$(python3 -c 'import json, sys; print(next(l["key"] for l in map(json.loads, sys.stdin) if l["type"] == "hit"))' <<<"$out")
expect 0 document --json
row=$(choice releve 'not l["refusals"]')
before=$(lines_of_log)
expect 0 document --document releve --row "$row" --output releve.pdf; contains "not verified"
[ "$(lines_of_log)" = $((before + 1)) ] || fail "lines of the log: $(lines_of_log), before $before"
[ "$(stat -c %a releve.pdf)" = 600 ] || fail "mode of the PDF"
expect 0 qpdf --check releve.pdf; contains "No syntax or stream encoding errors"
expect 0 pdfinfo releve.pdf; contains "Relevé de notes – KERMARREC"; contains "A4"
expect 0 document --document releve --row "$row" --output releve.html
pdftotext releve.pdf - >releve.txt
code_on_paper=$(grep -oE '[0-9a-f]{4}(-[0-9a-f]{4}){4}' releve.txt | sort -u)
[ "$(wc -l <<<"$code_on_paper")" = 1 ] || fail "codes on the paper: $code_on_paper"
grep -q "<dd>$code_on_paper</dd>" releve.html || fail "the page has another code than the sheets"
expect 0 "$versoir" consult check-code apogee.extract "$code_on_paper" --record "$reference"
expect 0 document --document releve --row "$row" --check "$code_on_paper"
python3 - releve.html releve.txt <<'PY' || fail "the page and the sheets do not say the same"
import html, re, sys
page = re.sub(r"<(style|title)>.*?</\1>", " ", open(sys.argv[1], encoding="utf-8").read(), flags=re.S)
said = [html.unescape(t) for t in re.findall(r">([^<]+)<", page)]
sheets = re.sub(r"\s+", "", open(sys.argv[2], encoding="utf-8").read())
# Columns break lines inside a cell, sheets repeat headers: each text of the page must be there, word by word.
missing = [w for t in said for w in t.split() if w not in sheets]
print("missing on the sheets:", missing) if missing else None
sys.exit(1 if missing or len(said) < 40 else 0)
PY

say "the same bytes twice, whatever this machine prefers"
expect 0 document --document releve --row "$row" --output again.pdf
cmp releve.pdf again.pdf || fail "two files of one paper differ"
mkdir -p home/.config/fontconfig
echo '<?xml version="1.0"?><fontconfig><match><edit name="family" mode="assign"><string>Nothing</string></edit></match></fontconfig>' >home/.config/fontconfig/fonts.conf
expect 0 env HOME="$PWD/home" FONTCONFIG_FILE="$PWD/home/.config/fontconfig/fonts.conf" "$versoir" consult document apogee.extract "$reference" --document releve --row "$row" --output third.pdf
cmp releve.pdf third.pdf || fail "the preferences of a user change the paper"
expect 0 document --document releve --row "$row" --output CAPITALS.PDF
head -c 5 CAPITALS.PDF | grep -q '%PDF-' || fail "CAPITALS.PDF is no PDF"

say "attestations, a statement of services"
expect 0 document --json
expect 0 document --document attestation-scolarite --row "$(choice attestation-scolarite 'not l["refusals"]')" --output scolarite.pdf
expect 0 document --json
expect 0 document --document attestation-reussite --row "$(choice attestation-reussite 'not l["refusals"]')" --output reussite.pdf
agent=$(sql harpege.extract "SELECT no_dossier_pers FROM element_carriere WHERE d_annulation IS NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
expect 0 "$versoir" consult document harpege.extract "agent:[$agent]" --json
services=$(python3 -c 'import json, sys; print(next(l["document"] for l in map(json.loads, sys.stdin) if l["type"] == "document"))' <<<"$out")
expect 0 "$versoir" consult document harpege.extract "agent:[$agent]" --document "$services" --output services.pdf
for file in scolarite reussite services; do
  expect 0 qpdf --check $file.pdf
  expect 0 pdftotext $file.pdf -; contains "Provenance"; contains "Fait à"; contains "page 1/"
done

say "refused as the page is: no file, no line in the log"
refused() {
  local wanted=$1
  shift
  before=$(lines_of_log)
  expect "$wanted" "$@" --output refused.pdf
  [ ! -e refused.pdf ] || fail "a refused document was written"
  [ "$(lines_of_log)" = "$before" ] || fail "a refused document is in the log"
}
cancelled=$(sql apogee.extract "SELECT cod_ind FROM ins_adm_etp WHERE eta_iae = 'A' ORDER BY 1 LIMIT 1")
expect 0 "$versoir" consult document apogee.extract "etudiant:[$cancelled]" --json
annulled=$(choice attestation-scolarite 'l["refusals"]')
refused 80 "$versoir" consult document apogee.extract "etudiant:[$cancelled]" --document attestation-scolarite --row "$annulled"; contains "n'est pas effective"
refused 80 document --document releve --row resultat.99
refused 2 document --document releve --row "$row" --unpublished "PV de jury du 12/07/2004"
refused 2 document --document releve
cp apogee.extract kept.extract
sqlite3 apogee.extract "UPDATE individu SET lib_nom_pat_ind = 'KERMARRET' WHERE lib_nom_pat_ind = 'KERMARREC'"
refused 21 "$versoir" consult document apogee.extract "$reference" --document releve --row "$row"
mv kept.extract apogee.extract

say "unpublished results by a decision only, which is printed"
found=
for number in $(sql apogee.extract "SELECT DISTINCT cod_ind FROM resultat_elp ORDER BY 1 LIMIT 60"); do
  out=$("$versoir" consult document apogee.extract "etudiant:[$number]" --json 2>/dev/null) || continue
  for candidate in $(python3 -c 'import json, sys
for l in map(json.loads, sys.stdin):
  if l.get("type") == "document" and l["document"] == "releve" and not l["refusals"]: print(l["row"])' <<<"$out"); do
    if "$versoir" consult document apogee.extract "etudiant:[$number]" --document releve --row "$candidate" \
      --unpublished "PV de jury du 12/07/2004" --reason "Contentieux 12" --output decided.pdf >/dev/null 2>&1; then
      found=$number
      break 2
    fi
  done
done
[ -n "$found" ] || fail "no unpublished result among the samples"
expect 0 "$versoir" consult document apogee.extract "etudiant:[$found]" --document releve --row "$candidate" --output published.pdf
expect 0 pdftotext -layout decided.pdf -; contains "n’a jamais publiés"; contains "PV de jury du 12/07/2004"; contains "Contentieux 12"; contains "non publiés par l’application"
expect 0 pdftotext -layout published.pdf -; contains "non publiée"
if grep -q "PV de jury" <<<"$out"; then fail "the decision is printed without being asked"; fi

say "in French"
expect 0 env LANGUAGE=fr "$versoir" consult document apogee.extract "$reference" --document releve --row "$row" --output french.pdf --lang fr
cmp releve.pdf french.pdf || fail "the language of the program changes the paper"

if [ ! -d "$root/tests/pdfa/lib" ] || ! command -v java >/dev/null; then
  echo "skipped: no veraPDF"
  exit 0
fi
say "PDF/A-2b, says veraPDF; and that it would see a fault"
expect 0 java -cp "$root/tests/pdfa/lib/*" "$root/tests/pdfa/Validate.java" releve.pdf scolarite.pdf reussite.pdf services.pdf decided.pdf
[ "$(grep -c 'conforms to PDF/A-2b' <<<"$out")" = 5 ] || fail "$out"
sed 's/GTS_PDFA1/GTS_PDFX1/' <(qpdf --qdf --object-streams=disable releve.pdf -) >spoilt.pdf
expect 1 java -cp "$root/tests/pdfa/lib/*" "$root/tests/pdfa/Validate.java" spoilt.pdf
