#!/usr/bin/env python3
"""Recomputes the digests of an extract from docs/formats/extract.md alone, with nothing but the standard library.

Prints one line per table (name, rows, sum, root) and the root of the extract; exits 1 when a recorded block digest,
count, sum or root differs from the recomputed one.
"""
import hashlib
import sqlite3
import sys


def sha(data):
    return hashlib.sha256(data).digest()


def merkle(leaves):
    if not leaves:
        return sha(b"")
    level = leaves
    while len(level) > 1:
        above = [sha(b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def entry(tag, value):
    return tag + len(value).to_bytes(8, "big") + value


def value_entry(db, table, column, row, value):
    if isinstance(value, int):
        return entry(b"I", str(value).encode())
    if isinstance(value, bytes):
        return entry(b"B", value)
    if isinstance(value, str):
        return entry(b"T", value.encode("utf-8"))
    chunks = db.execute(
        "SELECT bytes FROM versoir_lob WHERE table_name = ? AND row = ? AND column_name = ? ORDER BY chunk",
        (table, row, column)).fetchall()
    if chunks:
        return entry(b"L", sha(b"".join(c[0] for c in chunks)))
    return entry(b"N", b"")


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def main(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    wrong = []
    leaves = []
    tables = db.execute("SELECT name, source_rows, copied_rows, sum, root FROM versoir_table ORDER BY name").fetchall()
    for name, source_rows, copied_rows, said_sum, said_root in tables:
        columns = [c for (c,) in db.execute(
            "SELECT name FROM versoir_column WHERE table_name = ? AND taken = 'yes' ORDER BY position", (name,))]
        digests = []
        listed = ", ".join(["_row"] + [quoted(c) for c in columns])
        for values in db.execute(f"SELECT {listed} FROM {quoted(name)} ORDER BY _row"):
            if values[0] != len(digests) + 1:
                wrong.append(f"{name}: row {values[0]} out of sequence")
            message = name.encode("utf-8") + b"\x00"
            for column, value in zip(columns, values[1:]):
                message += value_entry(db, name, column, values[0], value)
            digests.append(sha(message))
        blocks = [sha(b"".join(digests[i:i + 256])) for i in range(0, len(digests), 256)]
        said = db.execute("SELECT block, first_row, rows, digest FROM versoir_block WHERE table_name = ? ORDER BY block",
                          (name,)).fetchall()
        expected = [(i, i * 256 + 1, min(256, len(digests) - i * 256), d.hex()) for i, d in enumerate(blocks)]
        if said != expected:
            wrong.append(f"{name}: blocks differ")
        total = f"{sum(int.from_bytes(d, 'big') for d in digests) % 2**256:064x}"
        root = merkle([sha(b"\x00" + d) for d in blocks]).hex()
        # Rows that the profile leaves are counted, by reason, beside those that were copied.
        left = db.execute("SELECT coalesce(sum(rows), 0) FROM versoir_left WHERE table_name = ?", (name,)).fetchone()[0]
        if (source_rows, copied_rows, said_sum, said_root) != (len(digests) + left, len(digests), total, root):
            wrong.append(f"{name}: recorded facts differ")
        print(name, len(digests), total, root)
        leaves.append(sha(b"\x00" + b"\x00".join([name.encode("utf-8"), str(len(digests)).encode(), root.encode()])))
    print("root", merkle(leaves).hex())
    for line in wrong:
        print("WRONG", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
