#!/bin/bash
# The dossier of a versement is kept for good: built as a SIP, sent by the road of any versement, and its pack of evidence
# still verifies once it is taken out of the SIP again.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
manifest() { unzip -p "$1" manifest.xml; }

say "no dossier of what nobody accepted, of what has no evidence, or of nothing"
until_reviewed v1
expect 0 "$versoir" approve v1 --confirm v1
expect 80 "$versoir" plan --dossier v1; contains "no pack of evidence"
expect 2 "$versoir" plan --dossier v1 bibliotheque.extract; contains "EXTRACT"
expect 2 "$versoir" plan --dossier v1 --filing-plan x.xml; contains "exclude"
expect 33 "$versoir" plan --dossier v2
expect 0 "$versoir" evidence v1
expect 33 "$versoir" plan --dossier v1 --id d0; contains "no receipt"
[ ! -e versements/d0 ] || fail "a refused plan left a folder"

say "sent, received, packed: planned, with a word about the access rule"
expect 0 "$versoir" send v1
expect 0 "$versoir" verify
expect 0 "$versoir" evidence v1
expect 0 "$versoir" plan --dossier v1 --id d1; contains "access_rule"
rm -r versements/d1
printf '\n[dossier]\naccess_rule = ACC-50\n' >>versoir.conf
expect 80 "$versoir" plan --dossier v1 --id d1 --elimination aucune; contains "aucune"
expect 0 "$versoir" plan --dossier v1 --id d1
expect 0 "$versoir" build d1
expect 0 "$versoir" check d1
expect 0 "$versoir" review d1
contains "v1"; contains "ACC-50"
grep -q "Récépissé, lot " versements/d1/review.html || fail "the report does not show the documents"
sip=$(echo versements/d1/lots/*/sip.zip)
before=$(sha512sum <"$sip")
expect 0 "$versoir" build d1 --replace
[ "$before" = "$(sha512sum <"$sip")" ] || fail "building again gives other bytes"

say "what is inside, read by others"
manifest "$sip" >manifest.xml
python3 - "$sip" versements/v1/evidence-2 <<'PY' || fail "the content of the dossier"
import hashlib, io, pathlib, sys, xml.etree.ElementTree as ET, zipfile
ns = "{fr:gouv:culture:archivesdefrance:seda:v2.2}"
archive = zipfile.ZipFile(sys.argv[1])
root = ET.fromstring(archive.read("manifest.xml"))
units = root.find(f"{ns}DataObjectPackage/{ns}DescriptiveMetadata").findall(f"{ns}ArchiveUnit")
assert len(units) == 1
top = units[0]
management = top.find(f"{ns}Management")
assert [e.tag.split("}")[1] for e in management.find(f"{ns}AppraisalRule")] == ["FinalAction"]
assert management.find(f"{ns}AppraisalRule/{ns}FinalAction").text == "Keep"
assert management.find(f"{ns}AccessRule/{ns}Rule").text == "ACC-50"
parts = [u.find(f"{ns}Content/{ns}Title").text for u in top.findall(f"{ns}ArchiveUnit")]
assert parts == ["Notice de vérification", "Visas", "Plan, bordereaux et listes", "Accusés et récépissés de la plateforme",
                 "Scellé de l’extraction", "Dossier de preuves complet"], parts
names = {}
for o in root.iter(f"{ns}BinaryDataObject"):
    content = archive.read(o.find(f"{ns}Uri").text)
    assert hashlib.sha512(content).hexdigest() == o.find(f"{ns}MessageDigest").text
    assert o.find(f"{ns}FormatIdentification/{ns}FormatId").text, o.find(f"{ns}FileInfo/{ns}Filename").text
    names[o.find(f"{ns}FileInfo/{ns}Filename").text] = content
assert {"README.txt", "visa-1.json", "plan.json", "kept.csv", "left-out.csv", "atr.xml", "receipt.json", "seal.json", "preuves.zip"} <= set(names), set(names)
pack = zipfile.ZipFile(io.BytesIO(names["preuves.zip"]))
folder = pathlib.Path(sys.argv[2])
wanted = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
assert {n: pack.read(n) for n in pack.namelist()} == wanted
PY
mkdir out
python3 -c 'import sys, zipfile, io; z = zipfile.ZipFile(sys.argv[1]); n = [n for n in z.namelist() if n.endswith(".zip")][0]; zipfile.ZipFile(io.BytesIO(z.read(n))).extractall("out")' "$sip"
(cd out && sha512sum --quiet -c manifest-1.txt) || fail "the pack does not verify out of its SIP"
if have_shared; then
  for schema in "$shared/reference/seda-xsd/"*2.2*/*-main.xsd; do
    case "$schema" in *vitam-validation-2.2/*) continue ;; esac
    xmllint --noout --nonet --schema "$schema" manifest.xml 2>"$work/xsd.err" || { head -5 "$work/xsd.err"; fail "$schema"; }
  done
fi

say "a document that changed since the plan is not built; the pack of another day neither"
cp versements/v1/evidence-2/README.txt kept; echo x >>versements/v1/evidence-2/README.txt
expect 33 "$versoir" build d1 --replace; contains "not the file that was planned"
expect 61 "$versoir" plan --dossier v1 --id d2; contains "does not verify"
cp kept versements/v1/evidence-2/README.txt
[ "$before" = "$(sha512sum <"$sip")" ] || fail "a refused build took the SIP away"

say "and it goes"
expect 0 "$versoir" approve d1 --confirm d1
expect 0 "$versoir" send d1
expect 0 "$versoir" verify
expect 0 "$versoir" status
