#!/bin/bash
# The report that the archivist reads, in a real browser: axe-core without serious violation, contents, captions, headings.
# Needs chromium, node, and `npm ci --ignore-scripts` run once in tests/consult-web.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
for needed in chromium node "$root/tests/consult-web/node_modules"; do
  if [ -e "$needed" ] || command -v "$needed" >/dev/null; then continue; fi
  echo "skipped: no $needed"
  exit 77
done
make_workspace
start_sandbox
write_config
for language in en fr; do
  say "built and checked, with the records of its sample, language $language"
  export LANGUAGE=$language
  expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque" --replace
  expect 0 "$versoir" plan bibliotheque.extract --id "v-$language"
  expect 0 "$versoir" build "v-$language"
  expect 0 "$versoir" check "v-$language"
  expect 0 "$versoir" review "v-$language"
  timeout 300 node "$root/tests/consult-web/report.mjs" "$PWD/versements/v-$language/review.html" "$language" || fail "in the browser"
done
