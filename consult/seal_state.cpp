// See seal_state.hpp.
#include "consult/seal_state.hpp"

#include "core/json.hpp"
#include "extract/seal.hpp"
#include "trust/merkle.hpp"
#include "trust/seal.hpp"

#include <algorithm>

namespace versoir::consult {

namespace fs = std::filesystem;
using core::Error;
using core::Json;
using core::msg;

namespace {

constexpr const char* format_of_seals = "versoir-extract-seal/1";

void compare_facts(const Json& said, extract::Extract& extract, std::vector<core::Message>& out) {
  if (!said.is_object() || said.value("format", Json()) != format_of_seals) {
    out.push_back(msg("The seal is not of a known format."));
    return;
  }
  const Json::json_pointer size_at("/file/size");
  if (!said.contains(size_at) || said.at(size_at) != Json(fs::file_size(extract.path())))
    out.push_back(msg("The size of the extract is not the sealed one."));
  auto tables = Json::array();
  for (const auto& t : extract.tables())
    tables.push_back({{"name", t.name}, {"rows", t.copied_rows}, {"sum", t.sum}, {"root", t.root.hex()}});
  if (said.value("tables", Json()) != tables)
    out.push_back(msg("The tables of the extract are not the sealed ones."));
  if (said.value("root", Json()) != Json(extract.root().hex()))
    out.push_back(msg("The root of the extract is not the sealed one."));
  auto run = Json::object();
  auto st = extract.database().prepare("SELECT key, value FROM versoir_run");
  while (st.step()) run[std::string(st.text(0))] = std::string(st.text(1));
  if (said.value("run", Json()) != run)
    out.push_back(msg("The facts of the run in the extract are not the sealed ones."));
}

/// Blocks hold what pages are verified against: they must themselves be under the sealed roots.
void compare_blocks(extract::Extract& extract, std::vector<core::Message>& out) {
  auto st =
      extract.database().prepare("SELECT digest FROM versoir_block WHERE table_name = ?1 ORDER BY block");
  for (const auto& table : extract.tables()) {
    trust::MerkleBuilder tree;
    st.bind(1, std::string_view(table.name));
    while (st.step()) {
      const auto digest = core::Sha256::from_hex(st.text(0));
      tree.add(digest ? trust::merkle_leaf(digest->span()) : core::Sha256{});
    }
    st.reset();
    if (tree.root() != table.root)
      out.push_back(msg("The blocks of the table {0} are not those of its root.", table.name));
  }
}

bool signature_holds(const fs::path& seal, const Json& said, const trust::TrustStore& configured,
                     const trust::RoleRegister* roles, const core::Clock& clock, SealState& state) {
  auto store = configured;
  if (said.is_object() && said.value("timestampRequired", Json()) == true) {  // signed: it counts as said
    store.require_timestamp = true;
    store.timestamps_since.reset();
  }
  const auto verification = trust::verify_seal(seal, store, clock, trust::At::signing_time);
  if (!verification.signers.empty()) state.sealed_by = verification.signers.front().certificate.common_name();
  if (verification.verdict != trust::Verdict::valid) {
    for (const auto& f : verification.findings) state.reasons.push_back(f.message);
    if (verification.findings.empty())
      state.reasons.push_back(msg("The signature of the seal is not valid."));
    return false;
  }
  if (roles && std::ranges::none_of(verification.signers,
                                    [&](const auto& s) { return roles->is_producer(s.certificate); })) {
    state.reasons.push_back(msg("{0}, who sealed it, is no producer of the role register.", state.sealed_by));
    return false;
  }
  return true;
}

}  // namespace

SealState judge_seal(extract::Extract& extract, const trust::TrustStore* store,
                     const trust::RoleRegister* roles, const core::Clock& clock) {
  SealState state;
  const auto seal = extract::seal_file(extract.path());
  try {
    if (!fs::exists(seal)) {
      state.reasons.push_back(msg("The extract has no seal."));
      return state;
    }
    const auto said = core::read_json(seal, core::Exit::evidence_broken);
    compare_facts(said, extract, state.reasons);
    compare_blocks(extract, state.reasons);
    if (store && !signature_holds(seal, said, *store, roles, clock, state)) return state;
    if (!state.reasons.empty()) return state;
  } catch (const Error& e) {
    state.reasons.push_back(e.message());
    return state;
  }
  if (store && roles) {
    state.verdict = SealState::Verdict::verified;
  } else {
    state.verdict = SealState::Verdict::not_judged;
    state.reasons.push_back(
        msg("versoir.conf does not say whose seals are trusted: [trust] anchors and roles."));
  }
  return state;
}

}  // namespace versoir::consult
