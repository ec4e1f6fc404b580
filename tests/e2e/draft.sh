#!/bin/bash
# An application that nobody described: the walk-through of docs/decrire-une-autre-application.md, command by command as it is printed
# there, on databases that Debian packages hold.
source "$(dirname "$0")/lib.sh"
need_postgres
cd "$work"
make_extracting_workspace
guide=$root/docs/decrire-une-autre-application.md

say "the packages, by the machine's own sources"
for package in zabbix-server-pgsql kexi-data; do
  apt-get download "$package" >fetch.log 2>&1 && compgen -G "${package}_*.deb" >/dev/null && continue
  echo "skipped: the package $package cannot be fetched here: $(tail -1 fetch.log)"
  exit 77
done
start_postgres
export PGHOST=$pg_folder PGUSER=postgres PATH=$build:$pg:$PATH

# Blocks that the guide marks as commands, a line each.
mapfile -t commands < <(awk '/^```sh$/ {on = 1; next} /^```$/ {on = 0} on' "$guide")
[ "${#commands[@]}" -ge 15 ] || fail "the guide has ${#commands[@]} commands"

# serve LINE: the page of the address that it prints answers.
serve() {
  rm -f serve.log
  eval "exec $1" >serve.log 2>serve.err &
  local pid=$!
  for _ in $(seq 1 400); do
    grep -qs '^http://127' serve.log && break
    kill -0 "$pid" 2>/dev/null || fail "$1: $(cat serve.log serve.err)"
    sleep 0.05
  done
  curl -sfL -c jar -b jar "$(grep '^http://127' serve.log)" >page.html || fail "no page"
  grep -q 'Comptes des utilisateurs' page.html || fail "the page does not offer the search: $(cat page.html)"
  kill "$pid" && wait "$pid" || fail "the service did not end well"
}

for line in "${commands[@]}"; do
  say "$line"
  case $line in
    "apt-get download"*) continue ;;  # done above, where it may be skipped
    "versoir consult serve"*) serve "$line"; continue ;;
  esac
  code=0; out=$(eval "set -o pipefail; $line" 2>&1) || code=$?
  [ "$code" = 0 ] || { [ "$code" = 3 ] && [[ $line == versoir* ]]; } || fail "'$line' ended with $code: $out"
  case $line in
    *"--draft profiles/zabbix")
      contains "173 tables"
      contains "users.surname"
      contains "users.passwd"
      ;;
    "versoir consult search zabbix.extract"*) contains "users:[1]" ;;
    "versoir consult show"*)
      contains "Administrator"
      contains "Super admin role"  # that the account names
      ;;
    "versoir consult search voitures"*) contains "persons:[2]" ;;
  esac
done

say "what was left is nowhere, what was taken is whole"
for extract in zabbix voitures; do expect 0 "$versoir" extract --verify "$extract.extract"; done
[ "$(sqlite3 zabbix.extract "SELECT count(*) FROM pragma_table_info('users') WHERE name = 'passwd'")" = 0 ] || fail "passwd was taken"
for table in users role items images config; do
  [ "$(sqlite3 zabbix.extract "SELECT count(*) FROM $table")" = "$(psql -qAt -d zabbix -c "SELECT count(*) FROM $table")" ] || fail "rows of $table"
done
[ "$(sqlite3 voitures.extract 'SELECT count(*) FROM ownership')" = 7 ] || fail "rows of ownership"
xmllint --noout profiles/zabbix/*.xml profiles/zabbix/profil-archive.xml.modele || fail "files of the profile"

say "records of other tables open"
for record in roleid:role userid:users hostid:hosts triggerid:triggers imageid:images; do
  key=$(sqlite3 zabbix.extract "SELECT min(${record%%:*}) FROM ${record##*:}")
  expect 0 "$versoir" consult show zabbix.extract "${record##*:}:$key"
done

say "a profile that is there is not written over, nothing is half written"
cp -r profiles/zabbix before
expect 2 "$versoir" inspect postgresql:dbname=zabbix --draft profiles/zabbix
diff -r before profiles/zabbix || fail "the profile was touched"
expect 2 "$versoir" inspect postgresql:dbname=zabbix --draft profiles/other --leave nothing_like_it --reason x
expect 2 "$versoir" inspect postgresql:dbname=zabbix --draft profiles/other --leave users
contains "--reason"
[ ! -e profiles/other ] || fail "half a profile"

say "through ODBC and from the SIARD archive, the same tables and references"
keys() { grep -o '<table name="[^"]*"\|<column name="[^"]*"\|references="[^"]*"\|<table [^>]* key="[^"]*"' "$1/tables.xml" | sed 's/.* key=/key=/'; }
driver=/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so
if [ -e "$driver" ]; then
  expect 0 "$versoir" inspect "odbc:Driver=$driver;Server=$pg_folder;Database=zabbix;UID=postgres" --draft odbc/zabbix --leave users.passwd --leave '*.tls_psk*' --reason "Secret."
  diff <(keys profiles/zabbix) <(keys odbc/zabbix) || fail "ODBC drafts something else"
fi
code=0; out=$("$versoir" inspect siard:zabbix.siard --draft siard/zabbix 2>&1) || code=$?
[ "$code" = 0 ] || fail "draft from SIARD: $out"
[ "$(grep -c 'references=' siard/zabbix/tables.xml)" -ge 200 ] || fail "references of the archive: $(grep -c 'references=' siard/zabbix/tables.xml)"
