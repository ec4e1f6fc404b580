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

. "$root/bench/measure.sh"

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
