"""Reads a SIP with Python's zipfile, hashlib and ElementTree only, and checks what Versoir claims about it.

usage: verify_sip.py LOT_FOLDER KEPT_CSV [ATR]

- container: manifest.xml first, then content/ only, no data descriptor, names allowed by VITAM
- every Uri has a file and every file a Uri; SHA-512 and Size recomputed
- every reference resolves; every group is used once; every unit has a title and a level
- units of records = lines of kept.csv for this lot; counts of build.json, check.json and receipt.json
- every archived XML is well-formed
- every page (HTML) stands beside the XML that it renders, alone and without script, and shows no value that the XML does not say"""
import csv
import hashlib
import json
import os
import re
import sys
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from html.parser import HTMLParser


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def find_all(root, name):
    return [e for e in root.iter() if local(e) == name]


def child(element, name):
    return next((e for e in element if local(e) == name), None)


def system_id(key):
    """A key of one value is written bare, a longer one as its JSON list."""
    values = json.loads(key)
    return str(values[0]) if len(values) == 1 else key


class Page(HTMLParser):
    """Values (dd, td) of a page; what it needs from elsewhere, or runs, is an error."""

    def __init__(self):
        super().__init__()
        self.open, self.values, self.labels, self.titles = [], [], 0, []

    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "link", "img", "iframe", "object", "a", "form"), tag
        assert not [name for name, _ in attributes if name in ("src", "href") or name.startswith("on")], attributes
        if tag == "html":
            assert dict(attributes)["lang"] == "fr"
        if tag == "th":
            assert dict(attributes)["scope"] in ("col", "row")
        if tag != "meta":
            self.open.append(tag)
        if tag in ("dd", "td"):
            self.values.append("")
        self.labels += tag in ("dt", "th")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("dd", "td"):
            self.values[-1] += data
        if self.open and self.open[-1] == "title":
            self.titles.append(data)


def sayings(xml):
    """What a page may show of a record: its texts as they are or as people write them, labels of its codes, its provenance."""
    said = {""}
    for element in ET.fromstring(xml).iter():
        text = " ".join((element.text or "").split())
        said |= {text, text.replace(".", ","), text + " (code inconnu)", *element.attrib.values()}
        taken = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d):\d\dZ", element.get("date-extrait", ""))
        if taken:
            said.add(f"{taken[3]}/{taken[2]}/{taken[1]} à {taken[4]} UTC")
        date = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(.*))?", text)
        if date:
            said.add(f"{date[3]}/{date[2]}/{date[1]}" + (f" {date[4]}" if date[4] else ""))
    return said


def plain(text):
    return "".join(c for c in unicodedata.normalize("NFD", text.strip().lower()) if not unicodedata.combining(c))


def check_page(page, xml):
    parser = Page()
    parser.feed(page.decode("utf-8"))
    parser.close()
    assert not parser.open, "tags left open: " + str(parser.open)
    assert parser.titles and parser.titles[0].strip(), "no title"
    assert b"@media print" in page and b"url(" not in page and b"@import" not in page
    said = sayings(xml)
    # The application, by its label: its name with accents and capitals.
    application = ET.fromstring(xml).get("application")
    more = [v for v in parser.values if " ".join(v.split()) not in said and plain(v) != application]
    assert not more, f"the page shows what the XML does not say: {more[:3]}"
    return len(parser.values)


def main(folder, kept_csv, atr=None):
    name = os.path.basename(os.path.normpath(folder))
    archive = zipfile.ZipFile(os.path.join(folder, "sip.zip"))
    names = archive.namelist()
    assert names[0] == "manifest.xml", names[0]
    assert len(set(names)) == len(names), "duplicate entries"
    for info in archive.infolist():
        assert not info.flag_bits & 0x08, f"data descriptor on {info.filename}"
        for part in info.filename.split("/"):
            assert re.fullmatch(r"[a-zA-Z0-9_@-]+(\.[a-zA-Z0-9_@-]+)*", part), info.filename
    files = set(names[1:])
    assert all(n.startswith("content/") for n in files)

    manifest = archive.read("manifest.xml")
    root = ET.fromstring(manifest)
    assert local(root) == "ArchiveTransfer"
    assert child(root, "MessageIdentifier").text == name

    objects = find_all(root, "BinaryDataObject")
    uris = {}
    for obj in objects:
        uri = child(obj, "Uri").text
        data = archive.read(uri)
        digest = child(obj, "MessageDigest")
        assert digest.attrib == {"algorithm": "SHA-512"}
        assert digest.text == hashlib.sha512(data).hexdigest(), uri
        assert int(child(obj, "Size").text) == len(data), uri
        uris[uri] = obj
        if uri.endswith(".xml"):
            ET.fromstring(data)
    assert set(uris) == files, files ^ set(uris)

    pages = 0
    for group in find_all(root, "DataObjectGroup"):
        members = {child(o, "DataObjectVersion").text: child(o, "Uri").text for o in find_all(group, "BinaryDataObject")}
        assert len(members) == len(list(group)) and "BinaryMaster_1" in members, members
        if "Dissemination_1" in members:
            uri = members["Dissemination_1"]
            assert child(child(uris[uri], "FormatIdentification"), "FormatId").text == "fmt/471"
            assert check_page(archive.read(uri), archive.read(members["BinaryMaster_1"])) > 3, uri
            pages += 1

    groups = {g.attrib["id"] for g in find_all(root, "DataObjectGroup")}
    references = [r.text for r in find_all(root, "DataObjectGroupReferenceId")]
    assert sorted(references) == sorted(groups), "orphan or dangling groups"
    units = find_all(root, "ArchiveUnit")
    ids = [u.attrib["id"] for u in units] + list(groups) + [o.attrib["id"] for o in objects]
    assert len(set(ids)) == len(ids), "duplicate ids"
    for unit in units:
        content = child(unit, "Content")
        assert child(content, "DescriptionLevel").text and child(content, "Title").text.strip(), unit.attrib["id"]

    with open(kept_csv, newline="", encoding="utf-8") as f:
        kept = [row for row in csv.DictReader(f) if row["lot"] == name]
    # A unit of a record carries the record's key in the application.
    described = sorted((child(c, "OriginatingSystemId").text, child(c, "Title").text) for u in units
                       if child(c := child(u, "Content"), "OriginatingSystemId") is not None)
    assert described == sorted((system_id(row["key"]), row["title"]) for row in kept), "units of records differ from kept.csv"

    sip_digest = hashlib.sha512(open(os.path.join(folder, "sip.zip"), "rb").read()).hexdigest()
    build = json.load(open(os.path.join(folder, "build.json")))
    assert build["sha512"] == sip_digest
    assert build["manifest_sha512"] == hashlib.sha512(manifest).hexdigest()
    assert (build["units"], build["objects"]) == (len(units), len(objects))
    assert build["bytes"] == sum(archive.getinfo(u).file_size for u in uris)
    check = json.load(open(os.path.join(folder, "check.json")))
    assert check["sip"]["sha512"] == sip_digest and check["verdict"] == "OK", check["verdict"]

    if atr:
        reply = ET.parse(atr).getroot()
        assert child(reply, "ReplyCode").text == "OK"
        assert child(reply, "MessageRequestIdentifier").text == name
        got = {u.attrib["id"]: child(child(u, "Content"), "SystemId").text for u in find_all(reply, "ArchiveUnit")}
        assert set(got) == {u.attrib["id"] for u in units}
        got_objects = {o.attrib["id"]: child(o, "DataObjectSystemId").text for o in find_all(reply, "BinaryDataObject")}
        assert set(got_objects) == {o.attrib["id"] for o in objects}
        assert all(len(v) == 36 for v in [*got.values(), *got_objects.values()])
        receipt = json.load(open(os.path.join(folder, "receipt.json")))
        assert receipt["sip_sha512"] == sip_digest
        assert receipt["atr_sha512"] == hashlib.sha512(open(atr, "rb").read()).hexdigest()
        assert (receipt["units"], receipt["objects"]) == (len(units), len(objects))
        assert receipt["operation"] == child(reply, "MessageIdentifier").text
    print(f"{name}: {len(units)} units, {len(objects)} objects, {pages} pages, all right")


main(*sys.argv[1:])
