#!/bin/bash
# Seal and verification of a large file: bench/seal.sh [MEGABYTES]. Prints a table in Markdown.
# The floor is openssl hashing the same file once, with the digest of each: SHA-512, the slower, for the seal (which makes
# SHA-512 and SHA-256), SHA-256 for the verification (which makes SHA-256).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
megabytes=${1:-5000}
build=$root/build/release
cmake --build "$build" --target bench_seal >/dev/null
program=$(find "$build" -name bench_seal -type f | head -1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/samples/pki/make-pki" "$work/pki" >/dev/null 2>&1
openssl enc -aes-256-ctr -pass pass:versoir -nosalt </dev/zero 2>/dev/null | head -c "${megabytes}000000" >"$work/file" || true
[ "$(stat -c %s "$work/file")" = "${megabytes}000000" ]

# Seconds, seconds of processor, peak in kB.
measure() {
  python3 - "$@" <<'PY'
import os, sys, time
start = time.monotonic()
pid = os.fork()
if pid == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(pid, 0)
if status:
    sys.exit(f"{sys.argv[1]} failed: {status}")
print(f"{time.monotonic() - start:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss}")
PY
}
best() { for _ in 1 2 3; do measure "$@"; done | sort -n | head -1; }
row() { awk -v name="$1" -v floor="$2" '{printf "| %s | %.2f | %.2f | %.2f | %.0f |\n", name, $1, $1 / floor, $2, $3 / 1024}' <<<"$3"; }

uptime
echo
echo "| what, $megabytes MB | s | times the floor | CPU s | peak MB |"
echo "|---|---|---|---|---|"
floor=$(best openssl dgst -sha512 "$work/file")
row "floor: openssl dgst -sha512" "${floor%% *}" "$floor"
row "seal" "${floor%% *}" "$(best "$program" seal "$work/file" "$work/pki")"
floor=$(best openssl dgst -sha256 "$work/file")
row "floor: openssl dgst -sha256" "${floor%% *}" "$floor"
row "verify the seal" "${floor%% *}" "$(best "$program" verify "$work/file" "$work/pki")"
