#!/bin/bash
# versoir check on large SIPs: bench/check.sh [UNITS [BYTES]]. Prints a table in Markdown.
# The floor is openssl hashing the same content, once, right before: a check computes at least that digest, and that of the
# SIP itself. The SIPs are made by bench/sip.py; nothing is kept.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
units=${1:-100000} bytes=${2:-10000}
versoir=${VERSOIR:-$root/build/release/versoir}
[ -n "${VERSOIR:-}" ] || cmake --build "$root/build/release" --target versoir >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Seconds, seconds of processor, peak in kB of a command whose output is dropped; its exit code must be 0.
measure() {
  python3 - "$@" <<'PY'
import os, sys, time
start = time.monotonic()
pid = os.fork()
if pid == 0:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(pid, 0)
if status:
    sys.exit(f"{sys.argv[1]} failed: {status}")
print(f"{time.monotonic() - start:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss}")
PY
}
best() { for _ in 1 2 3; do measure "$@"; done | sort -n | head -1; }
row() { awk -v name="$1" -v floor="$2" '{printf "| %s | %.2f | %.2f | %.2f | %.0f |\n", name, $1, $1 / floor, $2, $3 / 1024}' <<<"$3"; }

echo "$(uptime)"
echo
echo "| what | s | times the floor | CPU s | peak MB |"
echo "|---|---|---|---|---|"
for kind in pdf xml; do
  for variant in "SHA-512 first" "SHA-256 first" "SHA-256 last"; do
    [ "$kind" = pdf ] || [ "$variant" = "SHA-512 first" ] || continue
    read -r digest manifest <<<"$variant"
    "$root/bench/sip.py" "$work/sip.zip" --units "$units" --bytes "$bytes" --kind "$kind" --digest "$digest" --manifest "$manifest" --content "$work/content"
    cat "$work/content" "$work/sip.zip" >/dev/null
    floor=$(best openssl dgst -sha512 "$work/content")
    row "openssl dgst -sha512 of the content, $(($(stat -c %s "$work/content") / 1000000)) MB" "${floor%% *}" "$floor"
    row "versoir check, $units units, $kind, $(($(stat -c %s "$work/sip.zip") / 1000000)) MB of SIP, $digest, manifest $manifest" "${floor%% *}" \
      "$(best "$versoir" check "$work/sip.zip")"
  done
done
