#!/bin/bash
# The client against a platform: the sandbox, or the one that the environment names. Nothing but a dry run is sent to a real
# one, unless VERSOIR_VITAM_DEPOSIT=yes.
#   VERSOIR_VITAM_URL (and VERSOIR_VITAM_ACCESS_URL when another), VERSOIR_VITAM_CERTIFICATE, _KEY, _CA, _TENANT, _AGREEMENT,
#   _ACCESS_CONTRACT, _AGENCY (an agency of the platform), _APPRAISAL and _ACCESS (rules of 5 and of 50 years)
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/workspace.sh"
make_workspace
sign_roles
start_sandbox
write_config
real=no
if [ -n "${VERSOIR_VITAM_URL:-}" ]; then
  real=yes
  set_key() { sed -i "/^\[platform.sandbox\]/,/^\[platform.other\]/s|^$1 = .*|$1 = $2|" versoir.conf; }
  set_key ingest_url "$VERSOIR_VITAM_URL"
  set_key access_url "${VERSOIR_VITAM_ACCESS_URL:-$VERSOIR_VITAM_URL}"
  set_key certificate "${VERSOIR_VITAM_CERTIFICATE:?a client certificate}"
  set_key key "${VERSOIR_VITAM_KEY:?its key}"
  set_key ca "${VERSOIR_VITAM_CA:?the authority of the platform}"
  set_key tenant "${VERSOIR_VITAM_TENANT:?a tenant}"
  set_key archival_agreement "${VERSOIR_VITAM_AGREEMENT:?an ingest contract}"
  sed -i "s/^archival_agency = .*/archival_agency = ${VERSOIR_VITAM_AGENCY:?an agency}/; s/^\(transferring\|originating\)_agency = .*/\1_agency = $VERSOIR_VITAM_AGENCY/
    s/^DUA_PRET_5 = .*/DUA_PRET_5 = ${VERSOIR_VITAM_APPRAISAL:?a rule}/; s/^COM_50 = .*/COM_50 = ${VERSOIR_VITAM_ACCESS:?a rule}/; /^referentials = /d" versoir.conf
fi
sed -i "/^\[platform.sandbox\]/a access_contract = ${VERSOIR_VITAM_ACCESS_CONTRACT:-AC-ESSAI}" versoir.conf

say "without a versement: questions only"
expect 0 "$versoir" vitam qualify; contains "answers as is relied on"
grep -q '"get-body"' qualification-sandbox.json || fail "qualification-sandbox.json"

say "with one: a dry run of its first lot"
until_reviewed essai
expect 41 "$versoir" vitam qualify essai  # it leaves the establishment: it needs its visa
expect 0 "$versoir" approve essai --confirm essai
expect 0 "$versoir" vitam qualify essai
expect 0 "$versoir" status essai --json; contains '"state":"approved"'
if [ "$real" = no ]; then
  stop_sandbox
  expect 50 "$versoir" vitam qualify; contains BAD
  sandbox_port=$port sandbox_tsa_port=$(sed -E 's|.*:([0-9]+)/.*|\1|' <<<"$tsa_url") && start_sandbox
fi
if [ "$real" = yes ] && [ "${VERSOIR_VITAM_DEPOSIT:-}" != yes ]; then exit 0; fi

say "a deposit, followed, read back, and found again"
expect 0 "$versoir" send essai; contains "asked for (seed"
expect 0 "$versoir" vitam compare essai --sample 20
expect 0 "$versoir" verify
