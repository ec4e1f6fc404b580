#!/usr/bin/env python3
"""Alters one byte of one file of a workspace at a time and expects `versoir verify` to end with another code than 0.

    altered_bytes.py VERSOIR WORKSPACE RUNS|all SEED

What `verify` does not answer for is listed in EXEMPT, with the reason; everything else under the workspace is tried.
"""
import concurrent.futures
import fnmatch
import os
import pathlib
import random
import shutil
import subprocess
import sys

EXEMPT = {
    "versoir.conf": "the configuration is the establishment's, and changes",
    "pki/*": "keys, anchors and the role register are given to the program; the register has its own signature",
    "sources/*": "the application's database",
    "referentials/*": "fetched from the platform, and changes",
    "sandbox/*": "the platform",
    "*.log": "what a script wrote",
    "*.lock": "empty, or the name of who works",
}
SMALL = 4096


def exempt(name):
    return any(fnmatch.fnmatch(name, pattern) for pattern in EXEMPT)


def protected(workspace):
    files = []
    for path in sorted(workspace.rglob("*")):
        name = path.relative_to(workspace).as_posix()
        if path.is_file() and not path.is_symlink() and not exempt(name) and path.stat().st_size > 0:
            files.append((name, path.stat().st_size))
    return files


def drawn(files, runs, rng):
    """(file, offset): every byte of small files and 512 of large ones, or `runs` of all, one at least in each file."""
    if runs == "all":
        for name, size in files:
            yield from ((name, at) for at in (range(size) if size <= SMALL else sorted(rng.sample(range(size), 512))))
        return
    chosen = [(name, rng.randrange(size)) for name, size in files]
    while len(chosen) < int(runs):
        name, size = rng.choice(files)
        chosen.append((name, rng.randrange(size)))
    yield from chosen


def attempt(versoir, workspace, name, at, change):
    path = workspace / name
    stat = path.stat()
    with open(path, "r+b") as f:
        f.seek(at)
        before = f.read(1)[0]
        f.seek(at)
        f.write(bytes([before ^ change]))
    try:
        done = subprocess.run([versoir, "verify"], cwd=workspace, capture_output=True, timeout=120)
    finally:
        with open(path, "r+b") as f:
            f.seek(at)
            f.write(bytes([before]))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return done.returncode, done.stdout + done.stderr


def one_by_one(versoir, workspace, todo):
    missed, crashed, codes = [], [], {}
    for name, at, change in todo:
        code, said = attempt(versoir, workspace, name, at, change)
        codes[code] = codes.get(code, 0) + 1
        if code == 0:
            missed.append((name, at, change))
        if code < 0 or code in (1, 70):  # a signal, or what nobody expected
            crashed.append((name, at, change, code, said[-400:]))
    return missed, crashed, codes


def main():
    versoir, workspace, runs, seed = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    rng = random.Random(seed)
    files = protected(workspace)
    todo = [(name, at, rng.randrange(1, 256)) for name, at in drawn(files, runs, rng)]
    workers = os.cpu_count() or 1
    copies = []
    for i in range(workers):  # each in a copy of its own
        copy = workspace.parent / f"copy-{i}"
        shutil.copytree(workspace, copy, symlinks=True)
        copies.append(copy)
    missed, crashed, codes = [], [], {}
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for m, c, k in pool.map(lambda i: one_by_one(versoir, copies[i], todo[i::workers]), range(workers)):
            missed += m
            crashed += c
            for code, n in k.items():
                codes[code] = codes.get(code, 0) + n
    print(f"{len(todo)} bytes of {len(files)} files (seed {seed}); codes: "
          + ", ".join(f"{code}: {n}" for code, n in sorted(codes.items())))
    by_file = {}
    for name, at, change in missed:
        by_file.setdefault(name, []).append(f"{at}^{change}")
    for name, places in sorted(by_file.items()):
        print(f"NOT SEEN: {name}: {len(places)} at {' '.join(places[:12])}")
    for name, at, change, code, said in crashed:
        print(f"CRASH: {name} {at}^{change}: {code} {said!r}")
    return 1 if missed or crashed else 0


if __name__ == "__main__":
    sys.exit(main())
