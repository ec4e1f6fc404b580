"""Clocks that jump while a command runs: refused with a reason, or the right result; the journal keeps its order either way."""
import shutil, subprocess, time

from workspace import Found, nothing_half_written, same_result

# 4: a clock before the last line of the journal; 40..48: a token, a certificate or a visa that is not of that time; 23, 33: too early.
REFUSALS = {4, 5, 20, 21, 23, 33, 40, 41, 42, 43, 46, 49, 50, 51, 52, 60, 61}


def one(c, stage, jump, at):
    where = c.trial(stage, f"clock-{stage.name}")
    shift = where / "shift"
    shift.write_text("0")
    platform = c.sandbox(where, c.port, 0) if stage.platform else None
    label = f"{stage.name}, the clock jumps by {jump} s after {at:.2f} s"
    try:
        process = subprocess.Popen([str(c.program), *stage.words], cwd=where, env={**c.env, **c.preload(c.clock, VERSOIR_CLOCK_SHIFT=str(shift))},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        time.sleep(at)
        (where / "shift.new").write_text(str(jump))
        (where / "shift.new").rename(shift)
        out = process.communicate(timeout=300)[0].decode(errors="replace")
        code = process.returncode
        shift.unlink()
        if code not in stage.ends and code not in REFUSALS:
            raise Found(f"{label}: ended with {code}:\n{out[-1500:]} (kept: {where})")
        if code not in stage.ends and not any(w in out for w in ("clock", "time", "valid", "expired", "date", "doubt")):
            raise Found(f"{label}: refused with {code}, and nothing of the clock in what it says:\n{out[-1500:]} (kept: {where})")
        c.count("clock: refused" if code not in stage.ends else "clock: done")
        if wrong := nothing_half_written(where, c.before[stage.name], c.after[stage.name]):
            raise Found(f"{label}: {'; '.join(wrong)} (kept: {where})")
        # With the right time again, the journal chains, whatever times its lines bear.
        code, out = c.run(["verify"], where)
        if code == 60:
            raise Found(f"{label}: the journal does not verify:\n{out[-1500:]} (kept: {where})")
    finally:
        if platform:
            c.stop(platform)
    shutil.rmtree(where)


def run(c):
    defects = []
    jumps = [-86400, 86400, -5, 3600, -40 * 86400, 400 * 86400]
    for stage in c.drawn(2):
        for jump in jumps if c.long else [c.random.choice(jumps)]:
            try:
                one(c, stage, jump, c.random.uniform(0, c.seconds[stage.name]))
            except Found as e:
                defects.append(str(e))
    return defects
