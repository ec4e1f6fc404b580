#!/bin/bash
# One process over three nights: the time of day is ours, the pace real. Between two windows the server sees nobody.
source "$(dirname "$0")/lib.sh"
need_postgres
cd "$work"
make_extracting_workspace
start_postgres
"$build/sample-apogee" --postgresql "$conn" --schema apogee --students 60 >/dev/null
library=$build/tests/e2e/libversoir_shifted_clock.so
[ -e "$library" ] || fail "$library was not built"

day=$(date -u -d tomorrow +%F)
# set_clock DAYS HH:MM:SS: for the programs that run and those to come.
set_clock() {
  echo $(($(date -u -d "$day $2 UTC $1 days" +%s) - $(date -u +%s))) >shift.new
  mv shift.new shift
}
at_our_time() { env TZ=UTC0 VERSOIR_CLOCK_SHIFT="$work/shift" ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$library" "$@"; }
extract() { at_our_time "$versoir" extract "postgresql:$conn" --schema apogee --application apogee "$@"; }
# In the place of the shell that runs it: signals reach it.
begin() { exec env TZ=UTC0 VERSOIR_CLOCK_SHIFT="$work/shift" ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD="$library" "$versoir" extract \
  "postgresql:$conn" --schema apogee --application apogee --readers 1 --json "$@" >run.json 2>run.err; }
# start OPTIONS: begun in the background as $pid; what an earlier run said is gone before anybody looks.
start() {
  : >run.json
  begin "$@" & pid=$!
}
# until_true WHAT COMMAND...: it comes true, however slow the machine.
until_true() {
  local what=$1
  shift
  for _ in $(seq 1 600); do
    "$@" && return 0
    kill -0 "$pid" 2>/dev/null || fail "ended before $what: $(cat run.json run.err)"
    sleep 0.1
  done
  fail "never $what: $(tail -n 5 run.json run.err)"
}
clients() { "$pg/psql" -qAt "$conn" -c "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"; }
somebody() { [ "$(clients)" -ge 1 ]; }
nobody() { [ "$(clients)" = 0 ]; }
waits() { [ "$(grep -c '"type":"waiting"' run.json)" = "$1" ]; }
# The whole catalogue was looked at and rows have come: progress is told when a table begins.
reads() { [ "$(grep -c '"type":"progress"' run.json)" -gt "$1" ]; }

say "--wait: the copy goes on in the next window, and in the one after"
set_clock 0 09:00:00
start --window 10:00-12:00 --wait --throttle 4000
until_true "it waits" waits 1
nobody || fail "a connection before the window opens"
for night in 0 1; do
  begun=$(grep -c '"type":"progress"' run.json) || true
  set_clock $night 10:00:05
  until_true "night $night: rows come" reads $((begun + 3))
  somebody || fail "nobody reads in the window"
  set_clock $night 12:00:01
  until_true "night $night: it waits again" waits $((night + 2))
  until_true "night $night: it leaves the server" nobody
  [ -e apogee.extract.partial ] && [ ! -e apogee.extract ] || fail "no partial file, or an extract"
  tail -1 journal-main.jsonl | grep -q '"event":"EXTRACT_PAUSED"' || fail "the journal does not tell the pause: $(tail -1 journal-main.jsonl)"
done
set_clock 2 10:00:05
code=0; wait "$pid" || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "ended with $code: $(tail -n 5 run.json run.err)"
python3 - run.json "$day" <<'PY' || fail "what was told: $(grep -v '"progress"' run.json | tail -20)"
import datetime, json, sys
events = [json.loads(l) for l in open(sys.argv[1])]
day = datetime.date.fromisoformat(sys.argv[2])
opens = [f"{day + datetime.timedelta(d)}T10:00:00Z" for d in range(3)]
closes = {f"{day + datetime.timedelta(d)}T12:00:00Z" for d in range(3)}
assert [e["until"] for e in events if e["type"] == "waiting"] == opens, opens
assert {e["window_until"] for e in events if e["type"] == "progress"} == closes, closes
assert any(e["type"] == "finding" and e["code"] == "CLOCK" for e in events), "a clock hours away from that of the server"
assert events[-1]["type"] == "summary" and events[-1]["consistency"] == "snapshot", events[-1]
PY
[ "$(sqlite3 apogee.extract "SELECT group_concat(outcome) FROM versoir_session")" = interrupted,interrupted,finished ] || fail "the sessions"
[ "$(sqlite3 apogee.extract "SELECT min(rows) > 0 FROM versoir_session")" = 1 ] || fail "a night without rows"
total=$(sqlite3 apogee.extract "SELECT sum(copied_rows) FROM versoir_table")
[ "$(sqlite3 apogee.extract "SELECT sum(rows) FROM versoir_session")" = "$total" ] || fail "rows were read twice, or not"
[ "$(grep -c '"event":"EXTRACT_STARTED"' journal-main.jsonl)" = 3 ] || fail "the journal does not tell three nights"
expect 0 at_our_time "$versoir" extract --verify apogee.extract
code=0; "$versoir" extract "postgresql:$conn" --schema apogee --application apogee --output whole.extract >whole.log 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "in one go: $(cat whole.log)"
query="SELECT name, copied_rows, sum, root FROM versoir_table ORDER BY name"
diff <(sqlite3 apogee.extract "$query") <(sqlite3 whole.extract "$query") || fail "another extract than in one go"

say "on a terminal: table k of n, rows, rate, what is left, the end of the window"
set_clock 2 10:30:00
"$pg/psql" -q "$conn" -c ANALYZE  # what is left in all is told where the source knows how much there is
export -f at_our_time extract
export conn versoir library work
python3 - <<'PY' || fail "the terminal"
import os, pty, re, signal
pid, fd = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "-c", "stty cols 200; extract --output terminal.extract --readers 1 --throttle 300 --window 10:00-12:00"])
number = "[0-9][0-9,]*"
shape = re.compile(rf"\d+/\d\d\d [A-Z_0-9]+  {number}/{number} rows  {number}/s  \d+:\d\d  left: \d+:\d\d  in all: \d+:\d\d  window until 12:00")
said, found = "", False
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    said = said[-2000:] + part.decode(errors="replace")
    if not found and shape.search(said):
        found = True
        os.write(fd, b"\x03")  # Ctrl-C
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
assert found and code == 130, (found, code, said)
PY

say "days are those of the window"
set_clock 0 11:00:00
other=$(LC_ALL=C date -u -d "$day UTC 1 days" +%a)
expect 6 extract --output days.extract --window 10:00-12:00 --days "$other"
contains "$(date -u -d "$day UTC 1 days" +%F) at 10:00"

say "a clock that went backwards: refused, what was copied kept, and gone on from when it is right"
set_clock 3 10:00:00
start --output back.extract --throttle 1500
until_true "rows come" reads 2
kill -INT "$pid"
code=0; wait "$pid" || code=$?
[ "$code" = 130 ] || fail "stopped with $code: $(cat run.err)"
set_clock 2 10:00:00
expect 4 extract --output back.extract
contains "clock"
[ -e back.extract.partial ] && [ ! -e back.extract ] || fail "no partial file, or an extract"
set_clock 3 10:05:00
code=0; extract --output back.extract >back.log 2>&1 || code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "with the right clock: $(cat back.log)"
diff <(sqlite3 back.extract "$query") <(sqlite3 whole.extract "$query") || fail "another extract than in one go"
