// Opens, once each, what the configuration of a workspace names.
#include "cli/context.hpp"

#include "cli/about.hpp"
#include "cli/last_register.hpp"
#include "cli/revocation.hpp"
#include "cli/secret.hpp"
#include "cli/source_options.hpp"
#include "core/clock_state.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "trust/ocsp.hpp"
#include "trust/role_signature.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

struct Context::Lazy {
  std::optional<core::Config> config;
  std::string configuration;  ///< SHA-256 of the file
  std::optional<trust::Journal> journal;
  std::map<std::string, std::unique_ptr<trust::Signer>> signers;
  std::optional<trust::TrustStore> plain_store, store;
  std::optional<trust::RoleRegister> roles;
  std::unique_ptr<core::HttpClient> tsa_http;
  std::unique_ptr<trust::TimestampAuthority> tsa;
  std::set<std::string> asked;  ///< fingerprints
  std::vector<std::string> answers;
  bool told_unsigned = false;
};

std::string program_version() { return VERSOIR_VERSION; }
std::string program_date() { return VERSOIR_DATE; }

namespace {

std::optional<core::Instant> timestamps_since(const core::Config& config) {
  const auto text = config.get_or("timestamp", "since", "");
  if (text.empty()) return std::nullopt;
  const auto date = core::parse_date(text);
  if (!date || text.size() != 10)
    throw Error(Exit::configuration, msg("[timestamp] since = {0}: not a date such as 2026-01-31.", text));
  return core::Instant(std::chrono::sys_days(*date));
}

/// One lot in n, from the i-th on: shards of a plan are as long as each other within one lot, and each
/// machine knows its own without asking the others.
std::vector<sip::PlannedLot> lots_of_shard(const sip::Plan& plan, const std::string& text) {
  std::size_t index = 0, count = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, index);
  bool right = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  if (right) {
    const auto second = std::from_chars(first.ptr + 1, end, count);
    right = second.ec == std::errc() && second.ptr == end && index >= 1 && index <= count;
  }
  if (!right)
    throw Error(Exit::usage, msg("--shard {0}: not a part such as 2/3, the second of three.", text));
  std::vector<sip::PlannedLot> lots;
  for (auto i = index - 1; i < plan.lots.size(); i += count) lots.push_back(plan.lots[i]);
  return lots;
}

}  // namespace

Context::Context(const Values& w, Console& console, const core::Clock& c, std::stop_token s)
    : words(w),
      out(console),
      clock(c),
      stop(std::move(s)),
      workspace_(w.get("workspace")),
      lazy_(std::make_unique<Lazy>()) {
  if (!fs::is_directory(workspace_))
    throw Error(Exit::usage, msg("The workspace {0} is not a folder.", workspace_.string()))
        .hint(msg("Name an existing one with --workspace; versoir init makes one."));
}

Context::~Context() = default;

const core::Config& Context::config() {
  if (!lazy_->config) {
    if (!fs::exists(config_file()))
      throw Error(Exit::configuration, msg("There is no versoir.conf in {0}.", workspace_.string()))
          .hint(msg("Go to the workspace, name it with --workspace, or make one with versoir init."));
    // The very bytes that are read: what the journal says of them is what this run went by.
    const auto text = core::read_file(config_file(), 1u << 20);
    lazy_->config = core::Config::parse(text, config_file());
    lazy_->configuration = core::sha256(text).hex();
  }
  return *lazy_->config;
}

std::string Context::journal_node() {
  const auto given = words.find("node");
  auto node = given ? *given : config().get("journal", "node");
  if (!sip::is_versement_id(node))  // it becomes a file name
    throw Error(given ? Exit::usage : Exit::configuration, msg("\"{0}\" cannot name a journal.", node))
        .hint(msg(
            "Use 1 to 40 letters, digits, underscores and hyphens, and begin with anything but a hyphen."));
  return node;
}

fs::path Context::journal_file() { return in_workspace("journal-" + journal_node() + ".jsonl"); }

trust::Journal& Context::journal() {
  if (!lazy_->journal) {
    auto known = circumstances();
    if (fs::exists(config_file()))
      known.rotate_at =
          static_cast<std::uint64_t>(std::max<std::int64_t>(config().get_int("journal", "rotate_mb"), 0))
          << 20;
    lazy_->journal.emplace(journal_file(), journal_node(), clock, std::move(known));
  }
  return *lazy_->journal;
}

trust::Circumstances Context::circumstances() {
  trust::Circumstances known;
  known.clock_state = core::clock_state;
  if (!fs::exists(config_file())) return known;
  const auto file = config().find_path("trust", "roles");
  known.configuration = lazy_->configuration;
  try {
    if (file) known.roles = trust::RoleRegister::read(*file).roles_of_login(account_name(), clock.now());
  } catch (const Error&) {
    // An event is written down whatever the register is worth; what decides by it says what is wrong.
  }
  return known;
}

trust::Signer& Context::signer(const std::string& name) { return load_signer(name, secret_typed); }
trust::Signer& Context::signer_at_hand(const std::string& name) { return load_signer(name, {}); }

trust::Signer& Context::load_signer(
    const std::string& name, const std::function<std::optional<std::string>(const std::string&)>& ask) {
  auto& slot = lazy_->signers[name];
  if (slot) return *slot;
  const std::string section = "signing." + name;
  if (!config().has_section(section))
    throw Error(Exit::configuration, msg("The configuration has no section [{0}].", section))
        .hint(msg("It names the certificate and the key that sign, see versoir.conf."));
  trust::KeySource source;
  source.certificate = config().find_path(section, "certificate").value_or("");
  source.key = config().find_path(section, "key").value_or("");
  source.pkcs12 = config().find_path(section, "pkcs12").value_or("");
  source.pkcs11 = config().get_or(section, "pkcs11", "");
  source.pkcs11_module = config().find_path(section, "pkcs11_module").value_or("");
  source.password_file = config().find_path(section, "password_file").value_or("");
  source.ask = ask;
  auto loaded = trust::load_signer(source, clock);
  require_not_revoked(*this, *loaded);
  slot = std::move(loaded);
  return *slot;
}

trust::Certificate Context::certificate(const std::string& name) {
  if (const auto file = config().find_path("signing." + name, "certificate"))
    return trust::Certificate::list_from_pem_file(*file).front();
  return signer(name).certificate();
}

namespace {

/// What tells of the time-stamping authority. Who configures it wants it known, as for signers.
void add_tsa_revocation(const core::Config& config, trust::TrustStore& store) {
  if (const auto crl = config.find_path("timestamp", "crl"))
    store.tsa_crls_der = trust::read_revocation_lists(*crl);
  if (const auto folder = config.find_path("timestamp", "ocsp"))
    store.tsa_ocsp_der = trust::read_ocsp_answers(*folder);
  store.require_tsa_revocation =
      config.find_path("timestamp", "crl").has_value() || config.find_path("timestamp", "ocsp").has_value();
}

}  // namespace

const trust::TrustStore& Context::plain_trust_store() {
  if (!lazy_->plain_store) {
    std::vector<fs::path> crls;
    if (auto crl = config().find_path("trust", "crl")) crls.push_back(*crl);
    const fs::path anchors = config().get_path("trust", "anchors");
    auto store =
        trust::load_trust_store(anchors, config().find_path("timestamp", "ca").value_or(fs::path{}), crls);
    store.require_ocsp = !config().get_or("trust", "ocsp", "").empty();
    if (store.require_ocsp) store.ocsp_der = kept_ocsp_answers(*this);
    add_tsa_revocation(config(), store);
    lazy_->plain_store = std::move(store);  // whole or absent: whoever catches an error asks again
  }
  return *lazy_->plain_store;
}

void Context::add_ocsp_answer(const trust::Certificate& about, std::string answer_der) {
  for (auto* store : {&lazy_->plain_store, &lazy_->store})
    if (*store) (*store)->ocsp_der.push_back(answer_der);
  lazy_->asked.insert(about.fingerprint().hex());
  lazy_->answers.push_back(std::move(answer_der));
}

bool Context::asked_about(const trust::Certificate& certificate) const {
  return lazy_->asked.contains(certificate.fingerprint().hex());
}

const std::vector<std::string>& Context::learned_answers() const { return lazy_->answers; }

const trust::TrustStore& Context::trust_store() {
  if (!lazy_->store) {
    auto store = plain_trust_store();
    store.require_timestamp = timestamps_required();
    store.timestamps_since = timestamps_since(config());
    lazy_->store = std::move(store);
  }
  return *lazy_->store;
}

bool Context::timestamps_required() {
  if (config().get_bool("timestamp", "required") || !config().get_or("timestamp", "url", "").empty())
    return true;
  // The register is kept by those who decide: it may ask for what the configuration left out.
  return config().find_path("trust", "roles") && roles().timestamps_required();
}

const trust::RoleRegister& Context::roles() {
  if (!lazy_->roles) {
    const auto file = config().get_path("trust", "roles");
    const auto signers = roles_signers();
    if (!signers.empty() && !ocsp_source(config()).url.empty()) learn_register(*this, file);
    lazy_->roles = signers.empty() ? trust::RoleRegister::read(file)
                                   : trust::read_signed_register(file, signers, plain_trust_store(), clock);
  }
  return *lazy_->roles;
}

std::vector<trust::Certificate> Context::roles_signers() {
  const auto file = config().find_path("trust", "roles_signer");
  return file ? trust::Certificate::list_from_pem_file(*file) : std::vector<trust::Certificate>{};
}

namespace {

void require_last_register(Context& c) {
  const auto trail = sip::JournalTrail::read(c.workspace());
  if (auto wrong = older_register(c, trail))
    throw Error(Exit::role_register, std::move(*wrong))
        .hint(msg("Put the last one back, or have this one signed: versoir roles sign."));
}

}  // namespace

void Context::require_roles_signer(const std::string& platform, std::string_view planned_kind) {
  require_last_register(*this);
  if (config().find_path("trust", "roles_signer")) return;
  if (planned_kind == "production" || config().get("platform." + platform, "kind") == "production")
    throw Error(Exit::configuration,
                msg("{0} is a production platform, and [trust] roles_signer does not say "
                    "who signs the role register.",
                    platform))
        .hint(msg("The archive service signs it (versoir roles sign) and its certificate goes there."));
  if (std::exchange(lazy_->told_unsigned, true)) return;
  out.warn(
      msg("[trust] roles_signer is not configured: whoever can write the role register says who may "
          "approve. A production platform would refuse."));
}

int Context::approval_signatures(const std::string& platform) {
  const auto own = config().find("platform." + platform, "approval_signatures");
  const auto text = own && !own->empty() ? *own : config().get("approval", "signatures");
  if (text != "1" && text != "2")
    throw Error(Exit::configuration,
                own && !own->empty()
                    ? msg("[platform.{0}] approval_signatures = {1}: 1 or 2.", platform, text)
                    : msg("[approval] signatures = {0}: 1 or 2.", text));
  return text == "2" ? 2 : 1;
}

trust::TimestampAuthority* Context::tsa() {
  const auto url = config().find("timestamp", "url");
  if (!url || url->empty()) {
    if (timestamps_required())
      throw Error(
          Exit::configuration,
          msg("Time-stamps are required ([timestamp] required, or the role register), but [timestamp] "
              "url is not set."));
    return nullptr;
  }
  if (!lazy_->tsa) {
    lazy_->tsa_http = core::make_curl_client({});
    trust::TsaOptions options;
    options.url = *url;
    options.ca = config().get_path("timestamp", "ca");
    options.policy = config().get_or("timestamp", "policy", "");
    trust::TrustStore known;
    if (config().find_path("trust", "anchors"))
      known = plain_trust_store();
    else
      add_tsa_revocation(config(), known);
    options.crls_der = std::move(known.crls_der);
    options.crls_der.insert(options.crls_der.end(), known.tsa_crls_der.begin(), known.tsa_crls_der.end());
    options.ocsp_der = std::move(known.ocsp_der);
    options.ocsp_der.insert(options.ocsp_der.end(), known.tsa_ocsp_der.begin(), known.tsa_ocsp_der.end());
    options.require_revocation = known.require_tsa_revocation;
    lazy_->tsa = trust::make_tsa_client(options, *lazy_->tsa_http);
  }
  return lazy_->tsa.get();
}

std::vector<fs::path> installed_profile_folders() {
  std::vector<fs::path> dirs;
  if (const char* env = std::getenv("VERSOIR_PROFILES")) dirs.emplace_back(env);
  if (const auto program = program_folder(); !program.empty()) {
    dirs.push_back(program / "data" / "profiles");
    dirs.push_back(program.parent_path() / "share" / "versoir" / "profiles");
  }
  return dirs;
}

std::vector<fs::path> Context::profile_folders() const {
  auto dirs = installed_profile_folders();
  dirs.insert(dirs.begin(), workspace_ / "profiles");
  return dirs;
}

fs::path Context::input(const std::string& typed) const {
  const fs::path path(typed);
  if (path.is_absolute() || fs::exists(path) || !fs::exists(workspace_ / path)) return path;
  return workspace_ / path;
}

sip::Versement Context::versement(const std::string& id) const {
  fs::path p(id);  // versements/2026-01/ is as good as 2026-01
  if (!p.has_filename()) p = p.parent_path();
  return sip::Versement(workspace_, p.filename().string());
}

sip::Versement Context::known_versement(const std::string& id, Exit otherwise) const {
  auto v = versement(id);
  if (fs::exists(v.file("plan.json"))) return v;
  std::string list;
  for (const auto& known : sip::list_versements(workspace_)) list += (list.empty() ? "" : ", ") + known;
  Error e(otherwise, fs::is_directory(v.folder())
                         ? msg("The versement {0} has no plan.", v.id())
                         : msg("There is no versement {0} in this workspace.", v.id()));
  throw std::move(e).hint(list.empty() ? msg("There is none yet: versoir plan makes one.")
                                       : msg("Those that exist: {0}.", list));
}

extract::Extract Context::open_extract(const sip::Plan& plan) const {
  const fs::path path = plan.extract.is_absolute() ? plan.extract : workspace_ / plan.extract;
  return extract::Extract::open(path);
}

std::vector<sip::PlannedLot> Context::chosen_lots(const sip::Plan& plan) const {
  const auto wanted = words.list("lot");
  const auto shard = words.find("shard");
  if (shard && !wanted.empty())
    throw Error(Exit::usage, msg("--lot and --shard exclude each other: a shard already says which lots."));
  if (shard) return lots_of_shard(plan, *shard);
  if (wanted.empty()) return plan.lots;
  for (const auto& id : wanted)
    if (!plan.find({id}))
      throw Error(Exit::usage, msg("The versement {0} has no lot {1}.", plan.versement, id))
          .hint(msg("versoir status lists its lots."));
  std::vector<sip::PlannedLot> lots;
  for (const auto& lot : plan.lots)
    if (std::find(wanted.begin(), wanted.end(), lot.id.value) != wanted.end()) lots.push_back(lot);
  return lots;
}

void Context::check_stop() const {
  if (stop.stop_requested())
    throw Error(Exit::interrupted, msg("Interrupted: what was finished is kept, the rest was not started."));
}

}  // namespace versoir::cli
