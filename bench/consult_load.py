"""Mixed questions to a running consultation, by several readers at once, each on a connection that stays open.

consult_load.py ADDRESS INDEX QUERIES READERS: ADDRESS is what versoir consult serve printed; persons are drawn from
the INDEX. Prints lines of a table: times of the server (Server-Timing), elapsed and processor, in milliseconds."""
import http.client
import json
import random
import re
import sqlite3
import sys
import threading
import time
import urllib.parse

address, index, queries, readers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
place = urllib.parse.urlparse(address)
draw = random.Random(2026)


def question(key, names, shown):
    """What somebody types who looks for this person."""
    first = names.split("\n")
    number = next((v for label, v in shown if label.startswith("N°")), "")
    born = next((v for label, v in shown if "naissance" in label.lower() and "/" in v), "")
    kind = draw.random()
    if kind < 0.40:
        return " ".join(first[:2])
    if kind < 0.52:
        return first[0][: draw.choice((3, 4, 5))]
    if kind < 0.67:
        return number or first[0]
    if kind < 0.77:
        return born or first[0]
    if kind < 0.87:
        return f"{first[0]} {born[-4:]}"
    name = first[0]  # misspelt: a letter doubled, left out, or two swapped
    at = draw.randrange(max(1, len(name) - 1))
    return draw.choice((name[:at] + name[at] + name[at:], name[:at] + name[at + 1:], name[:at] + name[at + 1: at + 2] + name[at] + name[at + 2:]))


db = sqlite3.connect(f"file:{index}?mode=ro", uri=True)
top = db.execute("SELECT max(id) FROM hit").fetchone()[0]
targets = []
for _ in range(queries):
    key, names, shown = db.execute("SELECT key, names, shown FROM hit WHERE id >= ? LIMIT 1", (draw.randint(1, top),)).fetchone()
    if draw.random() < 0.5:
        targets.append(("search", "/search?q=" + urllib.parse.quote(question(key, names, json.loads(shown)))))
    else:
        targets.append(("sheet", "/sheet?record=etudiant&key=" + urllib.parse.quote(key)))

door = http.client.HTTPConnection(place.netloc)
door.request("GET", place.path + "?" + place.query)
answer = door.getresponse()
answer.read()
cookie = answer.getheader("Set-Cookie").split(";")[0]
door.request("GET", targets[[kind for kind, _ in targets].index("sheet")][1], headers={"Cookie": cookie})  # reads the nomenclatures, once
first = door.getresponse()
first.read()
warm = first.getheader("Server-Timing")

times = {"search": [], "sheet": []}
wrong = []
lock = threading.Lock()
waiting = iter(targets)


def read():
    line = http.client.HTTPConnection(place.netloc)
    while True:
        with lock:
            one = next(waiting, None)
        if one is None:
            return
        line.request("GET", one[1], headers={"Cookie": cookie})
        got = line.getresponse()
        size = len(got.read())
        app, cpu = (float(n) for n in re.findall(r"dur=([0-9.]+)", got.getheader("Server-Timing")))
        with lock:
            times[one[0]].append((app, cpu, size))
            if got.status != 200:
                wrong.append((got.status, one[1]))


begin = time.monotonic()
threads = [threading.Thread(target=read) for _ in range(readers)]
for t in threads:
    t.start()
for t in threads:
    t.join()
taken = time.monotonic() - begin


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


app, cpu = (float(n) for n in re.findall(r"dur=([0-9.]+)", warm))
print(f"| first sheet, which reads the nomenclatures, ms | {app:.0f} | {cpu:.0f} |")
for kind, label in (("search", "search"), ("sheet", "full sheet")):
    for share in (0.5, 0.99):
        print(f"| {label}, p{share * 100:.0f} of {len(times[kind])}, ms | {at([t[0] for t in times[kind]], share):.1f} | {at([t[1] for t in times[kind]], share):.1f} |")
print(f"| {queries} questions by {readers} readers, a second | {queries / taken:.0f} | |")
print(f"| answers that were not pages | {len(wrong)} | |")
for w in wrong[:5]:
    print(w, file=sys.stderr)
