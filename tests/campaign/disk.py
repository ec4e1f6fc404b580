"""Disks: full from a drawn write on, full for real (a small tmpfs), broken, slow, read-only."""
import shutil, subprocess

from workspace import Found, nothing_half_written, same_result


def after_fault(c, stage, where, label, code, out):
    """It said so and left nothing half written; with room again the same command ends as it would have."""
    # 0, 3: nothing that counts had to be written after that call. 51: a transfer of which the proof could not be written.
    if code not in (*stage.ends, 70, 51):
        raise Found(f"{label}: ended with {code}:\n{out[-1500:]} (kept: {where})")
    if wrong := nothing_half_written(where, c.before[stage.name], c.after[stage.name]):
        raise Found(f"{label}: {'; '.join(wrong)} (kept: {where})")
    if code in (70, 51):
        c.count(f"disk: {label.split(',')[1].strip().split()[0]} told")
        if stage.platform:
            return
        c.need(stage.words, where, stage.ends)
    if not stage.platform and (wrong := same_result(where, c.after[stage.name])):
        raise Found(f"{label}: then not the result of an undisturbed run: {'; '.join(wrong[:8])} (kept: {where})")


def faulty(c, stage, kind, at):
    where = c.trial(stage, f"disk-{stage.name}-{kind}-{at}")
    platform = c.sandbox(where, c.port, 0) if stage.platform else None
    try:
        code, out = c.run(stage.words, where, env=c.preload(c.faults, VERSOIR_FAULT=f"{kind}:{at}"))
        after_fault(c, stage, where, f"{stage.name}, {kind} from call {at}", code, out)
    finally:
        if platform:
            c.stop(platform)
    shutil.rmtree(where)


def slow(c, stage, milliseconds):
    where = c.trial(stage, f"slow-{stage.name}")
    c.need(stage.words, where, stage.ends, env=c.preload(c.faults, VERSOIR_FAULT=f"slow:{milliseconds}"))
    if wrong := same_result(where, c.after[stage.name]):
        raise Found(f"{stage.name}, slow disk: {'; '.join(wrong[:8])} (kept: {where})")
    shutil.rmtree(where)


def size_of(folder):
    return int(subprocess.run(["du", "-sk", str(folder)], capture_output=True, text=True, check=True).stdout.split()[0])


def small_mount(c, stage, spare, read_only=False):
    """The workspace alone on a tmpfs that has `spare` KiB left, or that is mounted read-only. None where mounting is not permitted."""
    place = c.folder / "mount"
    place.mkdir(exist_ok=True)
    before = c.before[stage.name]
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_of(before) + 256 + spare}k", "none", str(place)], capture_output=True, text=True)
    if done.returncode:
        return None
    try:
        where = place / "ws"
        subprocess.run(["cp", "-a", str(before), str(where)], check=True)
        if read_only:
            subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
            code, out = c.run(stage.words, where)
            if code not in (70, *((0, 3) if stage.name == "consult-index" else ())):
                raise Found(f"{stage.name}, read-only mount: ended with {code}:\n{out[-1500:]}")
            subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)
            c.need(stage.words, where, stage.ends)
            return True
        code, out = c.run(stage.words, where)
        label = f"{stage.name}, full tmpfs with {spare} KiB left"
        if code not in (*stage.ends, 70):
            raise Found(f"{label}: ended with {code}:\n{out[-1500:]}")
        if wrong := nothing_half_written(where, before, c.after[stage.name]):
            raise Found(f"{label}: {'; '.join(wrong)}")
        if code == 70:
            c.count("disk: full told")
            subprocess.run(["mount", "-o", f"remount,size={size_of(before) + 300000}k", str(place)], check=True)
            c.need(stage.words, where, stage.ends)
        if wrong := same_result(where, c.after[stage.name]):
            raise Found(f"{label}: then not the result of an undisturbed run: {'; '.join(wrong[:8])}")
        return True
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def run(c):
    defects = []

    def attempt(call, *arguments):
        try:
            return call(c, *arguments)
        except Found as e:
            defects.append(str(e))
            return True
    chosen = c.drawn(2)
    for stage in chosen:
        for kind in ("full", "broken"):
            for _ in range(4 if c.long else 1):
                attempt(faulty, stage, kind, 1 + c.random.randrange(c.calls[stage.name]))
                c.count(f"disk: {kind} runs")
        if c.long and not stage.platform:
            attempt(slow, stage, 20 if c.calls[stage.name] < 1000 else 2)
            c.count("disk: slow runs")
    mountable = [s for s in chosen if not s.platform]
    for stage in mountable if c.long else mountable[:1]:
        grown = max(64, size_of(c.after[stage.name]) - size_of(c.before[stage.name]))
        for part in (0.1, 0.5, 0.9) if c.long else (0.5,):
            if attempt(small_mount, stage, int(grown * part)) is None:
                c.say("disk: mounting is not permitted here: no small tmpfs, no read-only mount")
                return defects
            c.count("disk: tmpfs runs")
        attempt(small_mount, stage, grown + 4096, True)
        c.count("disk: read-only runs")
    return defects
