#!/bin/bash
# The filing plan of the establishment goes first, by the road of any versement; lots are then attached to its nodes, by
# identifier or by SystemId. What the platform would refuse is refused by the sandbox, with VITAM's codes.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
configure() { printf '%s\n' "$@" >>versoir.conf; }
cp versoir.conf "$work/plain.conf"

cat >plan.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<filing-plan xmlns="urn:versoir:filing-plan:1" title="Plan de classement de l’université d’essai">
  <node id="BU/LEC" parent="BU" title="Lecteurs"><description>Dossiers des lecteurs &amp; prêts.</description></node>
  <node id="BU" title="Bibliothèque universitaire" level="Series"/>
  <node id="BU/FDS" parent="BU" title="Fonds"/>
  <node id="RH" title="Ressources humaines" level="Series"/>
</filing-plan>
XML

say "a plan that is wrong: every defect, with its line; nothing is planned"
sed -e 's|parent="BU" title="Fonds"|parent="BUU" title="Fonds"|' -e 's|id="RH"|id="BU"|' plan.xml >wrong.xml
expect 4 "$versoir" plan --filing-plan wrong.xml --id plan-2026
contains "wrong.xml:6"; contains "twice"; contains "wrong.xml:5"; contains "did you mean BU?"
sed 's|<node id="RH"|<noeud id="RH"|' plan.xml >wrong.xml; expect 4 "$versoir" plan --filing-plan wrong.xml; contains "wrong.xml:6"
sed 's|<node id="BU" |<node id="BU" parent="BU/LEC" |' plan.xml >wrong.xml; expect 4 "$versoir" plan --filing-plan wrong.xml; contains "circle"
sed 's|</filing-plan>||' plan.xml >wrong.xml; expect 4 "$versoir" plan --filing-plan wrong.xml
[ ! -e versements ] || fail "a refused filing plan left something"
expect 2 "$versoir" plan
until_extract() { expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque"; }
until_extract
expect 2 "$versoir" plan bibliotheque.extract --filing-plan plan.xml

say "the filing plan: planned, built, checked, reviewed, and not sent without a visa"
expect 0 "$versoir" plan --filing-plan plan.xml --id plan-2026
contains "4 nodes"
expect 0 "$versoir" build plan-2026
expect 0 "$versoir" check plan-2026
expect 0 "$versoir" review plan-2026
contains "Bibliothèque universitaire"
grep -q "BU/FDS" versements/plan-2026/review.html || fail "the review does not show the nodes"
expect 41 "$versoir" send plan-2026
lot=$(ls versements/plan-2026/lots)
manifest() { unzip -p "$1" manifest.xml; }
manifest versements/plan-2026/lots/*/sip.zip >manifest.xml
[ "$(unzip -Z1 versements/plan-2026/lots/*/sip.zip)" = manifest.xml ] || fail "a filing plan holds a manifest and nothing else"
python3 - manifest.xml <<'PY' || fail "the manifest of the filing plan"
import sys, xml.etree.ElementTree as ET
ns = "{fr:gouv:culture:archivesdefrance:seda:v2.2}"
root = ET.parse(sys.argv[1]).getroot()
def tree(e):
    return [(u.find(f"{ns}Content/{ns}OriginatingAgencyArchiveUnitIdentifier").text, u.find(f"{ns}Content/{ns}FilePlanPosition").text,
             u.find(f"{ns}Content/{ns}DescriptionLevel").text, u.find(f"{ns}Content/{ns}Title").text, tree(u)) for u in e.findall(f"{ns}ArchiveUnit")]
wanted = [("BU", "BU", "Series", "Bibliothèque universitaire",
           [("BU/LEC", "BU/LEC", "RecordGrp", "Lecteurs", []), ("BU/FDS", "BU/FDS", "RecordGrp", "Fonds", [])]),
          ("RH", "RH", "Series", "Ressources humaines", [])]
assert tree(next(root.iter(f"{ns}DescriptiveMetadata"))) == wanted
names = {e.tag.split("}")[1] for e in root.iter()}
assert not {n for n in names if n.endswith("Rule") or "DataObjectGroup" in n or n == "Management"}, names
PY
before=$(sha512sum <versements/plan-2026/lots/*/sip.zip)
expect 0 "$versoir" build plan-2026 --replace
[ "$before" = "$(sha512sum <versements/plan-2026/lots/*/sip.zip)" ] || fail "building again gives other bytes"
expect 0 "$versoir" check plan-2026
cp plan.xml versements/plan-2026/filing-plan.xml; sed -i 's/Lecteurs/Lectrices/' versements/plan-2026/filing-plan.xml
expect 33 "$versoir" build plan-2026 --replace; contains "not the filing plan that was planned"
cp plan.xml versements/plan-2026/filing-plan.xml

if have_shared; then
  say "its manifest against every schema, in each version"
  for version in 2.1 2.2 2.3; do
    expect 0 "$versoir" plan --filing-plan plan.xml --id "plan-${version/./-}" --seda "$version"
    expect 0 "$versoir" build "plan-${version/./-}"
    expect 0 "$versoir" check "plan-${version/./-}"
    manifest versements/"plan-${version/./-}"/lots/*/sip.zip >"manifest-$version.xml"
    for schema in "$shared/reference/seda-xsd/"*"$version"*/*-main.xsd; do
      case "$schema" in *vitam-validation-$version/*) continue ;; esac
      xmllint --noout --nonet --schema "$schema" "manifest-$version.xml" 2>"$work/xsd.err" || { head -5 "$work/xsd.err"; fail "$schema"; }
    done
  done
fi

say "lots are attached to a filing plan that the platform has, in no other case"
attach=('[filing]' 'versement = plan-2026' 'attach_by = system-id' '[attach]' 'lecteurs = BU/LEC')
configure "${attach[@]}"
expect 4 "$versoir" plan bibliotheque.extract --id early; contains "no receipt"
[ ! -e versements/early ] || fail "a refused plan left its folder"

say "the filing plan, approved and sent as FILING_SCHEME"
expect 0 "$versoir" review plan-2026
expect 0 "$versoir" approve plan-2026 --confirm plan-2026
expect 0 "$versoir" send plan-2026
grep -l '"context": *"FILING_SCHEME"' sandbox/operations/*/status.json >/dev/null || fail "not sent as a filing scheme"
expect 0 "$versoir" verify
python3 - versements/plan-2026/lots/*/ <<'PY' || fail "SystemIds of the receipt"
import json, re, sys
folder = sys.argv[1]
atr = open(folder + "atr.xml").read()
ids = dict(re.findall(r'<ArchiveUnit id="(AU\d+)">\s*<Content>\s*<SystemId>(\w{36})</SystemId>', atr))
assert len(ids) == 4 and json.load(open(folder + "receipt.json"))["systemIds"] == ids, ids
PY
system_id_in() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["systemIds"][sys.argv[2]])' "$@"; }
system_id() { system_id_in versements/plan-2026/lots/*/receipt.json "$1"; }

# approved ID: from a plan to an approval.
approved() {
  expect 0 "$versoir" build "$1"
  expect 0 "$versoir" check "$1"
  expect 0 "$versoir" review "$1"
  expect 0 "$versoir" approve "$1" --confirm "$1"
}

say "by SystemId, to the node that the receipt names"
expect 0 "$versoir" plan bibliotheque.extract --id by-id
contains "BU/LEC"
approved by-id
manifest versements/by-id/lots/*/sip.zip >manifest.xml
node=$(system_id AU2)
python3 - manifest.xml "$node" <<'PY' || fail "the attachment by SystemId"
import sys, xml.etree.ElementTree as ET
ns = "{fr:gouv:culture:archivesdefrance:seda:v2.2}"
units = next(ET.parse(sys.argv[1]).getroot().iter(f"{ns}DescriptiveMetadata")).findall(f"{ns}ArchiveUnit")
assert len(units) == 1
update = units[0].find(f"{ns}Management/{ns}UpdateOperation")
assert [(e.tag, e.text) for e in update] == [(f"{ns}SystemId", sys.argv[2])]
inside = units[0].findall(f"{ns}ArchiveUnit")
assert len(inside) == 1 and inside[0].find(f"{ns}Content/{ns}Title").text.startswith("Lecteurs, "), inside
PY
grep -q "Lecteurs" versements/by-id/review.html && grep -q "$node" versements/by-id/review.html || fail "the review does not say where the lots stand"
expect 0 "$versoir" send by-id
expect 0 "$versoir" verify

say "by identifier, whatever versement transferred the plan"
cp "$work/plain.conf" versoir.conf
configure '[filing]' 'plan = plan.xml' '[attach]' 'lecteurs = BU/FDS'
expect 0 "$versoir" plan bibliotheque.extract --id by-key
approved by-key
manifest versements/by-key/lots/*/sip.zip | tr -d '\n ' | grep -q '<ArchiveUnitIdentifierKey><MetadataName>OriginatingAgencyArchiveUnitIdentifier</MetadataName><MetadataValue>BU/FDS</MetadataValue></ArchiveUnitIdentifierKey>' || fail "the key"
expect 0 "$versoir" send by-key
if have_shared; then
  # UpdateOperation is VITAM's: the published schemas do not have it.
  for which in by-id by-key; do
    manifest versements/$which/lots/*/sip.zip >manifest.xml
    xmllint --noout --nonet --schema "$shared/reference/seda-xsd/vitam-validation-2.2-libxml2/"*-main.xsd manifest.xml 2>"$work/xsd.err" || { head -5 "$work/xsd.err"; fail "VITAM's schema, $which"; }
  done
fi

say "a build looks at the filing plan and at the receipt again"
expect 0 "$versoir" plan bibliotheque.extract --id again
sed -i.kept '/BU\/FDS/d' plan.xml
expect 4 "$versoir" build again; contains "no node BU/FDS"
mv plan.xml.kept plan.xml
expect 0 "$versoir" build again
sed -i 's|lecteurs = BU/FDS|lecteurs = BU/FD|' versoir.conf
expect 4 "$versoir" plan bibliotheque.extract --id misspelt; contains "did you mean BU/FDS?"
cp "$work/plain.conf" versoir.conf; configure "${attach[@]}"
expect 0 "$versoir" plan bibliotheque.extract --id receipt
receipt=$(echo versements/plan-2026/lots/*/receipt.json)
cp "$receipt" "$work/receipt.json"
sed -i "s/$node/$(system_id AU1)/" "$receipt"; expect 61 "$versoir" build receipt; contains "systemIds"
rm "$receipt"; expect 4 "$versoir" build receipt; contains "no receipt"
sed "s/$(system_id_in "$work/receipt.json" AU4)/aeaqaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/" "$work/receipt.json" >"$receipt"
expect 61 "$versoir" build receipt; contains "proves nothing"
expect 61 "$versoir" verify
cp "$work/receipt.json" "$receipt"
expect 0 "$versoir" build receipt
sed -i 's/^platform = sandbox/platform = other/' versoir.conf
expect 4 "$versoir" plan bibliotheque.extract --id elsewhere; contains "tenant 5"

say "a key that several units have, or none: KO, with VITAM's codes, and nothing is kept"
cp "$work/plain.conf" versoir.conf
expect 0 "$versoir" plan --filing-plan plan.xml --id plan-twice
approved plan-twice
expect 0 "$versoir" send plan-twice
configure '[filing]' 'plan = plan.xml' '[attach]' 'lecteurs = BU/FDS'
expect 0 "$versoir" plan bibliotheque.extract --id several
approved several
expect 53 "$versoir" send several; contains "TOO_MANY_FOUND_ATTACHMENT"
sed 's/BU\/FDS/BU\/PER/' plan.xml >later.xml
sed -i -e 's|plan = plan.xml|plan = later.xml|' -e 's|BU/FDS|BU/PER|' versoir.conf
expect 0 "$versoir" plan bibliotheque.extract --id none
approved none
expect 53 "$versoir" send none; contains "NOT_FOUND_ATTACHMENT"
expect 0 "$versoir" status --json
grep '"type":"lot"' <<<"$out" | grep -c '"state":"rejected"' | grep -qx 2 || fail "two lots are rejected: $out"
stop_sandbox
