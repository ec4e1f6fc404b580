"""SIGKILL in every command that writes: at a drawn instant, and before a drawn call that writes, syncs, renames or removes."""
import json, os, re, signal, subprocess, time

from workspace import Found, events, nothing_half_written, same_result


def deposits(where):
    """Message identifier -> number of times the platform took it."""
    out = {}
    path = where / "sandbox/deposits.jsonl"
    for line in path.read_text().splitlines() if path.exists() else []:
        name = json.loads(line)["message_identifier"]
        out[name] = out.get(name, 0) + 1
    return out


def killed(c, stage, where, how, at):
    """Runs the command; True when it was killed, False when it had ended before."""
    env = c.preload(c.faults, VERSOIR_FAULT=f"kill:{at}") if how == "call" else {}
    process = subprocess.Popen([str(c.program), *stage.words], cwd=where, env={**c.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        process.wait(at if how == "instant" else 300)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return process.returncode == -signal.SIGKILL


def again(c, stage, where):
    """The command run again, until it has nothing more to do: a lot whose transfer is in doubt takes one more."""
    words = stage.words
    for _ in range(4):
        code, out = c.run(words, where)
        if code in stage.ends:
            return code, out
        if code == 51:  # in doubt: the advice is --again once the platform is known not to have it
            have, lots = deposits(where), [l for l in os.listdir(where / "versements/v/lots") if not (where / "versements/v/lots" / l / "receipt.json").exists()]
            lost = [l for l in lots if l not in have]
            words = ["send", "v", *[w for l in lost for w in ("--lot", l)], "--again"] if lost else stage.words
            c.count("kill: lots in doubt", len(lots))
            continue
        return code, out
    return code, out


def result(c, stage, where):
    """What is not as after an undisturbed run, the journal included."""
    after = c.after[stage.name]
    told = {e for e in events(after) - events(where) if not e[0].endswith(("_STARTED", "_FAILED"))}
    wrong = same_result(where, after) + [f"the journal has no {e}" for e in sorted(map(str, told))]
    # A refusal that is signed again is a second decision, and says the same.
    if stage.name == "refuse":
        wrong = [w for w in wrong if not re.fullmatch(r"versements/v/visa-2\.json(\.p7s)? is one too many", w)]
    # What is read back of a lot can be asked at any time: versoir vitam compare.
    return [w for w in wrong if "read-back.json is missing" not in w and "READ_BACK" not in w]


def one(c, stage, n, how, at, look):
    where = c.trial(stage, f"kill-{stage.name}-{n}")
    label = f"{stage.name}, killed {'after %.3f s' % at if how == 'instant' else 'before call %d' % at}"
    platform = c.sandbox(where, c.port, 0) if stage.platform else None
    try:
        was_killed = killed(c, stage, where, how, at)
        c.count("kill: killed" if was_killed else "kill: ended before")
        wrong = nothing_half_written(where, c.before[stage.name], c.after[stage.name])
        if wrong:
            raise Found(f"{label}: {'; '.join(wrong)} (kept: {where})")
        if look:
            code, out = c.run(["verify"], where)
            if code not in (0, 3):
                raise Found(f"{label}: verify then ended with {code}:\n{out[-2000:]} (kept: {where})")
        # Killed after its last step: a second run would be another decision, another renewal.
        if result(c, stage, where):
            code, out = again(c, stage, where)
            if code not in stage.ends:
                raise Found(f"{label}: the command run again ended with {code}:\n{out[-2000:]} (kept: {where})")
        else:
            c.count("kill: nothing was left to do")
        c.need(["verify"], where)
        wrong = result(c, stage, where)
        wrong += [f"{lot} was taken {times} times" for lot, times in deposits(where).items() if times > 1]
        if wrong:
            raise Found(f"{label}: not the result of an undisturbed run: {'; '.join(wrong[:12])} (kept: {where})")
    finally:
        if platform:
            c.stop(platform)
    subprocess.run(["rm", "-rf", str(where)], check=True)


def run(c):
    defects = []
    runs = int(os.environ.get("CAMPAIGN_KILLS", 12 if c.long else 1))
    # The short version: one kill in some of the commands, other ones with another seed.
    for stage in c.drawn(5):
        began, failed = time.monotonic(), 0
        draws = [("instant", c.random.uniform(0, 1.1) * c.seconds[stage.name]) for _ in range(runs)]
        # Every call where there are few; otherwise drawn, each part of the command as likely.
        calls = c.calls[stage.name]
        chosen = range(1, calls + 1) if c.long and calls <= 2 * runs else [1 + int(calls * (k + c.random.random()) / runs) for k in range(runs)]
        draws += [("call", at) for at in chosen]
        if not c.long and not c.named:
            draws = [c.random.choice(draws)]
        for n, (how, at) in enumerate(draws):
            try:
                one(c, stage, n, how, at, n % 2 == 1)
            except Found as e:
                failed += 1
                defects.append(str(e))
        c.say(f"kill: {stage.name}: {len(draws)} runs, {calls} calls, {failed} defects, {time.monotonic() - began:.0f} s")
    return defects
