# A small workspace for the invented application: database, PKI, referentials, configuration. Sourced after lib.sh.
make_workspace() {
  mkdir -p "$work/ws" && cd "$work/ws"
  "$root/samples/pki/make-pki" pki --all >/dev/null 2>&1 || fail "make-pki"
  mkdir -p sources referentials
  sqlite3 sources/bibliotheque.sqlite <"$root/tests/e2e/bibliotheque.sql"
  cat >referentials/agencies.csv <<'CSV'
Identifier,Name,Description
ARCHIVES,Archives,
BU,Bibliothèque universitaire,
CSV
  cat >referentials/rules.csv <<'CSV'
RuleId,RuleType,RuleValue,RuleDescription,RuleDuration,RuleMeasurement
APP-5,AppraisalRule,Cinq ans,"À partir du dernier retour",5,YEAR
ACC-50,AccessRule,Cinquante ans,"À partir du dernier retour",50,YEAR
CSV
  cat >referentials/ingestcontracts.json <<'JSON'
[{"Identifier":"IC-BU","Name":"Bibliothèque","Status":"ACTIVE","EveryFormatType":true,"MasterMandatory":true}]
JSON
}

# write_config [SED EXPRESSION...]: versoir.conf for the sandbox that runs.
write_config() {
  cat >versoir.conf <<CONF
[establishment]
name = Université d’essai
archival_agency = ARCHIVES
transferring_agency = BU
message_prefix = ESSAI

[application.bibliotheque]
originating_agency = BU

[signing.producer]
certificate = pki/producer.pem
key = pki/producer.key

[signing.archivist]
certificate = pki/archivist.pem
key = pki/archivist.key

[signing.other]
certificate = pki/archivist2.pem
key = pki/archivist2.key

[signing.archive-service]
certificate = pki/archive-service.pem
key = pki/archive-service.key

[timestamp]
url = $tsa_url
ca = pki/ca.pem
required = yes

[trust]
anchors = pki/ca.pem
roles = pki/roles.json
roles_signer = pki/archive-service.pem

[transfer]
platform = sandbox

[platform.sandbox]
ingest_url = https://localhost:$port
access_url = https://localhost:$port
tenant = 0
ca = pki/ca.pem
certificate = pki/client.pem
key = pki/client.key
archival_agreement = IC-BU
referentials = referentials
poll_first = 1
poll_max = 1

[platform.other]
ingest_url = https://localhost:$port
access_url = https://localhost:$port
tenant = 5
ca = pki/ca.pem
certificate = pki/client.pem
key = pki/client.key
archival_agreement = IC-BU

[rules]
DUA_PRET_5 = APP-5
COM_50 = ACC-50
CONF
}

# until_reviewed ID: extract (once), plan, build, check, review.
until_reviewed() {
  [ -e bibliotheque.extract ] || expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque"
  expect 0 "$versoir" plan bibliotheque.extract --id "$1"
  expect 0 "$versoir" build "$1"
  expect 0 "$versoir" check "$1"
  expect 0 "$versoir" review "$1"
}
