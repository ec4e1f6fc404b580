#!/bin/bash
# Extraction as a DSI runs it: inspect and decide, try, keep to hours, be stopped, go on, final, verify.
source "$(dirname "$0")/lib.sh"
cd "$work"
"$root/samples/pki/make-pki" pki >/dev/null 2>&1 || fail "make-pki"
cat >versoir.conf <<'CONF'
[establishment]
name = Université d’essai

[signing.producer]
certificate = pki/producer.pem
key = pki/producer.key

[trust]
anchors = pki/ca.pem
roles = pki/roles.json
CONF
"$build/sample-apogee" --out source.sqlite --students 60 >/dev/null
apogee=sqlite:source.sqlite

say "a table that the profile does not know must be decided before a final extract"
sqlite3 source.sqlite "CREATE TABLE TMP_CALCUL (X INTEGER); CREATE TABLE SPORT_LOCAL (COD_IND NUMBER(8), SPORT VARCHAR2(20)); INSERT INTO SPORT_LOCAL VALUES (1001, 'aviron')"
expect 3 "$versoir" inspect "$apogee"
contains "TMP_CALCUL"
contains "looks technical"
contains "keyed by person"
expect 22 "$versoir" extract "$apogee" --final
contains "SPORT_LOCAL"
[ ! -e apogee.extract ] && [ ! -e apogee.extract.partial ] || fail "something was left"
expect 2 "$versoir" inspect "$apogee" --leave 'TMP_*'
contains "reason"
expect 3 "$versoir" inspect "$apogee" --leave 'tmp_*' --reason "Table de travail" --who "M. Martin"
expect 2 "$versoir" inspect "$apogee" --take NULLE_PART
expect 0 "$versoir" inspect "$apogee" --take SPORT_LOCAL --who "M. Martin"
grep -q '^TMP_CALCUL;;left;Table de travail;M. Martin;' decisions-apogee.csv || fail "the decision is not in the file"

say "a dry run tells the volume and copies nothing"
expect 0 "$versoir" extract "$apogee" --dry-run
contains "tables."
[ ! -e apogee.extract.partial ] || fail "a dry run left a file"

say "outside its window nothing starts, and the next opening is told"
now=$(date +%H)
closed=$(printf '%02d:00-%02d:30' $(((10#$now + 3) % 24)) $(((10#$now + 3) % 24)))
expect 6 "$versoir" extract "$apogee" --window "$closed"
contains "opens on"
expect 2 "$versoir" extract "$apogee" --window 22-6
expect 2 "$versoir" extract "$apogee" --days mon

say "stopped by a signal, a copy keeps what it has; a second one is refused while the first runs"
"$versoir" extract "$apogee" --throttle 8000 >/dev/null 2>stopped.log & pid=$!
for _ in $(seq 1 200); do
  if [ -s apogee.extract.partial ]; then break; fi
  sleep 0.05
done
expect 5 "$versoir" extract "$apogee"
contains "Another copy"
kill -TERM "$pid"
code=0; wait "$pid" || code=$?
[ "$code" = 130 ] || fail "stopped with $code: $(cat stopped.log)"
[ -e apogee.extract.partial ] && [ ! -e apogee.extract ] || fail "no partial file, or an extract"
expect 33 "$versoir" extract "$apogee" --final
contains "kind: it was rehearsal"
expect 0 "$versoir" extract "$apogee"
[ "$(sqlite3 apogee.extract "SELECT group_concat(outcome) FROM versoir_session")" = interrupted,finished ] || fail "the sessions are not told"
[ "$(sqlite3 apogee.extract "SELECT value FROM versoir_run WHERE key = 'consistency'")" = snapshot ] || fail "the file did not change"
stopped=$(sqlite3 apogee.extract "SELECT group_concat(root) FROM (SELECT root FROM versoir_table ORDER BY name)")

say "killed, too; and the digests are those of a copy that was not"
"$versoir" extract "$apogee" --replace --restart --throttle 20000 >/dev/null 2>&1 & pid=$!
sleep 0.7
kill -KILL "$pid" 2>/dev/null || true
wait "$pid" 2>/dev/null || true
"$versoir" extract --verify apogee.extract >/dev/null || fail "the extract that was there is not the one that was sealed"
expect 0 "$versoir" extract "$apogee" --replace
[ "$stopped" = "$(sqlite3 apogee.extract "SELECT group_concat(root) FROM (SELECT root FROM versoir_table ORDER BY name)")" ] || fail "other roots"

say "the final extract, its decisions, and what verification says when extract or source change"
expect 0 "$versoir" extract "$apogee" --replace --final
[ "$(sqlite3 apogee.extract "SELECT value FROM versoir_run WHERE key = 'second_look'")" = same ] || fail "no second look"
[ "$(sqlite3 apogee.extract "SELECT SPORT FROM SPORT_LOCAL")" = aviron ] || fail "the table taken by decision is not there"
expect 0 "$versoir" extract --verify apogee.extract --source "$apogee"
sqlite3 source.sqlite "UPDATE SPORT_LOCAL SET SPORT = 'voile'"
expect 23 "$versoir" extract --verify apogee.extract --source "$apogee"
contains "SPORT_LOCAL"
sqlite3 apogee.extract "UPDATE SPORT_LOCAL SET SPORT = 'voile'"
expect 21 "$versoir" extract --verify apogee.extract

say "a password file that others can read is refused, and no secret is told"
echo motdepasse >secret && chmod 644 secret
expect 4 "$versoir" extract "postgresql:host=/nowhere dbname=x" --password-file secret
contains "chmod 600"
expect 4 "$versoir" extract "postgresql:host=/nowhere dbname=x" --password-command "echo motdepasse >&2; false"
chmod 600 secret
expect 10 "$versoir" extract "postgresql:host=/nowhere dbname=x user=y" --password-file secret
if grep -rq motdepasse journal-*.jsonl <<<"$out" || grep -q motdepasse <<<"$out"; then fail "the password is told"; fi

say "a timer and a crontab line for the windows"
expect 0 "$versoir" schedule "$apogee" --window 22:00-06:00 --days lun-ven
grep -q '^OnCalendar=Mon,Tue,Wed,Thu,Fri 22:00:00$' versoir-extract-apogee.timer || fail "the timer opens at another time"
grep -q '^SuccessExitStatus=3 6$' versoir-extract-apogee.service || fail "the close of the window would be a failure"
if command -v systemd-analyze >/dev/null; then
  systemd-analyze verify ./versoir-extract-apogee.timer >verify.log 2>&1 || { grep -q apogee verify.log && fail "systemd refuses the units: $(cat verify.log)"; }
fi
expect 0 "$versoir" schedule "$apogee" --cron
contains "0 22 * * *"
