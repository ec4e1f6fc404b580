#!/bin/bash
# The whole deposit through nginx, which ends TLS and asks for client certificates in the place of the platform.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
nginx=$(command -v nginx || ls /usr/sbin/nginx 2>/dev/null || true)
if [ -z "$nginx" ]; then
  [ "${CI:-}" = true ] && fail "nginx is missing in CI"
  echo "skipped: no nginx"
  exit 77
fi
make_workspace
sign_roles
start_sandbox
behind=$port
front=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p nginx
# docs/qualifier-plateforme.md explains each line.
cat >nginx/nginx.conf <<CONF
daemon off;
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
  server {
    listen 127.0.0.1:$front ssl;
    ssl_certificate $PWD/pki/platform.pem;
    ssl_certificate_key $PWD/pki/platform.key;
    ssl_client_certificate $PWD/pki/ca.pem;
    ssl_verify_client on;
    ssl_verify_depth 3;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      proxy_pass https://localhost:$behind;
      proxy_ssl_certificate $PWD/pki/client.pem;
      proxy_ssl_certificate_key $PWD/pki/client.key;
      proxy_ssl_trusted_certificate $PWD/pki/ca.pem;
      proxy_ssl_verify on;
      proxy_ssl_verify_depth 3;
      proxy_ssl_name localhost;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_buffering off;
      client_max_body_size 0;
      proxy_read_timeout 3600s;
      proxy_send_timeout 3600s;
    }
  }
}
CONF
"$nginx" -c "$PWD/nginx/nginx.conf" >nginx/out.log 2>&1 &
nginx_pid=$!
extra_cleanup() { kill "$nginx_pid" 2>/dev/null || true; }
for _ in $(seq 1 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$front") 2>/dev/null; then break; fi
  kill -0 "$nginx_pid" 2>/dev/null || fail "nginx died: $(cat nginx/out.log nginx/error.log)"
  sleep 0.05
done
port=$front
write_config
sed -i "/^\[platform.sandbox\]/a access_contract = AC-ESSAI" versoir.conf
mkdir ged; head -c 6000000 /dev/urandom | base64 >ged/gros.txt  # more than any buffer on the way
printf 'key;file\n1;gros.txt\n' >pieces.csv
printf '\n[files.lecteurs]\nlist = pieces.csv\nfolder = ged\n' >>versoir.conf

say "questions, their bodies, and a dry run"
until_reviewed v1
expect 0 "$versoir" approve v1 --confirm v1
expect 0 "$versoir" vitam qualify v1

say "a deposit of several megabytes, read back; what was deposited, found and fetched"
expect 0 "$versoir" send v1; contains "asked for (seed"
lot=$(ls versements/v1/lots)
expect 0 "$versoir" vitam units --message "$lot" --limit 100
expect 0 "$versoir" vitam compare v1 --sample 100
expect 0 "$versoir" vitam dip --message "$lot" --to dip.zip
unzip -tq dip.zip || fail "the DIP"
expect 0 "$versoir" verify
[ "$(grep -c 'POST /ingest-external' nginx/access.log)" = 2 ] || fail "what nginx saw: $(cat nginx/access.log)"

say "a client certificate of nobody stops at nginx"
sed -i 's|^certificate = pki/client.pem|certificate = pki/other-client.pem|; s|^key = pki/client.key|key = pki/other-client.key|' versoir.conf
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=nobody -keyout pki/other-client.key -out pki/other-client.pem 2>/dev/null
chmod 600 pki/other-client.key
code=0; out=$("$versoir" vitam ping 2>&1) || code=$?
[ "$code" = 50 ] || [ "$code" = 52 ] || fail "ping with nobody's certificate: $code: $out"
