#!/bin/bash
# Deposits under faults: every lot exactly once, or in doubt with the right advice. faults.sh [RUNS [SEED]]
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
matrix=$build/tests/faults/fault_matrix
[ -x "$matrix" ] || fail "build fault_matrix first"

make_workspace
sign_roles
start_sandbox
write_config 's/x/x/'
sed -i 's/^poll_first = .*/poll_first = 0/; s/^poll_max = .*/poll_max = 0/; s/^\[platform.sandbox\]/&\ndoubt_grace = 0/' versoir.conf
# Several lots of few records.
sed -i 's/^\[transfer\]/&\nmax_entries = 11/' versoir.conf
until_reviewed v1
expect 0 "$versoir" approve v1 --confirm v1
lots=$(ls versements/v1/lots | wc -l)
[ "$lots" -ge 2 ] || fail "one lot only: nothing would be under way at a time"
stop_sandbox
rm -rf sandbox
say "$lots lots, ${1:-40} runs"
"$matrix" "$work/ws" v1 "$versoir" "$port" "${1:-40}" "${2:-1}" || fail "the fault matrix"
