#!/bin/bash
# The pages of the consultation in a real browser, by the keyboard, through axe-core.
# Needs chromium, node, and `npm ci --ignore-scripts` run once in tests/consult-web.
source "$(dirname "$0")/lib.sh"
for needed in chromium node "$root/tests/consult-web/node_modules"; do
  if [ -e "$needed" ] || command -v "$needed" >/dev/null; then continue; fi
  echo "skipped: no $needed"
  exit 77
done
mkdir "$work/desk" && cd "$work/desk"
make_extracting_workspace
sign_roles
printf '\n[consultation]\nreasons = demande de l’intéressé ; contentieux\n' >>versoir.conf
"$build/sample-apogee" --out apogee.sqlite --students 120 >/dev/null
code=0
"$versoir" extract sqlite:apogee.sqlite --application apogee >extract.log 2>&1 || code=$?
[ "$code" = 0 ] || [ "$code" = 3 ] || { cat extract.log; fail "extract: $code"; }
for language in en fr; do
  say "the whole path, language $language"
  rm -f serve.log  # the address of the one before must not be taken for this one's
  "$versoir" consult serve apogee.extract --lang "$language" >serve.log 2>serve.err &
  serve_pid=$!
  for _ in $(seq 1 200); do
    grep -qs '^http://127' serve.log && break
    kill -0 "$serve_pid" 2>/dev/null || fail "the service died: $(cat serve.log serve.err)"
    sleep 0.05
  done
  timeout 300 node "$root/tests/consult-web/browser.mjs" "$(grep '^http://127' serve.log)" "$work" || fail "in the browser"
  kill "$serve_pid" && wait "$serve_pid" || fail "the service did not end well"
done
