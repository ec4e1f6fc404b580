#!/bin/bash
# The demonstration's road, then its results verified with other people's tools.
source "$(dirname "$0")/lib.sh"
export STUDENTS=120 AGENTS=40
if [ "$build" -ef "$root/build/release" ]; then
  say "the demonstration itself; what is built is not built again, and its folder is made anew"
  before=$(stat -c %y "$versoir")
  mkdir "$work/demo" && touch "$work/demo/.versoir-demo" "$work/demo/left-from-before"
  "$root/samples/demo" "$work/demo" >"$work/road.log" 2>&1 || { cat "$work/road.log"; fail "the demonstration"; }
  [ "$before" = "$(stat -c %y "$versoir")" ] || fail "the program was built again"
  grep -q "made anew" "$work/road.log" || fail "the earlier demonstration went without a word"
  [ ! -e "$work/demo/left-from-before" ] || fail "the folder of the earlier demonstration stayed"
else
  "$root/samples/road" "$work/demo" "$build" >"$work/road.log" 2>&1 || { cat "$work/road.log"; fail "the road"; }
fi
grep -q $'\033' "$work/road.log" && fail "escape sequences in a file"
mkdir "$work/kept" && touch "$work/kept/somebody-elses-file"
"$root/samples/road" "$work/kept" "$build" >"$work/kept.log" 2>&1 && fail "a folder that is not a demonstration was taken"
[ -e "$work/kept/somebody-elses-file" ] || fail "a folder that is not a demonstration was emptied"
cd "$work/demo"
# Again on the ports of the configuration, as the demonstration says to go on by hand.
sandbox_port=$(sed -n 's|^ingest_url = https://localhost:||p' versoir.conf)
sandbox_tsa_port=$(sed -n 's|^url = http://127.0.0.1:\([0-9]*\)/.*|\1|p' versoir.conf)
start_sandbox

say "the platform of the demonstration finds nothing to say, access contract included"
expect 0 "$versoir" vitam ping; contains "access contract AC-UNIV is active"
grep -q "warning:\|error:" <<<"$out" && fail "ping of the demonstration: $out"

say "the workspace holds what the design lists"
for f in versoir.conf apogee.extract apogee.extract.seal.json apogee.extract.seal.json.p7s harpege.extract journal-main.jsonl pki/ca.pem \
  versements/scolarite-2026/{plan.json,kept.csv,left-out.csv,review.html,visa-1.json,visa-1.json.p7s} \
  versements/personnel-2026/{plan.json,visa-1.json.p7s}; do
  [ -s "$f" ] || fail "$f is missing"
done
[ -z "$(find . -name '*.partial')" ] || fail "partial files left"

say "every lot is accepted and verified"
expect 0 "$versoir" status --json
grep '"type":"lot"' <<<"$out" | grep -vq '"state":"verified"' && fail "a lot is not verified: $out"
[ "$(grep -c '"type":"lot"' <<<"$out")" -ge 3 ] || fail "fewer than three lots: $out"

say "a name that several records bear: the report says which word shows one of them"
expect 0 "$versoir" review scolarite-2026 --show kermarrec; contains "→ --show with one of these keys shows that record"
key=$(sed -n "s/.*for instance --show '\(.*\)'\.$/\1/p" <<<"$out")
expect 0 "$versoir" review scolarite-2026 --show "$key"; contains "KERMARREC"
grep -q "one of these keys" <<<"$out" && fail "the key that was named shows several: $out"
[ "$(grep -c "until .*, then " <<<"$out")" = 1 ] || fail "not one record: $out"

say "every archive profile of Apogée has its records; diplomas and theses have the known people who earned them, and no other"
for profile in deliberations diplomes-delivres dossiers-etudiants listes-inscrits offre-formation theses-hdr; do
  grep -q ",$profile," versements/scolarite-2026/kept.csv || fail "nothing kept of $profile"
done
grep -q ',theses-hdr,.*LŒUILLET Zoé, soutenance du .*DUA_THESE_50' versements/scolarite-2026/kept.csv || fail "the thesis defended in 2013"
diplomas=$(unzip -p versements/scolarite-2026/lots/USA-DIP-*/sip.zip 'content/*.xml')
[ "$(grep -o ">KERMARREC<" <<<"$diplomas" | wc -l)" = 2 ] || fail "KERMARREC has two diplomas"
grep -q ">D'ALMEIDA<" <<<"$diplomas" && fail "a diploma that no jury gave"

say "SIPs, replies and receipts recomputed by independent code; containers by unzip"
for lot in versements/*/lots/*/; do
  unzip -tqq "$lot/sip.zip" || fail "unzip -t $lot"
  python3 "$root/tests/e2e/verify_sip.py" "$lot" "$(dirname "$(dirname "$lot")")/kept.csv" "$lot/atr.xml"
done

say "seals and visas by openssl, time-stamp tokens by openssl ts"
signed=0
for signature in $(find . -name '*.p7s'); do
  content=${signature%.p7s}
  openssl cms -verify -cades -binary -inform DER -in "$signature" -content "$content" -CAfile pki/ca.pem -purpose any -out /dev/null 2>"$work/cms.err" ||
    { cat "$work/cms.err"; fail "openssl cms -verify $signature"; }
  [ "$content" != ./pki/roles.json ] || continue  # the register needs no time-stamp
  python3 "$root/tests/e2e/cms_parts.py" "$signature" "$work/value.bin" "$work/token.der"
  openssl ts -verify -token_in -in "$work/token.der" -data "$work/value.bin" -CAfile pki/ca.pem >"$work/ts.out" 2>&1 ||
    { cat "$work/ts.out"; fail "openssl ts -verify $signature"; }
  signed=$((signed + 1))
done
[ "$signed" -ge 8 ] || fail "only $signed signatures"

say "manifests of both applications against every schema set"
if have_shared; then
  sets=0
  for version in 2.1 2.2 2.3; do
    dir=$work/seda-$version
    mkdir -p "$dir"
    for application in apogee harpege; do
      id=$application-seda-${version/./-}
      expect 0 "$versoir" plan $application.extract --id "$id" --seda "$version"
      expect 0 "$versoir" build "$id"
      expect 0 "$versoir" check "$id"
      for sip in versements/"$id"/lots/*/sip.zip; do
        unzip -p "$sip" manifest.xml >"$dir/$(basename "$(dirname "$sip")").xml"
      done
    done
    [ "$(grep -l "seda:v$version" "$dir"/*.xml | wc -l)" -ge 3 ] || fail "fewer than three manifests of SEDA $version"
    for schema in "$shared/reference/seda-xsd/"*"$version"*/*-main.xsd; do
      case "$schema" in *vitam-validation-$version/*) continue ;; esac
      xmllint --noout --nonet --schema "$schema" "$dir"/*.xml 2>"$work/xsd.err" || { head -5 "$work/xsd.err"; fail "$schema"; }
      sets=$((sets + 1))
    done
  done
  [ "$sets" -ge 8 ] || fail "only $sets schema sets"
fi

say "our own published grammars say the same through xmllint"
for lot in versements/*/lots/*/; do
  unzip -p "$lot/sip.zip" manifest.xml >"$work/manifest.xml"
  version=$(grep -o 'seda:v2\.[123]' "$work/manifest.xml" | head -1 | sed 's/.*v//')
  xmllint --noout --relaxng "$root/profiles/schemas/seda-$version.rng" "$work/manifest.xml" 2>/dev/null || fail "seda-$version.rng $lot"
done

say "the extract with the sqlite3 shell; digests by independent code"
[ "$(sqlite3 apogee.extract 'PRAGMA application_id')" = 1447383635 ] || fail "application_id"
[ "$(sqlite3 apogee.extract 'PRAGMA integrity_check')" = ok ] || fail "integrity_check"
for table in INDIVIDU INS_ADM_ETP RESULTAT_ELP; do
  [ "$(sqlite3 apogee.extract "SELECT count(*) FROM $table")" = "$(sqlite3 sources/apogee.sqlite "SELECT count(*) FROM $table")" ] || fail "count of $table"
done
python3 "$root/tests/support/recompute_extract.py" apogee.extract || fail "digests of apogee.extract"
python3 "$root/tests/support/recompute_extract.py" harpege.extract || fail "digests of harpege.extract"
# National numbers, health and parents are in the source of the demonstration, and in no file of ours.
[ "$(sqlite3 apogee.extract "SELECT count(*) FROM versoir_column WHERE sensitivity='national-number' AND taken='no'")" -gt 0 ] || fail "no national number in the dictionary"
[ "$(sqlite3 apogee.extract "SELECT count(*) FROM versoir_column WHERE sensitivity IN ('national-number','health') AND taken='yes'")" = 0 ] || fail "a national number or health data was taken"
number=$(sqlite3 sources/apogee.sqlite "SELECT COD_NNI_ETU FROM INDIVIDU WHERE COD_NNI_ETU IS NOT NULL LIMIT 1")
[ -n "$number" ] || fail "the sample has no social-security number"
grep -qF "$number" apogee.extract && fail "a social-security number is in the extract"

say "the journal's chain, by independent code"
python3 - journal-main.jsonl <<'PY' || fail "journal"
import hashlib, json, sys
previous, number = "0" * 64, 0
for number, line in enumerate(open(sys.argv[1], "rb"), start=1):
    entry = json.loads(line)
    assert (entry["seq"], entry["prev"]) == (number, previous), number
    previous = hashlib.sha256(line.rstrip(b"\n")).hexdigest()
assert number > 10
PY

say "rebuilding gives the same bytes"
expect 0 "$versoir" plan apogee.extract --id again
expect 0 "$versoir" build again
before=$(sha512sum versements/again/lots/*/sip.zip)
expect 0 "$versoir" build again --replace
[ "$before" = "$(sha512sum versements/again/lots/*/sip.zip)" ] || fail "the SIPs differ"

say "an altered extract is found, with its table"
cp apogee.extract "$work/kept.extract"
sqlite3 apogee.extract "UPDATE INDIVIDU SET LIB_NOM_PAT_IND = 'AUTRE' WHERE _row = 3"
expect 21 "$versoir" verify
contains INDIVIDU
cp "$work/kept.extract" apogee.extract
expect 0 "$versoir" verify

say "an estimated birth date is said so, diplomas come first, past registrations are not \"in progress\""
expect 0 "$versoir" consult search apogee.extract 20800007; contains "estimée"
expect 0 "$versoir" consult show apogee.extract 20800007; contains "Nature de la date de naissance"
expect 0 "$versoir" consult show apogee.extract 20500001
grep -q "en cours" <<<"$out" && fail "a registration of the past in progress"
python3 - "$out" <<'PY' || fail "order of the record"
import sys
out = sys.argv[1]
sys.exit(0 if out.index("Diplômes obtenus") < out.index("Inscriptions administratives") < out.index("Résultats par année") else 1)
PY
say "every example of the help runs here"
for command in status verify plan build check review "consult search" "consult show"; do
  line=$("$versoir" $command --help --lang en | sed -n '/^Example:/{n;s/^  versoir //p}')
  [ -n "$line" ] || fail "no example: $command"
  code=0; eval "\"\$versoir\" $line" >"$work/example" 2>&1 || code=$?
  case $code in 0 | 3) ;; *) fail "the example of $command ended with $code: $(cat "$work/example")" ;; esac
done

say "in French"
expect 41 "$versoir" send again --lang fr
contains "Rien n’a été envoyé"
