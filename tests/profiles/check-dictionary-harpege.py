"""Holds profiles/harpege/tables.xml against the researched note on the tables and columns of Harpège.

usage: check-dictionary-harpege.py TABLES_XML NOTE_MD

The note has one section for a table, "### 2.8 CARRIERE — …", with a Markdown table or a sentence of columns. Every table that it
describes or says worth probing is in the dictionary; every column that its table of columns grades A or B is too, with its type where the note is sure of it; a column of the dictionary
that the note's section does not name must say that it is not confirmed. What is left has a reason, labels are phrases."""
import os
import re
import sys
import xml.etree.ElementTree as ET

NS = "{urn:versoir:profile:1}"
# "Same key" as the section before it.
EXCEPTIONS = {("PERIODES_SP_SD_DEG", "NO_DOSSIER_PERS"), ("PERIODES_SP_SD_DEG", "NO_SEQ_CARRIERE")}


def sections(note):
    """Table name -> (text of its section, rows of columns as (names, type, grade))."""
    found = {}
    for part in re.split(r"^### 2\.\d+ ", note, flags=re.M)[1:]:
        part = re.split(r"^#{2,3} ", part, flags=re.M)[0]
        heading, _, body = part.partition("\n")
        for name in re.findall(r"\b[A-Z][A-Z_]{2,}\b", heading.split("—")[0].split("·")[0]):
            rows, columns = [], False
            for line in body.splitlines():
                cells = [c.strip() for c in line.strip().strip("|").split("|")]
                columns = line.startswith("|") and (columns or cells[0] == "Column")  # a list of codes is none
                if not columns or cells[0] == "Column" or cells[0].startswith("---"):
                    continue
                rows.append((re.findall(r"\b[A-Z][A-Z0-9_]+\b", re.sub(r"\(.*?\)", "", cells[0])), cells[1], cells[-1]))
            found[name] = (part, rows)
    return found


def probed(note):
    """Names that the note only believes in: they are looked for at a site, as optional tables."""
    part = re.split(r"^### 2\.44 ", note, flags=re.M)[1].split("\n---")[0]
    family = {"MANGUE", "C_CGE_MOD"}  # the application and the column that the names are taken from
    return {n for n in re.findall(r"\b[A-Z][A-Z0-9_]{2,}\b", re.sub(r"AL3…AL6", "AL3, CONGE_AL4, CONGE_AL5, CONGE_AL6", part))} - family


def type_of(written):
    """The type that the note is sure of, or None: a width in doubt has a question mark, one of a cousin schema a [C]."""
    if "?" in written or "[" in written:
        return None
    exact = re.match(r"(?:VARCHAR2|NUMBER)\(\d+(?:,\d+)?\)|DATE\b", written)
    return exact[0] if exact else None


def main(dictionary, note):
    if not os.path.exists(note):
        print("skipped:", note, "is not there")
        return 1 if os.environ.get("CI") == "true" else 77
    words = open(note, encoding="utf-8").read()
    known = sections(words)
    tables = {t.get("name"): t for t in ET.parse(dictionary).getroot().findall(NS + "table")}
    described = {n for part in re.findall(r"^### 2\.(\d+) (.*)", words, flags=re.M) if int(part[0]) <= 40
                 for n in re.findall(r"\b[A-Z][A-Z_]{2,}\b", part[1].split("—")[0].split("·")[0])}
    faults, checked = [f"{n}: missing" for n in described | probed(words) if n not in tables], 0
    faults += [f"{n}: only believed in, and not optional" for n in probed(words) - described if n in tables and tables[n].get("optional") != "yes"]
    for name, (text, rows) in known.items():
        if name not in tables:
            continue
        ours = {c.get("name"): c for c in tables[name].findall(NS + "column")}
        for names, written, grade in rows:
            if not re.search(r"\b[AB]\b", grade):
                continue
            for column in names:
                checked += 1
                if column not in ours:
                    faults.append(f"{name}.{column}: missing")
                elif type_of(written) and ours[column].get("type") != type_of(written):
                    faults.append(f"{name}.{column}: {ours[column].get('type')}, not {type_of(written)}")
        for column, c in ours.items():
            checked += 1
            if c.get("evidence", "confirmed") == "confirmed" and (name, column) not in EXCEPTIONS and not re.search(rf"\b{column}\b", text):
                faults.append(f"{name}.{column}: confirmed, and the note's section does not name it")
    for name, table in tables.items():
        if name not in known and table.get("evidence", "confirmed") == "confirmed" and not re.search(rf"\b{name}\b", words):
            faults.append(f"{name}: confirmed, and the note does not name it")
        for e in [table, *table.findall(NS + "column")]:
            if e.get("take") == "no" and not e.get("reason"):
                faults.append(f"{name} {e.get('name')}: left without a reason")
            if e is not table and e.get("evidence") == "unknown" and not re.search("vérifier|inconnu|supposé|établi", e.get("label")):
                faults.append(f"{name} {e.get('name')}: its meaning is unknown, and its label does not say it")
            if not (e.get("label") or "").strip():
                faults.append(f"{name} {e.get('name')}: no label")
    print(len(known), "tables of the note,", checked, "columns,", len(faults), "faults", *faults, sep="\n")
    return 1 if faults or checked < 200 else 0


sys.exit(main(*sys.argv[1:]))
