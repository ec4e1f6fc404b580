# Sourced by the scripts here that time programs.
# measure PROGRAM [ARGUMENT...]: seconds, seconds of processor, peak in kB; what it prints is dropped. It must end with 0 or 3.
measure() {
  python3 - "$@" <<'PY'
import os, sys, time
start = time.monotonic()
pid = os.fork()
if pid == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(pid, 0)
if os.waitstatus_to_exitcode(status) not in (0, 3):
    sys.exit(f"{sys.argv[1]} failed: {status}")
print(f"{time.monotonic() - start:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss}")
PY
}
# best PROGRAM...: the fastest of three.
best() { for _ in 1 2 3; do measure "$@"; done | sort -n | head -1; }
# row NAME FLOOR MEASURE: a line of a table; FLOOR in seconds.
row() { awk -v name="$1" -v floor="$2" '{printf "| %s | %.2f | %.2f | %.2f | %.0f |\n", name, $1, $1 / floor, $2, $3 / 1024}' <<<"$3"; }
