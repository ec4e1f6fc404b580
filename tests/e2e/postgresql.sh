#!/bin/bash
# The same synthetic Apogée in SQLite and in a real PostgreSQL gives the same extract, row for row.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
need_postgres
make_workspace
start_sandbox
write_config

start_postgres

"$build/sample-apogee" --out sources/apogee.sqlite --students 80 >/dev/null
"$build/sample-apogee" --postgresql "$conn" --schema apogee --students 80 >/dev/null
# The keys are those of the dictionary, but where a line is planted twice.
keys=$("$pg/psql" -qAt "$conn" -c "SELECT upper(table_name) FROM information_schema.table_constraints WHERE table_schema = 'apogee' AND constraint_type = 'PRIMARY KEY'" | sort)
wanted=$(grep -o '<table name="[A-Z_0-9]*".* key="[^"]*"' "$root/profiles/apogee/tables.xml" | cut -d'"' -f2 | grep -vxE 'BLOCAGE|LANGUE' | sort)
[ "$keys" = "$wanted" ] || fail "primary keys: $(diff <(echo "$wanted") <(echo "$keys"))"
code=0; "$versoir" extract sqlite:sources/apogee.sqlite --application apogee --output a.extract >"$work/a" 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "SQLite: $(cat "$work/a")"
code=0; "$versoir" extract "postgresql:$conn" --schema apogee --application apogee --output b.extract >"$work/b" 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "PostgreSQL: $(cat "$work/b")"
query="SELECT name, copied_rows, sum FROM versoir_table ORDER BY name"
diff <(sqlite3 a.extract "$query") <(sqlite3 b.extract "$query") || fail "the two extracts differ"
[ "$(sqlite3 b.extract "SELECT value FROM versoir_run WHERE key='consistency'")" = snapshot ] || fail "consistency"
[ "$(sqlite3 b.extract 'SELECT count(*) FROM INDIVIDU')" -ge 80 ] || fail "students"
# Through the ODBC drivers of both, the same rows again.
drivers=/usr/lib/x86_64-linux-gnu/odbc
for source in "$drivers/psqlodbcw.so;Server=$pg_folder;Database=postgres;UID=postgres" \
              "$drivers/libsqlite3odbc.so;StepAPI=1;Database=$PWD/sources/apogee.sqlite"; do
  [ -e "${source%%;*}" ] || { [ "${CI:-}" = true ] && fail "${source%%;*} is missing in CI"; continue; }
  code=0; "$versoir" extract "odbc:Driver=$source" --schema apogee --application apogee --output c.extract --replace >"$work/c" 2>&1 || code=$?
  [ $code = 0 ] || [ $code = 3 ] || fail "ODBC: $(cat "$work/c")"
  diff <(sqlite3 a.extract "$query") <(sqlite3 c.extract "$query") || fail "the extract through ${source%%;*} differs"
done
# Harpège likewise.
"$build/sample-harpege" --out sources/harpege.sqlite --agents 60 >/dev/null
"$build/sample-harpege" --postgresql "$conn" --schema harpege --agents 60 >/dev/null
for source in sqlite:sources/harpege.sqlite "postgresql:$conn"; do
  code=0; "$versoir" extract "$source" --schema harpege --application harpege --output "h-${source%%:*}.extract" >"$work/h" 2>&1 || code=$?
  [ $code = 0 ] || [ $code = 3 ] || fail "Harpège: $(cat "$work/h")"
done
diff <(sqlite3 h-sqlite.extract "$query") <(sqlite3 h-postgresql.extract "$query") || fail "the two extracts of Harpège differ"
[ "$(sqlite3 h-postgresql.extract "SELECT count(*) FROM versoir_table WHERE copied_rows > 0")" -ge 5 ] || fail "Harpège is empty"
expect 2 "$versoir" extract "postgresql:$conn password=secret" --application apogee --output c.extract
grep -q secret journal-main.jsonl && fail "a secret in the journal"
say "the same rows, table by table"

say "a dry run tells rows, time and volume; inspect tells the large values"
expect 0 "$versoir" inspect "postgresql:$conn" --schema apogee --application apogee
contains "Large values: about"

say "11: inspect tells which tables the account may not read, before the night of the copy"
"$pg/psql" -q "$conn" -c 'CREATE ROLE lecteur LOGIN; GRANT USAGE ON SCHEMA apogee TO lecteur; GRANT SELECT ON ALL TABLES IN SCHEMA apogee TO lecteur; REVOKE SELECT ON apogee.individu, apogee.adresse FROM lecteur'
expect 11 "$versoir" inspect "postgresql:$conn user=lecteur" --schema apogee --application apogee
contains "may not read the table individu"; grep -q "read the table adresse" <<<"$out" && fail "a table that is left need not be readable"
"$pg/psql" -q "$conn" -c 'GRANT SELECT ON apogee.individu TO lecteur'
expect 0 "$versoir" inspect "postgresql:$conn user=lecteur" --schema apogee --application apogee

"$versoir" extract "postgresql:$conn" --schema apogee --application apogee --output d.extract --dry-run --json >dry.json 2>&1 || [ $? = 3 ] || fail "$(cat dry.json)"
python3 - dry.json "$(sqlite3 b.extract 'SELECT sum(copied_rows) FROM versoir_table')" <<'PY' || fail "the dry run"
import json, sys
events = [json.loads(l) for l in open(sys.argv[1])]
tables = [e for e in events if e["type"] == "table"]
last = events[-1]
assert last["tables"] == len(tables) > 10, last
assert last["rows"] == sum(t.get("rows", 0) for t in tables), last
assert 0.9 * int(sys.argv[2]) <= last["rows"] <= 1.1 * int(sys.argv[2]), (last, sys.argv[2])
assert last["rows_per_second"] > 0 and last["seconds"] >= 1, last
PY
[ ! -e d.extract ] && [ ! -e d.extract.partial ] || fail "a dry run copied"

say "a database that still accepts writes is told before a final extract, not before a rehearsal, nor once it is frozen"
final() { "$versoir" extract "postgresql:$conn" --schema apogee --application apogee --output f.extract --final "$@" 2>&1; }
writable="still accepts writes"
out=$(final --dry-run) || true; contains "$writable"; contains "docs/extraction.md"
out=$("$versoir" extract "postgresql:$conn" --schema apogee --application apogee --output f.extract --dry-run 2>&1) || true
if grep -q "$writable" <<<"$out"; then fail "a rehearsal may run on a live database: $out"; fi
out=$(final) || [ $? = 3 ] || fail "it is a warning only: $out"
contains "$writable"; [ -e f.extract ] || fail "no extract: $out"
"$pg/psql" -q "$conn" -c 'ALTER DATABASE postgres SET default_transaction_read_only = on'
out=$(final --dry-run --replace) || true
if grep -q "$writable" <<<"$out"; then fail "it is frozen: $out"; fi
"$pg/psql" -q "$conn" -c 'SET default_transaction_read_only = off' -c 'ALTER DATABASE postgres RESET default_transaction_read_only'

say "as JSON, each table tells that it begins"
"$versoir" extract "postgresql:$conn" --schema apogee --application apogee --output d.extract --readers 1 --json >run.json 2>run.err || [ $? = 3 ] || fail "$(cat run.err)"
python3 - run.json <<'PY' || fail "the events: $(tail -5 run.json)"
import json, sys
events = [json.loads(l) for l in open(sys.argv[1])]
begun = [e["phase"].split()[-1] for e in events if e["type"] == "progress"]
done = [e["name"] for e in events if e["type"] == "table"]
assert set(done) <= set(begun) and len(done) > 10, (done, begun)
assert events[-1]["rows"] == sum(e["copied_rows"] for e in events if e["type"] == "table"), events[-1]
PY

say "a password that the server asks for: from a file, a command, a terminal; told nowhere"
secret='Mot2passe-%à"nous'
"$pg/psql" -q "$conn" -v secret="$secret" <<'SQL'
CREATE ROLE archive LOGIN PASSWORD :'secret';
GRANT USAGE ON SCHEMA apogee TO archive;
GRANT SELECT ON ALL TABLES IN SCHEMA apogee TO archive;
SQL
{ echo "local all archive scram-sha-256"; cat "$pg_folder/db/pg_hba.conf"; } >"$work/hba" && cat "$work/hba" >"$pg_folder/db/pg_hba.conf"
as "$pg/pg_ctl" -D "$pg_folder/db" reload >/dev/null
as_archive="postgresql:host=$pg_folder user=archive dbname=postgres"
for _ in $(seq 1 50); do "$pg/psql" -w -qc '' "host=$pg_folder user=archive dbname=postgres" 2>/dev/null || break; sleep 0.1; done
copy_as() { "$versoir" extract "$as_archive" --schema apogee --application apogee --output e.extract --replace "$@"; }
expect 11 copy_as; contains "none was given"; contains "--ask-password"
printf '%s\n' "$secret" >"$work/secret" && chmod 600 "$work/secret"
: >told
code=0; copy_as --password-file "$work/secret" --json >>told 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "by a file: $(cat told)"
code=0; copy_as --password-command "cat $work/secret" >>told 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "by a command: $(cat told)"
echo faux >"$work/wrong" && chmod 600 "$work/wrong"
expect 11 copy_as --password-file "$work/wrong"
echo "$out" >>told
export secret as_archive versoir
python3 - >>told <<'PY' || fail "by a terminal: $(cat told)"
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(os.environ["versoir"], ["versoir", "extract", os.environ["as_archive"], "--schema", "apogee", "--application", "apogee",
                                     "--output", "e.extract", "--replace", "--ask-password"])
said = b""
typed = False
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    said += part
    if not typed and b"Password of the source" in said:
        time.sleep(0.3)  # what is typed before the terminal is silent would be shown by the terminal itself
        os.write(fd, os.environ["secret"].encode() + b"\n")
        typed = True
sys.stdout.write(said.decode())
assert typed and os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) in (0, 3), said
PY
[ "$(sqlite3 e.extract "SELECT value FROM versoir_run WHERE key='user'")" = archive ] || fail "not that account"
for file in told journal-main.jsonl e.extract e.extract.seal.json; do
  grep -qF -- "$secret" $file && fail "the password is in $file"
  grep -qF 'Mot2passe' $file && fail "a part of the password is in $file"
done
[ ! -e e.extract.partial ] || fail "a partial file is left"
