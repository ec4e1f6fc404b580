"""Every target of tests/fuzz, 600 seconds each (5 in the short version). CAMPAIGN_SECONDS, CAMPAIGN_TARGETS: others."""
import os, subprocess

from workspace import ROOT


def run(c):
    seconds = os.environ.get("CAMPAIGN_SECONDS", "600" if c.long else "5")
    targets = os.environ.get("CAMPAIGN_TARGETS", "").split()
    done = subprocess.run([str(ROOT / "tests/fuzz/run"), seconds, *targets], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("-- ") or line.startswith("Done "):
            c.say("fuzz: " + line.removeprefix("-- "))
    return [] if done.returncode == 0 else ["fuzz: " + done.stdout[-3000:]]
