"""Leaves only the planted people of a synthetic database: what is said of them then depends on nobody else.

usage: keep_planted.py DATABASE"""
import sqlite3
import sys

# samples/README.md: COD_IND 1001 to 1014, agents 501 to 520.
PLANTED = {"COD_IND": (1000, 2000), "NO_INDIVIDU": (500, 999), "NO_DOSSIER_PERS": (500, 999)}

database = sqlite3.connect(sys.argv[1])
for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
    columns = {row[1].upper() for row in database.execute(f'PRAGMA table_info("{table}")')}
    for column, (least, most) in PLANTED.items():
        if column in columns:
            database.execute(f'DELETE FROM "{table}" WHERE {column} NOT BETWEEN {least} AND {most}')
database.commit()
