#!/usr/bin/env python3
"""Tables of a SIP of the invented club, read by Python's csv and json and held against the source database.

tables.py SIP CLUB_SQLITE  -> "N tables", or an assertion that says what is wrong.
"""
import csv
import io
import json
import re
import sqlite3
import sys
import xml.etree.ElementTree as ET
import zipfile

SPORTS = {"E": "escrime", "N": "natation"}


def local(e):
    return e.tag.rsplit("}", 1)[-1]


def child(e, name):
    return None if e is None else next((c for c in e if local(c) == name), None)


def text(e, name):
    found = child(e, name)
    return "" if found is None else found.text


def main(sip, source):
    archive, database, tables = zipfile.ZipFile(sip), sqlite3.connect(source), 0
    root = ET.fromstring(archive.read("manifest.xml"))
    groups = {g.get("id"): g for g in root.iter() if local(g) == "DataObjectGroup"}

    def only_object(unit):
        (data,) = groups[text(child(unit, "DataObjectReference"), "DataObjectGroupReferenceId")]
        return data

    for unit in root.iter():
        if local(unit) != "ArchiveUnit" or not text(child(unit, "Content"), "OriginatingSystemId"):
            continue
        season = text(child(unit, "Content"), "OriginatingSystemId")
        below = [u for u in unit if local(u) == "ArchiveUnit"]
        assert [text(child(u, "Content"), "Title") for u in below] == ["Tableau (CSV)", "Description du tableau (CSVW)"]
        table, described = map(only_object, below)
        assert text(child(table, "FormatIdentification"), "FormatId") == "x-fmt/18"
        assert text(child(described, "FormatIdentification"), "FormatId") == "fmt/817"
        name = text(child(table, "FileInfo"), "Filename")
        assert name == f"saison-{season}.csv"
        assert text(child(described, "FileInfo"), "Filename") == name + "-metadata.json"

        data = archive.read(text(table, "Uri")).decode("utf-8")
        assert data.endswith("\r\n") and not re.search("(?<!\r)\n", data), "lines end with CRLF"
        header, *rows = csv.reader(io.StringIO(data, newline=""), strict=True)
        wanted = [[str(n), sport, SPORTS[sport]] for n, sport in
                  database.execute("SELECT num_lic, sport FROM licence WHERE saison = ? ORDER BY num_lic", (season,))]
        assert wanted and rows == wanted, (season, rows, wanted)

        words = json.loads(archive.read(text(described, "Uri")))
        assert words["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "fr"}]
        assert words["url"] == name
        columns = words["tableSchema"]["columns"]
        assert [c["name"] for c in columns] == header == ["num_lic", "sport", "sport_libelle"]
        assert all(re.fullmatch("[A-Za-z0-9_]+", c["name"]) for c in columns), "names are variables of URI templates"
        assert all(c["name"] in c["titles"] for c in columns), "the header must be one of the titles"
        assert [c["titles"][1] for c in columns] == ["Numéro de licence", "Sport", "Sport (libellé)"]
        assert [c["datatype"] for c in columns] == ["integer", "string", "string"]
        tables += 1
    print(tables, "tables")


main(*sys.argv[1:])
