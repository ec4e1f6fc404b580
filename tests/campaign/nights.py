"""Seven nights of an extract in its windows: some are killed, some stopped, one machine is started again; the same tables as in one go.

The short version has three nights. A PostgreSQL server of its own, on a socket (tests/e2e/lib.sh)."""
import os, subprocess

from workspace import ROOT


def run(c):
    env = {**c.env, "VERSOIR_BUILD": str(c.build), "CAMPAIGN_NIGHTS": "7" if c.long else "3", "CAMPAIGN_SEED": str(c.seed)}
    env.pop("TZ")
    done = subprocess.run(["bash", str(ROOT / "tests/campaign/nights.sh")], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode == 77:
        return done.stdout.strip().splitlines()[-1]
    for line in done.stdout.splitlines():
        if line.startswith("-- "):
            c.say("nights: " + line[3:])
    return [] if done.returncode == 0 else ["nights: " + done.stdout[-3000:]]
