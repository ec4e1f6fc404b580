#!/bin/bash
# Manual pages that man reads without a remark, in both languages; completion in a real bash; what a report of a problem pastes.
source "$(dirname "$0")/lib.sh"
cd "$work"

say "a page for every command, in both languages"
for lang in en fr; do expect 0 "$versoir" manual --lang $lang --write man; done
# The names of commands, from the page of the program: bold tags of its section COMMANDS.
mapfile -t names < <(sed -n '/^\.SH COMMANDS$/,/^\.SH OPTIONS$/p' man/man1/versoir.1 | sed -n 's/^\\fB\(.*\)\\fR$/\1/p' | tr -d '\\')
[ "${#names[@]}" -gt 30 ] || fail "only ${#names[@]} commands"
help=$("$versoir" --help --lang en)
for name in "${names[@]}"; do
  grep -qF "  $name" <<<"$help" || fail "$name is not in --help"
  page=versoir-${name// /-}.1
  for folder in man/man1 man/fr/man1; do [ -s "$folder/$page" ] || fail "no $folder/$page"; done
  expect 0 "$versoir" $name --help --lang en
  while read -r option; do
    grep -qF -- "${option//-/\\-}" "man/man1/$page" || fail "$name: $option is not in its page"
    grep -qF -- "${option//-/\\-}" "man/fr/man1/$page" || fail "$name: $option is not in its French page"
  done < <(grep -oE '^  --[a-z0-9-]+' <<<"$out" | tr -d ' ')
done
[ "$(ls man/man1 | wc -l)" = "$((${#names[@]} + 1))" ] || fail "pages without a command"
grep -q '^\.SH NOM$' man/fr/man1/versoir-plan.1 || fail "the French page is not in French"

say "read without a remark by mandoc and groff"
if command -v mandoc >/dev/null; then
  mandoc -Tlint -Wwarning man/man1/* man/man5/* man/fr/man1/* man/fr/man5/* >lint.txt || fail "mandoc: $(head -20 lint.txt)"
elif [ "${CI:-}" = true ]; then
  fail "mandoc is missing in CI"
else
  echo "skipped: no mandoc"
fi
if command -v groff >/dev/null; then
  for page in man/man1/* man/man5/* man/fr/man1/* man/fr/man5/*; do
    groff -k -ww -man -Tutf8 -z "$page" 2>>groff.txt
  done
  [ ! -s groff.txt ] || fail "groff: $(head -20 groff.txt)"
fi

say "one page on the terminal, by the name of the command or of the page"
expect 0 "$versoir" manual consult search; first=$out
expect 0 "$versoir" manual versoir-consult-search; [ "$out" = "$first" ] || fail "two names, two pages"
expect 0 "$versoir" manual versoir.conf; contains "archival_agency"
expect 2 "$versoir" manual nonsense; contains "nonsense"
expect 2 "$versoir" manual plan --write man

say "completion in a bash of its own"
"$versoir" completion >versoir.bash
mkdir -p ws/versements/scolarite-2026 ws/versements/empty 'ws/a folder'
touch ws/versements/scolarite-2026/plan.json ws/apogee.extract ws/other.txt
printf '[platform.sandbox]\n[platform.$(touch escaped)]\n' >ws/versoir.conf
# complete WORDS...: what is offered for the last word.
offered() {
  (cd ws && bash --norc -c 'set -u; source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _versoir; printf "%s\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}' \
    complete ../versoir.bash "$@" 2>&1)
}
offers() { out=$(offered "${@:2}"); grep -qxF -- "$1" <<<"$out" || fail "'${*:2}' does not offer '$1' but:"$'\n'"$out"; }
withholds() { out=$(offered "${@:2}"); ! grep -qxF -- "$1" <<<"$out" || fail "'${*:2}' offers '$1'"; }
for name in "${names[@]}"; do
  read -ra words <<<"$name"
  offers "${words[0]}" versoir "${words[0]:0:2}"
  [ ${#words[@]} = 1 ] || offers "${words[1]}" versoir "${words[0]}" "${words[1]:0:1}"
  expect 0 "$versoir" $name --help --lang en
  while read -r option; do offers "$option" versoir $name "${option:0:4}"; done < <(grep -oE '^  --[a-z0-9-]+' <<<"$out" | tr -d ' ')
done
offers 2.2 versoir plan --seda ""
offers fr versoir --lang ""
offers fr versoir --lang = f
offers text versoir consult show --format t
offers apogee.extract versoir plan ap
offers 'a folder' versoir plan ""
withholds other.txt versoir plan ""
offers scolarite-2026 versoir review ""
withholds empty versoir review ""
offers scolarite-2026 versoir --workspace . review sco
offers sandbox versoir vitam ping --platform ""
offers apogee.extract versoir extract sqlite : ap
offers sqlite: versoir extract s
withholds --lot versoir plan --
[ ! -e ws/escaped ] || fail "the completion ran what a configuration says"
complete=$(bash --norc -c 'source versoir.bash; complete -p versoir'); [ "$complete" = "complete -F _versoir versoir" ] || fail "$complete"

say "what a report of a problem pastes"
expect 0 "$versoir" --version; [ "$(wc -l <<<"$out")" = 1 ] || fail "$out"
expect 0 "$versoir" --version --verbose
for word in compiler SQLite OpenSSL libxml2 libarchive libzip libcurl libpq unixODBC Pango Cairo qpdf locale profiles "extract format" "JSON lines"; do contains "$word"; done
contains "$(sqlite3 --version | cut -d' ' -f1)"
expect 2 "$versoir" status --verbose
