// An elimination on disk: its states, and registering the papers that answer its bordereau.
#include "sip/elimination.hpp"

#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Date;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::msg;

namespace {

std::string sha512_of(const fs::path& file) { return core::digest_file(file).sha512.hex(); }

/// The signed document or the scan, and the name that it takes: of its own it keeps the extension.
struct PaperDocument {
  std::string name, bytes;
  [[nodiscard]] Json json() const {
    return {{"file", name}, {"sha512", core::sha512(bytes).hex()}, {"size", bytes.size()}};
  }
};
PaperDocument read_document(const fs::path& document, const std::string& stem) {
  const auto extension = core::slug(document.extension().string());
  PaperDocument paper{stem + (extension.empty() ? "" : "." + extension), core::read_file(document)};
  if (paper.bytes.empty()) throw Error(Exit::usage, msg("{0} is empty.", document.string()));
  return paper;
}

/// A paper is dated in the zone of those who sign it: it is of the future once it is so everywhere.
void require_date(Date date, Date earliest, const core::Clock& clock, const core::Message& before) {
  constexpr auto earliest_zone = std::chrono::hours(14);
  if (date > Date(std::chrono::floor<std::chrono::days>(clock.now() + earliest_zone)))
    throw Error(Exit::usage, msg("The date {0} is in the future.", core::show_date(date)));
  if (date < earliest) throw Error(Exit::usage, before);
}

Date paper_date(const Json& json, const char* key, const std::string& origin) {
  const auto date = core::parse_date(core::json_string(json, key, origin, Exit::evidence_broken));
  if (!date) throw Error(Exit::evidence_broken, msg("{0}: \"{1}\" is not a date.", origin, key));
  return *date;
}

void require_unchanged(const Elimination& elimination) {
  const auto findings = verify_elimination(elimination);
  if (findings.empty()) return;
  Error e(Exit::evidence_broken,
          msg("The elimination {0} is no longer what was registered.", elimination.id()));
  for (const auto& f : findings) std::move(e).because(f.message);
  throw std::move(e).hint(msg("Put the files back from a copy; versoir verify says more."));
}

/// Anybody can write a file: what is answered is what the journal knows.
void require_known(const Elimination& elimination, const char* name, const KnownFile& known) {
  if (known(elimination.file(name))) return;
  throw Error(Exit::evidence_broken,
              msg("The journal knows nothing of {0}.", elimination.file(name).lexically_normal().string()))
      .hint(msg("Prepare the bordereau again (--replace), or run again the command that was interrupted."));
}

/// Document first, then what describes it. A paper that a crash left without its line in the journal is the
/// same paper: nothing is written, and the caller writes the line.
void write_paper(const Elimination& elimination, const char* name, Json paper, const PaperDocument& document,
                 const core::Clock& clock) {
  const auto file = elimination.file(name);
  paper["document"] = document.json();
  if (fs::exists(file)) {
    auto there = core::read_json(file, Exit::evidence_broken);
    there.erase("registered");
    if (there == paper) return;
    throw Error(Exit::evidence_broken, msg("{0} is there, the journal knows nothing of it, and it is about "
                                           "another paper.",
                                           file.lexically_normal().string()))
        .hint(msg("Give the same paper again to end what was interrupted, or set the file aside first."));
  }
  core::write_file(elimination.file(document.name), document.bytes, private_mode);
  paper["registered"] = core::format_instant(clock.now());
  core::write_file(file, core::pretty_json(paper), private_mode);
}

}  // namespace

Date today(const core::Clock& clock) { return Date(std::chrono::floor<std::chrono::days>(clock.now())); }

std::string_view state_name(EliminationState s) noexcept {
  switch (s) {
    case EliminationState::prepared:
      return "prepared";
    case EliminationState::visa:
      return "visa";
    case EliminationState::destroyed:
      return "destroyed";
  }
  return {};
}

std::string state_label(EliminationState s) {
  switch (s) {
    case EliminationState::prepared:
      return core::tr("waits for the visa");
    case EliminationState::visa:
      return core::tr("visa registered");
    case EliminationState::destroyed:
      return core::tr("destroyed");
  }
  return {};
}

Elimination::Elimination(fs::path workspace, std::string id)
    : workspace_(std::move(workspace)), id_(std::move(id)) {
  if (!is_versement_id(id_))
    throw Error(Exit::usage, msg("\"{0}\" cannot name an elimination.", id_))
        .hint(msg(
            "Use 1 to 40 letters, digits, underscores and hyphens, and begin with anything but a hyphen."));
}

EliminationState Elimination::state() const {
  if (!fs::exists(file("bordereau.json")))
    throw Error(Exit::lot_state, msg("There is no elimination {0} in this workspace.", id_))
        .hint(msg("versoir eliminate prepare makes one."));
  if (fs::exists(file("destruction.json"))) return EliminationState::destroyed;
  return fs::exists(file("visa.json")) ? EliminationState::visa : EliminationState::prepared;
}

Json Elimination::bordereau() const {
  static_cast<void>(state());
  return core::read_json(file("bordereau.json"), Exit::evidence_broken);
}

bool Elimination::is_rehearsal() const {
  const auto json = bordereau();
  const auto said = json.find("rehearsal");
  return said == json.end() || !said->is_boolean() || said->get<bool>();
}

std::optional<Json> Elimination::visa() const {
  if (!fs::exists(file("visa.json"))) return std::nullopt;
  return core::read_json(file("visa.json"), Exit::evidence_broken);
}

std::optional<Json> Elimination::destruction() const {
  if (!fs::exists(file("destruction.json"))) return std::nullopt;
  return core::read_json(file("destruction.json"), Exit::evidence_broken);
}

std::vector<std::string> list_eliminations(const fs::path& workspace) {
  std::vector<std::string> ids;
  std::error_code ec;
  for (fs::directory_iterator it(workspace / "eliminations", ec), end; !ec && it != end; it.increment(ec)) {
    auto name = it->path().filename().string();
    // Without its bordereau it is what a crash left of the making of one.
    if (is_versement_id(name) && fs::exists(it->path() / "bordereau.json")) ids.push_back(std::move(name));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void register_visa(const Elimination& elimination, const RegisteredPaper& paper, const KnownFile& known,
                   const core::Clock& clock) {
  if (elimination.state() != EliminationState::prepared && known(elimination.file("visa.json")))
    throw Error(Exit::lot_state, msg("The elimination {0} already has its visa.", elimination.id()));
  require_known(elimination, "bordereau.json", known);
  require_unchanged(elimination);
  require_date(paper.date, paper_date(elimination.bordereau(), "prepared", "bordereau.json"), clock,
               msg("The visa is dated before the bordereau that it approves."));
  const auto document = read_document(paper.document, "visa-document");
  write_paper(elimination, "visa.json",
              {{"format", "versoir-elimination-visa/1"},
               {"elimination", elimination.id()},
               {"bordereauSha512", sha512_of(elimination.file("bordereau.json"))},
               {"authority", paper.authority},
               {"reference", paper.reference},
               {"date", core::format_date(paper.date)}},
              document, clock);
}

void register_destruction(const Elimination& elimination, const RegisteredPaper& paper,
                          const KnownFile& known, const core::Clock& clock) {
  const auto state = elimination.state();
  if (state == EliminationState::prepared)
    throw Error(Exit::lot_state,
                msg("The elimination {0} has no visa: nothing of it may be destroyed.", elimination.id()))
        .hint(msg("Code du patrimoine, R212-14. Register the visa first: versoir eliminate visa {0}.",
                  elimination.id()));
  if (state == EliminationState::destroyed && known(elimination.file("destruction.json")))
    throw Error(Exit::lot_state, msg("The destruction of {0} is already registered.", elimination.id()));
  for (const auto* name : {"bordereau.json", "visa.json"}) require_known(elimination, name, known);
  require_unchanged(elimination);
  require_date(paper.date, paper_date(elimination.visa().value(), "date", "visa.json"), clock,
               msg("The destruction is dated before the visa that allows it."));
  const auto document = read_document(paper.document, "destruction-document");
  write_paper(elimination, "destruction.json",
              {{"format", "versoir-elimination-destruction/1"},
               {"elimination", elimination.id()},
               {"visaSha512", sha512_of(elimination.file("visa.json"))},
               {"executor", paper.authority},
               {"place", paper.place},
               {"backups", paper.backups},
               {"reference", paper.reference},
               {"date", core::format_date(paper.date)}},
              document, clock);
}

std::vector<Finding> verify_elimination(const Elimination& elimination) {
  std::vector<Finding> findings;
  const auto require = [&](const std::string& name, const std::string& sha512) {
    const auto file = elimination.file(fs::path(name).filename().string());
    std::error_code ec;
    if (!fs::exists(file, ec))
      findings.push_back(
          {core::Severity::error, "elimination-missing", msg("{0} is missing.", name), elimination.id()});
    else if (sha512_of(file) != sha512)
      findings.push_back({core::Severity::error, "elimination-digest",
                          msg("{0} is no longer the file that was registered.", name), elimination.id()});
  };
  const auto bordereau = elimination.bordereau();
  for (const auto& f : bordereau.at("files")) require(f.at("file"), f.at("sha512"));
  if (const auto visa = elimination.visa()) {
    require("bordereau.json", core::text_of(*visa, "bordereauSha512"));
    require(visa->at("document").at("file"), visa->at("document").at("sha512"));
  }
  if (const auto done = elimination.destruction()) {
    require("visa.json", core::text_of(*done, "visaSha512"));
    require(done->at("document").at("file"), done->at("document").at("sha512"));
  }
  return findings;
}

}  // namespace versoir::sip
