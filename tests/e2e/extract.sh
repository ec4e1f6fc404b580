#!/bin/bash
# Extraction as a DSI runs it: inspect and decide, try, keep to hours, be stopped, go on, final, verify.
source "$(dirname "$0")/lib.sh"
cd "$work"
make_extracting_workspace
"$build/sample-apogee" --out source.sqlite --students 60 >/dev/null
apogee=sqlite:source.sqlite

say "a table that the profile does not know must be decided before a final extract"
sqlite3 source.sqlite "CREATE TABLE TMP_CALCUL (X INTEGER); CREATE TABLE SPORT_LOCAL (COD_IND NUMBER(8), SPORT VARCHAR2(20)); INSERT INTO SPORT_LOCAL VALUES (1001, 'aviron')"
expect 3 "$versoir" inspect "$apogee"
contains "TMP_CALCUL"
contains "looks technical"
contains "keyed by person"
contains "does not tell the volume of large values"
contains "2 not decided"; contains "Fill in the columns decision, reason and who"
expect 22 "$versoir" extract "$apogee" --final
contains "SPORT_LOCAL"
[ ! -e apogee.extract ] && [ ! -e apogee.extract.partial ] || fail "something was left"
expect 2 "$versoir" inspect "$apogee" --leave 'TMP_*'
contains "reason"
expect 3 "$versoir" inspect "$apogee" --leave 'tmp_*' --reason "Table de travail" --who "M. Martin"
expect 2 "$versoir" inspect "$apogee" --take NULLE_PART
expect 0 "$versoir" inspect "$apogee" --take SPORT_LOCAL --who "M. Martin"
contains "0 not decided"; contains "Nothing is left to decide."
if grep -q "Fill in" <<<"$out"; then fail "there is nothing to fill in: $out"; fi
grep -q '^TMP_CALCUL;;left;Table de travail;M. Martin;' decisions-apogee.csv || fail "the decision is not in the file"

say "what the profile takes or leaves is decided otherwise by its full name, never by a pattern"
expect 3 "$versoir" inspect "$apogee" --decisions autre.csv --leave adresse --reason "Hors du besoin" --who "M. Martin"
grep -q '^ADRESSE;;left;Hors du besoin;M. Martin;' autre.csv || fail "the table of the profile is not left: $(cat autre.csv)"
expect 2 "$versoir" inspect "$apogee" --decisions autre.csv --leave 'ADRES*' --reason "Hors du besoin"
contains "named in full"
expect 3 "$versoir" inspect "$apogee" --decisions autre.csv --take ADRESSE --who "M. Martin"
grep -q '^ADRESSE;;left' autre.csv && fail "still left"

say "another source erases no decision; the file is only written when it says something else"
cp decisions-apogee.csv before.csv
rm -f decisions-apogee.csv.bak
"$build/sample-apogee" --out other.sqlite --students 23 >/dev/null
expect 0 "$versoir" inspect sqlite:other.sqlite
contains "decided, not in this source"
cmp -s before.csv decisions-apogee.csv || fail "the decisions changed: $(diff before.csv decisions-apogee.csv)"
[ ! -e decisions-apogee.csv.bak ] || fail "written without a reason"
sqlite3 other.sqlite "CREATE TABLE AUTRE (X INTEGER)"
expect 0 "$versoir" inspect sqlite:other.sqlite --take AUTRE --who "M. Martin"
cmp -s before.csv decisions-apogee.csv.bak || fail "the previous file is not kept"
grep -q '^TMP_CALCUL;;left;Table de travail;M. Martin;' decisions-apogee.csv || fail "a decision is lost"
grep -q '^AUTRE;;taken;' decisions-apogee.csv || fail "the new one is not there"
mv before.csv decisions-apogee.csv

say "a decision file that is named must exist, for all but the command that makes it"
expect 2 "$versoir" extract "$apogee" --decisions nulle-part.csv
contains "nulle-part.csv does not exist"
[ ! -e apogee.extract ] || fail "extracted without the decisions that were named"
expect 3 "$versoir" inspect "$apogee" --decisions neuf.csv
[ -s neuf.csv ] || fail "inspect did not make the file"

say "all that would stop the copy or spoil its seal is said before it begins"
sed 's|pki/producer.key|pki/nulle-part.key|' versoir.conf >versoir.good && cp versoir.conf versoir.saved && cp versoir.good versoir.conf
touch apogee.extract
expect 70 "$versoir" extract "$apogee" --dry-run --final --decisions neuf.csv
contains "already exists"
contains "nulle-part.key"
contains "SPORT_LOCAL"
expect 70 "$versoir" extract "$apogee" --final --decisions neuf.csv
contains "already exists"
contains "nulle-part.key"
contains "SPORT_LOCAL"
rm apogee.extract
cp versoir.saved versoir.conf
# An authority that nobody configured: the copy would be sealed for nothing.
openssl req -x509 -newkey rsa:2048 -nodes -keyout pki/lone.key -out pki/lone.pem -subj "/CN=Clé seule" -days 10 -addext keyUsage=critical,digitalSignature -addext basicConstraints=critical,CA:FALSE 2>/dev/null
chmod 600 pki/lone.key
sed 's|pki/producer|pki/lone|' versoir.saved >versoir.conf
expect 40 "$versoir" extract "$apogee"
contains "No configured authority"
expect 40 "$versoir" extract "$apogee" --dry-run
contains "ends on"
contains "is no producer"
[ ! -e apogee.extract ] && [ ! -e apogee.extract.partial ] || fail "a copy began"
# A time-stamping authority that does not answer: only a dry run asks.
{ cat versoir.saved; printf '[timestamp]\nurl = http://127.0.0.1:9/\nca = pki/ca.pem\n'; } >versoir.conf
expect 40 "$versoir" extract "$apogee" --dry-run
contains "127.0.0.1"
sed -i 's|url = .*|url =|; $ a required = yes' versoir.conf
expect 4 "$versoir" extract "$apogee"
contains "required"
cp versoir.saved versoir.conf

say "a dry run tells the volume and copies nothing"
expect 0 "$versoir" extract "$apogee" --dry-run
contains "tables."
[ ! -e apogee.extract.partial ] || fail "a dry run left a file"

say "outside its window nothing starts, and the next opening is told"
# A zone in which it is just that time: hours, minutes and seconds to the west or east of Greenwich (POSIX TZ).
at() { python3 -c '
import sys, time
h, m, s = map(int, sys.argv[1].split(":"))
d = (h * 3600 + m * 60 + s - int(time.time())) % 86400
d -= 86400 if d > 43200 else 0
print("ZZZ%s%02d:%02d:%02d" % ("-" if d >= 0 else "+", abs(d) // 3600, abs(d) // 60 % 60, abs(d) % 60))' "$1"; }
expect 6 env TZ="$(at 09:00:00)" "$versoir" extract "$apogee" --window 10:00-12:00
contains "opens on"
expect 2 "$versoir" extract "$apogee" --window 22-6
expect 2 "$versoir" extract "$apogee" --days mon

say "a window that closes stops the copy, which keeps what it has; --wait waits for the next one and goes on"
expect 6 env TZ="$(at 11:59:50)" "$versoir" extract "$apogee" --window 10:00-12:00 --throttle 300
contains "The window closed before"
[ -e apogee.extract.partial ] && [ ! -e apogee.extract ] || fail "no partial file, or an extract"
tail -1 journal-main.jsonl | grep -q '"event":"EXTRACT_PAUSED"' || fail "the journal does not tell the pause: $(tail -1 journal-main.jsonl)"
paused=$(sqlite3 apogee.extract.partial "SELECT sum(rows) FROM versoir_session")
[ "$paused" -gt 0 ] || fail "nothing was kept"
# 300 rows a second for the 10 s of the window, its close noticed within 1 s; a block more was already read.
[ "$paused" -le 6000 ] || fail "$paused rows: the throttle does not hold"
expect 0 env TZ="$(at 09:59:56)" "$versoir" extract "$apogee" --window 10:00-12:00 --wait
contains "The window is closed"
[ "$(sqlite3 apogee.extract "SELECT group_concat(outcome) FROM versoir_session")" = interrupted,finished ] || fail "it did not go on"
total=$(sqlite3 apogee.extract "SELECT sum(copied_rows) FROM versoir_table")
[ "$(sqlite3 apogee.extract "SELECT sum(rows) FROM versoir_session")" = "$total" ] || fail "rows were read twice, or not"
[ "$(sqlite3 apogee.extract "SELECT rows FROM versoir_session WHERE number = 1")" = "$paused" ] || fail "the first session"

say "the journal tells who, when and from where"
grep '"event":"EXTRACT_STARTED"' journal-main.jsonl | tail -1 | python3 -c '
import json, socket, sys, getpass, pwd, os
line = json.load(sys.stdin)
assert line["object"]["host"] == socket.gethostname(), line
assert line["object"]["account"] == pwd.getpwuid(os.geteuid()).pw_name, line
assert line["object"]["source"] == "sqlite:source.sqlite" and line["ts"].endswith("Z") and line["actor"], line' || fail "the journal"

say "a timer that still fires finds nothing to do, and never replaces what is there"
digest=$(sha256sum <apogee.extract)
expect 0 "$versoir" extract "$apogee" --if-needed
contains "Nothing to do"
expect 33 "$versoir" extract "$apogee" --if-needed --final
contains "rehearsal"
expect 2 "$versoir" extract "$apogee" --if-needed --replace
mv apogee.extract.seal.json.p7s aside.p7s
expect 20 "$versoir" extract "$apogee" --if-needed
mv aside.p7s apogee.extract.seal.json.p7s
[ "$digest" = "$(sha256sum <apogee.extract)" ] || fail "the extract changed"

say "what the copy noted without stopping is listed for people"
expect 0 "$versoir" extract --anomalies apogee.extract
contains "apogee.anomalies.csv"
[ "$(stat -c %a apogee.anomalies.csv)" = 600 ] || fail "others can read the list"
expect 0 "$versoir" extract --anomalies apogee.extract --output liste.csv
python3 - liste.csv apogee.extract <<'PY' || fail "the list: $(head -5 liste.csv)"
import csv, sqlite3, sys
lines = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig", newline=""), delimiter=";"))
db = sqlite3.connect(sys.argv[2])
assert [l for l in lines if l["row"]].__len__() == db.execute("SELECT count(*) FROM versoir_anomaly").fetchone()[0]
PY
expect 0 "$versoir" --lang fr extract --anomalies apogee.extract --output liste-fr.csv
head -1 liste-fr.csv | grep -q ";clé;" || fail "the list is not in French: $(head -1 liste-fr.csv)"
expect 2 "$versoir" extract "$apogee" --anomalies apogee.extract
expect 2 "$versoir" extract --verify apogee.extract --anomalies apogee.extract

say "whose seal it is, as versoir plan asks"
expect 0 "$versoir" extract --verify apogee.extract
python3 - pki/roles.json <<'PY'
import json, sys
register = json.load(open(sys.argv[1]))
register["roles"] = [r for r in register["roles"] if r["role"] != "producer"]
json.dump(register, open("no-producer.json", "w"))
PY
sed 's|pki/roles.json|no-producer.json|' versoir.saved >versoir.conf
expect 49 "$versoir" extract --verify apogee.extract
contains "is not signed"
sign_roles no-producer.json
expect 21 "$versoir" extract --verify apogee.extract
contains "is no producer of the role register"
cp versoir.saved versoir.conf
rm apogee.extract apogee.extract.seal.json*

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

say "a disk that is full at 99 % of the copy: the last extract stays, what was copied too, and the copy goes on when there is room"
whole=$(stat -c %s apogee.extract)
before=$(sha256sum <apogee.extract)
expect 70 small $((whole * 99 / 100 / 1024)) "$versoir" extract "$apogee" --replace
contains "apogee.extract"
[ "$before" = "$(sha256sum <apogee.extract)" ] || fail "the extract that was there changed"
kept=$(sqlite3 apogee.extract.partial "SELECT count(*) FROM versoir_table")
[ "$kept" -gt 10 ] || fail "only $kept tables are kept"
expect 0 "$versoir" extract "$apogee" --replace
[ "$(sqlite3 apogee.extract "SELECT max(number) FROM versoir_session")" = 2 ] || fail "the copy began anew"
[ "$stopped" = "$(sqlite3 apogee.extract "SELECT group_concat(root) FROM (SELECT root FROM versoir_table ORDER BY name)")" ] || fail "other roots"
expect 0 "$versoir" extract --verify apogee.extract

say "an extract that was cut is no extract, wherever the cut"
for part in 10 50 99; do
  head -c $((whole * part / 100)) apogee.extract >cut.extract
  code=0; out=$("$versoir" extract --verify cut.extract 2>&1) || code=$?
  [ $code = 20 ] || [ $code = 21 ] || fail "cut at $part %: $code $out"
done
rm cut.extract

say "the final extract, its decisions, and what verification says when extract or source change"
expect 0 "$versoir" extract "$apogee" --replace --final
[ "$(sqlite3 apogee.extract "SELECT value FROM versoir_run WHERE key = 'second_look'")" = same ] || fail "no second look"
[ "$(sqlite3 apogee.extract "SELECT SPORT FROM SPORT_LOCAL")" = aviron ] || fail "the table taken by decision is not there"
expect 0 "$versoir" extract --verify apogee.extract
if grep -q "read again" <<<"$out"; then fail "no source was read"; fi
expect 0 "$versoir" extract --verify apogee.extract --source "$apogee"
contains "The source sqlite:source.sqlite was read again"; contains "Nothing in it differs"
# compared WORD: what the journal says of the last comparison.
compared() {
  grep '"event":"EXTRACT_COMPARED"' journal-main.jsonl | tail -1 | python3 -c '
import json, sqlite3, sys
line, db = json.load(sys.stdin), sqlite3.connect("apogee.extract")
tables, rows = db.execute("SELECT count(*), sum(copied_rows) FROM versoir_table").fetchone()
root = line["object"]["root"]
assert line["object"]["source"] == "sqlite:source.sqlite" and line["object"]["file"] == "apogee.extract" and len(root) == 64, line
assert line["outcome"] == sys.argv[1] and line["detail"] == {"tables": tables, "rows": rows, "different": int(sys.argv[2])}, line' "$@" || fail "the journal"
}
compared ok 0
sqlite3 source.sqlite "UPDATE SPORT_LOCAL SET SPORT = 'voile'"
expect 23 "$versoir" extract --verify apogee.extract --source "$apogee"
contains "SPORT_LOCAL"; contains "1 table is no longer what was copied"
compared ko 1
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

say "a timer and a crontab line for the windows: they run from anywhere, whatever the names hold"
mkdir -p "un dossier à 100%" && cp -r versoir.conf pki "un dossier à 100%/"
cp -r "$root/profiles/apogee" ailleurs
touch neuf.csv secret
expect 0 "$versoir" schedule "$apogee" --workspace "un dossier à 100%" --application ./ailleurs --window 22:00-06:00 --days lun-ven \
  --password-command "cat 'a\$b' | tr % \\\\" --fetch-rows 7 --lock-timeout 9 --statement-timeout 11 --readers 3 --throttle 12 --schema S --decisions neuf.csv \
  --output "final 1/a.extract" --final --units .
unit=versoir-extract-apogee.service
grep -q '^OnCalendar=Mon,Tue,Wed,Thu,Fri 22:00:00$' versoir-extract-apogee.timer || fail "the timer opens at another time"
grep -q '^SuccessExitStatus=3 6$' $unit || fail "what counts as success"
grep -qF "WorkingDirectory=$PWD/un dossier à 100%%" $unit || fail "the working directory"
grep -qF "\"$PWD/final 1\"" $unit || fail "the folder of the extract cannot be written"
# What systemd would run, read as systemd.service(5) says.
python3 - $unit >words.txt <<'PY'
import re, sys
line = next(l for l in open(sys.argv[1], encoding="utf-8") if l.startswith("ExecStart="))[len("ExecStart="):].rstrip("\n")
for n, w in enumerate(re.findall(r'"((?:[^"\\]|\\.)*)"', line)):
    w = re.sub(r'\\(.)', r'\1', w).replace("%%", "%")
    print(w if n == 0 else w.replace("$$", "$"))
PY
for pair in "sqlite:$PWD/source.sqlite" "$PWD/un dossier à 100%" "$PWD/ailleurs" "cat 'a\$b' | tr % \\\\" "$PWD/neuf.csv" "$PWD/final 1/a.extract" --final --if-needed; do
  grep -qxF -- "$pair" words.txt || fail "'$pair' is not what the service runs: $(cat words.txt)"
done
for option in fetch-rows=7 lock-timeout=9 statement-timeout=11 readers=3 throttle=12 schema=S days=lun-ven window=22:00-06:00; do
  grep -A1 -xF -- "--${option%%=*}" words.txt | grep -qxF -- "${option#*=}" || fail "$option is lost"
done
grep -qxF -- --replace words.txt && fail "a service that replaces"
expect 2 "$versoir" schedule "$apogee" --replace
expect 2 "$versoir" schedule "$apogee" --password-command $'a\nExecStart=b'
if command -v systemd-analyze >/dev/null; then
  systemd-analyze verify ./versoir-extract-apogee.timer >verify.log 2>&1 || { grep -q apogee verify.log && fail "systemd refuses the units: $(cat verify.log)"; }
fi
expect 0 "$versoir" schedule "$apogee" --cron
contains "0 22 * * *"
contains "'sqlite:$PWD/source.sqlite'"
