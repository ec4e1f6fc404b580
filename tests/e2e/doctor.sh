#!/bin/bash
# versoir doctor: a whole installation, then each thing that can be wrong, with its exit code and what to do.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
# clock and room depend on the machine: a doubt about them is not what is tested.
well() { expect_one_of "0 3" "$versoir" doctor "$@"; }
expect_one_of() {
  local codes=" $1 " code=0
  shift
  out=$("$@" 2>&1) || code=$?
  case "$codes" in *" $code "*) ;; *) fail "'$*' ended with $code, expected one of$codes:"$'\n'"$out" ;; esac
}
# state CHECK: what --json says of it.
state() { python3 -c '
import json, sys
for line in sys.stdin:
    o = json.loads(line)
    if o.get("check") == sys.argv[1]: print(o["state"])' "$1" <<<"$out" | sort | uniq | paste -sd,; }
is() { [ "$(state "$1")" = "$2" ] || fail "$1 is '$(state "$1")', expected '$2' in:"$'\n'"$out"; }

say "without a workspace, the installation only"
mkdir "$work/none"; cd "$work/none"
well --json; is messages good; is charset good; is "profile apogee" good; is "profile harpege" good; is sqlite good; is configuration good
well; contains "There is no workspace here"

say "a workspace that works, with its time-stamping authority"
make_workspace; start_sandbox; write_config
expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque"
expect 0 "$versoir" plan bibliotheque.extract --id un
before=$(find . -path ./sandbox -prune -o -type f -print0 | sort -z | xargs -0 sha256sum)
well --online --json; is configuration good; is "secret [signing.producer]" good; is "certificate [platform.sandbox]" good
is "anchors [trust]" good; is roles good; is timestamp good; is "extract bibliotheque.extract" good; is "versement un" good
[ "$before" = "$(find . -path ./sandbox -prune -o -type f -print0 | sort -z | xargs -0 sha256sum)" ] || fail "doctor wrote something"
well --json; [ -z "$(state timestamp)" ] || fail "the authority was asked without --online"

say "in French"
out=$(LANGUAGE=fr "$versoir" doctor || true); contains "versoir"

say "an authority that does not answer"
stop_sandbox
expect 40 "$versoir" doctor --online; contains "timestamp"

say "a key that others read, a key that is not there"
chmod 644 pki/producer.key
expect 4 "$versoir" doctor; contains "chmod 600 pki/producer.key"
chmod 600 pki/producer.key
mv pki/archivist.key away; expect 4 "$versoir" doctor --json; is "secret [signing.archivist]" error; mv away pki/archivist.key

say "a key that the configuration does not know"
cp versoir.conf good.conf
sed -i 's/^\[trust\]$/[trust]\nfrobnicate = 1/' versoir.conf
expect 4 "$versoir" doctor; contains frobnicate
cp good.conf versoir.conf

say "no key of the producer: which commands will refuse, and what to write"
python3 - <<'PY'
import re
text = open("good.conf").read()
open("versoir.conf", "w").write(re.sub(r"\[signing\.producer\]\n(?:[^\[\n].*\n)*", "", text))
PY
expect 3 "$versoir" doctor --json; is "signing [producer]" warning
expect 3 "$versoir" doctor; contains "versoir extract, versoir build and versoir consult purge will refuse"; contains "write in versoir.conf: [signing.producer]"
expect 4 "$versoir" build un; contains "[signing.producer]"
cp good.conf versoir.conf
well --json; [ -z "$(state "signing [producer]")" ] || fail "there is a key of the producer"

say "anchors that are none"
cp pki/ca.pem ca.good; echo nonsense >pki/ca.pem
expect_one_of "4 43" "$versoir" doctor --json; is "anchors [trust]" error
cp ca.good pki/ca.pem

say "a certificate that ends soon"
openssl req -x509 -newkey rsa:2048 -nodes -keyout old.key -out old.pem -days 10 -subj /CN=old 2>/dev/null
sed 's|certificate = pki/archivist.pem|certificate = old.pem|' good.conf >versoir.conf
expect_one_of "0 3" "$versoir" doctor --json; is "certificate [signing.archivist]" warning
cp good.conf versoir.conf

say "an extract of a later version, one that is none"
cp bibliotheque.extract kept
sqlite3 bibliotheque.extract 'PRAGMA user_version = 99' >/dev/null
expect 20 "$versoir" doctor; contains "bibliotheque.extract"
echo nonsense >bibliotheque.extract
expect 20 "$versoir" doctor
mv kept bibliotheque.extract

say "profiles that are missing or wrong"
mkdir -p profiles/apogee; echo '<nonsense/>' >profiles/apogee/tables.xml
expect 22 "$versoir" doctor --json; is "profile apogee" error; is "profile harpege" good
rm -r profiles

say "messages that are missing, a terminal that is not in UTF-8"
mkdir empty
out=$(VERSOIR_LOCALEDIR=empty "$versoir" doctor --json || true); is messages warning
out=$(LC_ALL=C "$versoir" doctor --json || true); is charset warning

if [ "$(id -u)" -ne 0 ]; then
  say "a workspace that is not ours to write in"
  chmod a-w .; expect 70 "$versoir" doctor; chmod u+w .
fi
