#!/bin/bash
# Any one altered byte in any file of a versement, extract, seal or journal is found by `versoir verify`.
#   tests/e2e/altered.sh [RUNS [SEED]]   RUNS bytes drawn among all of them, at least one in every file (default: 240)
#   tests/e2e/altered.sh all             every byte of the files up to 4 096 bytes, 512 drawn in each larger one
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
runs=${1:-240}
seed=${2:-1}
make_workspace
start_sandbox
write_config

say "a versement sent, received, verified, with its evidence and a closed one beside it"
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque"
for id in v1 v2; do
  until_reviewed $id
  expect 0 "$versoir" approve $id --confirm $id
  expect 0 "$versoir" send $id
done
expect 0 "$versoir" verify
expect 0 "$versoir" evidence v1
printf '\n[closing]\ndelay_days = 0\n' >>versoir.conf
expect 0 "$versoir" close v2 --confirm v2
expect 0 "$versoir" verify

say "one byte at a time"
python3 "$root/tests/e2e/altered_bytes.py" "$versoir" "$work/ws" "$runs" "$seed" || fail "an altered byte was not seen"
expect 0 "$versoir" verify
