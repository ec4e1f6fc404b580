#!/bin/bash
# The Debian package: built, inspected, judged by lintian, then installed in a bare Debian 12 from which the whole road is run.
source "$(dirname "$0")/lib.sh"
lacking() {
  [ "${CI:-}" = true ] && fail "$1 is missing in CI"
  echo "SKIPPED: $1 is missing"
  exit 77
}
for tool in cpack dpkg-deb dpkg-shlibdeps lintian; do command -v $tool >/dev/null || lacking "$tool"; done

say "what cmake --install puts under a prefix"
cmake --install "$build" --prefix "$work/usr" >"$work/install.log" 2>&1 || fail "$(tail -5 "$work/install.log")"
cd "$work"
for file in bin/versoir share/versoir/profiles/apogee/tables.xml share/versoir/profiles/harpege/tables.xml share/versoir/schemas/seda-2.2.rng \
  share/locale/fr/LC_MESSAGES/versoir.mo share/man/man1/versoir.1.gz share/man/man5/versoir.conf.5.gz share/man/fr/man1/versoir-plan.1.gz \
  share/bash-completion/completions/versoir lib/systemd/system/versoir-extract@.service share/doc/versoir/copyright; do
  [ -s "usr/$file" ] || fail "$file is not installed"
done
mkdir elsewhere
out=$(cd elsewhere && LANGUAGE=fr ../usr/bin/versoir --help); contains "Commandes"
out=$(cd elsewhere && ../usr/bin/versoir --version --verbose); contains "$work/usr/share/versoir/profiles"; contains "$work/usr/share/locale"
out=$(cd elsewhere && ../usr/bin/versoir doctor --json || true); contains '"check":"profile apogee"'; contains "$work/usr/share/versoir/profiles/apogee"

say "the package"
(cd "$build" && cpack -G DEB -B "$work/package") >cpack.log 2>&1 || fail "$(tail -20 cpack.log)"
deb=$(ls package/versoir_*.deb)
out=$(dpkg-deb -I "$deb"); contains "Package: versoir"; contains "Maintainer: "; contains "adduser"; contains fonts-dejavu-core; contains libpangocairo-1.0-0; contains libqpdf29; contains liblcms2-2; contains libsqlite3-0; contains libxml2; contains libcurl4; contains libodbc2
out=$(dpkg-deb -c "$deb"); contains ./usr/bin/versoir; contains ./usr/share/doc/versoir/changelog.Debian.gz; contains ./usr/share/doc/versoir/copyright
if grep -E '(/build/|/tmp/|/home/)' <<<"$out"; then fail "the package holds a path of the machine that built it"; fi
if grep -vE ' root/root ' <<<"$out"; then fail "files that are not root's"; fi

say "lintian finds no error"
lintian --fail-on error --allow-root "$deb" >lintian.txt 2>&1 || fail "$(cat lintian.txt)"

if command -v systemd-analyze >/dev/null; then
  say "units that systemd understands"
  sed 's|/usr/bin/versoir|/bin/true|' "usr/lib/systemd/system/versoir-extract@.service" >"versoir-extract@.service"
  cp "usr/lib/systemd/system/versoir-extract@.timer" .
  systemd-analyze verify --man=no "./versoir-extract@.timer" >units.txt 2>&1 || fail "$(cat units.txt)"
fi

say "a bare Debian 12"
[ "$(id -u)" -eq 0 ] || { echo "SKIPPED: a root cannot be made without the rights of root"; exit 77; }
command -v mmdebstrap >/dev/null || lacking mmdebstrap
# The mirror is that of this machine: its own sources, those of Debian only.
sources=()
for file in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list; do
  if [ -e "$file" ] && grep -q 'bookworm' "$file" && grep -qE 'debian' "$file" && grep -q 'main' "$file" && ! grep -qE 'nodistro|sdk' "$file"; then sources+=("$file"); fi
done
[ ${#sources[@]} -gt 0 ] || { echo "SKIPPED: this machine has no source of Debian 12"; exit 77; }
bare=$work/bare
extra_cleanup() { rm -rf --one-file-system "$bare"; }
if ! mmdebstrap --mode=root --variant=minbase --include=openssl,ca-certificates bookworm "$bare" "${sources[@]}" >mmdebstrap.log 2>&1; then
  tail -5 mmdebstrap.log
  # Without a network there is nothing to judge; with one, an error of ours would have been seen above.
  echo "SKIPPED: no Debian 12 could be made from the sources of this machine"
  exit 77
fi
for file in "${sources[@]}"; do cp "$file" "$bare/etc/apt/sources.list.d/"; done
rm -f "$bare/etc/apt/sources.list.d/0000"* 
# The program finds its data from its own place, which /proc tells.
mount -t proc proc "$bare/proc" || { echo "SKIPPED: /proc cannot be mounted in a root here"; exit 77; }
extra_cleanup() {
  umount "$bare/proc" 2>/dev/null || umount -l "$bare/proc" 2>/dev/null || true
  rm -rf --one-file-system "$bare"
}
cp "$deb" "$bare/tmp/versoir.deb"
if [ -e /etc/resolv.conf ]; then cp -L /etc/resolv.conf "$bare/etc/resolv.conf"; fi
if ls /etc/apt/apt.conf.d/*proxy* >/dev/null 2>&1; then cp /etc/apt/apt.conf.d/*proxy* "$bare/etc/apt/apt.conf.d/"; fi
inside() { chroot "$bare" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 LANGUAGE="${language:-en}" ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} DEBIAN_FRONTEND=noninteractive "$@"; }
inside apt-get update -q >apt.log 2>&1 || fail "$(tail -5 apt.log)"
inside apt-get install -q -y --no-install-recommends /tmp/versoir.deb >apt.log 2>&1 || fail "$(tail -20 apt.log)"

say "installed: account, folders, words, pages"
expect 0 inside getent passwd versoir; contains /var/lib/versoir
[ "$(inside stat -c '%U %a' /var/lib/versoir)" = "versoir 750" ] || fail "$(inside stat -c '%U %a' /var/lib/versoir)"
language=fr expect 0 inside versoir --help; contains Commandes
expect 0 inside versoir --version --verbose; contains /usr/share/versoir/profiles; contains /usr/share/locale
code=0; out=$(inside versoir doctor --json) || code=$?
[ "$code" = 0 ] || [ "$code" = 3 ] || fail "doctor ended with $code: $out"

say "the road, from the package, as the account of the package"
mkdir -p "$bare/opt/road/samples" "$bare/opt/road/build"
cp -r "$root"/samples/road "$root"/samples/pki "$root"/samples/referentials "$root"/samples/versoir.conf.in "$bare/opt/road/samples/"
cp "$build"/sample-apogee "$build"/sample-harpege "$bare/opt/road/build/"
cp -r --parents "$root/samples/lists" "$root/profiles" "$bare/" # the generators read lists and dictionaries where they were built
ln -s /usr/bin/versoir "$bare/opt/road/build/versoir"
if ! inside setpriv --reuid versoir --regid versoir --clear-groups env STUDENTS=40 AGENTS=30 HOME=/var/lib/versoir /opt/road/samples/road /var/lib/versoir/demo /opt/road/build >road.log 2>&1; then
  fail "$(tail -20 road.log)"
fi
grep -q 'former-student.txt' road.log || fail "$(tail -5 road.log)"

say "removed: the program goes, what it copied stays"
inside dpkg --purge versoir >purge.log 2>&1 || fail "$(cat purge.log)"
[ ! -e "$bare/usr/bin/versoir" ] || fail "the program is still there"
[ -s "$bare/var/lib/versoir/demo/apogee.extract" ] || fail "an extract went with the program"
