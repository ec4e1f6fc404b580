#!/usr/bin/env python3
"""Runs the real `versoir check` over the labelled SIPs of the VITAM programme and compares with a committed floor.

    score.py VERSOIR CORPUS FLOOR DIFFERENCES [--approve]

CORPUS is ../shared/corpus/vitam; its README says how labels are to be read. FLOOR (floor.json) holds counts only.
DIFFERENCES (differences.md) must name every usable row whose verdict is not its label's, and no other.
Exit: 0 good, 1 the score dropped or a difference is not explained, 77 no corpus.
"""
import collections
import csv
import json
import os
import subprocess
import sys


def usable_rows(corpus):
    with open(os.path.join(corpus, "labels.tsv"), encoding="utf-8") as labels:
        rows = list(csv.DictReader(labels, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [r for r in rows if r["template"] != "yes" and r["needs_state"] != "yes"], len(rows)


def check(versoir, corpus, rows):
    """One run for the rows of a workflow and set of referentials; the answer of each by its file."""
    context, chosen = rows[0]["context"], rows[0]["set"]
    command = [versoir, "check", "--json", "--context", context]
    if chosen:
        command += ["--referential", os.path.join(corpus, "referential/sets", chosen)]
    environment = dict(os.environ, LANGUAGE="en", LC_ALL="C.UTF-8")
    run = subprocess.run(command + [r["file"] for r in rows], cwd=corpus, env=environment, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    sips = {a["file"]: a for a in answers if a["type"] == "sip"}
    if len(sips) != len({r["file"] for r in rows}):
        sys.exit(f"{' '.join(command)} answered {len(sips)} SIPs of {len(rows)}: {run.stderr[-2000:]}")
    worst = max(sips.values(), key=lambda a: ["OK", "WARNING", "KO", "FATAL"].index(a["verdict"]))["verdict"]
    if run.returncode != {"OK": 0, "WARNING": 3}.get(worst, 31):
        sys.exit(f"{' '.join(command)} ended with {run.returncode} for {worst}")
    return sips


def status_agrees(row, answer):
    if row["status_basis"] == "accept-only":
        return answer["verdict"] in ("OK", "WARNING")
    return answer["verdict"] == row["expected"]


def step_agrees(row, answer):
    """The deciding event; for a warning any of those that warn, since several can."""
    events = [answer["event"]]
    if answer["verdict"] == "WARNING":
        events += [f["event"] for f in answer["findings"] if not f["hidden"]]
    return any(e.startswith(row["expected_step"]) for e in events)


def main():
    approve = "--approve" in sys.argv
    versoir, corpus, floor_file, differences_file = [a for a in sys.argv[1:] if a != "--approve"]
    versoir = os.path.abspath(versoir)
    if not os.path.exists(os.path.join(corpus, "labels.tsv")):
        if os.environ.get("CI") == "true":
            sys.exit("../shared is missing in CI")
        print("skipped: no ../shared")
        sys.exit(77)
    rows, total = usable_rows(corpus)
    runs = collections.defaultdict(list)
    for row in rows:
        runs[(row["context"], row["set"])].append(row)
    table = collections.defaultdict(collections.Counter)
    different, score = [], collections.defaultdict(collections.Counter)
    for group in runs.values():
        answers = check(versoir, corpus, group)
        for row in group:
            answer = answers[row["file"]]
            asserted = row["step_basis"].startswith("asserted") and row["expected_step"]
            good, step = status_agrees(row, answer), not asserted or step_agrees(row, answer)
            kind = "gated" if row["status_basis"] in ("exact", "code") else row["status_basis"]
            for counter in (table[(row["tier"], row["decidable"], row["status_basis"])], score[kind]):
                counter.update(rows=1, status=int(good), asserted=int(bool(asserted)), step=int(bool(asserted) and step))
            if not (good and step):
                different.append((row, answer))
    print(f"{'tier':8}{'decidable':14}{'status_basis':14}{'rows':>6}{'status':>8}{'asserted':>10}{'event':>7}")
    for key in sorted(table):
        c = table[key]
        print(f"{key[0]:8}{key[1]:14}{key[2]:14}{c['rows']:6}{c['status']:8}{c['asserted']:10}{c['step']:7}")
    print(f"skipped (template or state): {total - len(rows)}")
    for row, answer in different:
        print(f"differs: {row['file']} expected {row['expected']} {row['expected_step']}, "
              f"got {answer['verdict']} {answer['event']}")
    reached = {kind: {"status": c["status"], "event": c["step"]} for kind, c in sorted(score.items())}
    if approve:
        with open(floor_file, "w", encoding="utf-8") as out:
            json.dump(reached, out, indent=2)
            out.write("\n")
        return
    with open(floor_file, encoding="utf-8") as floor_text:
        floor = json.load(floor_text)
    faults = [f"{kind}: {what} {reached.get(kind, {}).get(what, 0)} below {least}"
              for kind, wanted in floor.items() for what, least in wanted.items()
              if reached.get(kind, {}).get(what, 0) < least]
    with open(differences_file, encoding="utf-8") as text:
        named = {line[3:].strip() for line in text if line.startswith("## sips/")}
    found = {row["file"] for row, _ in different}
    faults += [f"{f}: a difference that {differences_file} does not explain" for f in sorted(found - named)]
    faults += [f"{f}: explained in {differences_file}, but it does not differ" for f in sorted(named - found)]
    for fault in faults:
        print(f"FAILED: {fault}")
    sys.exit(1 if faults else 0)


main()
