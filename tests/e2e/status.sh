#!/bin/bash
# versoir status --html: figures that are those of the lists, a page that stands alone, and a terminal without colour.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
start_sandbox
write_config
export LANGUAGE=en

say "an empty workspace has a page too; a page has the name of one"
expect 0 "$versoir" status --html empty.html; grep -q 'There is nothing yet' empty.html || fail "empty.html"
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque"
expect 2 "$versoir" status --html bibliotheque.extract; contains ".html"
expect 0 "$versoir" extract --verify bibliotheque.extract

say "two versements, one transferred"
until_reviewed un
expect 0 "$versoir" approve un --confirm un
expect_sent() { local code=0; out=$("$versoir" send un 2>&1) || code=$?; [ "$code" = 0 ] || [ "$code" = 3 ] || fail "send: $code $out"; }
expect_sent
sed -i 's/^message_prefix = .*/message_prefix = AUTRE/' versoir.conf
expect 0 "$versoir" plan bibliotheque.extract --id deux
expect 0 "$versoir" status --html state.html; contains state.html
[ "$(stat -c %a state.html)" = 600 ] || fail "others can read it"

say "the figures are those of kept.csv"
python3 - <<'PY' || fail "figures"
import csv, html, re, sys
page = open("state.html", encoding="utf-8").read()
expected = {}
for versement, column in (("un", 3), ("deux", 0)):  # transferred; waiting for a decision
    with open(f"versements/{versement}/kept.csv", newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            year = row["end"][:4] or "no date"
            expected.setdefault(year, [0] * 5)[column] += 1
found = {}
table = re.search(r"<table>\s*<caption>Records by year.*?</table>", page, re.S).group(0)
for row in re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", table, re.S):
    found[html.unescape(row[0])] = [int(re.sub(r"\D", "", c)) for c in re.findall(r"<td>(.*?)</td>", row[1])]
assert found == expected, (found, expected)
PY

say "a page that stands alone, and is well-formed"
xmllint --html --noout state.html 2>xmllint.txt || true
if grep 'error' xmllint.txt | grep -vE 'Tag (main|svg|title|desc|rect|line|text) invalid'; then fail "xmllint"; fi
for word in '<script' 'http-equiv' 'src=' '@import' 'url('; do ! grep -qiF -- "$word" state.html || fail "the page has $word"; done
grep -q '<html lang="en">' state.html || fail "language"
LANGUAGE=fr "$versoir" status --html etat.html >/dev/null; grep -q '<html lang="fr">' etat.html || fail "French page"

say "what cannot be read is on the page"
echo nonsense >versements/deux/plan.json
"$versoir" status --html broken.html >/dev/null 2>&1 || true
grep -q '<th scope="row">deux</th>' broken.html || fail "the versement is not told"

say "no colour reaches a terminal, with NO_COLOR or without"
for setting in NO_COLOR=1 NO_COLOR=; do
  out=$(env TERM=xterm "$setting" script -qec "$versoir status un" /dev/null)
  if grep -qE $'\x1b\\[[0-9;]*m' <<<"$out"; then fail "colours: $out"; fi
done
