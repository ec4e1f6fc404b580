"""ulimit -v, lower and lower: done, or said in words; nothing half written, and the command run again without a limit ends as it would have."""
import resource, shutil

from workspace import Found, nothing_half_written, same_result


def one(c, stage, megabytes):
    where = c.trial(stage, f"memory-{stage.name}")

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    code, out = c.run(stage.words, where, preexec=limit)
    label = f"{stage.name} within {megabytes} MB"
    if "error while loading shared libraries" in out:
        c.count("memory: too little to load the program")
        shutil.rmtree(where)
        return
    # A crash is a defect; so is 1, "unexpected failure: please report it".
    if code < 0 or code == 1 or not out.strip():
        raise Found(f"{label}: ended with {code}:\n{out[-1200:]} (kept: {where})")
    c.count("memory: done" if code in stage.ends else "memory: told")
    if wrong := nothing_half_written(where, c.before[stage.name], c.after[stage.name]):
        raise Found(f"{label}: {'; '.join(wrong)} (kept: {where})")
    if code not in stage.ends:
        c.need(stage.words, where, stage.ends)
    if wrong := same_result(where, c.after[stage.name]):
        raise Found(f"{label}: then not the result of an undisturbed run: {'; '.join(wrong[:8])} (kept: {where})")
    shutil.rmtree(where)


def run(c):
    defects = []
    sizes = [400, 200, 150, 120, 100, 90, 80, 70] if c.long else [120, 90]
    for stage in c.drawn(1):
        for megabytes in sizes if not stage.platform else ():
            try:
                one(c, stage, megabytes)
            except Found as e:
                defects.append(str(e))
    return defects
