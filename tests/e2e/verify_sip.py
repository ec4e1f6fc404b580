"""Reads a SIP with Python's zipfile, hashlib and ElementTree only, and checks what Versoir claims about it.

usage: verify_sip.py LOT_FOLDER KEPT_CSV [ATR]

- container: manifest.xml first, then content/ only, no data descriptor, names allowed by VITAM
- every Uri has a file and every file a Uri; SHA-512 and Size recomputed
- every reference resolves; every group is used once; every unit has a title and a level
- units of records = lines of kept.csv for this lot; counts of build.json, check.json and receipt.json
- every archived XML is well-formed"""
import csv
import hashlib
import json
import os
import re
import sys
import xml.etree.ElementTree as ET
import zipfile


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
    print(f"{name}: {len(units)} units, {len(objects)} objects, all right")


main(*sys.argv[1:])
