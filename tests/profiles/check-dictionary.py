"""Holds profiles/apogee/tables.xml against the researched list of the tables and columns of Apogée.

usage: check-dictionary.py TABLES_XML FACTS_TSV

Every table and column of the list is in the dictionary, with its key, its type (a width that the list leaves open is ours to
choose), its reference, the catalogues it was read in and no better evidence than the list gives; nothing else is, but what
EXCEPTIONS says why. What is left has a reason, labels are phrases, and one whose meaning nobody knows says so."""
import csv
import os
import re
import sys
import xml.etree.ElementTree as ET

NS = "{urn:versoir:profile:1}"
NAMED_ONLY = {"INS_DETTE_ETP", "INS_ANTICIPE_ETP"}  # known to exist, no column is known
EXCEPTIONS = {("THESE_HDR_SOUT", c) for c in ("COD_ETB_CDR", "COD_ETB_CDR2", "COD_CPS_CDR", "COD_CPS_CDR2")} | {
    ("INDIVIDU", c) for c in ("LIB_NOM_PAT_IND", "LIB_NOM_USU_IND")}  # columns of co-directors; names widened to 40

SOURCES = {"M": "catalogue-marocain", "N": "catalogue-nice", "L": "ecandidat", "P": "paris8", "q": "requetes"}
DOUBT = re.compile(r"vérifier|inconnu|supposé|établi")  # what a label says when its meaning is not known
POSTAL = re.compile(r"LIB_AD[1-3]")  # a line of an address, whatever LIB means elsewhere


def references(table, column):
    """What a column refers to: alone, or with others."""
    found = {(column.get("references") or "").split(".")[0]}
    return found | {r.get("table") for r in table.findall(NS + "reference") if column.get("name") in r.get("columns").split()}


def evidence(name, row, table, column):
    """What a column claims to be known by, against the list."""
    said, cited = column.get("evidence", "confirmed"), set((column.get("sources") or "").split())
    where = f"{name}.{row['column']}"
    target = re.match(r"[A-Z_]*", row["references"])[0]
    if target and target not in references(table, column):
        yield f"{where}: refers to {references(table, column)}, not {target}"
    wanted = {SOURCES[s] for s in row["sources"] if s in SOURCES}
    if not wanted <= cited or not cited <= wanted | {"requetes"}:  # the list leaves out the queries that name a column too
        yield f"{where}: known by {cited}, not {wanted}"
    if said == "confirmed" and (row["confidence"] == "C" or "(inf.)" in row["meaning"] or cited == {"requetes"} and row["type"].endswith("~")):
        yield f"{where}: confirmed, and the list only infers it"


def same_type(fact, ours):
    if fact == ours or fact in ("", "?"):
        return True
    if fact in ("VARCHAR2~", "VARCHAR2/NUMBER~"):
        return re.fullmatch(r"VARCHAR2\(\d+\)", ours)
    if fact == "NUMBER~":
        return re.fullmatch(r"NUMBER(\(\d+(,\d+)?\))?", ours)
    if fact == "BLOB/LONG RAW":
        return ours == "BLOB"
    if fact == "VARCHAR2(30/40)":
        return ours == "VARCHAR2(40)"
    if between := re.fullmatch(r"NUMBER\((\d+)-(\d+)\)~?", fact):
        return ours == f"NUMBER({between[2]})"
    if re.fullmatch(r"NUMBER\(p,[s2]\)~?", fact):
        return re.fullmatch(r"NUMBER\(\d+,\d+\)", ours)
    return ours == re.sub(r"[~≤]", "", fact)


def main(dictionary, facts):
    if not os.path.exists(facts):
        print("skipped:", facts, "is not there")
        return 1 if os.environ.get("CI") == "true" else 77
    faults = []
    tables = {t.get("name"): t for t in ET.parse(dictionary).getroot().findall(NS + "table")}
    wanted = {}
    for row in csv.DictReader(open(facts, encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE):
        wanted.setdefault(row["table"], []).append(row)
    faults += [f"{t}: missing" for t in wanted if t not in tables]
    faults += [f"{t}: nobody knows it" for t in tables if t not in wanted and t not in NAMED_ONLY]
    columns = 0
    for name, table in tables.items():
        ours = {c.get("name"): c for c in table.findall(NS + "column")}
        rows = {r["column"]: r for r in wanted.get(name, [])}
        if (table.get("key") or "").split() != [c for c, r in rows.items() if r["pk"] == "Y"]:
            faults.append(f"{name}: key {table.get('key')}")
        for column, row in rows.items():
            if column not in ours:
                faults.append(f"{name}.{column}: missing")
            elif not same_type(row["type"], ours[column].get("type")) and (name, column) not in EXCEPTIONS:
                faults.append(f"{name}.{column}: {ours[column].get('type')}, not {row['type']}")
            else:
                faults += evidence(name, row, table, ours[column])
            columns += 1
        faults += [f"{name}.{c}: nobody knows it" for c in ours if c not in rows and (name, c) not in EXCEPTIONS]
        for element in [table, *ours.values()]:
            where = f"{name}.{element.get('name')}"
            if element.get("label").endswith(".") or len(element.get("label")) < 3:
                faults.append(f"{where}: label {element.get('label')!r}")
            if element.get("evidence") == "unknown" and element is not table and not DOUBT.search(element.get("label")):
                faults.append(f"{where}: its meaning is unknown, and its label {element.get('label')!r} does not say it")
            if POSTAL.match(element.get("name")) and "dresse" not in element.get("label"):
                faults.append(f"{where}: label {element.get('label')!r} for a line of an address")
            if element.get("take") == "no" and not element.get("reason", "").endswith("."):
                faults.append(f"{where}: reason {element.get('reason')!r}")
    for fault in faults:
        print(fault)
    print(f"{len(tables)} tables, {columns} columns, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main(*sys.argv[1:]))
