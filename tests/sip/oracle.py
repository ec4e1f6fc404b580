#!/usr/bin/env python3
"""Independent oracle of a SIP: zipfile, hashlib, ElementTree and csv, nothing of Versoir.

oracle.py SIP KEPT_CSV LOT  -> exits 0 and prints "units objects bytes", or says what is wrong.
"""
import csv
import hashlib
import json
import re
import sys
import xml.etree.ElementTree as ET
import zipfile


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def children(element, name):
    return [child for child in element if local(child) == name]


def all_of(element, name):
    return [e for e in element.iter() if local(e) == name]


def text(element, name):
    found = [e for e in element.iter() if local(e) == name]
    return found[0].text if found else None


def check(condition, message):
    if not condition:
        sys.exit(message)


def main(sip, kept, lot):
    with open(kept, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["lot"] == lot]
    check(rows, "no line of the lot in kept.csv")
    archive = zipfile.ZipFile(sip)
    names = archive.namelist()
    check(archive.testzip() is None, "bad CRC")
    check(names[0] == "manifest.xml", "the manifest is not first")
    check(len(set(names)) == len(names), "a name occurs twice")
    check(all(n.startswith("content/") for n in names[1:]), "something else than content/")
    manifest = ET.fromstring(archive.read("manifest.xml"))
    check(text(manifest, "MessageIdentifier") == lot, "MessageIdentifier")

    declared = {}
    by_group = {}
    size = 0
    for group in all_of(manifest, "DataObjectGroup"):
        for data in children(group, "BinaryDataObject"):
            uri = text(data, "Uri")
            content = archive.read(uri)
            digest = children(data, "MessageDigest")[0]
            check(digest.get("algorithm") == "SHA-512", "algorithm of " + uri)
            check(digest.text == hashlib.sha512(content).hexdigest(), "digest of " + uri)
            check(int(text(data, "Size")) == len(content), "size of " + uri)
            declared[uri] = content
            by_group[group.get("id")] = uri
            size += len(content)
    check(set(declared) == set(names[1:]), "declared and present objects differ")

    units = [u for u in all_of(manifest, "ArchiveUnit") if children(u, "Content")]
    keys = {}
    for unit in units:
        content = children(unit, "Content")[0]
        title = text(content, "Title")
        check(title and title.strip(), "a unit without title")
        start, end = text(content, "StartDate"), text(content, "EndDate")
        check(not (start and end) or start <= end, "EndDate before StartDate")
        system_id = [e.text for e in content if local(e) == "OriginatingSystemId"]
        if system_id:
            reference = [e for e in unit if local(e) == "DataObjectReference"]
            check(len(reference) == 1, "a record without its object")
            keys[system_id[0]] = (title, by_group[text(reference[0], "DataObjectGroupReferenceId")])
    check(len(set(keys)) == len(rows), "%d record units for %d lines" % (len(keys), len(rows)))
    used = set()
    for row in rows:
        key = json.loads(row["key"])
        check(len(key) == 1, "the key of the fixture is single")
        title, uri = keys[str(key[0])]
        listed = re.sub(r"^'('*[=+\-@\t\r])", r"\1", row["title"])  # docs/formats/versement.md: no formula in a list
        check(title == listed, "title of %s: %r, %r" % (key, title, row["title"]))
        document = ET.fromstring(declared[uri])
        check(str(key[0]) in [e.text for e in document.iter()], "%s does not hold the record %s" % (uri, key))
        used.add(uri)
    rest = [u for u in declared if u not in used]
    check(len(rest) == 3, "besides records, a lot holds three documents: %s" % rest)
    print(len(units), len(declared), size)


if __name__ == "__main__":
    main(*sys.argv[1:])
