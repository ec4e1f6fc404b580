#!/bin/bash
# The department's consultation: nginx ends TLS and asks a portal who reads, as samples/consult-nginx.conf does; the
# service believes nginx alone. Forged identities, other names of the host, rights by role, the log and its purge.
source "$(dirname "$0")/lib.sh"
nginx=$(command -v nginx || ls /usr/sbin/nginx 2>/dev/null || true)
if [ -z "$nginx" ]; then
  [ "${CI:-}" = true ] && fail "nginx is missing in CI"
  echo "skipped: no nginx"
  exit 77
fi
mkdir "$work/desk" && cd "$work/desk"
make_extracting_workspace
sign_roles
for application in apogee harpege; do
  case $application in apogee) size=(--students 60) ;; harpege) size=(--agents 40) ;; esac
  "$build/sample-$application" --out "$application.sqlite" "${size[@]}" >/dev/null
  code=0
  "$versoir" extract "sqlite:$application.sqlite" --application "$application" >extract.log 2>&1 || code=$?
  [ "$code" = 0 ] || [ "$code" = 3 ] || { cat extract.log; fail "extract $application: $code"; }
done
account=$(id -un)

say "what cannot be opened leaves no log; no service without roles, nor for an account that is not there"
if "$versoir" consult serve absent.extract >out.log 2>&1; then fail "an extract that is not there is served"; fi
[ ! -e consultation-main.jsonl ] || fail "a log without an extract"
socket=$PWD/http.sock
expect 4 "$versoir" consult serve apogee.extract --behind-proxy "$socket"
printf '\n[consultation]\nhost = consultation.test\nproxy_account = nobody-there\nidentity_header = X-Remote-User\n' >>versoir.conf
expect 4 "$versoir" consult serve apogee.extract --behind-proxy "$socket"; contains "nobody-there"
sed -i "s/^proxy_account = .*/proxy_account = $account/" versoir.conf
cat >>versoir.conf <<'CONF'
groups_header = X-Remote-Groups
contact = bureau des archives, poste 1234
log_days = 30
log_approval = Registre des traitements n° 12; DPO; 2026-11-01

[role.scolarite]
users = mdurand
extracts = apogee
zones = identity results money
print = yes

[role.rh]
groups = cn=drh,ou=groupes
extracts = harpege
zones = identity

[role.dpo]
users = dpo
extracts = apogee harpege
logs = yes
export = yes
CONF

rm -f serve.log
"$versoir" consult serve apogee.extract harpege.extract --behind-proxy "$socket" >serve.log 2>serve.err & service=$!
for _ in $(seq 1 400); do
  [ -S "$socket" ] && break
  kill -0 "$service" 2>/dev/null || fail "the service died: $(cat serve.log serve.err)"
  sleep 0.05
done
[ "$(stat -c %a "$socket")" = 660 ] || fail "the socket has mode $(stat -c %a "$socket")"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
front=$(free_port) portal=$(free_port)
# The portal in the place of CAS: the name in the basic authentication is who reads.
cat >portal.py <<'PY'
import base64, http.server, sys
class Portal(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        given = self.headers.get("Authorization", "")
        if not given.startswith("Basic "):
            self.send_response(401); self.end_headers(); return
        name = base64.b64decode(given[6:]).decode().split(":")[0]
        self.send_response(204)
        self.send_header("X-Portal-User", name)
        if name == "jbaron": self.send_header("X-Portal-Groups", "cn=tous;cn=drh,ou=groupes")
        self.end_headers()
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Portal).serve_forever()
PY
python3 portal.py "$portal" & portal_pid=$!
mkdir -p nginx
sed "s|unix:/run/versoir-consult/http.sock|unix:$socket|; s|listen 443 ssl|listen 127.0.0.1:$front ssl|; s|127.0.0.1:9090|127.0.0.1:$portal|
     s|consultation.univ.example|consultation.test|; s|/etc/ssl/certs/consultation.pem|$PWD/pki/platform.pem|; s|/etc/ssl/private/consultation.key|$PWD/pki/platform.key|" \
  "$root/samples/consult-nginx.conf" >nginx/site.conf
cat >nginx/nginx.conf <<CONF
daemon off;
$([ "$(id -u)" -eq 0 ] && echo "user $account;")
pid $PWD/nginx/pid;
error_log $PWD/nginx/error.log;
events {}
http {
  access_log $PWD/nginx/access.log;
  client_body_temp_path $PWD/nginx/body;
  proxy_temp_path $PWD/nginx/proxy;
  fastcgi_temp_path $PWD/nginx/fastcgi;
  uwsgi_temp_path $PWD/nginx/uwsgi;
  scgi_temp_path $PWD/nginx/scgi;
  include $PWD/nginx/site.conf;
}
CONF
"$nginx" -c "$PWD/nginx/nginx.conf" >nginx/out.log 2>&1 & nginx_pid=$!
extra_cleanup() { kill "$nginx_pid" "$portal_pid" "$service" 2>/dev/null || true; }
for port in "$front" "$portal"; do
  for _ in $(seq 1 200); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    kill -0 "$nginx_pid" 2>/dev/null || fail "nginx died: $(cat nginx/out.log nginx/error.log)"
    sleep 0.05
  done
done
# ask WHO PATH [CURL OPTIONS]: the page in page.html, its status in $status.
ask() {
  local who=$1 path=$2
  shift 2
  status=$(curl -sk --resolve "consultation.test:$front:127.0.0.1" -u "$who:x" -o page.html -w '%{http_code}' "$@" "https://consultation.test:$front$path")
}
wants() { [ "$status" = "$1" ] || fail "status $status, expected $1: $(cat page.html)"; }
holds() { grep -qF -- "$1" page.html || fail "expected '$1' in $(cat page.html)"; }
lacks() { if grep -qF -- "$1" page.html; then fail "'$1' in $(cat page.html)"; fi; }

say "who reads is who the portal says, whatever the client pretends"
ask mdurand /; wants 200; holds "mdurand"; lacks "Harpège"
[ "$(curl -sk --resolve "consultation.test:$front:127.0.0.1" -o /dev/null -w '%{http_code}' "https://consultation.test:$front/")" = 401 ] || fail "no identity, yet a page"
for header in 'X-Remote-User: dpo' 'x-remote-user: dpo' 'X_Remote_User: dpo' 'Remote-User: dpo' 'X-Portal-User: dpo'; do
  ask inconnu / -H "$header"; wants 403; holds "bureau des archives, poste 1234"
  ask mdurand / -H "$header"; wants 200; holds ">mdurand<"; lacks ">dpo<"
done
ask inconnu / -H 'X-Remote-Groups: cn=drh,ou=groupes'; wants 403
code=0; direct=$(curl -s --unix-socket "$socket" -H 'Host: consultation.test' -o page.html -w '%{http_code}' http://x/) || code=$?
[ "$direct" = 403 ] || fail "the socket answers without an identity: $direct"
if [ "$(id -u)" -eq 0 ]; then  # another account of the machine, though the socket were open to it
  chmod 666 "$socket"; chmod a+x "$work" "$work/desk"
  direct=$(runuser -u nobody -- curl -s --unix-socket "$socket" -H 'Host: consultation.test' -H 'X-Remote-User: dpo' -w '\n%{http_code}' http://x/ || true)
  case "$direct" in *"only the reverse proxy"*403) ;; *) fail "another account is believed: $direct" ;; esac
  chmod 660 "$socket"
fi

say "another name of the host leads nowhere (DNS rebinding)"
[ "$(curl -sk -u mdurand:x -H 'Host: evil.example' -o page.html -w '%{http_code}' "https://127.0.0.1:$front/")" = 421 ] || fail "evil.example is served"

say "a role opens its extracts, and forged addresses open no other"
ask mdurand '/search?app=apogee&q=kermarrec'; wants 200; holds KERMARREC
sheet=$(grep -o '/sheet?[^"]*' page.html | head -1 | sed 's/&amp;/\&/g' || true)
ask mdurand "$sheet"; wants 200; holds "Résultats par année"; lacks "[masked: résultats]"
ask mdurand '/search?app=harpege&q=martin'; wants 403
name=$(sqlite3 harpege.extract.index 'SELECT names FROM hit LIMIT 1' | head -1 | tr ' ' +)
ask jbaron "/search?app=harpege&q=$name"; wants 200
agent=$(grep -o '/sheet?[^"]*' page.html | head -1 | sed 's/&amp;/\&/g' || true)
[ -n "$agent" ] || fail "no agent called $name: $(cat page.html)"
ask jbaron "$agent"; wants 200; holds "[masked: health]"
ask jbaron "$sheet"; wants 403; lacks KERMARREC
ask mdurand "$agent"; wants 403
ask dpo "$sheet"; wants 403
for page in "$agent" "${agent/sheet/source}&at=conge_sante.0"; do ask jbaron "$page"; lacks "maladie"; done

say "forms of another site are refused"
ask mdurand /quit -X POST -d form=0 -H 'Origin: https://evil.example'; wants 403

say "who looked at this person: by right, and written under the reader's name"
key=$(sed 's/.*key=\([^&]*\).*/\1/' <<<"$sheet")
ask dpo "/log?app=apogee&record=etudiant&key=$key"; wants 200; holds "<td>mdurand</td>"
ask mdurand "/log?app=harpege"; wants 200; lacks "<td>jbaron</td>"
ask mdurand /log.csv; wants 403
ask dpo /log.csv; wants 200; holds "mdurand,SHEET_SHOWN,apogee"
grep -q KERMARREC consultation-main.jsonl && fail "a name in the log"

say "the terminal writes the same trace, and asks for the reason that versoir.conf wants"
expect 0 "$versoir" consult show apogee.extract "etudiant:$(python3 -c 'import sys, urllib.parse; print(urllib.parse.unquote(sys.argv[1]))' "$key")" --json
expect 0 "$versoir" consult log --json; contains "\"reader\":\"$account\""
sed -i 's/^\[consultation\]/[consultation]\nreasons = contentieux ; mandat/' versoir.conf
expect 2 "$versoir" consult show apogee.extract kermarrec; contains "contentieux"
expect 2 "$versoir" consult document apogee.extract kermarrec --reason curiosité

say "the log is purged when its time has come, under a decision, and still proves itself"
kill "$service" && wait "$service" || fail "the service did not end well"
[ ! -e "$socket" ] || fail "the socket is left behind"
expect 2 "$versoir" consult log --purge-before "$(date -u +%F)"; contains "30"
expect 0 "$versoir" consult log --purge-before 2020-01-01; contains "0 lines removed"
sed -i 's/^log_days = 30/log_days = 0/' versoir.conf
before=$(wc -l <consultation-main.jsonl)
expect 0 "$versoir" consult log --purge-before "$(date -u +%F)"
sed -i 's/^log_approval = .*/log_approval = nobody/' versoir.conf
expect 4 "$versoir" consult log --purge-before 2020-01-01
[ "$(wc -l <consultation-main.jsonl)" = "$before" ] || fail "lines of today went"
expect 0 "$versoir" consult log

if command -v systemd-analyze >/dev/null; then
  say "the unit of the service is one that systemd takes"
  sed "s|/usr/bin/versoir|$versoir|" "$root/samples/versoir-consult.service" >versoir-consult.service
  code=0; out=$(systemd-analyze verify "$PWD/versoir-consult.service" 2>&1) || code=$?
  [ "$code" = 0 ] && [ -z "$out" ] || fail "systemd-analyze verify: $code: $out"
fi
