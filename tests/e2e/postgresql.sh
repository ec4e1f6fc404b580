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
expect 2 "$versoir" extract "postgresql:$conn password=secret" --application apogee --output c.extract
grep -q secret journal-main.jsonl && fail "a secret in the journal"
say "the same rows, table by table"
