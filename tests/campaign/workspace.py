"""What every case needs: the program, one workspace kept before and after each command that writes, comparisons."""
import contextlib, ctypes, hashlib, json, os, random, re, shutil, signal, socket, sqlite3, subprocess, time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
LONG = re.compile(r"\b[0-9a-f]{16,128}\b|\bae[a-z0-9]{34}\b|\b[A-Za-z0-9+/]{60,}={0,2}")
# What a command that was interrupted may leave: none of these names is read as a result.
UNFINISHED = re.compile(r"\.partial(\.|-|$)|/building-|\.lock$|evidence\.packing|/\.|versoir\.[A-Za-z0-9]{6}|\.new-|-journal$|-wal$|-shm$")
JOURNAL = re.compile(r"^(journal|consultation)-[^/]*$")


class Found(Exception):
    """A defect, in words."""


def today():
    return time.strftime("%Y-%m-%d", time.gmtime())


class Stage:
    """One command that writes. `ends`: exit codes of a command that did its work. `first`: commands that run undisturbed before it."""

    def __init__(self, name, words, ends=(0, 3), platform=False, first=()):
        self.name, self.words, self.ends, self.platform, self.first = name, words, ends, platform, first


def stages(person):
    paper = ["--authority", "Archives départementales", "--reference", "AD 41", "--document", "signed.pdf", "--date", today()]
    destruction = ["--executor", "DSI", "--place", "Salle A", "--reference", "PV 3", "--document", "signed.pdf", "--date", today(), "--backups", "aucune"]
    return [
        Stage("extract", ["extract", "sqlite:sources/apogee.sqlite", "--application", "apogee"]),
        Stage("roles-sign", ["roles", "sign"]),
        Stage("plan", ["plan", "apogee.extract", "--id", "v"]),
        Stage("build", ["build", "v"]),
        Stage("check", ["check", "v"]),
        Stage("review", ["review", "v"]),
        Stage("refuse", ["refuse", "v", "--reason", "période incomplète", "--confirm", "v"]),
        Stage("approve", ["approve", "v", "--confirm", "v"]),
        Stage("revoke", ["revoke", "v", "--reason", "erreur de règle", "--confirm", "v"]),
        Stage("send", ["send", "v"], platform=True, first=[["approve", "v", "--confirm", "v"]]),
        Stage("verify", ["verify"]),
        Stage("evidence", ["evidence", "v"]),
        Stage("evidence-renew", ["evidence", "v", "--renew"]),
        Stage("close", ["close", "v", "--confirm", "v"]),
        Stage("consult-index", ["consult", "search", "apogee.extract", "kermarrec"]),
        Stage("annotate", ["consult", "annotate", "apogee.extract", person, "--kind", "name", "--set", "prenom=Gwenael", "--paper", "Décision 1"]),
        Stage("person", ["consult", "person", "apogee.extract", person, "--output", "copie", "--signer", "producer", "--reference", "RGPD 7"]),
        Stage("eliminate-withdraw", ["eliminate", "withdraw", "e2", "--reason", "essai", "--confirm", "e2"],
              first=[["eliminate", "prepare", "e2", "apogee.extract", "--rehearsal"]]),
        Stage("eliminate", ["eliminate", "prepare", "e1", "apogee.extract", "--rehearsal"]),
        Stage("eliminate-visa", ["eliminate", "visa", "e1", *paper]),
        Stage("purge", ["consult", "purge", "apogee.extract", "--bordereau", "e1", "--output", "second.extract", "--rehearsal", "--confirm", "e1"]),
        Stage("eliminate-destroyed", ["eliminate", "destroyed", "e1", *destruction]),
        # 62: something remains, and the ledger says what.
        Stage("decommission", ["decommission", "apogee.extract", "--rehearsal", "--html", "ledger.html", "--csv", "ledger.csv"], ends=(0, 62)),
        Stage("siard-export", ["siard", "export", "apogee.extract", "--to", "apogee.siard"]),
        Stage("siard-import", ["siard", "import", "apogee.siard", "--application", "reprise"]),
    ]


ADDED = """
[closing]
delay_days = 0

[elimination.paiements]
application = apogee
title = Notes des épreuves
tables = RESULTAT_EPR
dua = 1 an
dua_end = 2020-12-31
from = 1990-01-01
to = 2019-08-31
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Campaign:
    def __init__(self, build, folder, long, seed, say):
        self.build, self.folder, self.long, self.seed, self.say = build, folder, long, seed, say
        self.random = random.Random(seed)
        self.program = build / "versoir"
        self.faults = build / "tests/e2e/libversoir_file_faults.so"
        self.clock = build / "tests/e2e/libversoir_shifted_clock.so"
        self.sandboxes, self.counts = [], {}
        self.named = os.environ.get("CAMPAIGN_COMMANDS", "").split()
        self.env = {**os.environ, "LANGUAGE": "en", "LC_ALL": "C.UTF-8", "TZ": "UTC0"}
        # Whatever happens, temporary files stay in our folder; so does what a killed program leaves of them.
        (folder / "tmp").mkdir(parents=True)
        self.env["TMPDIR"] = str(folder / "tmp")
        for name in ("VERSOIR_FAULT", "VERSOIR_FAULT_COUNT", "VERSOIR_CLOCK_SHIFT", "LD_PRELOAD"):
            self.env.pop(name, None)

    def count(self, what, n=1):
        self.counts[what] = self.counts.get(what, 0) + n

    # -- programs
    def run(self, words, where, env=None, preexec=None, timeout=300, program=None):
        done = subprocess.run([str(program or self.program), *words], cwd=where, env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=preexec, timeout=timeout)
        return done.returncode, done.stdout.decode(errors="replace")

    def need(self, words, where, ends=(0, 3), **more):
        code, out = self.run(words, where, **more)
        if code not in ends:
            raise Found(f"'versoir {' '.join(words)}' ended with {code}:\n{out[-2500:]}")
        return out

    def preload(self, library, **env):
        return {"LD_PRELOAD": str(library), "ASAN_OPTIONS": "verify_asan_link_order=0", **env}

    def sandbox(self, where, port, tsa_port):
        log = open(where / "sandbox.log", "wb")

        def with_parent():  # PR_SET_PDEATHSIG: it never outlives the campaign
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        process = subprocess.Popen([str(self.program), "sandbox", "--port", str(port), "--folder", "sandbox", "--referentials", "referentials", "--certificate",
                                    "pki/platform.pem", "--key", "pki/platform.key", "--client-ca", "pki/ca.pem", "--tsa-certificate", "pki/tsa.pem", "--tsa-key",
                                    "pki/tsa.key", "--tsa-port", str(tsa_port)], cwd=where, env=self.env, stdout=log, stderr=subprocess.STDOUT, preexec_fn=with_parent)
        for _ in range(600):
            if b"ready-tsa" in (where / "sandbox.log").read_bytes():
                self.sandboxes.append(process)
                return process
            if process.poll() is not None:
                break
            time.sleep(0.02)
        raise Found("the sandbox did not start: " + (where / "sandbox.log").read_text(errors="replace"))

    def stop(self, process):
        process.kill()
        process.wait()
        if process in self.sandboxes:
            self.sandboxes.remove(process)

    def close(self):
        for process in list(self.sandboxes):
            self.stop(process)

    # -- the workspace, kept before each command
    def make_workspace(self, students):
        """One run without any disturbance; self.before[stage] and self.after[stage] are the folder around each command."""
        base = self.folder / "base"
        (base / "sources").mkdir(parents=True)
        quiet = dict(cwd=base, env=self.env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run([str(self.build / "sample-apogee"), "--out", "sources/apogee.sqlite", "--students", str(students)], **quiet)
        subprocess.run([str(ROOT / "samples/pki/make-pki"), "pki"], **quiet)
        shutil.copytree(ROOT / "samples/referentials", base / "referentials")
        (base / "signed.pdf").write_text("signé\n")
        # Time-stamps come from a sandbox that is never disturbed; the platform of `send` is each trial's own, on one port.
        self.port, tsa_port = free_port(), free_port()
        stamps = self.folder / "stamps"
        stamps.mkdir()
        shutil.copytree(base / "pki", stamps / "pki")
        shutil.copytree(base / "referentials", stamps / "referentials")
        self.sandbox(stamps, 0, tsa_port)
        text = (ROOT / "samples/versoir.conf.in").read_text()
        text = text.replace("@PORT@", str(self.port)).replace("@TSA_URL@", f"http://127.0.0.1:{tsa_port}/tsa")
        text = text.replace("poll_first = 1", "poll_first = 0").replace("poll_max = 5", "poll_max = 0\ndoubt_grace = 0")
        (base / "versoir.conf").write_text(text + ADDED)
        self.stages, self.before, self.after, self.seconds, self.calls = self.wanted(None), {}, {}, {}, {}
        for i in range(len(self.stages)):
            stage = self.stages[i]
            if stage.name == "annotate":  # the person is found in the index that was just made
                hit = next(json.loads(l) for l in self.need(["consult", "search", "apogee.extract", "kermarrec", "--json"], base).splitlines() if '"hit"' in l)
                self.person = "etudiant:" + hit["key"]
                self.stages = self.wanted(self.person)
                stage = self.stages[i]
            for words in stage.first:
                self.need(words, base)
            self.before[stage.name] = self.keep(base, f"before-{stage.name}")
            counter = self.folder / "count"
            counter.unlink(missing_ok=True)
            platform = self.sandbox(base, self.port, 0) if stage.platform else None
            began = time.monotonic()
            self.need(stage.words, base, stage.ends, env=self.preload(self.faults, VERSOIR_FAULT_COUNT=str(counter)))
            self.seconds[stage.name] = time.monotonic() - began
            self.calls[stage.name] = int.from_bytes(counter.read_bytes()[:8], "little")
            if platform:
                self.stop(platform)
            self.after[stage.name] = self.keep(base, f"after-{stage.name}")
        code, out = self.run(["verify"], base)
        if code not in (0, 3):
            raise Found("verify of the undisturbed workspace: " + out)

    def wanted(self, person):
        """All commands; the short version has not the slowest. Where some are named, nothing after the last of them."""
        all_stages = [s for s in stages(person) if self.long or s.name not in ("person", "purge", "siard-import") or s.name in self.named]
        last = max((i for i, s in enumerate(all_stages) if s.name in self.named), default=len(all_stages) - 1)
        return all_stages[:last + 1]

    def drawn(self, n):
        """The commands of a case: those named, all in the long version, otherwise n that the seed draws."""
        if self.named:
            return [s for s in self.stages if s.name in self.named]
        return self.stages if self.long else self.random.sample(self.stages, n)

    def keep(self, where, name):
        subprocess.run(["cp", "-a", str(where), str(self.folder / name)], check=True)
        return self.folder / name

    def trial(self, stage, name):
        """A fresh copy of the workspace as it stands before this command."""
        where = self.folder / f"trial-{name}"
        if where.exists():
            shutil.rmtree(where)
        subprocess.run(["cp", "-a", str(self.before[stage.name]), str(where)], check=True)
        return where


# -- comparisons
def tree(where):
    """Every file that counts: path -> Path. Not what is no result, nor what the platform keeps."""
    out = {}
    for path in where.rglob("*"):
        name = str(path.relative_to(where))
        if path.is_dir() or UNFINISHED.search("/" + name) or name.startswith(("sandbox", "pki/", "tmp/")):
            continue
        out[name] = path
    return out


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def neutral(text):
    return LONG.sub("H", ISO.sub("T", text))


def table_digests(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute("SELECT name, copied_rows, sum, root FROM versoir_table ORDER BY name").fetchall()


EXACT = (".zip", "kept.csv", "left-out.csv", "tableau.csv", "annexe.csv")


def content(path):
    """What two runs of the same command have in common: bytes where they promise them, else all but times, identifiers and digests."""
    name = path.name
    if name.endswith(".extract"):
        return table_digests(path)
    if name.endswith(EXACT):
        return digest(path)
    if name.endswith(".json"):
        return neutral(json.dumps(without(json.loads(path.read_text())), sort_keys=True))
    return "there"


# Drawn anew by each run; the size of an extract, whose pages depend on how often its copy began; proven once, by the first verify.
DRAWN = {"seed", "size", "verified"}


def without(value):
    if isinstance(value, dict):
        return {k: without(v) for k, v in value.items() if k not in DRAWN}
    return [without(v) for v in value] if isinstance(value, list) else value


def same_result(where, wanted):
    """Differences between two workspaces, in words; journals are compared by whole()."""
    mine, theirs = tree(where), tree(wanted)
    numbered = lambda names: {n for n in names if not JOURNAL.match(n)}
    out = [f"{n} is missing" for n in sorted(numbered(theirs) - numbered(mine))] + [f"{n} is one too many" for n in sorted(numbered(mine) - numbered(theirs))]
    for name in sorted(numbered(mine) & numbered(theirs)):
        if content(mine[name]) != content(theirs[name]):
            out.append(f"{name} has another content")
    return out


def events(where):
    """The journal as a set: event, versement, lot."""
    out = set()
    for path in where.glob("journal-*.jsonl"):
        for line in path.read_text(errors="replace").splitlines():
            try:
                e = json.loads(line)
            except ValueError:
                continue  # the half line of a killed program
            out.add((e["event"], e["object"].get("versement"), e["object"].get("lot")))
    return out


def complete(path):
    """None, or what makes a file that bears the name of a result no whole one."""
    name, size = path.name, path.stat().st_size
    if size == 0:
        return "is empty"
    if name.endswith(".json"):
        try:
            json.loads(path.read_text())
        except ValueError as e:
            return f"is no whole JSON: {e}"
    elif name.endswith(".html") and not path.read_text().rstrip().endswith("</html>"):
        return "is no whole page"
    elif name.endswith(".xml") and subprocess.run(["xmllint", "--noout", "--huge", str(path)], stderr=subprocess.DEVNULL).returncode:
        return "is no whole XML"
    elif name.endswith((".zip", ".siard")) and subprocess.run(["unzip", "-tqq", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        return "is no whole archive"
    elif name.endswith((".p7s", ".tst")):
        head = path.read_bytes()
        n = head[1] & 0x7F if head[1] & 0x80 else 0
        length = int.from_bytes(head[2:2 + n], "big") if n else head[1]
        if 2 + n + length != size:
            return "is no whole DER"
    elif name.endswith(".extract"):
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            if db.execute("PRAGMA application_id").fetchone()[0] == 1447383635 and db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                return "is no whole extract"
    elif name.endswith(".csv") and not path.read_bytes().endswith(b"\n"):
        return "ends within a line"
    return None


def nothing_half_written(where, before, after):
    """What a command that ended in the middle left: each file under its final name is whole, the others are as they were."""
    was, now, end = tree(before), tree(where), tree(after)
    out = []
    for name, path in now.items():
        if JOURNAL.match(name):
            if name.endswith(".jsonl") and name in was and not path.read_bytes().startswith(was[name].read_bytes()):
                out.append(f"{name}: earlier lines were changed")
            continue
        if name in was and digest(path) == digest(was[name]):
            continue
        if name in was and name in end and digest(was[name]) == digest(end[name]):
            out.append(f"{name} was changed, and no undisturbed command changes it")
        wrong = complete(path)
        if wrong:
            out.append(f"{name} {wrong}")
    out += [f"{name} went away" for name in was if name not in now and name in end]
    return out
