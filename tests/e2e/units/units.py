"""The units of planted people as the manifests say them, read with zipfile and ElementTree only.

usage: units.py VERSEMENT GOLDEN EXPECTED.csv [--approve]

GOLDEN holds, word for word, the units of the records that EXPECTED.csv names, and the tops of their trees; --approve writes it anew.
EXPECTED.csv is computed by hand, each line with the section of the research note that it applies."""
import csv
import difflib
import glob
import json
import os
import sys
import xml.etree.ElementTree as ET
import zipfile

REFERENCES = {"DataObjectReference"}


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def child(element, name):
    return next((e for e in element if local(e) == name), None)


def text(element, name):
    found = None if element is None else child(element, name)
    return "" if found is None else (found.text or "")


def leaves(element, path=""):
    """Every text of an element with its path, in the order of the document."""
    for e in element:
        if local(e) in REFERENCES:
            continue
        here = f"{path}/{local(e)}" if path else local(e)
        if len(e):
            yield from leaves(e, here)
        else:
            yield f"  {here} = {' '.join((e.text or '').split())}"


class Unit:
    def __init__(self, element, above):
        self.element, self.above = element, above
        self.content, self.management = child(element, "Content"), child(element, "Management")

    @property
    def title(self):
        return text(self.content, "Title")

    def rule(self, category):
        rule = None if self.management is None else child(self.management, category)
        if rule is None:
            return ""
        # Several rules of a category follow each other, each with its start.
        each = []
        for e in rule:
            if local(e) == "Rule":
                each.append([e.text, "-"])
            elif local(e) == "StartDate":
                each[-1][1] = e.text
        words = [" + ".join(" ".join(one) for one in each), text(rule, "FinalAction")]
        return " ".join(w for w in words if w)

    def fact(self, name):
        if name == "appraisal":
            return self.rule("AppraisalRule")
        if name == "access":
            return self.rule("AccessRule")
        if name == "identifier":
            return text(self.content, "OriginatingAgencyArchiveUnitIdentifier")
        if name == "keywords":
            return " ; ".join(text(k, "KeywordContent") for k in self.content if local(k) == "Keyword")
        return text(self.content, {"title": "Title", "start": "StartDate", "end": "EndDate"}[name]) or "-"

    def words(self):
        lines = [f"  above = {' > '.join(u.title for u in self.above)}"]
        lines += leaves(self.content)
        if self.management is not None:
            lines += leaves(self.management, "Management")
        return lines


def walk(element, above=()):
    for e in element:
        if local(e) == "ArchiveUnit" and child(e, "Content") is not None:
            unit = Unit(e, above)
            yield unit
            yield from walk(e, above + (unit,))


def read(versement):
    """Units of records by archive profile and system id; titles of the tops."""
    profiles = {lot["messageIdentifier"]: lot["profile"] for lot in json.load(open(f"{versement}/plan.json", encoding="utf-8"))["lots"]}
    units, tops = {}, {}
    for sip in sorted(glob.glob(f"{versement}/lots/*/sip.zip")):
        profile = profiles[os.path.basename(os.path.dirname(sip))]
        manifest = ET.fromstring(zipfile.ZipFile(sip).read("manifest.xml"))
        top = next(e for e in manifest.iter() if local(e) == "DescriptiveMetadata")
        for unit in walk(top):
            if not unit.above:
                tops[profile] = unit.title
            record = text(unit.content, "OriginatingSystemId")
            if record:
                units[profile, record] = unit
    return units, tops


def main(versement, golden, expected, approve):
    units, tops = read(versement)
    with open(expected, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["profile"] in tops]
    wrong = []
    for profile in sorted({p for p, _ in units} - {r["profile"] for r in rows}):
        wrong.append(f"{profile}: nothing is expected of it")
    for row in rows:
        unit = units.get((row["profile"], row["record"]))
        got = "no unit" if unit is None else unit.fact(row["fact"])
        if got != row["value"]:
            wrong.append(f"{row['profile']} {row['record']} {row['fact']}: \"{got}\", by hand \"{row['value']}\" ({row['source']})")
    lines = []
    for profile in sorted(tops):
        lines += [f"# {profile}", f"  top = {tops[profile]}"]
        for record in dict.fromkeys(r["record"] for r in rows if r["profile"] == profile):
            if (profile, record) in units:
                lines += [f"{record}"] + units[profile, record].words()
        lines.append("")
    now = "\n".join(lines)
    if approve:
        open(golden, "w", encoding="utf-8").write(now)
    before = open(golden, encoding="utf-8").read() if os.path.exists(golden) else ""
    wrong += difflib.unified_diff(before.splitlines(), now.splitlines(), golden, "now", lineterm="", n=1)
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main(*sys.argv[1:4], approve="--approve" in sys.argv)
