#!/bin/bash
# The sample Apogée, whole, from PostgreSQL: bench/extract-apogee.sh [STUDENTS]. Prints a table in Markdown.
# The floor reads the same tables by COPY, splits, unescapes and drops them.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
students=${1:-100000}
build=$root/build/release
cmake --build "$build" --target bench_extract bench_delay sample-apogee >/dev/null
. "$root/bench/server.sh"
"$(find "$build" -name sample-apogee -type f | head -1)" --students "$students" --postgresql "$conn" >/dev/null
psql -c 'VACUUM ANALYZE'
mapfile -t tables < <(psql -A -t -c "SELECT quote_ident(schemaname) || '.' || quote_ident(relname) FROM pg_stat_user_tables ORDER BY 1")
schema=$(psql -A -t -c "SELECT schemaname FROM pg_stat_user_tables GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
line=$(best measure floor "$conn" "${tables[@]}")
floor=$(awk '{print $3}' <<<"$line")
heading
row "floor: COPY of ${#tables[@]} tables, dropped" "$line"
row "versoir extract, one reader" "$(best measure copy "postgresql:$conn" "$root/profiles/apogee" "$work/1.extract" 1 "$schema")"
row "versoir extract, two readers" "$(best measure copy "postgresql:$conn" "$root/profiles/apogee" "$work/2.extract" 2 "$schema")"
