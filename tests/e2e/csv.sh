#!/bin/bash
# A site that opens no connection: the script, psql, the folder carried over, and the same extract as a connection gives.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
need_postgres
make_workspace
start_sandbox
write_config

start_postgres
"$build/sample-apogee" --postgresql "$conn" --schema apogee --students 40 >/dev/null

say "the script, and the folder that psql makes of it"
expect 0 "$versoir" extract --make-script psql --application apogee --output export.sql
expect 0 "$versoir" extract --make-script sqlplus --application apogee
contains "NOT VERIFIED ON ORACLE"
expect 2 "$versoir" extract --make-script sqlcl --application apogee
expect 2 "$versoir" extract csv:export --make-script psql --application apogee
mkdir export
(cd export && psql -X -f ../export.sql "$conn" >"$work/psql" 2>&1 && sha256sum --quiet -c SHA256SUMS) || fail "psql: $(cat "$work/psql")"

say "the same rows as by a connection"
code=0; "$versoir" extract csv:export --application apogee --output a.extract >"$work/a" 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "CSV: $(cat "$work/a")"
code=0; "$versoir" extract "postgresql:$conn" --schema apogee --application apogee --output b.extract >"$work/b" 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "PostgreSQL: $(cat "$work/b")"
query="SELECT name, source_rows, copied_rows, sum, root FROM versoir_table ORDER BY name"
diff <(sqlite3 a.extract "$query") <(sqlite3 b.extract "$query") || fail "the two extracts differ"
[ "$(sqlite3 a.extract 'SELECT count(*) FROM INDIVIDU')" -ge 40 ] || fail "students"
[ "$(sqlite3 a.extract "SELECT value FROM versoir_run WHERE key='system'")" = PostgreSQL ] || fail "provenance"
expect 0 "$versoir" extract --verify a.extract --source csv:export

say "folders that are refused, with file and line"
broken() { rm -rf broken; cp -r export broken; rm -f broken/SHA256SUMS; }
broken; sed -i '$d' broken/INDIVIDU.csv
expect 13 "$versoir" extract csv:broken --application apogee --output c.extract
contains "INDIVIDU.csv holds"
expect 13 "$versoir" extract csv:broken --application apogee --dry-run
broken; head -c -1 export/INDIVIDU.csv >broken/INDIVIDU.csv
expect 13 "$versoir" extract csv:broken --application apogee --output c.extract --restart
contains "INDIVIDU.csv, line"
contains "the file is cut"
broken; rm broken/INDIVIDU.csv
expect 13 "$versoir" extract csv:broken --application apogee --output c.extract
contains "INDIVIDU.csv"
broken; sed -i '/^end,/d' broken/control.csv
expect 13 "$versoir" extract csv:broken --application apogee --output c.extract
contains "the export did not finish"
broken; cp export/SHA256SUMS broken/; sed -i '2s/[0-9]/x/' broken/INDIVIDU.csv
expect 13 "$versoir" extract csv:broken --application apogee --output c.extract --restart
contains "does not have the SHA-256"
broken; echo brouillon >broken/notes.txt
expect 3 "$versoir" extract csv:broken --application apogee --dry-run
contains "notes.txt"
expect 10 "$versoir" extract csv:nowhere --application apogee --output c.extract
[ ! -e c.extract ] || fail "an extract of a wrong folder"
say "refused folders leave no extract"
