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

. "$root/bench/measure.sh"

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
