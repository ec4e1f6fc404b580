#!/usr/bin/env python3
"""The units under records, as a SIP says them, and their objects, recomputed: zipfile, hashlib, ElementTree only.

attached.py SIP  -> one line for each object under the unit of a record:
  key of the record | title | usage | Filename | extension in the SIP | FormatId | StartDate EndDate | SHA-256 of the bytes
Fails when a name of the zip is not one that VITAM takes, or when a digest or a size is not that of the bytes.
"""
import hashlib
import re
import sys
import xml.etree.ElementTree as ET
import zipfile


def local(e):
    return e.tag.rsplit("}", 1)[-1]


def child(e, name):
    return None if e is None else next((c for c in e if local(c) == name), None)


def text(e, name):
    found = child(e, name)
    return "" if found is None or found.text is None else found.text


def main(sip):
    archive = zipfile.ZipFile(sip)
    assert archive.testzip() is None
    for info in archive.infolist():
        assert not info.flag_bits & 0x08, "data descriptor"
        for part in info.filename.split("/"):
            assert re.fullmatch(r"[a-zA-Z0-9_@-]+(\.[a-zA-Z0-9_@-]+)*", part), info.filename
    root = ET.fromstring(archive.read("manifest.xml"))
    groups = {g.get("id"): g for g in root.iter() if local(g) == "DataObjectGroup"}

    def objects(unit):
        reference = child(unit, "DataObjectReference")
        if reference is None:
            return []
        found = []
        for data in groups[text(reference, "DataObjectGroupReferenceId")]:
            uri, content = text(data, "Uri"), archive.read(text(data, "Uri"))
            assert text(data, "MessageDigest") == hashlib.sha512(content).hexdigest()
            assert int(text(data, "Size")) == len(content)
            found.append((text(data, "DataObjectVersion"), text(child(data, "FileInfo"), "Filename"), uri.rsplit(".", 1)[-1],
                          text(child(data, "FormatIdentification"), "FormatId"), hashlib.sha256(content).hexdigest()[:16]))
        return found

    def walk(unit, key):
        content = child(unit, "Content")
        key = text(content, "OriginatingSystemId") or key
        if key:
            for version, name, extension, puid, digest in objects(unit):
                print("|".join([key, text(content, "Title"), version, name, extension, puid,
                                (text(content, "StartDate") + " " + text(content, "EndDate")).strip(), digest]))
        for below in unit:
            if local(below) == "ArchiveUnit":
                walk(below, key)

    for unit in next(e for e in root.iter() if local(e) == "DescriptiveMetadata"):
        walk(unit, "")


main(sys.argv[1])
