"""memcheck over every command of the main road: an error or a definite loss is a defect. CAMPAIGN_COMMANDS names some of them."""
import shutil

from workspace import Found


def run(c):
    if not shutil.which("valgrind"):
        return "no valgrind"
    defects = []
    for stage in c.drawn(3):
        where = c.trial(stage, f"valgrind-{stage.name}")
        platform = c.sandbox(where, c.port, 0) if stage.platform else None
        try:
            code, out = c.run(["--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite",
                               "--child-silent-after-fork=yes", str(c.program), *stage.words], where, program="valgrind", timeout=3600)
        finally:
            if platform:
                c.stop(platform)
        c.say(f"valgrind: {stage.name}: {code}")
        c.count("valgrind: commands")
        if code not in stage.ends:
            defects.append(str(Found(f"{stage.name}: ended with {code}:\n{out[-4000:]}")))
        shutil.rmtree(where)
    return defects
