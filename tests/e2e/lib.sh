# Helpers of the end-to-end tests: strict shell, exit codes, a sandbox, a workspace. Sourced, not run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${VERSOIR_BUILD:?the build folder}
versoir=$build/versoir
shared=$root/../shared
work=$(mktemp -d)
sandbox_pid=
on_exit() {
  local code=$?
  if [ -n "$sandbox_pid" ]; then kill "$sandbox_pid" 2>/dev/null || true; wait "$sandbox_pid" 2>/dev/null || true; fi
  jobs -p | xargs -r kill 2>/dev/null || true  # what a script that failed left running
  if declare -F extra_cleanup >/dev/null; then extra_cleanup; fi
  if [ "$code" -ne 0 ] && [ "$code" -ne 77 ]; then echo "kept for inspection: $work" >&2; else rm -rf "$work"; fi
  exit "$code"
}
trap on_exit EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }
say() { echo "-- $*"; }

# expect CODE COMMAND...: the command must end with that exit code; its output is in $out.
expect() {
  local wanted=$1 code=0
  shift
  out=$("$@" 2>&1) || code=$?
  [ "$code" = "$wanted" ] || fail "'$*' ended with $code, expected $wanted:"$'\n'"$out"
}
# contains TEXT: $out holds it.
contains() { grep -qF -- "$1" <<<"$out" || fail "expected '$1' in:"$'\n'"$out"; }

# small KIB COMMAND...: no file of the command grows beyond; writes then fail as on a full disk, whoever runs it.
small() { (ulimit -f "$1"; trap '' XFSZ; shift; "$@"); }

# A missing ../shared skips a check (exit 77 at the end would hide the rest), but fails in CI.
have_shared() {
  [ -d "$shared/reference" ] && return 0
  [ "${CI:-}" = true ] && fail "../shared is missing in CI"
  echo "skipped: no ../shared"
  return 1
}

# make_extracting_workspace: in the current folder, the test PKI and a configuration that can seal an extract.
make_extracting_workspace() {
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
roles_signer = pki/archive-service.pem
CONF
}

# sign_roles [FILE]: the archive service signs the role register, with openssl.
sign_roles() {
  local file=${1:-pki/roles.json}
  openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in "$file" -signer pki/archive-service.pem -inkey pki/archive-service.key \
    -out "$file.p7s" || fail "the role register could not be signed"
}

# start_sandbox [OPTIONS]: in the current folder, with the test PKI in pki/; sets $port and $tsa_url.
start_sandbox() {
  rm -f sandbox.log  # the log of an earlier one must not be taken for this one
  "$versoir" sandbox --port "${sandbox_port:-0}" --folder sandbox --referentials referentials --certificate pki/platform.pem --key pki/platform.key \
    --client-ca pki/ca.pem --tsa-certificate pki/tsa.pem --tsa-key pki/tsa.key --tsa-port "${sandbox_tsa_port:-0}" "$@" >sandbox.log 2>&1 &
  sandbox_pid=$!
  for _ in $(seq 1 200); do
    grep -qs '^ready-tsa ' sandbox.log && break
    kill -0 "$sandbox_pid" 2>/dev/null || fail "the sandbox died: $(cat sandbox.log)"
    sleep 0.05
  done
  port=$(sed -n 's|^ready https://localhost:||p' sandbox.log)
  tsa_url=$(sed -n 's|^ready-tsa ||p' sandbox.log)
  [ -n "$port" ] || fail "the sandbox did not start: $(cat sandbox.log)"
}
stop_sandbox() { kill "$sandbox_pid"; wait "$sandbox_pid" 2>/dev/null || true; sandbox_pid=; }

# need_postgres: ends the script as skipped where there is no server to start; a failure in CI.
need_postgres() {
  pg=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -1)")
  if [ -x "$pg/initdb" ]; then return 0; fi
  [ "${CI:-}" = true ] && fail "PostgreSQL is missing in CI"
  echo "skipped: no PostgreSQL"
  exit 77
}
# start_postgres: a server of its own on a socket, without TCP; sets $conn. initdb refuses root: it runs as a plain user.
start_postgres() {
  as() (cd / && if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi)
  pg_folder=$(mktemp -d /tmp/versoir-pg.XXXXXX)
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$pg_folder"; fi
  extra_cleanup() { as "$pg/pg_ctl" -D "$pg_folder/db" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$pg_folder"; }
  as "$pg/initdb" -D "$pg_folder/db" -E UTF8 --locale=C.UTF-8 -A trust -U postgres >/dev/null
  as "$pg/pg_ctl" -D "$pg_folder/db" -w -l "$pg_folder/log" -o "-c listen_addresses='' -c unix_socket_directories='$pg_folder'" start >/dev/null
  chmod 755 "$pg_folder"
  conn="host=$pg_folder user=postgres dbname=postgres"
}
