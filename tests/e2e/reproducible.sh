#!/bin/bash
# The same extract, profile, configuration and day: the same bytes, whatever the folder, time zone, language, umask, account's
# home, number of processors, and journal. The day is an input: here the clock of the processes is stopped.
source "$(dirname "$0")/lib.sh"
cat >"$work/clock.c" <<'C'
#include <time.h>
#include <sys/syscall.h>
#include <unistd.h>
/* The date never moves; the clocks that measure durations go on. */
int clock_gettime(clockid_t id, struct timespec *t) {
  if (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE) return (int)syscall(SYS_clock_gettime, id, t);
  t->tv_sec = 1798714799; /* 2026-12-31T10:59:59Z */
  t->tv_nsec = 0;
  return 0;
}
time_t time(time_t *t) {
  if (t) *t = 1798714799;
  return 1798714799;
}
C
cc -shared -fPIC -O1 -o "$work/clock.so" "$work/clock.c" || fail "the stopped clock"
mkdir -p "$work/source"
"$build/sample-apogee" --out "$work/source/apogee.sqlite" --students 60 >/dev/null
"$build/sample-harpege" --out "$work/source/harpege.sqlite" --agents 40 >/dev/null
"$root/samples/pki/make-pki" "$work/pki" >/dev/null 2>&1 || fail "make-pki"
mkdir -p "$work/ged/Pièces"
printf '%%PDF-1.4\n%%%%EOF\n' >"$work/ged/Pièces/Relevé été.pdf"

# make FOLDER: a workspace from nothing, extracted, planned and built there.
make() {
  mkdir -p "$1/sources" && cd "$1"
  cp -r "$work/pki" pki && cp -r "$root/samples/referentials" referentials && cp -r "$work/ged" ged && cp "$work"/source/* sources/
  sed -e '/^\[timestamp\]/,/^required/d' -e 's|@PORT@|1|' "$root/samples/versoir.conf.in" >versoir.conf
  printf '[files.dossiers-etudiants]\nlist = pieces.csv\nfolder = ged\n' >>versoir.conf
  printf 'key;file;title;date\n1001;Pièces/Relevé été.pdf;;2015-07-01\n' >pieces.csv
  for application in apogee harpege; do
    out=$("$versoir" extract "sqlite:sources/$application.sqlite" --application "$application" 2>&1) || [ $? = 3 ] || fail "extract: $out"
    out=$("$versoir" plan "$application.extract" --id "$application" --max-entries 200 2>&1) || [ $? = 3 ] || fail "plan: $out"
    out=$("$versoir" build "$application" 2>&1) || [ $? = 3 ] || fail "build: $out"
  done
}
export -f make fail
export work root versoir
run() { env -i PATH="$PATH" work="$work" root="$root" versoir="$versoir" LD_PRELOAD="$work/clock.so" "$@"; }

say "twice from nothing, in two very different places"
french=$(locale -a 2>/dev/null | grep -i '^fr_FR' | head -1 || true)
run TZ=Pacific/Kiritimati LC_ALL=C LANGUAGE=en HOME=/nonexistent taskset -c 0 bash -euo pipefail -c 'source /dev/stdin; umask 077; make "$work/here"' < <(declare -f make fail)
run TZ=America/Los_Angeles LC_ALL="${french:-C.UTF-8}" LANGUAGE=fr HOME=/ bash -euo pipefail -c 'source /dev/stdin; umask 002; make "$work/Ailleurs, été/un dossier"' < <(declare -f make fail)
digests() { (cd "$1" && find versements -name sip.zip -print0 | sort -z | xargs -0 sha512sum); }
digests "$work/here" >"$work/here.sums"
digests "$work/Ailleurs, été/un dossier" >"$work/there.sums"
[ "$(wc -l <"$work/here.sums")" -gt 6 ] || fail "too few SIPs: $(cat "$work/here.sums")"
diff "$work/here.sums" "$work/there.sums" || fail "the SIPs differ"
[ "$(unzip -p "$work"/here/versements/apogee/lots/*ETU*-0001/sip.zip manifest.xml | grep -o '<Date>[^<]*' | head -1)" = "<Date>2026-12-31T10:59:59Z" ] || fail "the clock was not stopped"
for name in kept.csv left-out.csv plan.json files.csv; do
  cmp "$work/here/versements/apogee/$name" "$work/Ailleurs, été/un dossier/versements/apogee/$name" || fail "$name differs"
done

say "another day: only the date of the message changes"
cd "$work/here"
sip=$(find versements/apogee -name sip.zip | sort | head -1)
mkdir -p "$work/a" "$work/b"
unzip -q "$sip" -d "$work/a"
out=$("$versoir" plan apogee.extract --id later --max-entries 200 2>&1) || [ $? = 3 ] || fail "plan: $out"
out=$("$versoir" build later 2>&1) || [ $? = 3 ] || fail "build: $out"
unzip -q "$(find versements/later -name sip.zip | sort | head -1)" -d "$work/b"
diff -r "$work/a/content" "$work/b/content" || fail "objects depend on the day"
# Another versement has other message identifiers.
same() { sed -E -e '0,/<Date>[^<]*/s//<Date>/' -e 's/USA-[A-Z]+-[0-9a-f]{10}-/USA-/g' "$1"; }
diff <(same "$work/a/manifest.xml") <(same "$work/b/manifest.xml") || fail "manifests depend on the day elsewhere than in Date"
