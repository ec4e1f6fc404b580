# A PostgreSQL server of its own for one benchmark, as a plain user, in a temporary folder: sourced by the scripts here.
# Sets work, conn; start_latency MS sets delayed; measure, best and row print lines of a table.
work=$(mktemp -d /tmp/versoir-bench-XXXXXX)
programs=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | tail -1)")
account=postgres
chown "$account" "$work"
as() { if [ "$(id -u)" -eq 0 ]; then runuser -u "$account" -- "$@"; else "$@"; fi; }
delay_pid=
cleanup() {
  if [ -n "$delay_pid" ]; then kill "$delay_pid" 2>/dev/null || true; fi
  as "$programs/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
as "$programs/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
as "$programs/pg_ctl" -D "$work/data" -w -o "-k $work -c listen_addresses= -c shared_buffers=512MB -c max_wal_size=4GB -c fsync=off" start >/dev/null
conn="host=$work dbname=postgres user=postgres"
psql() { command psql -X -q "$conn" "$@"; }
measure() { "$build/bench/bench_extract" "$@"; }
best() { # runs three times, keeps the fastest line
  for _ in 1 2 3; do "$@"; done | sort -k3 -n | tail -1
}
row() { awk -v name="$1" -v floor="$floor" '{printf "| %s | %d | %.0f | %.2f | %.2f | %.0f |\n", name, $1, $3, $3 / floor, $4, $5 / 1024}' <<<"$2"; }
heading() { printf '| what | rows | rows/s | of the floor | client CPU s | peak MB |\n|---|---|---|---|---|---|\n'; }
start_latency() {
  "$build/bench/bench_delay" "$work/.s.PGSQL.5432" "$1" >"$work/port" & delay_pid=$!
  while ! [ -s "$work/port" ]; do sleep 0.05; done
  delayed="host=127.0.0.1 port=$(cat "$work/port") dbname=postgres user=postgres sslmode=disable"
}
