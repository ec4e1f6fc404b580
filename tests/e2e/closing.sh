#!/bin/bash
# What happens after the receipt: closing, evidence, elimination, and the ledger shown before the switch is turned off.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
# later_points JOURNAL: takes away the checkpoints of journal-main.jsonl of which that journal does not speak.
later_points() {
  local f n lines
  lines=$(wc -l <"$1")
  for f in journal-main.jsonl.checkpoint-*.json; do n=${f#*checkpoint-}; [ "${n%.json}" -lt "$lines" ] || rm "$f" "$f.p7s"; done
}
# forget: the last event, as if the program had stopped before its line; the checkpoint after it was then not made.
forget() {
  if tail -1 journal-main.jsonl | grep -q '"event":"CHECKPOINT"'; then
    rm -f "journal-main.jsonl.checkpoint-$(($(wc -l <journal-main.jsonl) - 1)).json"*
    sed -i '$d' journal-main.jsonl
  fi
  sed -i '$d' journal-main.jsonl
}
write_config
keep() { local f; for f in "$@"; do cp -p "$f" "$work/kept.$(basename "$f")"; done; }
strip() { python3 "$root/tests/e2e/strip_timestamp.py" "$1"; }
put_back() { local f; for f in "$@"; do cp -p "$work/kept.$(basename "$f")" "$f"; done; }

say "33: a versement that was not sent, or whose receipt nobody verified, is not closed"
until_reviewed v1
folder=versements/v1/lots/$(ls versements/v1/lots)
expect 33 "$versoir" close v1 --confirm v1; contains "its receipt is not verified"
expect 0 "$versoir" approve v1 --confirm v1
expect 33 "$versoir" close v1 --confirm v1
expect 0 "$versoir" send v1
expect 33 "$versoir" close v1 --confirm v1; contains "accepted"
say "a planning that was interrupted is no plan that went away; with anything decided beside it, it is"
mkdir versements/v0; echo half >versements/v0/kept.csv; echo half >versements/v0/left-out.csv.partial
expect 0 "$versoir" verify; contains "planning was interrupted"
echo '{}' >versements/v0/visa-1.json; expect 61 "$versoir" verify; rm -r versements/v0
say "a program stopped between the plan and its line in the journal: the next plan writes it"
cp -a "$work/ws" "$work/tries" && cd "$work/tries"
expect 0 "$versoir" plan bibliotheque.extract --id v7
tail -1 journal-main.jsonl | grep -q '"event":"PLANNED"' || fail "the plan is not the last line"
sed -i '$d' journal-main.jsonl
expect 33 "$versoir" plan bibliotheque.extract --id v7
tail -1 journal-main.jsonl | grep -q '"interrupted":true' || fail "the journal does not tell the plan"
expect 0 "$versoir" verify
cd "$work/ws"; rm -r "$work/tries"
say "a crash between the receipt and its line in the journal: send tells it, and the lot can be closed"
cp -a "$work/ws" "$work/tries" && cd "$work/tries"
sed -i '/"event":"ATR_RECEIVED"/,$d' journal-main.jsonl; later_points journal-main.jsonl
expect 0 "$versoir" verify; [ "$(grep -c '"event":"ATR_RECEIVED"' journal-main.jsonl)" = 0 ] || fail "the journal was not cut"
expect 0 "$versoir" send v1
[ "$(grep -c '"event":"ATR_RECEIVED"' journal-main.jsonl)" = 1 ] || fail "the journal does not tell the reply"
expect 0 "$versoir" verify; printf '\n[closing]\ndelay_days = 0\n' >>versoir.conf
expect 0 "$versoir" close v1 --confirm v1
cd "$work/ws"; rm -r "$work/tries"
expect 0 "$versoir" verify
expect 0 "$versoir" status; contains "verified"

say "33: before the delay; 2: nobody typed the name; 33: another SIP in its place; 61: a decision is missing"
expect 33 "$versoir" close v1 --confirm v1; contains "delay_days = 90"
printf '\n[closing]\ndelay_days = 0\n' >>versoir.conf
expect 2 setsid "$versoir" close v1; contains "Nothing was removed"; contains "sip.zip"
expect 2 "$versoir" close v1 --confirm v2; contains "'v2' is not v1"
keep "$folder/sip.zip" versements/v1/visa-1.json
echo x >>"$folder/sip.zip"; expect 33 "$versoir" close v1 --confirm v1; contains "not the one that was sent"; put_back "$folder/sip.zip"
rm versements/v1/visa-1.json; expect 61 "$versoir" close v1 --confirm v1; put_back versements/v1/visa-1.json
[ -s "$folder/sip.zip" ] && [ -s versements/v1/review.html ] || fail "something was removed"
grep -q CLOSING_STARTED journal-main.jsonl && fail "a refused closing began"

say "evidence before closing; the names of readers are in no SIP or report of it"
# A disk that breaks while the manifest is taken out of a SIP says nothing of the proofs.
on_broken_disk() { env LD_PRELOAD="$build/tests/e2e/libversoir_file_faults.so" ASAN_OPTIONS=verify_asan_link_order=0 VERSOIR_FAULT=broken:1 "$@"; }
expect 70 on_broken_disk "$versoir" evidence v1; contains "the disk is broken"; contains "nothing was packed"
[ -z "$(ls -d versements/v1/evidence* 2>/dev/null)" ] || fail "a pack on a broken disk"
expect 0 "$versoir" evidence v1 --json; contains '"renew_before":"20'
pack=versements/v1/evidence-1
[ -z "$(find $pack -name 'sip.zip' -o -name 'review*.html')" ] || fail "a SIP or a report in the pack"
for f in README.txt manifest-1.txt manifest-1.tst versement/visa-1.json.p7s versement/kept.csv config/roles.json config/versoir.conf \
  trust/anchors.pem trust/tsa-anchors-1.pem journal/journal-main.jsonl extract/seal.json.p7s; do
  [ -s "$pack/$f" ] || fail "$f is not in the pack"
done
# The commands of the notice, as they stand, with openssl and the shell alone.
run_notice() {  # DIR FILE
  local n=0
  while IFS= read -r command; do
    n=$((n + 1))
    (cd "$1" && bash -euo pipefail -c "$command") >"$work/notice.out" 2>&1 || { cat "$work/notice.out"; echo "FAILED: $command"; return 1; }
  done < <(sed -n 's/^    \$ //p' "$1/$2")
  [ "$n" -ge 2 ] || fail "$2 holds only $n commands"
}
[ "$(grep -c '^    \$ ' $pack/README.txt)" -ge 9 ] || fail "too few commands: $(cat $pack/README.txt)"
run_notice $pack README.txt || fail "the notice"
! grep -q "PRIVATE KEY" -r $pack || fail "a private key in the pack"
say "each altered kind of file makes a command of the notice fail, and verify name it"
lot_in_pack=versement/lots/$(basename "$folder")
for f in versement/visa-1.json $lot_in_pack/atr.xml journal/journal-main.jsonl manifest-1.txt trust/anchors.pem; do
  keep "$pack/$f"
  sed -i '0,/[0-9a-f]/s//~/' "$pack/$f"
  run_notice $pack README.txt >/dev/null && fail "the notice accepts another $f"
  expect 61 "$versoir" verify; contains "$(basename "$f")"
  put_back "$pack/$f"
done
say "and so does each kind of command alone, when the list of digests was written again with it"
# alone FILE PATTERN: with FILE altered and listed anew, a command that matches PATTERN fails.
alone() {
  cp -r $pack "$work/pack"
  sed -i '0,/[0-9a-f]/s//~/' "$work/pack/$1"
  (cd "$work/pack" && cut -c131- manifest-1.txt | xargs openssl dgst -sha512 -r >list && mv list manifest-1.txt)
  local failed=no command
  while IFS= read -r command; do
    (cd "$work/pack" && bash -euo pipefail -c "$command") >/dev/null 2>&1 || failed=yes
  done < <(sed -n 's/^    \$ //p' "$work/pack/README.txt" | grep -- "$2")
  rm -r "$work/pack"
  [ $failed = yes ] || fail "no command $2 sees another $1"
}
alone versement/visa-1.json "cms -verify.*visa-1"
alone versement/visa-1.json "journal/.*visa-1\|visa-1.*journal/"
alone versement/kept.csv keptSha512
alone versement/plan.json planSha512
alone $lot_in_pack/atr.xml receipt.json
alone $lot_in_pack/sip.zip.p7s sealSha512
alone journal/journal-main.jsonl prev
alone extract/seal.json "cms -verify.*seal.json"
alone trust/anchors.pem "cms -verify"
alone trust/tsa-anchors-1.pem "ts -verify"
alone tokens/versement.visa-1.json.p7s.value "ts -verify.*visa-1"
keep $pack/manifest-1.tst; rm $pack/manifest-1.tst; expect 61 "$versoir" verify; contains "manifest-1.tst"; put_back $pack/manifest-1.tst
echo more >$pack/more; expect 61 "$versoir" verify; contains "more is not in manifest-1.txt"; rm $pack/more
expect 0 "$versoir" verify; contains "to be renewed before"

say "61: an alteration is not packed; what others put in the folder is not either"
cp -a "$work/ws" "$work/tries" && cd "$work/tries"
for f in versements/v1/kept.csv versements/v1/plan.json "$folder/atr.xml" "$folder/sip.zip.p7s"; do
  keep "$f"; echo >>"$f"
  expect 61 "$versoir" evidence v1; contains "nothing was packed"
  put_back "$f"
done
keep versements/v1/visa-1.json.p7s
strip versements/v1/visa-1.json.p7s; expect 61 "$versoir" evidence v1; contains "time-stamp"; put_back versements/v1/visa-1.json.p7s
echo "another,person" >>versements/v1/kept.csv; expect 61 "$versoir" verify; contains "kept.csv"; sed -i '$d' versements/v1/kept.csv
keep versements/v1/plan.json; sed -i 's/"rehearsal"/"production"/' versements/v1/plan.json
expect 61 "$versoir" verify; contains "plan.json"; put_back versements/v1/plan.json
[ ! -e versements/v1/evidence-2 ] || fail "something was packed"
echo notes >"versements/v1/compte rendu.pdf"; ln -s ../../versoir.conf versements/v1/tableau.html.link
expect 0 "$versoir" evidence v1; run_notice versements/v1/evidence-2 README.txt || fail "the notice of the second pack"
[ -z "$(find versements/v1/evidence-2 -name 'compte*' -o -name '*.link')" ] || fail "a file of somebody else in the pack"
say "the seal of another extract is not packed, and it is told"
seal=bibliotheque.extract.seal.json
mv $seal $seal.away; expect 0 "$versoir" evidence v1; contains "no seal of the extract"
sed 's/"root":"./"root":"~/' $seal.away >$seal; expect 0 "$versoir" evidence v1; contains "another extract"
[ ! -e versements/v1/evidence-4/extract ] || fail "the seal of another extract"
say "60: a journal that does not chain decides nothing, whatever machine it claims to be of"
echo '{"seq":1,"ts":"2999-01-01T00:00:00Z","prev":"00","node":"z","event":"EVIDENCE_PACKED","object":{}}' >journal-z.jsonl
expect 60 "$versoir" evidence v1; contains "journal-z.jsonl"; expect 60 "$versoir" verify; contains "journal-z.jsonl"
rm journal-z.jsonl
cd "$work/ws"

say "the making of a renewal is interrupted at each step: the next one ends it, and nothing else makes a list known"
rm -r "$work/tries"; cp -a "$work/ws" "$work/tries" && cd "$work/tries"
for f in trust/tsa-anchors-2.pem renewal-2.txt manifest-2.tst; do
  echo left >$pack/$f; expect 0 "$versoir" verify; contains "interrupted"
done
expect 0 "$versoir" evidence v1 --renew; expect 0 "$versoir" verify; contains "2 time-stamps"
forget  # the line of the renewal; that it began stays
expect 0 "$versoir" verify; contains "was interrupted"
expect 0 "$versoir" evidence v1 --renew; contains "is ended"
expect 0 "$versoir" verify; contains "3 time-stamps"
forget; forget
expect 61 "$versoir" verify; contains "knows nothing of versements/v1/evidence-1/manifest-3.txt"
expect 61 "$versoir" evidence v1 --renew; contains "not renewed"
cd "$work/ws"; rm -r "$work/tries"

say "a renewal covers what was proven before; both tokens verify with openssl; an early token cannot be taken off any more"
expect 0 "$versoir" evidence v1 --renew
run_notice $pack renewal-2.txt || fail "the notice of the renewal"
grep -q ' \*manifest-1.tst$' $pack/manifest-2.txt || fail "the earlier token is not covered"
expect 0 "$versoir" verify; contains "2 time-stamps"
rm $pack/manifest-1.tst; expect 61 "$versoir" verify; contains "manifest-1.tst"
expect 61 "$versoir" evidence v1 --renew; contains "not renewed"; put_back $pack/manifest-1.tst
sed -i '/^\[timestamp\]/,/^required/{/^url/d;/^required/d}' versoir.conf
expect 4 "$versoir" evidence v1 --renew; [ ! -e $pack/manifest-3.txt ] || fail "a renewal without an authority"
sed -i "s|^\[timestamp\]|[timestamp]\nurl = $tsa_url\nrequired = yes|" versoir.conf
printf '\n[evidence]\nrenew_before_days = 100000\n' >>versoir.conf
expect 0 "$versoir" verify; contains "must be renewed before"
sed -i 's/^renew_before_days = .*/renew_before_days = 1/' versoir.conf

say "a pack and a bordereau without visa are withdrawn: their files go, the journal keeps why"
cp -a "$work/ws" "$work/tries" && cd "$work/tries"
expect 2 "$versoir" evidence v1 --withdraw 1 --confirm evidence-1; contains "--reason is needed"
expect 80 "$versoir" evidence v1 --withdraw 7 --reason x --confirm evidence-7
expect 2 "$versoir" evidence v1 --withdraw 1 --reason "refait" --confirm v1; [ -e $pack/README.txt ] || fail "removed without confirmation"
expect 0 "$versoir" evidence v1 --withdraw 1 --reason "refait" --confirm evidence-1
[ ! -e $pack ] || fail "the pack is left"
expect 0 "$versoir" verify
expect 0 "$versoir" evidence v1; expect 0 "$versoir" verify; contains "1 time-stamp,"
cd "$work/ws"; rm -r "$work/tries"

say "closing removes the SIP and the report, says so first, and keeps the rest"
sip_digest=$(sha512sum <"$folder/sip.zip" | cut -d' ' -f1)
before=$(cd versements/v1 && sha512sum kept.csv left-out.csv plan.json visa-1.json* lots/*/{atr.xml,receipt.json,sip.zip.p7s})
cp -r versements/v1 "$work/v1.before"; cp -p journal-main.jsonl "$work/journal.before"
expect 0 "$versoir" close v1 --confirm v1; contains "sip.zip"; contains "review.html"; contains "1 lot closed"
[ -z "$(find versements/v1 -name sip.zip -o -name 'review*.html')" ] || fail "something is left"
[ "$before" = "$(cd versements/v1 && sha512sum kept.csv left-out.csv plan.json visa-1.json* lots/*/{atr.xml,receipt.json,sip.zip.p7s})" ] || fail "something kept was changed"
grep -q "$sip_digest" "$folder/closing.json" || fail "the digest of the SIP is not kept"
grep -c '"event":"CLOSED"' journal-main.jsonl | grep -qx 2 || fail "two CLOSED in the journal"
expect 0 "$versoir" status --json; contains '"state":"closed"'
expect 0 "$versoir" verify; contains "closing"
expect 0 "$versoir" close v1 --confirm v1; contains "already closed"

say "what is left is verified, nothing is built, sent or reported again"
for f in "$folder"/{atr.xml,receipt.json,closing.json,sip.zip.p7s,build.json} versements/v1/closing.json versements/v1/kept.csv; do
  keep "$f"; echo >>"$f"; expect 61 "$versoir" verify; rm "$f"; expect 61 "$versoir" verify; put_back "$f"
done
cp "$work/kept.sip.zip" "$folder/sip.zip"; expect 61 "$versoir" verify; contains "there again"
expect 0 "$versoir" close v1 --confirm v1; contains "sip.zip"; [ ! -e "$folder/sip.zip" ] || fail "a SIP that was put back is left"
cp "$work/v1.before/review.html" versements/v1/; expect 61 "$versoir" verify; contains "there again"
expect 0 "$versoir" close v1 --confirm v1; [ ! -e versements/v1/review.html ] || fail "a report that was put back is left"
echo "another" >"$folder/sip.zip"; expect 61 "$versoir" close v1 --confirm v1; [ -s "$folder/sip.zip" ] || fail "a file of somebody else was removed"; rm "$folder/sip.zip"
expect 33 "$versoir" review v1; contains "closed"
expect 0 "$versoir" send v1; contains "transferred and closed"
code=0; "$versoir" build v1 >/dev/null 2>&1 || code=$?; [ "$code" = 33 ] || fail "build of a closed lot: $code"
[ ! -e "$folder/sip.zip" ] || fail "a closed lot was built again"
expect 0 "$versoir" verify
expect 0 "$versoir" evidence v1; run_notice versements/v1/evidence-2 README.txt || fail "the notice after closing"
expect 0 "$versoir" verify

say "a SIP taken away by hand is not a closing, whatever closing.json says"
cp -r versements/v1 "$work/v1.closed"; cp -p journal-main.jsonl "$work/journal.closed"
mkdir "$work/points" && cp -p journal-main.jsonl.checkpoint-* "$work/points/"
later_points "$work/journal.before"  # whoever goes back takes the later checkpoints away too
rm -r versements/v1; cp -r "$work/v1.before" versements/v1; cp -p "$work/journal.before" journal-main.jsonl
cp "$work/v1.closed/lots/"*/closing.json "$folder/"; rm "$folder/sip.zip"
expect 61 "$versoir" verify; contains "knows nothing of this closing"
expect 33 "$versoir" close v1 --confirm v1; contains "knows nothing of its closing.json"
rm -r versements/v1; cp -r "$work/v1.closed" versements/v1; cp -p "$work/journal.closed" journal-main.jsonl; cp -p "$work/points/"* .
expect 0 "$versoir" verify

say "20: nothing is decided on a rehearsal; 62: with --rehearsal, what is neither transferred, kept nor eliminated blocks, each table named"
expect 20 "$versoir" eliminate prepare e1 bibliotheque.extract; contains "rehearsal"
expect 20 "$versoir" decommission bibliotheque.extract
expect 62 "$versoir" decommission bibliotheque.extract --rehearsal --html ledger.html --csv ledger.csv
contains "LECTEUR: "; contains "OUVRAGE: "; contains "PRET: "; contains "no backup is declared"; contains "worth nothing"
grep -q "may not be turned off" ledger.html || fail "the page says nothing of what remains"
grep -q '^LECTEUR;TELEPHONE;' ledger.csv || fail "a column that was not copied is not in the ledger: $(cat ledger.csv)"

say "4: a DUA that runs, a table that is not in the extract, a description that lacks something"
elimination() { sed -i '/^\[elimination.telephones\]/,$d' versoir.conf; printf '\n[elimination.telephones]\napplication = bibliotheque\ntitle = Téléphones des lecteurs\n%s\n' "$1" >>versoir.conf; }
whole=$'tables = LECTEUR.TELEPHONE\ndua = 1 an ; minimisation\ndua_end = 2024-12-31\nfrom = 2018-05-01\nto = 2021-06-02'
elimination "${whole/2024-12-31/2999-12-31}"; expect 4 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal; contains "has not ended"
elimination "${whole/TELEPHONE/NULLE_PART}"; expect 4 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal; contains "LECTEUR.NULLE_PART is not in the extract"
elimination "${whole/2021-06-02/2025-06-02}"; expect 4 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal; contains "follow one another"
elimination "tables = LECTEUR.TELEPHONE"; expect 4 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal; contains "dua_end is not set"
[ ! -e eliminations/e1/bordereau.json ] || fail "a refused bordereau was written"

say "the bordereau names the units of accepted lots, and no other: a versement that was only planned is not in it"
expect 0 "$versoir" plan bibliotheque.extract --id v2
expect 0 "$versoir" build v2
elimination "$whole"
expect 0 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal; contains "Nothing may be destroyed before the visa"
expect 33 "$versoir" plan --dossier v1 --elimination e1 --id d1; contains "no visa of the archives authority"
[ ! -e versements/d1 ] || fail "a dossier was planned on an elimination without visa"
python3 - <<'PY' || fail "the bordereau"
import csv, json, re
kept = {r["key"] for r in csv.DictReader(open("versements/v1/kept.csv", encoding="utf-8"))}
annex = list(csv.DictReader(open("eliminations/e1/annexe.csv", encoding="utf-8-sig"), delimiter=";"))
assert {r["cle"] for r in annex} == kept and len(annex) == 3, annex
assert {r["versement"] for r in annex} == {"v1"}
b = json.load(open("eliminations/e1/bordereau.json", encoding="utf-8"))
lot = annex[0]["lot"]
atr = open(f"versements/v1/lots/{lot}/atr.xml", encoding="utf-8").read()
operation = b["lines"][0]["lots"][0]["operation"]
assert operation in atr and annex[0]["operation"] == operation
assert b["lines"][0]["units"] == len(re.findall(r"<ArchiveUnit id=", atr)), b["lines"][0]
assert (b["lines"][0]["from"], b["lines"][0]["to"]) == ("2018-05-01", "2021-06-02"), b["lines"][0]
assert b["lines"][1]["tables"] == [{"name": "LECTEUR.TELEPHONE", "rows": 5}]
PY
for text in "R. 212-14" "L. 214-3" "RÉPÉTITION" "Visa de la personne chargée du contrôle scientifique" "Téléphones des lecteurs"; do
  grep -qF "$text" eliminations/e1/bordereau.html || fail "the bordereau does not say $text"
done
grep -q "2;DUA échue;Téléphones des lecteurs;01/05/2018;02/06/2021;" eliminations/e1/bordereau.csv || fail "the CSV: $(cat eliminations/e1/bordereau.csv)"
expect 33 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal; contains "already prepared"

say "33: no destruction without visa; 2: dates that cannot be; each paper once; the visa alone settles nothing that it does not name"
today=$(date -u +%F)
echo "bordereau signé" >signed.pdf; echo "attestation" >pv.pdf
destroyed() { "$versoir" eliminate destroyed e1 --executor DSI --place "Salle A" --reference "PV 3" --document pv.pdf --date "$1" --backups "bandes, un mois"; }
visa() { "$versoir" eliminate visa e1 --authority "Archives départementales" --reference "AD 41" --document "${2:-signed.pdf}" --date "$1"; }
expect 33 destroyed "$today"; contains "R212-14"
expect 2 visa 2999-01-01; contains "future"
expect 2 visa 2001-01-01; contains "before the bordereau"
expect 70 visa "$today" nowhere.pdf
expect 2 "$versoir" eliminate visa e1 --date "$today"; contains "--authority is needed"
expect 62 "$versoir" decommission bibliotheque.extract --rehearsal --json; contains "TELEPHONE"
keep eliminations/e1/bordereau.html; echo >>eliminations/e1/bordereau.html; expect 61 visa "$today"; put_back eliminations/e1/bordereau.html
cp -a "$work/ws" "$work/tries" && cd "$work/tries"
expect 0 "$versoir" eliminate prepare e10 bibliotheque.extract --rehearsal
cp -a eliminations/e1 "$work/e1.away"
expect 0 "$versoir" eliminate withdraw e1 --reason "essai" --confirm e1
[ ! -e eliminations/e1 ] || fail "the bordereau is left"
# What a withdrawal that was killed leaves is no altered paper.
mkdir eliminations/e1; cp -p "$work/e1.away/bordereau.json" eliminations/e1/
expect 0 "$versoir" verify; contains "eliminations/e1 was withdrawn, and its files are not all removed"
expect 0 "$versoir" eliminate withdraw e1 --reason "essai" --confirm e1
[ ! -e eliminations/e1 ] || fail "the bordereau is left again"
expect 0 "$versoir" verify; contains "e10"
expect 0 "$versoir" eliminate withdraw e10 --reason "essai" --confirm e10
expect 0 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal
forget  # the line of the bordereau
expect 61 visa "$today"; contains "knows nothing of"; contains "--replace"
expect 0 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal --replace
expect 0 visa "$today"
forget  # the line of the visa: a crash came before it
expect 61 "$versoir" decommission bibliotheque.extract --rehearsal; contains "visa.json"
expect 61 destroyed "$today"
expect 61 "$versoir" eliminate visa e1 --authority A --reference "AD 99" --document signed.pdf --date "$today"; contains "another paper"
expect 0 visa "$today"; contains "visa registered"; expect 0 "$versoir" verify
expect 0 destroyed "$today"; forget; expect 61 "$versoir" verify
expect 0 destroyed "$today"; expect 0 "$versoir" verify
mkdir eliminations/e9
python3 -c 'import json; b = json.load(open("eliminations/e1/bordereau.json")); b.update(elimination="e9", files=[]); json.dump(b, open("eliminations/e9/bordereau.json", "w"))'
expect 61 "$versoir" eliminate visa e9 --authority A --reference R --document signed.pdf --date "$today"; contains "knows nothing of"
[ ! -e eliminations/e9/visa.json ] || fail "a bordereau that somebody wrote got its visa"
cd "$work/ws"; rm -r "$work/tries"
expect 0 visa "$today"; contains "visa registered"; contains "The bordereau e1 is a rehearsal: neither its visa nor its destruction"
expect 0 "$versoir" plan --dossier v1 --elimination e1 --id d1
contains "e1 is a rehearsal"; contains "no certificate of destruction yet"
for f in bordereau.json visa.json visa-document.pdf; do
  grep -q "eliminations/e1/$f" versements/d1/files.csv || fail "$f is not in the dossier: $(cat versements/d1/files.csv)"
done
keep eliminations/e1/bordereau.json; sed -i 's/bibliotheque/bibliothèque/' eliminations/e1/bordereau.json
expect 61 "$versoir" plan --dossier v1 --elimination e1 --id d2; put_back eliminations/e1/bordereau.json
sed -i '/^\[platform.sandbox\]/a kind = production' versoir.conf
expect 33 "$versoir" plan --dossier v1 --elimination e1 --id d2; contains "production platform keeps"
sed -i '/^kind = production/d' versoir.conf
rm -r versements/d1
expect 33 "$versoir" eliminate withdraw e1 --reason essai --confirm e1; contains "it stays"
cmp signed.pdf eliminations/e1/visa-document.pdf || fail "the signed document is not kept"
expect 33 visa "$today"
expect 33 "$versoir" eliminate prepare e1 bibliotheque.extract --rehearsal --replace
expect 2 destroyed 2001-01-01; contains "before the visa"
expect 0 destroyed "$today"; contains "The bordereau e1 is a rehearsal"; grep -q "bandes, un mois" eliminations/e1/destruction.json || fail "the backups are not in the certificate"
expect 33 destroyed "$today"
expect 0 "$versoir" status; contains "destroyed (rehearsal)"
expect 0 "$versoir" status --json; contains '"state":"destroyed"'; contains '"rehearsal":true'
expect 0 "$versoir" verify; contains "papers of an elimination"
expect 0 "$versoir" consult purge bibliotheque.extract --bordereau e1 --transferred --output purged.extract --rehearsal --confirm e1
python3 - <<'PY' || fail "a record of the annex is left in the purged extract"
import csv, sqlite3
annex = list(csv.DictReader(open("eliminations/e1/annexe.csv", encoding="utf-8-sig"), delimiter=";"))
assert annex
left = {str(r[0]) for r in sqlite3.connect("purged.extract").execute("SELECT no_lecteur FROM lecteur")}
before = {str(r[0]) for r in sqlite3.connect("bibliotheque.extract").execute("SELECT no_lecteur FROM lecteur")}
gone = {row["cle"].strip("[]") for row in annex if row["profil"] == "lecteurs"}
assert gone and left == before - gone, (gone, left, before)
PY
expect 0 "$versoir" extract --verify purged.extract
rm purged.extract*
for f in eliminations/e1/{bordereau.json,bordereau.csv,annexe.csv,visa.json,visa-document.pdf,destruction.json}; do
  keep "$f"; echo >>"$f"; expect 61 "$versoir" verify; rm "$f"; expect 61 "$versoir" verify; put_back "$f"
done
expect 0 "$versoir" verify

say "a lot that was planned and not accepted blocks, until it is closed without transfer"
expect 62 "$versoir" decommission bibliotheque.extract --rehearsal; contains "planned and is not accepted"
cp -a "$work/ws" "$work/tries" && cd "$work/tries"
expect 33 "$versoir" close v2 --confirm v2; contains "--without-transfer"
expect 0 "$versoir" close v2 --confirm v2 --without-transfer; contains "not transferred"
[ -z "$(find versements/v2 -name sip.zip)" ] || fail "the SIP of a lot that is given up is left"
expect 0 "$versoir" status v2; contains "closed without transfer"
expect 0 "$versoir" verify
expect 33 "$versoir" build v2; expect 33 "$versoir" plan bibliotheque.extract --id v2 --replace
expect 62 "$versoir" decommission bibliotheque.extract --rehearsal --json; grep -q "planned and is not accepted" <<<"$out" && fail "it still blocks: $out"
expect 0 "$versoir" close v2 --confirm v2; contains "already closed"
cd "$work/ws"; rm -r "$work/tries"

say "the ledger: consultation until a date, a visa, backups; each one missing, or over, or not yet, blocks"
mv versements/v2 "$work/v2"  # for what follows, nothing else was planned
expect 62 "$versoir" decommission bibliotheque.extract --rehearsal --json
[ "$(grep -o '"remains":true' <<<"$out" | wc -l)" = 12 ] || fail "the twelve copied columns remain: $out"
settle() {  # UNTIL DESTROYED
  sed -i '/^\[consultation\./,$d' versoir.conf
  printf '\n[consultation.bibliotheque]\nuntil = %s\napproval = Note 12; Mme Roux; 2026-03-12\n' "$1" >>versoir.conf
  printf '\n[backup.nuit]\napplication = bibliotheque\ndescription = bandes\nplace = Salle B\nreference = PV 4\n%s\n' "$2" >>versoir.conf
}
settle 2060-12-31 "destroyed = $today"
expect 0 "$versoir" decommission bibliotheque.extract --rehearsal --html ledger.html --csv ledger.csv --json; contains '"remainders":0'
grep -q "Salle B" ledger.html || fail "the backups are not on the page"
grep -q '^LECTEUR;TELEPHONE;5;.*e1, AD 41' ledger.csv || fail "the visa is not in the ledger: $(cat ledger.csv)"
grep -q '^PRET;RENDU;6;in part, ATR ' ledger.csv || fail "what was transferred in part: $(cat ledger.csv)"
settle 2020-12-31 "destroyed = $today"; expect 62 "$versoir" decommission bibliotheque.extract --rehearsal
contains "OUVRAGE: COTE: neither"; contains "OUVRAGE: TITRE: transferred in part"
for section in consultation elimination backup; do contains "[$section.NAME]"; done
contains "→ "; contains "--csv"; contains "--html"
settle 2060-12-31 ""; expect 62 "$versoir" decommission bibliotheque.extract --rehearsal; contains "nuit: not destroyed"
settle 2060-12-31 "destroyed = 2999-01-01"; expect 62 "$versoir" decommission bibliotheque.extract --rehearsal; contains "backup nuit"
settle 2060-12-31 "destroyed = demain"; expect 62 "$versoir" decommission bibliotheque.extract --rehearsal; contains "no date"
settle "un jour" "destroyed = $today"; expect 4 "$versoir" decommission bibliotheque.extract --rehearsal
settle 2060-12-31 "destroyed = $today"
keep eliminations/e1/visa.json; sed -i 's/AD 41/AD 42/' eliminations/e1/visa.json
expect 61 "$versoir" decommission bibliotheque.extract --rehearsal; put_back eliminations/e1/visa.json
grep -q DECOMMISSION_LEDGER journal-main.jsonl || fail "the ledger is not in the journal"

say "a lot on its way blocks"
mv "$work/v2" versements/v2
expect 0 "$versoir" check v2; expect 0 "$versoir" review v2; expect 0 "$versoir" approve v2 --confirm v2
expect 0 "$versoir" send v2 --no-wait
expect 62 "$versoir" decommission bibliotheque.extract --rehearsal; contains "is not accepted: sent"
expect 0 "$versoir" send v2; expect 0 "$versoir" verify
expect 0 "$versoir" decommission bibliotheque.extract --rehearsal

say "tables whose every row is shown by accepted records are transferred, without consultation"
mkdir "$work/all" && cp -r pki referentials sources versoir.conf "$work/all/" && cd "$work/all"
sed -i '/^\[consultation\./,$d' versoir.conf
sqlite3 sources/bibliotheque.sqlite "DELETE FROM PRET WHERE NO_LECTEUR = 5; DELETE FROM LECTEUR WHERE NO_LECTEUR IN (4, 5)"
until_reviewed all; expect 0 "$versoir" approve all --confirm all; expect 0 "$versoir" send all; expect 0 "$versoir" verify
expect 62 "$versoir" decommission bibliotheque.extract --rehearsal --csv ledger.csv
for column in NO_LECTEUR NOM PRENOM NAISSANCE CATEGORIE; do
  grep -q "^LECTEUR;$column;3;whole, ATR .*settled" ledger.csv || fail "LECTEUR.$column: $(cat ledger.csv)"
done
grep -q "^PRET;RENDU;5;whole, ATR .*settled" ledger.csv || fail "PRET.RENDU: $(cat ledger.csv)"
grep -q "^OUVRAGE;COTE;3;.*REMAINS" ledger.csv || fail "OUVRAGE is shown by no record as it is: $(cat ledger.csv)"

say "a real decommissioning: a final extract, a production platform; what a rehearsal accepted does not count there"
mkdir "$work/real" && cp -r "$work/all/"{pki,referentials,sources,versoir.conf} "$work/real/" && cd "$work/real"
sed -i '/^\[elimination.telephones\]/,$d' versoir.conf
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque" --final
until_reviewed tried; expect 0 "$versoir" approve tried --confirm tried; expect 0 "$versoir" send tried; expect 0 "$versoir" verify
expect 62 "$versoir" decommission bibliotheque.extract --csv ledger.csv; contains "a rehearsal platform accepted"
grep -q "ATR" ledger.csv && fail "a rehearsal counts: $(cat ledger.csv)"
expect 80 "$versoir" eliminate prepare e1 bibliotheque.extract; contains "no lot is accepted"
sed -i 's/^\[platform.sandbox\]/[platform.sandbox]\nkind = production/' versoir.conf
printf '\n[validation]\nDUA_PRET_5 = TG 2026, 1; Mme Roux; 2026-03-12\nCOM_50 = L213-2; Mme Roux; 2026-03-12\n' >>versoir.conf
until_reviewed true; expect 0 "$versoir" approve true --confirm true; expect 0 "$versoir" send true; expect 0 "$versoir" verify
expect 0 "$versoir" close true --confirm true
printf '\n[consultation.bibliotheque]\nuntil = 2060-12-31\napproval = Note 12; Mme Roux; 2026-03-12\n\n[backup.nuit]\napplication = bibliotheque\ndescription = bandes\nplace = Salle B\nreference = PV 4\ndestroyed = %s\n' "$today" >>versoir.conf
expect 62 "$versoir" decommission bibliotheque.extract; contains "LECTEUR: TELEPHONE: neither"; contains "1 remainder"
printf '\n[elimination.telephones]\napplication = bibliotheque\ntitle = Téléphones des lecteurs\n%s\n' "${whole/LECTEUR.TELEPHONE/LECTEUR.*}" >>versoir.conf
sed -i 's/^originating_agency = BU/&\nservice = Bibliothèque universitaire, service du prêt/' versoir.conf
expect 0 "$versoir" eliminate prepare e1 bibliotheque.extract
grep -q "service du prêt" eliminations/e1/bordereau.html || fail "the bordereau does not name the service"
grep -q "RÉPÉTITION" eliminations/e1/bordereau.html && fail "a real bordereau says that it is a rehearsal"
[ "$(grep -c ';true;' eliminations/e1/annexe.csv || true)" = 0 ] && [ "$(grep -c '^true;' eliminations/e1/annexe.csv)" = 3 ] || fail "the annex: $(cat eliminations/e1/annexe.csv)"
echo "bordereau signé" >signed.pdf
expect 62 "$versoir" decommission bibliotheque.extract
expect 0 "$versoir" eliminate prepare tried bibliotheque.extract --rehearsal
expect 0 "$versoir" eliminate visa tried --authority "Archives départementales" --reference "AD 40" --document signed.pdf --date "$today"
contains "The bordereau tried is a rehearsal"
expect 62 "$versoir" decommission bibliotheque.extract --csv ledger.csv; contains "Does not count: the elimination tried is a rehearsal"
grep -q "AD 40" ledger.csv && fail "a rehearsal elimination counts: $(cat ledger.csv)"
expect 0 "$versoir" eliminate visa e1 --authority "Archives départementales" --reference "AD 41" --document signed.pdf --date "$today"
grep -q "rehearsal" <<<"$out" && fail "a real bordereau is told to be a rehearsal: $out"
expect 0 "$versoir" decommission bibliotheque.extract --html ledger.html --csv ledger.csv; contains "may be turned off"
grep -q "RÉPÉTITION\|REHEARSAL" ledger.html && fail "a real ledger says that it is a rehearsal"
grep -q "^LECTEUR;TELEPHONE;3;.*e1, AD 41" ledger.csv || fail "TABLE.* does not name what was left: $(cat ledger.csv)"
expect 0 "$versoir" verify

say "another extract: what was transferred or eliminated from the first settles nothing in it"
sqlite3 sources/bibliotheque.sqlite "INSERT INTO PRET VALUES (3, 'A-1', '2022-01-01 00:00:00', '2022-01-02 00:00:00', NULL)"
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque" --final --output second.extract
sed -i '/^\[consultation\./,/^approval/d' versoir.conf
expect 62 "$versoir" decommission second.extract --csv ledger.csv; contains "transferred from another extract"; contains "e1 was prepared on another extract"
grep -q "whole" ledger.csv && fail "rows of another extract count: $(cat ledger.csv)"
grep -q '^PRET;RENDU;6;in part, ATR ' ledger.csv || fail "the transfer is not told: $(cat ledger.csv)"
expect 0 "$versoir" eliminate prepare e2 second.extract; contains "transferred from another extract"
[ "$(wc -l <eliminations/e2/annexe.csv)" = 1 ] || fail "the annex: $(cat eliminations/e2/annexe.csv)"
expect 0 "$versoir" verify

say "a plan that was replaced, a rejected lot, a file that an interruption left: closing takes their SIPs and samples away"
mkdir "$work/replaced" && cp -r "$work/real/"{pki,referentials,sources,versoir.conf} "$work/replaced/" && cd "$work/replaced"
sed -i 's/^kind = production//' versoir.conf
until_reviewed v1
old=$(ls versements/v1/lots)
expect 0 "$versoir" plan bibliotheque.extract --id v1 --replace
expect 0 "$versoir" build v1; expect 0 "$versoir" check v1; expect 0 "$versoir" review v1
expect 0 "$versoir" approve v1 --confirm v1; expect 0 "$versoir" send v1; expect 0 "$versoir" verify
[ -s "versements/v1/lots/$old/sip.zip" ] || fail "the SIP of the first plan is not there"
echo sample >versements/v1/review.html.partial
expect 0 "$versoir" close v1 --confirm v1; contains "$old/sip.zip"; contains "not transferred"
[ -z "$(find versements/v1 -name 'sip.zip' -o -name 'review*.html*')" ] || fail "something is left: $(find versements/v1)"
expect 0 "$versoir" verify; expect 0 "$versoir" close v1 --confirm v1; contains "already closed"
echo x >>"versements/v1/lots/$old/closing.json"; expect 61 "$versoir" verify
