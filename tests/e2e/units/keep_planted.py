"""Leaves only the planted people of a synthetic database: what is said of them then depends on nobody else.

usage: keep_planted.py DATABASE"""
import sqlite3
import sys

# samples/README.md: COD_IND 1001 to 1014, agents 501 to 520.
PLANTED = {"COD_IND": (1001, 1014), "NO_INDIVIDU": (501, 520), "NO_DOSSIER_PERS": (501, 520)}

database = sqlite3.connect(sys.argv[1])
harpege = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'PERSONNEL' AND sql LIKE '%NO_DOSSIER_PERS%'").fetchone()[0]
for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
    columns = {row[1].upper() for row in database.execute(f'PRAGMA table_info("{table}")')}
    for column, (least, most) in PLANTED.items():
        if column in columns:
            database.execute(f'DELETE FROM "{table}" WHERE {column} NOT BETWEEN {least} AND {most}')
if harpege:
    # Kept up until it closed: who is still in post is told from that day.
    database.execute("UPDATE INDIVIDU SET D_MODIFICATION = '2025-12-31 00:00:00' WHERE NO_INDIVIDU = 501")
database.commit()
