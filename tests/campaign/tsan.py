"""Thread sanitizer (preset tsan) over the tests of the rooms that have threads. CAMPAIGN_ROOMS, CAMPAIGN_TESTS: some of them, a Catch2 expression."""
import os, subprocess

from workspace import ROOT

ROOMS = ["core", "extract", "sip", "consult"]


def run(c):
    rooms = os.environ.get("CAMPAIGN_ROOMS", " ".join(ROOMS)).split()
    built = subprocess.run([str(ROOT / "samples/setup"), "tsan", *[f"test_{r}" for r in rooms]], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode:
        return ["the build: " + built.stdout[-2000:]]
    defects = []
    env = {**os.environ, "TSAN_OPTIONS": "halt_on_error=0 exitcode=66", "LANGUAGE": "en", "LC_ALL": "C.UTF-8"}
    for room in rooms:
        chosen = os.environ.get("CAMPAIGN_TESTS")
        done = subprocess.run([str(ROOT / f"build/tsan/tests/{room}/test_{room}"), *([chosen] if chosen else [])], cwd=ROOT, env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        races = done.stdout.count("WARNING: ThreadSanitizer")
        c.say(f"tsan: {room}: ended with {done.returncode}, {races} warnings; {done.stdout.strip().splitlines()[-1]}")
        if done.returncode or races:
            at = max(0, done.stdout.find("WARNING: ThreadSanitizer"))
            defects.append(f"{room}: {done.stdout[at:at + 3000]}")
    return defects
