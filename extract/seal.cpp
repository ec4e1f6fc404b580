// X.extract.seal.json and its signature: what the extract was on the day it was made.
#include "extract/seal.hpp"

#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "trust/seal.hpp"

#include <algorithm>
#include <optional>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::Message;
using core::msg;
using core::Severity;

fs::path seal_file(const fs::path& extract) { return extract.string() + ".seal.json"; }

namespace {

constexpr const char* seal_format = "versoir-extract-seal/1";

Json run_json(Extract& extract) {
  auto run = Json::object();
  auto st = extract.database().prepare("SELECT key, value FROM versoir_run");
  while (st.step()) run[std::string(st.text(0))] = std::string(st.text(1));
  return run;
}

Json tables_json(const Extract& extract) {
  auto tables = Json::array();
  for (const auto& t : extract.tables())
    tables.push_back({{"name", t.name}, {"rows", t.copied_rows}, {"sum", t.sum}, {"root", t.root.hex()}});
  return tables;
}

Json seal_json(Extract& extract, const fs::path& published) {
  const auto digest = core::digest_file(extract.path());
  return {{"format", seal_format},
          {"file",
           {{"name", published.filename().string()}, {"sha512", digest.sha512.hex()}, {"size", digest.size}}},
          {"run", run_json(extract)},
          {"tables", tables_json(extract)},
          {"root", extract.root().hex()}};
}

void add(std::vector<Finding>& out, Severity severity, Message message, const fs::path& where) {
  out.push_back({severity, "EXTRACT_SEAL", std::move(message), where.filename().string()});
}

/// What the seal says against what the file is. Facts are compared one by one, so that the report says which
/// differs.
void compare(const Json& said, const Json& found, const fs::path& extract, std::vector<Finding>& out) {
  const auto differs = [&](const char* pointer) {
    const Json::json_pointer at(pointer);
    return !said.contains(at) || said.at(at) != found.at(at);
  };
  if (differs("/file/name"))
    add(out, Severity::info, msg("The extract has another name than when it was sealed."), extract);
  if (differs("/file/size"))
    add(out, Severity::error, msg("The size of the extract is not the sealed one."), extract);
  if (differs("/file/sha512"))
    add(out, Severity::error, msg("The SHA-512 of the extract is not the sealed one."), extract);
  if (differs("/run"))
    add(out, Severity::error, msg("The facts of the run in the extract are not the sealed ones."), extract);
  if (differs("/tables"))
    add(out, Severity::error, msg("The tables of the extract are not the sealed ones."), extract);
  if (differs("/root"))
    add(out, Severity::error, msg("The root of the extract is not the sealed one."), extract);
}

}  // namespace

namespace {

/// A file that is about to be replaced, until its successor is accepted.
class Predecessor {
 public:
  explicit Predecessor(fs::path file) : file_(std::move(file)), aside_(file_.string() + ".old") {
    if (fs::exists(file_)) {
      core::write_file(aside_, core::read_file(file_));
      existed_ = true;
    }
  }
  Predecessor(const Predecessor&) = delete;
  Predecessor& operator=(const Predecessor&) = delete;
  ~Predecessor() {
    std::error_code ec;
    if (accepted_)
      fs::remove(aside_, ec);
    else if (existed_)
      fs::rename(aside_, file_, ec);  // failing, it stays aside under its other name
    else
      fs::remove(file_, ec);
  }
  void accept_successor() noexcept { accepted_ = true; }

 private:
  fs::path file_, aside_;
  bool existed_ = false, accepted_ = false;
};

/// Everything that a verification of a seal finds, and who signed.
struct SealReport {
  std::vector<Finding> findings;
  std::vector<trust::Certificate> signers;
  bool sealed = false;  ///< both files are there
  core::Sha512 file{};
};

/// A seal that says so itself is only valid with its time-stamp, whatever the configuration says today.
trust::TrustStore store_for(const Json& said, const trust::TrustStore& store) {
  auto out = store;
  if (said.is_object() && said.value("timestampRequired", Json()) == true) {
    out.require_timestamp = true;
    out.timestamps_since.reset();
  }
  return out;
}

void check_signature(const fs::path& file, const trust::TrustStore& store, const core::Clock& clock,
                     SealReport& report) {
  try {
    auto verification = trust::verify_seal(file, store, clock, trust::At::signing_time);
    if (verification.verdict != trust::Verdict::valid && verification.findings.empty())
      add(report.findings, Severity::error, msg("The signature of the seal is not valid."), file);
    std::ranges::move(verification.findings, std::back_inserter(report.findings));
    for (auto& signer : verification.signers) report.signers.push_back(std::move(signer.certificate));
  } catch (const Error& e) {
    add(report.findings, Severity::error, e.message(), file);
  }
}

SealReport check_seal(Extract& extract, const trust::TrustStore& store, const core::Clock& clock) {
  SealReport report;
  const auto file = seal_file(extract.path());
  std::error_code ec;
  if (!fs::exists(file, ec)) {
    add(report.findings, Severity::error, msg("The extract has no seal."), file);
    return report;
  }
  report.sealed = fs::exists(trust::seal_path(file), ec);
  Json said;
  std::optional<core::Message> unreadable;
  try {
    said = core::read_json(file, Exit::evidence_broken);
  } catch (const Error& e) {
    unreadable = e.message();
  }
  check_signature(file, store_for(said, store), clock, report);
  if (unreadable) {
    add(report.findings, Severity::error, *unreadable, file);
    return report;
  }
  try {
    const auto found = seal_json(extract, extract.path());
    if (!said.is_object() || said.value("format", Json()) != seal_format)
      add(report.findings, Severity::error, msg("The seal is not of a known format."), file);
    else
      compare(said, found, extract.path(), report.findings);
    report.file = *core::Sha512::from_hex(found.at("file").at("sha512").get<std::string>());
  } catch (const Error& e) {
    add(report.findings, Severity::error, e.message(), file);
  }
  return report;
}

/// nullopt when a producer of the register is among those who signed.
std::optional<Message> no_producer(const SealReport& report, const trust::RoleRegister& roles) {
  if (std::any_of(report.signers.begin(), report.signers.end(),
                  [&](const auto& signer) { return roles.is_producer(signer); }))
    return std::nullopt;
  return msg("{0}, who sealed it, is no producer of the role register.",
             report.signers.empty() ? std::string("?") : report.signers.front().common_name());
}

}  // namespace

StagedSeal::StagedSeal(Extract& extract, const fs::path& published, trust::Signer& signer,
                       trust::TimestampAuthority* tsa, const core::Clock& clock)
    : published_(seal_file(published)), staged_(published_.string() + ".new") {
  auto seal = seal_json(extract, published);
  // Signed: a time-stamp that somebody takes off later is missed, even where none is configured any more.
  seal["timestampRequired"] = tsa != nullptr;
  core::write_file(staged_, core::canonical_json(seal));
  try {
    trust::seal_file(staged_, signer, clock, tsa);
  } catch (...) {  // a seal that nobody signed proves nothing
    std::error_code ec;
    fs::remove(staged_, ec);
    throw;
  }
}

StagedSeal::~StagedSeal() {
  std::error_code ec;
  fs::remove(staged_, ec);
  fs::remove(trust::seal_path(staged_), ec);
}

void StagedSeal::publish(const std::function<void()>& rest) {
  Predecessor signature(trust::seal_path(published_)), seal(published_);
  core::publish_file(trust::seal_path(staged_), trust::seal_path(published_));
  core::publish_file(staged_, published_);
  if (rest) rest();
  signature.accept_successor();
  seal.accept_successor();
}

void write_seal(Extract& extract, trust::Signer& signer, trust::TimestampAuthority* tsa,
                const core::Clock& clock) {
  StagedSeal(extract, extract.path(), signer, tsa, clock).publish();
}

std::vector<Finding> verify_seal(Extract& extract, const trust::TrustStore& store, const core::Clock& clock,
                                 const trust::RoleRegister* roles) {
  auto report = check_seal(extract, store, clock);
  if (roles && !report.signers.empty())
    if (auto m = no_producer(report, *roles))
      add(report.findings, Severity::error, std::move(*m), trust::seal_path(seal_file(extract.path())));
  return std::move(report.findings);
}

core::Sha512 require_sealed(Extract& extract, const trust::TrustStore& store,
                            const trust::RoleRegister& roles, const core::Clock& clock) {
  const auto report = check_seal(extract, store, clock);
  const auto name = extract.path().string();
  const auto hint = msg("Take the file as it was sealed, with {0} and its .p7s beside it, or extract again.",
                        seal_file(extract.path()).filename().string());
  if (!report.sealed)
    throw Error(Exit::extract_invalid, msg("The extract {0} is not sealed.", name)).hint(hint);
  Error altered(Exit::extract_altered, msg("The extract {0} is not what a producer sealed.", name));
  bool wrong = false;
  for (const auto& f : report.findings) {
    if (f.severity != Severity::error) continue;
    std::move(altered).because(f.message);
    wrong = true;
  }
  if (!wrong)
    if (auto m = no_producer(report, roles)) {
      std::move(altered).because(std::move(*m));
      wrong = true;
    }
  if (wrong) throw std::move(altered).hint(hint);
  return report.file;
}

}  // namespace versoir::extract
