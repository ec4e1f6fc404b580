#!/bin/bash
# After the shutdown: pages on the loopback, documents from proven rows, the log of who looked at whom.
source "$(dirname "$0")/lib.sh"
mkdir "$work/desk" && cd "$work/desk"
make_extracting_workspace
sign_roles
cat >>versoir.conf <<'CONF'

[consultation]
reasons = demande de l'intéressé ; contentieux
CONF
"$build/sample-apogee" --out apogee.sqlite --students 120 >/dev/null
"$build/sample-harpege" --out harpege.sqlite --agents 40 >/dev/null
for application in apogee harpege; do
  code=0
  "$versoir" extract "sqlite:$application.sqlite" --application "$application" >extract.log 2>&1 || code=$?
  [ "$code" = 0 ] || [ "$code" = 3 ] || { cat extract.log; fail "extract $application: $code"; }
done

say "documents: what can be made, made, checked by their code"
expect 0 "$versoir" consult search apogee.extract kermarrec maelle --json
reference=etudiant:$(python3 -c 'import json, sys; print(next(l["key"] for l in map(json.loads, sys.stdin) if l["type"] == "hit"))' <<<"$out")
expect 0 "$versoir" consult document apogee.extract "$reference" --reason contentieux --json
read -r row refused < <(python3 -c '
import json, sys
lines = [l for l in map(json.loads, sys.stdin) if l["type"] == "document"]
print(next(l["row"] for l in lines if l["document"] == "releve" and not l["refusals"]), sum(bool(l["refusals"]) for l in lines))' <<<"$out")
expect 0 "$versoir" consult document apogee.extract "$reference" --reason contentieux --document releve --row "$row" --output releve.html
[ "$(stat -c %a releve.html)" = 600 ] || fail "mode of the document"
grep -q "Projet" releve.html || fail "not a draft"
code=$(sed -n 's|.*<dt>Code de vérification</dt><dd>\([0-9a-f-]*\)</dd>.*|\1|p' releve.html)
[ -n "$code" ] || fail "no code"
expect 0 "$versoir" consult document apogee.extract "$reference" --reason contentieux --document releve --row "$row" --check "${code^^}"
expect 61 "$versoir" consult document apogee.extract "$reference" --reason contentieux --document releve --row "$row" --check "0000-0000-0000-0000-0000"
expect 2 "$versoir" consult document apogee.extract "$reference" --reason contentieux --document other
expect 80 "$versoir" consult document apogee.extract "$reference" --reason contentieux --document releve --row resultat.99
agent=agent:$(sqlite3 harpege.extract 'SELECT json_array(no_dossier_pers) FROM carriere LIMIT 1')
expect 0 "$versoir" consult document harpege.extract "$agent" --reason contentieux --document etat-services --output services.html
grep -q "Périodes" services.html || fail "no periods of service"

say "an extract that was altered, or whose seal nobody judges, makes no document"
cp apogee.extract altered.extract && cp apogee.extract.seal.json altered.extract.seal.json && cp apogee.extract.seal.json.p7s altered.extract.seal.json.p7s
number=${reference//[^0-9]/}
sqlite3 altered.extract "UPDATE resultat_vet SET not_vet = '20' WHERE cod_ind = $number"
expect 21 "$versoir" consult document altered.extract "$reference" --reason contentieux --document releve --row "$row"
rm altered.extract*
mkdir elsewhere && cp apogee.extract* elsewhere/
expect 4 "$versoir" --workspace elsewhere consult document elsewhere/apogee.extract "$reference" --document releve --row "$row"

say "pages: one address, one session, a reason, a sheet, its sources, a document, the end"
"$versoir" consult serve apogee.extract harpege.extract >serve.log 2>serve.err &
serve_pid=$!
for _ in $(seq 1 200); do
  grep -q '^http://127' serve.log && break
  kill -0 "$serve_pid" 2>/dev/null || fail "the service died: $(cat serve.log serve.err)"
  sleep 0.05
done
address=$(grep '^http://127' serve.log)
python3 - "$address" "$number" "$row" <<'PY' || fail "the pages"
import html, http.client, re, sys, urllib.parse

address, number, row = sys.argv[1:]
parts = urllib.parse.urlsplit(address)
host = parts.netloc
cookie = None

def ask(path, method="GET", body=None, headers=None, with_cookie=True):
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=60)
    sent = {"Host": host, **(headers or {})}
    if cookie and with_cookie:
        sent["Cookie"] = cookie
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    return answer, answer.read().decode()

def page(path):
    answer, text = ask(path)
    assert answer.status == 200, (path, answer.status, text)
    assert "<script" not in text.lower(), path
    return text

def link(text, label):
    found = re.search('href="([^"]*)">' + re.escape(label) + "</a>", text)
    assert found, (label, text)
    return html.unescape(found.group(1))

assert ask("/")[0].status == 403
assert ask("/", headers={"Host": "evil.example"})[0].status == 421
answer, _ = ask(parts.path + "?" + parts.query)
assert answer.status == 303, answer.status
cookie = answer.getheader("Set-Cookie").split(";")[0]
assert ask(parts.path + "?" + parts.query, with_cookie=False)[0].status == 403
assert ask("/", headers={"Host": "evil.example"})[0].status == 421
home = page("/")
assert "seal verified" in home and "Apogée" in home and "Harpège" in home
results = page("/search?app=apogee&q=kermarrec+maelle")
sheet_of = html.unescape(re.search('href="(/sheet[^"]*)"', results).group(1))
asked = page(sheet_of)
assert "KERMARREC" not in re.sub(r'href="[^"]*"|value="[^"]*"', "", asked).replace("Results for", ""), asked
form = re.search('name="form" value="([0-9a-f]*)"', asked).group(1)
fields = urllib.parse.urlencode({"form": form, "reason": "0", "reference": "2026-12", "to": sheet_of})
kind = {"Content-Type": "application/x-www-form-urlencoded"}
assert ask("/reason", "POST", fields, {**kind, "Origin": "http://evil.example"})[0].status == 403
answer, _ = ask("/reason", "POST", fields, {**kind, "Origin": "http://" + host})
assert answer.status == 303 and answer.getheader("Location") == sheet_of
sheet = page(sheet_of)
assert "KERMARREC" in sheet and "what was sealed" in sheet, sheet
source = page(link(sheet, "source"))
assert "Block" in source and "SHA-256" in source and "altered" not in source
documents = re.findall(r'href="(/document\?[^"]*)"', sheet)
assert documents
for href in documents:
    text = page(html.unescape(href))
    assert "Projet" in text and "Code de vérification" in text
assert ask("/sheet?app=apogee&record=deliberation&key=%5B1%5D&q=&n=")[0].status in (200, 404)
assert ask("/search?app=apogee&q=" + "a" * 70000)[0].status in (400, 431)
assert ask("/quit", "POST", "form=" + "x" * 100000, {**kind, "Origin": "http://" + host})[0].status == 413
assert ask("/quit", "POST", "form=" + form, {**kind, "Origin": "http://" + host})[0].status == 200
assert ask("/")[0].status == 403
PY
kill "$serve_pid" && wait "$serve_pid" || fail "the service did not end well: $?"

say "the log: who looked at this person; a line that was changed is told"
expect 0 "$versoir" consult log --person "$reference" --csv log.csv --json
[ "$(python3 -c 'import json, sys; print(sum(json.loads(l)["type"] == "access" for l in sys.stdin))' <<<"$out")" -ge 3 ] || fail "accesses: $out"
grep -q "demande de l'intéressé,2026-12" log.csv || fail "no reason in the log: $(cat log.csv)"
grep -qi kermarrec consultation-main.jsonl && fail "a name in the log"
expect 0 "$versoir" consult log --person 'etudiant:[0]'
contains "0 accesses"
sed -i 's/2026-12/2026-13/' consultation-main.jsonl
expect 60 "$versoir" consult log
expect 60 "$versoir" consult serve apogee.extract
expect 0 "$versoir" verify

say "in French"
LANGUAGE=fr expect 80 "$versoir" consult log --file none.jsonl --lang fr
