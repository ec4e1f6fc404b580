// versoir.conf: the catalogue of keys, and a parser that knows nothing else.
#include "core/config.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace versoir::core {

namespace {

/// Marks a description for translation (xgettext keyword key_text).
constexpr std::string_view key_text(const char* english) { return english; }

constexpr std::array keys{
    ConfigKey{"establishment", "name", key_text("name of the establishment, as it stands in titles"), ""},
    ConfigKey{"establishment", "archival_agency", key_text("archive service that receives (ArchivalAgency)"),
              ""},
    ConfigKey{"establishment", "transferring_agency", key_text("service that transfers (TransferringAgency)"),
              ""},
    ConfigKey{"establishment", "message_prefix", key_text("beginning of every MessageIdentifier"), "VERSOIR"},
    ConfigKey{"application.*", "originating_agency",
              key_text("service that produced the records (OriginatingAgency)"), ""},
    ConfigKey{
        "application.*", "service",
        key_text("its exact name, as the bordereau d'élimination prints it; originating_agency without"), ""},
    ConfigKey{"application.*", "submission_agency",
              key_text("service that submits them, if another (SubmissionAgency)"), ""},
    ConfigKey{"application.*", "acquisition_information",
              key_text("how the records are acquired (AcquisitionInformation)"), ""},
    ConfigKey{"application.*", "legal_status", key_text("legal status of the archives (LegalStatus)"),
              "Public Archive"},
    ConfigKey{"journal", "rotate_mb",
              key_text("size, in MB, from which the journal goes on in another file; 0: never"), "64"},
    ConfigKey{"journal", "node", key_text("name of this machine in the journal's file name"), "main"},
    ConfigKey{
        "journal", "checkpoints",
        key_text(
            "[signing.NAME] that signs checkpoints of the journal after receipts and decisions, when its "
            "key asks nobody for a PIN"),
        "producer"},
    ConfigKey{"signing.*", "certificate", key_text("certificate, PEM; its chain may follow"), ""},
    ConfigKey{"signing.*", "key", key_text("private key, PEM, mode 0600"), ""},
    ConfigKey{"signing.*", "pkcs12",
              key_text("certificate and key in one PKCS#12 file, instead of the two above"), ""},
    ConfigKey{"signing.*", "pkcs11", key_text("key of a card or security module: pkcs11:token=…;object=…"),
              ""},
    ConfigKey{"signing.*", "pkcs11_module", key_text("PKCS#11 driver of the card, a shared library"), ""},
    ConfigKey{
        "signing.*", "password_file",
        key_text("file of mode 0600 whose first line is the password of the key, or the PIN of the card"),
        ""},
    ConfigKey{"timestamp", "url", key_text("RFC 3161 time-stamping authority"), ""},
    ConfigKey{"timestamp", "ca", key_text("its trust anchors, PEM"), ""},
    ConfigKey{"timestamp", "policy", key_text("required policy OID; empty accepts any"), ""},
    ConfigKey{"timestamp", "required", key_text("refuse to sign without a time-stamp"), "no"},
    ConfigKey{"timestamp", "since",
              key_text("date of the first time-stamps; seals that claim to be older need none"), ""},
    ConfigKey{"timestamp", "crl",
              key_text("revocation lists of its authorities, PEM or DER; then whether it was revoked must be "
                       "known"),
              ""},
    ConfigKey{"timestamp", "ocsp",
              key_text("folder of answers (OCSP) in DER about it; then whether it was revoked must be known"),
              ""},
    ConfigKey{"trust", "anchors", key_text("trust anchors of seals and visas, PEM"), ""},
    ConfigKey{"trust", "crl", key_text("certificate revocation list, PEM or DER; then revocation is checked"),
              ""},
    ConfigKey{
        "trust", "ocsp",
        key_text("folder of answers of the authority (OCSP) in DER, or address (http://…) of its responder, "
                 "asked when signing and sending; then revocation is checked"),
        ""},
    ConfigKey{"trust", "roles", key_text("role register: who may produce, who may approve"), ""},
    ConfigKey{
        "trust", "roles_signer",
        key_text("certificate, PEM, of whoever signs the role register for the archive service; several "
                 "may follow each other; a production platform wants it"),
        ""},
    ConfigKey{"approval", "signatures",
              key_text("persons who must sign an approval: 1 or 2; the role register may ask for 2 as well"),
              "1"},
    ConfigKey{"transfer", "platform", key_text("default platform, a [platform.NAME]"), ""},
    ConfigKey{"transfer", "seda", key_text("SEDA version: 2.1, 2.2 or 2.3"), "2.2"},
    ConfigKey{"transfer", "max_entries", key_text("units and objects in a lot, at most"), "99000"},
    ConfigKey{"transfer", "max_bytes", key_text("bytes of objects in a lot, at most"), "1000000000"},
    ConfigKey{"transfer", "html", key_text("records also go as a page to read and print, beside their XML"),
              "yes"},
    ConfigKey{"transfer", "visa_days", key_text("days for which a visa authorises the transfer"), "90"},
    ConfigKey{"closing", "delay_days",
              key_text("days between a verified receipt and the removal of its SIP by versoir close"), "90"},
    ConfigKey{
        "evidence", "renew_before_days",
        key_text("days before the end of its certificates at which the time-stamp of a pack of evidence "
                 "must be renewed"),
        "365"},
    ConfigKey{"consultation", "reasons",
              key_text("reasons, between semicolons, of which a reader chooses one before the record of a "
                       "person opens; empty: none is asked"),
              ""},
    ConfigKey{"consultation", "contact",
              key_text("whom a reader without a role asks, as the page says it: service, address"), ""},
    ConfigKey{"consultation", "host",
              key_text("name of the consultation in the address of the browser, behind a reverse proxy; "
                       "several between commas; every other one is refused"),
              ""},
    ConfigKey{"consultation", "proxy_account",
              key_text("account of this machine that the reverse proxy runs as: only it is believed when it "
                       "says who reads"),
              "www-data"},
    ConfigKey{"consultation", "identity_header", key_text("header in which the reverse proxy says who reads"),
              "X-Remote-User"},
    ConfigKey{"consultation", "groups_header",
              key_text("header in which it says the reader's groups, between semicolons; empty: none"), ""},
    ConfigKey{"consultation", "logout",
              key_text("address where the reader leaves the portal of the establishment (https://…)"), ""},
    ConfigKey{"consultation", "log_days",
              key_text("days for which the log of accesses is kept: consult log --purge-before removes no "
                       "younger line"),
              "1095"},
    ConfigKey{"consultation", "log_approval",
              key_text("who decided how long the log is kept: reference; who; date"), ""},
    ConfigKey{"role.*", "users", key_text("readers who have the role, as the portal names them"), ""},
    ConfigKey{"role.*", "groups", key_text("groups of the portal that have the role, between semicolons"),
              ""},
    ConfigKey{"role.*", "extracts", key_text("applications whose extracts the role opens"), ""},
    ConfigKey{"role.*", "zones",
              key_text("zones whose values the role sees: identity, contact, results, money, family, health, "
                       "national-number, judgement; without identity, no person is searched or opened"),
              ""},
    ConfigKey{"role.*", "print", key_text("the role makes documents to print: yes or no"), "no"},
    ConfigKey{"role.*", "export", key_text("the role takes lists and extracts away as files: yes or no"),
              "no"},
    ConfigKey{"role.*", "together", key_text("the role searches several extracts in one question: yes or no"),
              "no"},
    ConfigKey{"role.*", "logs", key_text("the role sees who looked at whom: yes or no"), "no"},
    ConfigKey{"role.*", "reasons",
              key_text("reasons of this role, between semicolons, when not those of [consultation]"), ""},
    ConfigKey{"role.*", "until", key_text("last day of the role (YYYY-MM-DD)"), ""},
    ConfigKey{"consultation.*", "until",
              key_text("date until which the extract of this application is kept for consultation"), ""},
    ConfigKey{"consultation.*", "approval", key_text("who decided it: reference; who; date"), ""},
    ConfigKey{"elimination.*", "application", key_text("application that holds what is to be eliminated"),
              ""},
    ConfigKey{"elimination.*", "title", key_text("what it is, as the bordereau says it"), ""},
    ConfigKey{"elimination.*", "tables",
              key_text("tables, or TABLE.COLUMN, or TABLE.* for the columns that were left, between commas"),
              ""},
    ConfigKey{"elimination.*", "dua", key_text("its DUA and where it comes from: duration; source"), ""},
    ConfigKey{"elimination.*", "dua_end", key_text("date at which the DUA of the last row ended"), ""},
    ConfigKey{"elimination.*", "from", key_text("first extreme date"), ""},
    ConfigKey{"elimination.*", "to", key_text("last extreme date"), ""},
    ConfigKey{"backup.*", "application", key_text("application of which this is a backup"), ""},
    ConfigKey{"backup.*", "description", key_text("what it is: medium, rotation"), ""},
    ConfigKey{"backup.*", "place", key_text("where it was destroyed"), ""},
    ConfigKey{"backup.*", "destroyed", key_text("date of its destruction"), ""},
    ConfigKey{"backup.*", "reference", key_text("certificate of its destruction"), ""},
    ConfigKey{"platform.*", "kind",
              key_text("rehearsal or production; a production platform only takes final extracts"),
              "rehearsal"},
    ConfigKey{"platform.*", "ingest_url", key_text("base URL of the ingest service"), ""},
    ConfigKey{"platform.*", "access_url", key_text("base URL of the access and administration services"), ""},
    ConfigKey{"platform.*", "tenant", key_text("tenant number"), ""},
    ConfigKey{"platform.*", "ca", key_text("trust anchors of the platform's servers, PEM"), ""},
    ConfigKey{"platform.*", "certificate",
              key_text("client certificate, PEM or PKCS#12; not needed when the card keeps it"), ""},
    ConfigKey{"platform.*", "key",
              key_text("its private key, PEM, mode 0600; or pkcs11:token=...;object=... on a card"), ""},
    ConfigKey{"platform.*", "pkcs11_module", key_text("driver of the card, a shared library"), ""},
    ConfigKey{
        "platform.*", "password_file",
        key_text("file of mode 0600 whose first line is the password of the key, or the PIN of the card"),
        ""},
    ConfigKey{"platform.*", "proxy",
              key_text("http://host:port of the proxy that leads there; without, as the environment says"),
              ""},
    ConfigKey{"platform.*", "approval_signatures",
              key_text("persons who must sign an approval for this platform, when not as [approval] says"),
              ""},
    ConfigKey{"platform.*", "archival_agreement", key_text("ingest contract (ArchivalAgreement)"), ""},
    ConfigKey{"platform.*", "access_contract", key_text("access contract"), ""},
    ConfigKey{"platform.*", "archival_profile",
              key_text("archival profile declared in manifests, if the contract wants one"), ""},
    ConfigKey{"platform.*", "poll_first", key_text("seconds before the first question about an operation"),
              "5"},
    ConfigKey{"platform.*", "poll_max", key_text("seconds between two questions, at most"), "60"},
    ConfigKey{
        "platform.*", "doubt_grace",
        key_text("seconds that a platform may take to know a SIP that it received: before, a lot in doubt is "
                 "not sent again"),
        "900"},
    ConfigKey{"platform.*", "parallel", key_text("ingests under way at the same time, at most"), "1"},
    ConfigKey{"platform.*", "blank_test",
              key_text("dry run (BLANK_TEST) before the transfer: no, first (the first lot of each archive "
                       "profile), each"),
              "no"},
    ConfigKey{"platform.*", "drop_folder",
              key_text("folder that the platform sees, from which it takes SIPs too large for HTTPS"), ""},
    ConfigKey{"platform.*", "drop_above", key_text("size in MB above which a SIP goes through drop_folder"),
              "1000"},
    ConfigKey{
        "platform.*", "read_back",
        key_text("archive units and objects of each accepted lot that are read back and compared, drawn "
                 "at random; 0 = none"),
        "3"},
    ConfigKey{"platform.*", "referentials",
              key_text("folder of the platform's exported referentials, for versoir check"), ""},
    ConfigKey{"agreements", "*", key_text("archive profile = ingest contract, when not the platform's"), ""},
    ConfigKey{"filing", "plan",
              key_text("file of the filing plan whose nodes lots are attached to, when no versement of this "
                       "workspace transferred it"),
              ""},
    ConfigKey{"filing", "versement",
              key_text("versement that transferred the filing plan: its nodes are those of the platform"),
              ""},
    ConfigKey{
        "filing", "attach_by",
        key_text("how a lot designates its node: identifier, or system-id (of the receipt of the filing "
                 "plan)"),
        "identifier"},
    ConfigKey{"filing", "metadata",
              key_text("metadata of the platform that holds the identifiers of nodes, each on one unit only"),
              "OriginatingAgencyArchiveUnitIdentifier"},
    ConfigKey{"dossier", "originating_agency",
              key_text("originating agency of dossiers de versement (default: the transferring agency)"), ""},
    ConfigKey{"dossier", "archival_agreement",
              key_text("ingest contract of dossiers de versement, when not the platform's"), ""},
    ConfigKey{"dossier", "access_rule",
              key_text("RuleId, on the platform, of the access rule of dossiers de versement: their lists "
                       "name people"),
              ""},
    ConfigKey{"filing", "originating_agency",
              key_text("originating agency of the filing plan (default: the transferring agency)"), ""},
    ConfigKey{"filing", "archival_agreement",
              key_text("ingest contract of the filing plan (default: the platform's)"), ""},
    ConfigKey{"attach", "*", key_text("archive profile = node of the filing plan under which its lots stand"),
              ""},
    ConfigKey{"rules", "*", key_text("logical rule of the profile = RuleId of the platform"), ""},
    ConfigKey{
        "optional_rules", "*",
        key_text("rule that archive profiles only write on demand (dissemination, storage) = yes or no"), ""},
    ConfigKey{"validation", "*",
              key_text("logical rule = entry of the tableau de gestion; who validated it; date (YYYY-MM-DD)"),
              ""},
    ConfigKey{
        "durations", "*",
        key_text(
            "logical rule = duration of the tableau de gestion, when not the profile's: 60 YEAR, unlimited"),
        ""},
    ConfigKey{"tri.*", "keep",
              key_text("records of an archive profile that are kept for ever, the others may be proposed for "
                       "elimination: "
                       "criteria between semicolons, one is enough (systematic 10 from 3; random 5% seed "
                       "2027; years ending 0 5; initial B; list FILE; specimen 2 by year)"),
              ""},
    ConfigKey{"tri.*", "validation",
              key_text("entry of the tableau de gestion; who validated it; date (YYYY-MM-DD); without it all "
                       "are kept"),
              ""},
    ConfigKey{
        "confirmed.*", "codes",
        key_text(
            "codes of the establishment that are those which the profile wants confirmed, between commas"),
        ""},
    ConfigKey{
        "confirmed.*", "validation",
        key_text("who confirmed them: reference; who; date (YYYY-MM-DD); a production platform wants it"),
        ""},
    ConfigKey{"start.*", "unknown",
              key_text("units without a start date for this rule: none (no start, never destroyed), or bound "
                       "(the bound that the archive profile computes)"),
              "none"},
    ConfigKey{
        "start.*", "approval",
        key_text("who approved that in writing: reference; who; date (YYYY-MM-DD); a production platform "
                 "wants it"),
        ""},
    ConfigKey{"start.*", "round_to_year_end",
              key_text("the rule starts on 31 December of the year of its start date"), "no"},
    ConfigKey{"html", "*", key_text("archive profile = yes or no, when not as [transfer] html says"), ""},
    ConfigKey{"files.*", "list",
              key_text("files attached to the records of an archive profile: CSV with columns key, file, and "
                       "perhaps title and date"),
              ""},
    ConfigKey{"files.*", "folder", key_text("folder that the files of the list are in"), ""},
    ConfigKey{"consult", "limit", key_text("answers shown by a search, at most"), "50"},
};

bool section_matches(std::string_view pattern, std::string_view section) {
  if (!pattern.ends_with(".*")) return pattern == section;
  const auto prefix = pattern.substr(0, pattern.size() - 1);
  return section.size() > prefix.size() && section.starts_with(prefix);
}

const ConfigKey* find_key(std::string_view section, std::string_view key) {
  for (const auto& k : keys)
    if (section_matches(k.section, section) && (k.key == key || k.key == "*")) return &k;
  return nullptr;
}

/// What was probably meant; only proposed.
std::string_view nearest_key(std::string_view section, std::string_view typed) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, typed.size() / 3) + 1;
  for (const auto& k : keys) {
    const auto away = edit_distance(typed, k.key);
    if (!section_matches(k.section, section) || away >= least) continue;
    least = away;
    best = k.key;
  }
  return best;
}

bool known_section(std::string_view section) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const ConfigKey& k) { return section_matches(k.section, section); });
}

}  // namespace

std::span<const ConfigKey> config_keys() { return keys; }

Config Config::read(const std::filesystem::path& file) { return parse(read_file(file, 1u << 20), file); }

Config Config::parse(std::string_view text, const std::filesystem::path& origin) {
  Config config;
  config.file_ = origin;
  const auto wrong = [&](std::size_t line, Message why) {
    return Error(Exit::configuration, msg("{0}:{1}: {2}", origin.string(), line, why.text()));
  };
  if (!is_utf8(text)) throw Error(Exit::configuration, msg("{0} is not UTF-8.", origin.string()));
  std::string section;
  std::set<std::pair<std::string, std::string>> seen;
  std::size_t line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const auto end = text.find('\n');
    const std::string line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      if (line.back() != ']') throw wrong(line_number, msg("a section is written [name]"));
      section = trim(std::string_view(line).substr(1, line.size() - 2));
      if (!known_section(section)) throw wrong(line_number, msg("there is no section [{0}]", section));
      continue;
    }
    const auto equal = line.find('=');
    if (equal == std::string::npos)
      throw wrong(line_number, msg("neither a section, a comment, nor key = value"));
    const std::string key = trim(std::string_view(line).substr(0, equal));
    if (section.empty()) throw wrong(line_number, msg("the key {0} stands before any section", key));
    if (!find_key(section, key)) {
      auto e = wrong(line_number, msg("there is no key {0} in [{1}]", key, section));
      if (const auto near = nearest_key(section, key); !near.empty())
        throw std::move(e).hint(msg("Did you mean {0}?", near));
      throw std::move(e).hint(msg("The keys are those that versoir init writes, with their descriptions."));
    }
    if (!seen.emplace(section, key).second)
      throw wrong(line_number, msg("the key {0} of [{1}] is given twice", key, section));
    config.items_.push_back({section, key, trim(std::string_view(line).substr(equal + 1)), line_number});
  }
  return config;
}

std::optional<std::string> Config::find(std::string_view section, std::string_view key) const {
  for (const auto& i : items_)
    if (i.section == section && i.key == key && !i.value.empty()) return i.value;
  return std::nullopt;
}

std::string Config::get(std::string_view section, std::string_view key) const {
  if (auto v = find(section, key)) return *v;
  const auto* k = find_key(section, key);
  if (!k)
    throw Error(Exit::unexpected, msg("the program asks for an undeclared key [{0}] {1}", section, key));
  if (!k->fallback.empty()) return std::string(k->fallback);
  throw Error(Exit::configuration, msg("{0}: the key {1} of [{2}] is missing.", file_.string(), key, section))
      .hint(k->description.empty() ? Message() : msg("It gives: {0}.", tr(k->description.data())));
}

std::string Config::get_or(std::string_view section, std::string_view key, std::string_view fallback) const {
  return find(section, key).value_or(std::string(fallback));
}

std::int64_t Config::get_int(std::string_view section, std::string_view key) const {
  const std::string text = get(section, key);
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size() || value < 0)
    throw Error(Exit::configuration,
                msg("{0}: {1} of [{2}] is a whole number, not '{3}'.", file_.string(), key, section, text));
  return value;
}

bool Config::get_bool(std::string_view section, std::string_view key) const {
  const std::string text = get(section, key);
  for (auto yes : {"yes", "oui", "true"})
    if (text == yes) return true;
  for (auto no : {"no", "non", "false"})
    if (text == no) return false;
  throw Error(Exit::configuration,
              msg("{0}: {1} of [{2}] is yes or no, not '{3}'.", file_.string(), key, section, text));
}

std::optional<std::filesystem::path> Config::find_path(std::string_view section, std::string_view key) const {
  const auto text = find(section, key);
  if (!text) return std::nullopt;
  const std::filesystem::path p(*text);
  return p.is_absolute() ? p : file_.parent_path() / p;
}

std::filesystem::path Config::get_path(std::string_view section, std::string_view key) const {
  if (auto p = find_path(section, key)) return *p;
  return get(section, key);
}

bool Config::has_section(std::string_view section) const {
  return std::any_of(items_.begin(), items_.end(), [&](const Item& i) { return i.section == section; });
}

std::vector<std::pair<std::string, std::string>> Config::section(std::string_view section) const {
  std::vector<std::pair<std::string, std::string>> list;
  for (const auto& i : items_)
    if (i.section == section) list.emplace_back(i.key, i.value);
  return list;
}

std::vector<std::string> Config::names(std::string_view prefix) const {
  std::vector<std::string> list;
  const std::string start = std::string(prefix) + ".";
  for (const auto& i : items_)
    if (i.section.starts_with(start) &&
        std::find(list.begin(), list.end(), i.section.substr(start.size())) == list.end())
      list.push_back(i.section.substr(start.size()));
  return list;
}

}  // namespace versoir::core
