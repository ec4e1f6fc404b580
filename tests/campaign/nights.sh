#!/bin/bash
# Nights of an extract in its windows (tests/campaign/nights.py): the time of day is ours. Each night but the last ends in its own way.
source "$(dirname "$0")/../e2e/lib.sh"
need_postgres
cd "$work"
make_extracting_workspace
start_postgres
"$build/sample-apogee" --postgresql "$conn" --schema apogee --students "${CAMPAIGN_STUDENTS:-60}" >/dev/null
library=$build/tests/e2e/libversoir_shifted_clock.so
[ -e "$library" ] || fail "$library was not built"
nights=${CAMPAIGN_NIGHTS:-7}
RANDOM=${CAMPAIGN_SEED:-1}
day=$(date -u -d tomorrow +%F)
set_clock() {  # DAYS HH:MM:SS
  echo $(($(date -u -d "$day $2 UTC $1 days" +%s) - $(date -u +%s))) >shift.new
  mv shift.new shift
}
begin() {
  exec env TZ=UTC0 VERSOIR_CLOCK_SHIFT="$work/shift" LD_PRELOAD="$library" "$versoir" extract "postgresql:$conn" --schema apogee --application apogee \
    --readers 1 --window 22:00-06:00 --json "$@" >run.json 2>run.err
}
# `progress` is told when a table begins: the night ends once some more have.
tables() { grep -c '"type":"progress"' run.json || true; }
ended=0 killed=0 closed=0 stopped=0
for night in $(seq 0 $((nights - 2))); do
  set_clock "$night" 22:00:05
  : >run.json
  begin --throttle 2500 & pid=$!
  wanted=$((1 + RANDOM % 6))
  for _ in $(seq 1 1200); do
    [ "$(tables)" -lt "$wanted" ] || break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  way=$((night % 3))
  case $way in
    0) kill -KILL "$pid" 2>/dev/null || true; expected=137 ;;
    1) set_clock "$((night + 1))" 06:00:01; expected=6 ;;
    2) kill -INT "$pid" 2>/dev/null || true; expected=130 ;;
  esac
  code=0; wait "$pid" 2>/dev/null || code=$?
  if [ "$code" = 0 ] || [ "$code" = 3 ]; then ended=$((ended + 1)); break; fi
  [ "$code" = "$expected" ] || fail "night $((night + 1)) ended with $code, expected $expected: $(tail -n 5 run.json run.err)"
  case $way in 0) killed=$((killed + 1)) ;; 1) closed=$((closed + 1)) ;; 2) stopped=$((stopped + 1)) ;; esac
  [ -e apogee.extract.partial ] && [ ! -e apogee.extract ] || fail "night $((night + 1)): no partial file, or an extract"
done
[ "$ended" = 0 ] || fail "everything was copied before the last night: fewer rows a second are needed"
set_clock "$((nights - 1))" 22:00:05
: >run.json
code=0; (begin) || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "the last night ended with $code: $(tail -n 5 run.json run.err)"
say "$nights nights: $killed killed, $stopped stopped, $closed closed by the window, one that ends"
rm shift
code=0; "$versoir" extract "postgresql:$conn" --schema apogee --application apogee --output whole.extract >whole.log 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "in one go: $(cat whole.log)"
query="SELECT name, copied_rows, sum, root FROM versoir_table ORDER BY name"
diff <(sqlite3 apogee.extract "$query") <(sqlite3 whole.extract "$query") || fail "another extract than in one go"
say "$(sqlite3 apogee.extract "SELECT count(*) || ' tables, ' || sum(copied_rows) || ' rows, the same digests as in one go; sessions: ' || (SELECT group_concat(outcome, ' ') FROM versoir_session) FROM versoir_table")"
expect 0 "$versoir" extract --verify apogee.extract
