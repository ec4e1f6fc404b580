// Replays the events of decisions and sendings, then looks for the files that they left.
#include "sip/journal_trail.hpp"

#include "core/digest.hpp"
#include "trust/journal.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Exit;
using core::Finding;
using core::Json;
using core::Message;
using core::msg;

namespace {

std::string digest_of(const fs::path& file) { return core::digest_file(file).sha512.hex(); }

/// Collects findings about files of one folder.
class Findings {
 public:
  explicit Findings(std::string folder) : folder_(std::move(folder)) {}

  /// The file is there and `is_it`; otherwise says which of the two fails.
  template <class F>
  void require(const fs::path& file, F&& is_it) {
    const auto name = file.filename().string();
    const auto where = folder_.empty() ? name : folder_ + "/" + name;
    std::error_code ec;
    if (!fs::exists(file, ec)) return add(msg("The journal knows {0}; the file is missing.", where), where);
    try {
      if (!is_it(file)) add(msg("{0} is not what the journal says.", where), where);
    } catch (const std::exception&) {  // unreadable, or of another shape than ours
      add(msg("{0} is not what the journal says.", where), where);
    }
  }
  void refuse_if_there(const fs::path& file) {
    std::error_code ec;
    if (!fs::exists(file, ec)) return;
    const auto where = folder_ + "/" + file.filename().string();
    add(msg("{0}: the journal knows of no sending of this lot.", where), where);
  }
  std::vector<Finding> take() { return std::move(list_); }

 private:
  void add(Message message, const std::string& where) {
    list_.push_back({core::Severity::error, "journal-trail", std::move(message), where});
  }
  std::string folder_;
  std::vector<Finding> list_;
};

constexpr std::array events{
    "VISA_APPROVED",  "VISA_REFUSED",   "VISA_REVOKED",     "VISA_COUNTERSIGNED", "PLANNED",     "SIP_BUILT",
    "CHECKPOINT",     "EXTRACT_SEALED", "SIP_CHECKED",      "SEND_STARTED",       "SEND_FAILED", "SENT",
    "SEND_IN_DOUBT",  "ATR_RECEIVED",   "RECEIPT_VERIFIED", "CLOSING_STARTED",    "CLOSED",      "READ_BACK",
    "REVIEW_WRITTEN", "ROLES_SIGNED",   "EXTRACT_PURGED",   "ANNOTATION_SIGNED"};

bool names_files(std::string_view event) {
  return event.starts_with("EVIDENCE_") || event.starts_with("ELIMINATION_") ||
         event.starts_with("WARNINGS_");
}

/// States of a lot that nothing else binds, by the member that carries their digest.
constexpr std::array states_of_lot{
    std::pair{"build_sha512", "build.json"},     std::pair{"report_sha512", "check.json"},
    std::pair{"sending_sha512", "sending.json"}, std::pair{"operation_sha512", "operation.json"},
    std::pair{"receipt_sha512", "receipt.json"}, std::pair{"read_back_sha512", "read-back.json"}};

/// What a plan leaves beside its tables, before anybody decides.
constexpr std::array planned_lists{"plan.json", "kept.csv", "left-out.csv"};

bool says(const fs::path& file, const char* key, const std::string& value) {
  return core::text_of(core::read_json(file), key) == value;
}

}  // namespace

std::vector<fs::path> JournalTrail::files(const fs::path& workspace) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (fs::directory_iterator it(workspace, ec), end; !ec && it != end; it.increment(ec)) {
    const auto name = it->path().filename().string();
    if (name.starts_with("journal-") && name.ends_with(".jsonl")) files.push_back(it->path());
  }
  if (ec) throw core::Error(Exit::disk, msg("{0} cannot be read: {1}", workspace.string(), ec.message()));
  std::sort(files.begin(), files.end());
  return files;
}

/// take() and what it calls know no other events.
bool JournalTrail::counts(const Json& line) {
  const auto event = core::text_of(line, "event");
  return names_files(event) || std::find(events.begin(), events.end(), event) != events.end();
}

JournalTrail JournalTrail::read(const fs::path& workspace) {
  // Machines write a journal each: the last word is the latest, whatever journal it stands in. Instants are
  // ISO in UTC, so their order is that of texts; within a journal the order of the lines stays, also when its
  // clock was put back.
  // One line of each journal is held at a time, however long they are.
  struct Ahead {
    trust::JournalLines lines;
    std::string latest = {};
    std::optional<Json> line = {};

    /// The next line that counts.
    void advance() {
      while ((line = lines.next())) {
        latest = std::max(latest, core::text_of(*line, "ts"));
        if (counts(*line)) return;
      }
    }
  };
  std::vector<Ahead> journals;
  for (const auto& file : files(workspace)) journals.emplace_back(Ahead{trust::JournalLines(file)}).advance();
  JournalTrail trail;
  for (;;) {
    Ahead* first = nullptr;
    for (auto& journal : journals)
      if (journal.line && (!first || journal.latest < first->latest)) first = &journal;
    if (!first) break;
    trail.take(*first->line);
    first->advance();
  }
  return trail;
}

void JournalTrail::take(const Json& line) {
  const auto event = core::text_of(line, "event");
  const auto object = line.find("object");
  if (object == line.end() || !object->is_object()) return;
  take_states(*object);
  if (event == "SIP_BUILT") return;
  if (event == "PLANNED") {
    auto& tables = tables_[core::text_of(*object, "versement")];
    tables.clear();
    if (const auto given = object->find("tables"); given != object->end())
      for (const auto* kind : {"csv", "html"})
        if (auto digest = core::text_of(*given, kind); !digest.empty())
          tables[std::string("tableau.") + kind] = std::move(digest);
    if (const auto given = object->find("lists"); given != object->end() && given->is_object())
      for (const auto* name : planned_lists)
        if (auto digest = core::text_of(*given, name); !digest.empty()) tables[name] = std::move(digest);
    return;
  }
  // Parts of a signature file say nothing that is verified; its digest leaves no byte out.
  if (event == "CHECKPOINT" || event == "EXTRACT_SEALED") {
    const auto of = core::text_of(*object, "file") + (event == "CHECKPOINT" ? ".p7s" : ".seal.json.p7s");
    if (auto digest = core::text_of(*object, "signature"); !digest.empty())
      signatures_[of] = std::move(digest);
    take_root_file(event == "CHECKPOINT", *object);
    return;
  }
  if (event == "EXTRACT_PURGED") {  // another generation took its place: the old one may go
    const auto from = core::text_of(*object, "from");
    std::erase_if(extracts_, [&](const auto& e) { return e.second == from; });
    annotations_.clear();
    return;
  }
  if (event == "REVIEW_WRITTEN") {
    auto& review = reviews_[core::text_of(*object, "versement")];
    review = {core::text_of(*object, "sha512"), {}, false};
    const auto checks = object->find("checks");
    if (checks == object->end() || !checks->is_object()) return;
    review.tells_checks = true;
    for (const auto& [lot, digest] : checks->items())
      if (digest.is_string()) review.checks[lot] = digest.get<std::string>();
    return;
  }
  if (event == "ANNOTATION_SIGNED") {
    annotations_[core::text_of(*object, "extract")] = core::text_of(*object, "head");
    return;
  }
  if (event == "ROLES_SIGNED") {
    registers_[core::text_of(*object, "file")] = {core::text_of(*object, "sha512"),
                                                  core::text_of(line, "ts")};
    return;
  }
  if (event == "VISA_APPROVED" || event == "VISA_REFUSED" || event == "VISA_REVOKED") {
    const auto number = object->find("visa");
    if (number == object->end() || !number->is_number_integer()) return;
    decisions_[{core::text_of(*object, "versement"), number->get<int>()}] = {
        core::text_of(*object, "sha512"), core::text_of(*object, "signature"), {}};
  } else if (event == "VISA_COUNTERSIGNED") {
    take_second(*object);
  } else if (event == "SIP_CHECKED") {
    take_check(*object, line);
  } else if (names_files(event)) {
    take_files(*object);
  } else if (event == "CLOSING_STARTED" || event == "CLOSED") {
    auto& lines = closings_[{core::text_of(*object, "versement"), core::text_of(*object, "lot")}];
    (event == "CLOSED" ? lines.closed : lines.started) = core::text_of(*object, "sha512");
  } else {
    take_transfer(event, *object, line);
  }
}

void JournalTrail::take_root_file(bool checkpoint, const Json& object) {
  const auto name = core::text_of(object, "file");
  if (name.empty() || name.find('/') != std::string::npos) return;
  if (checkpoint)
    checkpoints_.insert(name);
  else if (!core::text_of(object, "signature").empty())  // made in this workspace
    extracts_[name] = core::text_of(object, "root");
}

/// A second signature of bytes that nobody signed a first time is none.
void JournalTrail::take_second(const Json& object) {
  const auto number = object.find("visa");
  if (number == object.end() || !number->is_number_integer()) return;
  const auto found = decisions_.find({core::text_of(object, "versement"), number->get<int>()});
  if (found != decisions_.end() && found->second.sha512 == core::text_of(object, "sha512"))
    found->second.second = core::text_of(object, "signature");
}

void JournalTrail::take_check(const Json& object, const Json& line) {
  const bool refused = core::text_of(line, "outcome") == "ko";
  checks_[core::text_of(object, "lot")] = refused ? std::string() : core::text_of(object, "report_sha512");
}

bool JournalTrail::knows_check(const MessageIdentifier& lot, const std::string& report_sha512) const {
  const auto found = checks_.find(lot.value);
  return found != checks_.end() && !found->second.empty() && found->second == report_sha512;
}

void JournalTrail::take_transfer(const std::string& event, const Json& object, const Json& line) {
  const auto lot = core::text_of(object, "lot");
  if (lot.empty() || lot.find_first_of("/.") != std::string::npos) return;  // it becomes a folder name
  if (event == "RECEIPT_VERIFIED") return take_receipt(lot);
  const bool known = event == "SEND_STARTED" || event == "SEND_FAILED" || event == "SENT" ||
                     event == "SEND_IN_DOUBT" || event == "ATR_RECEIVED";
  if (!known) return;
  auto& transfer = transfers_[{core::text_of(object, "versement"), lot}];
  if (event == "SEND_FAILED") {
    transfer.started = false;
    return;
  }
  transfer.started = true;
  if (event == "SEND_STARTED") transfer.sip_sha512 = core::text_of(object, "sip_sha512");
  if (event == "SENT") transfer.operation = core::text_of(object, "operation");
  if (event == "ATR_RECEIVED") {
    transfer.atr_sha512 = core::text_of(object, "atr_sha512");
    transfer.accepted = core::text_of(line, "outcome") != "ko";
    if (transfer.accepted) transfer.receipt = true;
  }
}

/// Lines of this event name no versement; identifiers of lots are unique in a workspace.
void JournalTrail::take_receipt(const std::string& lot) {
  for (auto& [key, transfer] : transfers_)
    if (key.second == lot) transfer.receipt = true;
}

std::vector<std::string> JournalTrail::versements() const {
  std::set<std::string> ids;
  for (const auto& [key, decision] : decisions_) ids.insert(key.first);
  for (const auto& [key, transfer] : transfers_) ids.insert(key.first);
  std::vector<std::string> names;
  for (const auto& id : ids)
    if (is_versement_id(id)) names.push_back(id);  // anything else cannot be a folder of ours
  return names;
}

std::vector<Finding> JournalTrail::missing_decisions(const Versement& versement) const {
  Findings findings(versement.id());
  for (const auto& [key, decision] : decisions_) {
    if (key.first != versement.id()) continue;
    const auto name = fmt::format("visa-{}.json", key.second);
    findings.require(versement.file(name),
                     [&](const fs::path& f) { return digest_of(f) == decision.sha512; });
    findings.require(versement.file(name + ".p7s"), [&](const fs::path& f) {
      return decision.signature.empty() || digest_of(f) == decision.signature;
    });
    if (!decision.second.empty())
      findings.require(versement.file(name + ".2.p7s"),
                       [&](const fs::path& f) { return digest_of(f) == decision.second; });
  }
  return findings.take();
}

std::vector<Finding> JournalTrail::missing_transfers(const Versement& versement,
                                                     const MessageIdentifier& lot) const {
  std::vector<Finding> all;
  for (const auto& [key, t] : transfers_) {
    if (key.first != versement.id() || (!lot.value.empty() && key.second != lot.value)) continue;
    const auto folder = versement.lot({key.second});
    Findings findings(versement.id() + "/lots/" + key.second);
    if (t.started)
      findings.require(folder / "sending.json", [&](const fs::path& f) {
        return t.sip_sha512.empty() || says(f, "sha512", t.sip_sha512);
      });
    if (!t.operation.empty())
      findings.require(folder / "operation.json",
                       [&](const fs::path& f) { return says(f, "operation", t.operation); });
    if (!t.atr_sha512.empty())
      findings.require(folder / "atr.xml", [&](const fs::path& f) { return digest_of(f) == t.atr_sha512; });
    if (t.receipt)
      findings.require(folder / "receipt.json", [&](const fs::path& f) {
        return t.atr_sha512.empty() || says(f, "atr_sha512", t.atr_sha512);
      });
    for (auto& f : findings.take()) all.push_back(std::move(f));
  }
  return all;
}

void JournalTrail::take_states(const Json& object) {
  const auto lot = core::text_of(object, "lot");
  for (const auto& [member, file] : states_of_lot)
    if (auto digest = core::text_of(object, member); !digest.empty())
      states_[lot][file].insert(std::move(digest));
}

std::vector<Finding> JournalTrail::altered_states(const Versement& versement,
                                                  const MessageIdentifier& lot) const {
  const auto known = states_.find(lot.value);
  if (known == states_.end()) return {};
  Findings findings(versement.id() + "/lots/" + lot.value);
  for (const auto& [file, digests] : known->second)
    if (const auto path = versement.lot(lot) / file; fs::exists(path))
      findings.require(path, [&](const fs::path& f) { return digests.contains(digest_of(f)); });
  return findings.take();
}

std::vector<Finding> JournalTrail::altered_signature(const fs::path& workspace,
                                                     const std::string& name) const {
  const auto known = signatures_.find(name);
  if (known == signatures_.end() || !fs::exists(workspace / name)) return {};
  Findings findings("");  // at the root of the workspace
  findings.require(workspace / name, [&](const fs::path& f) { return digest_of(f) == known->second; });
  return findings.take();
}

std::vector<Finding> JournalTrail::missing_checkpoints(const fs::path& workspace,
                                                       const std::string& journal) const {
  Findings findings("");
  for (const auto& name : checkpoints_) {
    if (!name.starts_with(journal + ".checkpoint-")) continue;
    findings.require(workspace / name, [](const fs::path&) { return true; });  // its signature says the rest
    findings.require(workspace / (name + ".p7s"), [](const fs::path&) { return true; });
  }
  return findings.take();
}

std::vector<std::string> JournalTrail::missing_extracts(const fs::path& workspace) const {
  std::vector<std::string> missing;
  for (const auto& [name, root] : extracts_)
    if (std::error_code ec; !fs::exists(workspace / name, ec)) missing.push_back(name);
  return missing;
}

std::string JournalTrail::last_annotation(const std::string& origin) const {
  const auto found = annotations_.find(origin);
  return found == annotations_.end() ? std::string() : found->second;
}

bool JournalTrail::knows_review(const std::string& versement, const std::string& sha512) const {
  const auto found = reviews_.find(versement);
  return found != reviews_.end() && found->second.sha512 == sha512;
}

bool JournalTrail::reviewed_check(const std::string& versement, const MessageIdentifier& lot,
                                  const std::string& report_sha512) const {
  const auto found = reviews_.find(versement);
  if (found == reviews_.end() || !found->second.tells_checks) return true;
  const auto check = found->second.checks.find(lot.value);
  return check != found->second.checks.end() && check->second == report_sha512;
}

const SignedRegister* JournalTrail::last_register(const std::string& name) const {
  const auto found = registers_.find(name);
  return found == registers_.end() ? nullptr : &found->second;
}

std::vector<Finding> JournalTrail::altered_tables(const Versement& versement) const {
  const auto known = tables_.find(versement.id());
  if (known == tables_.end()) return {};
  Findings findings(versement.id());
  for (const auto& [file, digest] : known->second)
    if (const auto path = versement.file(file); fs::exists(path))
      findings.require(path, [&](const fs::path& f) { return digest_of(f) == digest; });
  return findings.take();
}

std::vector<Finding> JournalTrail::unknown_transfers(const Versement& versement,
                                                     const MessageIdentifier& lot) const {
  const auto known = transfers_.find({versement.id(), lot.value});
  if (known != transfers_.end() && known->second.started) return {};
  Findings findings(versement.id() + "/lots/" + lot.value);
  for (const auto* name : {"operation.json", "atr.xml", "receipt.json"})
    findings.refuse_if_there(versement.lot(lot) / name);
  return findings.take();
}

ReplyTrace JournalTrail::reply(const Versement& versement, const MessageIdentifier& lot,
                               const std::string& atr_sha512) const {
  const auto known = transfers_.find({versement.id(), lot.value});
  if (known == transfers_.end() || atr_sha512.empty() || known->second.atr_sha512 != atr_sha512)
    return ReplyTrace::none;
  return known->second.accepted ? ReplyTrace::accepted : ReplyTrace::refused;
}

ClosingTrace JournalTrail::closing(const Versement& versement, const std::string& lot,
                                   const std::string& sha512) const {
  const auto found = closings_.find({versement.id(), lot});
  if (found == closings_.end()) return ClosingTrace::none;
  if (found->second.closed == sha512) return ClosingTrace::closed;
  return found->second.started == sha512 ? ClosingTrace::started : ClosingTrace::none;
}

std::vector<Finding> JournalTrail::missing_closings(const Versement& versement) const {
  std::vector<Finding> all;
  for (const auto& [key, lines] : closings_) {
    if (key.first != versement.id() || lines.closed.empty()) continue;
    const bool reports = key.second.empty();
    if (!reports && key.second.find_first_of("/.") != std::string::npos)
      continue;  // it becomes a folder name
    Findings findings(reports ? versement.id() : versement.id() + "/lots/" + key.second);
    findings.require((reports ? versement.folder() : versement.lot({key.second})) / "closing.json",
                     [&](const fs::path& f) { return digest_of(f) == lines.closed; });
    for (auto& f : findings.take()) all.push_back(std::move(f));
  }
  return all;
}

void JournalTrail::take_files(const Json& object) {
  const auto take = [this](const Json& f, std::map<std::string, std::string>& into) {
    if (!f.is_object()) return;
    const auto name = core::text_of(f, "file");
    // A name of the workspace: a line from elsewhere must not lead out of it.
    if (name.empty() || name.starts_with('/') || name.find("..") != std::string::npos) return;
    into[name] = core::text_of(f, "sha512");
    std::erase_if(withdrawn_, [&](const std::string& folder) { return name.starts_with(folder + "/"); });
  };
  // A folder that was withdrawn: its files may go. "/" keeps e1 from naming e10.
  if (const auto folder = core::text_of(object, "withdrawn"); !folder.empty()) {
    withdrawn_.insert(folder);
    for (auto* map : {&begun_, &files_})
      std::erase_if(*map, [&](const auto& entry) { return entry.first.starts_with(folder + "/"); });
  }
  if (const auto list = object.find("list"); list != object.end()) take(*list, begun_);
  const auto files = object.find("files");
  if (files == object.end() || !files->is_array()) return;
  for (const auto& f : *files) take(f, files_);
}

bool JournalTrail::began_file(const std::string& name, const std::string& sha512) const {
  const auto found = begun_.find(name);
  return found != begun_.end() && found->second == sha512;
}

std::vector<Finding> JournalTrail::missing_files(const fs::path& workspace, const std::string& folder) const {
  std::vector<Finding> all;
  for (const auto& [name, digest] : files_) {
    if (!name.starts_with(folder + "/")) continue;
    Findings findings(fs::path(name).parent_path().generic_string());
    findings.require(workspace / name, [&](const fs::path& f) { return digest_of(f) == digest; });
    for (auto& f : findings.take()) all.push_back(std::move(f));
  }
  return all;
}

bool JournalTrail::knows_file(const std::string& name, const std::string& sha512) const {
  const auto found = files_.find(name);
  return found != files_.end() && found->second == sha512;
}

bool JournalTrail::knows(const Versement& versement, const VisaFile& visa) const {
  const auto found = decisions_.find({versement.id(), visa.number});
  return found != decisions_.end() && found->second.sha512 == core::sha512(visa.bytes).hex() &&
         (visa.second.empty() || found->second.second == core::sha512(visa.second).hex());
}

}  // namespace versoir::sip
