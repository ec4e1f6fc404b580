#!/usr/bin/env python3
"""The least that a deposit asks of a platform, for every SIP: POST, HEAD until it has ended, GET of the reply.
    post.py URL PKI PARALLEL SIP...      prints seconds, and how many replies accept
It verifies, keeps and writes down nothing: what it takes is the platform's own time."""
import http.client
import ssl
import sys
import time

url, pki, parallel = sys.argv[1], sys.argv[2], int(sys.argv[3])
sips = sys.argv[4:]
host, port = url.removeprefix("https://").split(":")
tls = ssl.create_default_context(cafile=f"{pki}/ca.pem")
tls.load_cert_chain(f"{pki}/client.pem", f"{pki}/client.key")
tenant = {"X-Tenant-Id": "0"}
line = http.client.HTTPSConnection(host, int(port), context=tls)


def ask(method, path, headers=None, body=None):
    line.request(method, path, body=body, headers=tenant | (headers or {}))
    answer = line.getresponse()
    return answer, answer.read()


def post(sip):
    headers = {"Content-Type": "application/octet-stream", "X-Context-Id": "DEFAULT_WORKFLOW", "X-Action": "RESUME"}
    with open(sip, "rb") as body:
        answer, _ = ask("POST", "/ingest-external/v1/ingests", headers, body.read())
    return answer.headers["X-Request-Id"]


start = time.monotonic()
flying, accepted, at = [], 0, 0
while at < len(sips) or flying:
    while at < len(sips) and len(flying) < parallel:
        flying.append(post(sips[at]))
        at += 1
    answer, _ = ask("HEAD", f"/admin-external/v1/operations/{flying[0]}")
    if answer.headers["X-Global-Execution-State"] != "COMPLETED":
        continue
    operation = flying.pop(0)
    _, reply = ask("GET", f"/ingest-external/v1/ingests/{operation}/archivetransferreply",
                   {"Accept": "application/octet-stream"})
    accepted += b"<ReplyCode>OK</ReplyCode>" in reply
print(f"{time.monotonic() - start:.2f} {accepted}")
