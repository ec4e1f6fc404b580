// X.extract.seal.json and its signature: what the extract was on the day it was made.
#include "extract/seal.hpp"

#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "trust/seal.hpp"

#include <algorithm>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::Message;
using core::msg;
using core::Severity;

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

fs::path seal_file(const fs::path& extract) { return extract.string() + ".seal.json"; }

StagedSeal::StagedSeal(Extract& extract, const fs::path& published, trust::Signer& signer,
                       trust::TimestampAuthority* tsa, const core::Clock& clock)
    : published_(seal_file(published)), staged_(published_.string() + ".new") {
  core::write_file(staged_, core::canonical_json(seal_json(extract, published)));
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

void StagedSeal::publish() {
  core::publish_file(trust::seal_path(staged_), trust::seal_path(published_));
  core::publish_file(staged_, published_);
}

void write_seal(Extract& extract, trust::Signer& signer, trust::TimestampAuthority* tsa,
                const core::Clock& clock) {
  StagedSeal(extract, extract.path(), signer, tsa, clock).publish();
}

std::vector<Finding> verify_seal(Extract& extract, const trust::TrustStore& store, const core::Clock& clock) {
  std::vector<Finding> out;
  const auto file = seal_file(extract.path());
  std::error_code ec;
  if (!fs::exists(file, ec)) {
    add(out, Severity::error, msg("The extract has no seal."), file);
    return out;
  }
  try {
    auto verification = trust::verify_seal(file, store, clock, trust::At::signing_time);
    if (verification.verdict != trust::Verdict::valid && verification.findings.empty())
      add(out, Severity::error, msg("The signature of the seal is not valid."), file);
    std::ranges::move(verification.findings, std::back_inserter(out));
  } catch (const Error& e) {
    add(out, Severity::error, e.message(), file);
  }
  try {
    const auto said = core::read_json(file, Exit::evidence_broken);
    if (!said.is_object() || said.value("format", Json()) != seal_format)
      add(out, Severity::error, msg("The seal is not of a known format."), file);
    else
      compare(said, seal_json(extract, extract.path()), extract.path(), out);
  } catch (const Error& e) {
    add(out, Severity::error, e.message(), file);
  }
  return out;
}

}  // namespace versoir::extract
