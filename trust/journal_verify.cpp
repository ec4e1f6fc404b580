// Offline verification of a journal: the chain line by line, and the checkpoints that stand beside it, since
// only they show that the end was cut off.
#include "core/file.hpp"
#include "core/json.hpp"
#include "trust/journal.hpp"
#include "trust/journal_lines.hpp"
#include "trust/journal_purge.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::Message;
using core::msg;
using core::Severity;

namespace {

std::string member_text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The first line of a journal that was purged gives the place of the lines that are gone.
Message take_stand_in(JournalScan& scan, const Json& json, std::string_view line) {
  const auto object = json.value("object", Json::object());
  const auto lines = object.is_object() ? object.value("lines", Json()) : Json();
  const auto head = core::Sha256::from_hex(object.is_object() ? member_text(object, "head") : "");
  if (!lines.is_number_unsigned() || lines.get<std::uint64_t>() == 0 || !head ||
      json.value("seq", Json()) != lines)
    return msg("The line does not say which lines were removed.");
  scan.purged = scan.lines = lines.get<std::uint64_t>();
  scan.head = *head;
  scan.stand_in = core::sha256(line);
  return {};
}

/// Why a line does not follow `scan`, empty when it does.
Message line_defect(JournalScan& scan, const Json& json) {
  const auto text = [&](const char* key) { return member_text(json, key); };
  const auto seq = json.find("seq");
  if (seq == json.end() || !seq->is_number_integer() ||
      seq->get<std::int64_t>() != static_cast<std::int64_t>(scan.lines + 1))
    return msg("The line does not have the number {0}.", scan.lines + 1);
  if (text("prev") != scan.head.hex()) return msg("The line does not carry the digest of the line before.");
  if ((text("event") == genesis_event) != (scan.lines == 0))
    return msg("The journal does not begin where it says.");
  for (const char* key : {"ts", "node", "event", "outcome", "tool"})
    if (text(key).empty()) return msg("The line has no member {0}.", key);
  if (scan.purged > 0 && text("event") == purge_event) {
    const auto object = json.value("object", Json::object());
    scan.held = scan.held || (object.is_object() && member_text(object, "first") == scan.stand_in.hex());
  }
  return {};
}

/// What is wrong with one whole line; it is taken into `scan` when nothing is.
Message line_taken(JournalScan& scan, std::string_view line, const std::string& where) {
  if (line.size() > longest_line) return msg("The line is too long.");
  Json json;
  try {
    json = core::parse_json(line, where, Exit::journal_broken);
  } catch (const Error& e) {
    return e.message();
  }
  if (!json.is_object()) return msg("The line is not a JSON object.");
  if (scan.lines == 0 && member_text(json, "event") == purged_event) return take_stand_in(scan, json, line);
  if (auto defect = line_defect(scan, json); !defect.empty()) return defect;
  scan.head = core::sha256(line);
  scan.tree.add(merkle_leaf(line));
  ++scan.lines;
  return {};
}

/// Takes one whole line; false when it is broken.
bool take_line(JournalScan& scan, std::string_view line, const std::filesystem::path& file) {
  const auto where = fmt::format("{}:{}", file.filename().string(), scan.lines + 1);
  auto defect = line_taken(scan, line, where);
  if (defect.empty()) return true;
  scan.findings.push_back({Severity::error, "journal-line", std::move(defect), where});
  return false;
}

}  // namespace

std::uint64_t continue_scan(JournalScan& scan, const JournalFiles& files, const std::filesystem::path& file,
                            std::uint64_t from,
                            const std::function<void(const JournalScan&, std::string_view)>& at_line) {
  std::string pending;
  std::string buffer(64u << 10, '\0');
  auto at = from;
  for (;;) {
    const auto n = files.read(buffer.data(), buffer.size(), at);
    if (n == 0) break;
    at += n;
    pending.append(buffer, 0, n);
    std::size_t begin = 0;
    for (std::size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const auto line = std::string_view(pending).substr(begin, end - begin);
      if (!take_line(scan, line, file)) return from;
      from += line.size() + 1;
      if (at_line) at_line(scan, line);
    }
    pending.erase(0, begin);
    if (pending.size() > longest_line) {
      take_line(scan, pending, file);
      return from;
    }
  }
  scan.fragment = pending.size();
  return from;
}

JournalScan scan_journal(const JournalFiles& files, const std::filesystem::path& file,
                         const std::function<void(const JournalScan&)>& at_line) {
  JournalScan scan;
  continue_scan(scan, files, file, 0, [&](const JournalScan& now, std::string_view) {
    if (at_line) at_line(now);
  });
  return scan;
}

namespace {

struct Checkpoint {
  std::string name;
  std::string head, root;
  bool met = false;
};

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

std::vector<std::filesystem::path> files_like(const std::filesystem::path& folder,
                                              const std::function<bool(const std::string&)>& wanted) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (wanted(entry.path().filename().string())) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

using Checkpoints = std::multimap<std::uint64_t, Checkpoint>;

/// One place where a journal stood, of the checkpoint itself or of its list of the others.
void take_stand(const Json& json, const std::string& name, Checkpoints& points) {
  const auto lines = core::json_int(json, "lines", name, Exit::journal_broken);
  points.emplace(static_cast<std::uint64_t>(std::max<std::int64_t>(lines, 0)),
                 Checkpoint{name, core::json_string(json, "head", name, Exit::journal_broken),
                            core::json_string(json, "root", name, Exit::journal_broken), false});
}

/// What the checkpoints of the folder say of a journal, by the number of lines that they cover: its own, and
/// those of other journals, which bind all heads. Their signatures are another matter (verify_seal): a forged
/// one can only accuse a good journal, not excuse a bad one.
Checkpoints read_checkpoints(const std::filesystem::path& file, std::vector<Finding>& findings) {
  Checkpoints points;
  const auto own = file.filename().string();
  const auto is_point = [](const std::string& name) {
    return name.find(".checkpoint-") != std::string::npos && name.ends_with(".json");
  };
  for (const auto& path : files_like(folder_of(file), is_point)) {
    const auto name = path.filename().string();
    const bool ours = name.starts_with(own + ".checkpoint-");
    try {
      const auto json = core::read_json(path, Exit::journal_broken);
      if (ours) take_stand(json, name, points);
      if (const auto others = json.find("others"); others != json.end() && others->is_array())
        for (const auto& other : *others)
          if (core::text_of(other, "journal") == own) take_stand(other, name, points);
    } catch (const Error& e) {
      if (ours) findings.push_back({Severity::error, "journal-checkpoint", e.message(), name});
    }
  }
  return points;
}

}  // namespace

std::vector<std::filesystem::path> journals_beside(const std::filesystem::path& file) {
  return files_like(folder_of(file), [](const std::string& name) {
    return name.starts_with("journal-") && name.ends_with(".jsonl");
  });
}

struct JournalLines::State {
  explicit State(const std::filesystem::path& path) : file(path), files(path) {}
  std::filesystem::path file;
  JournalFiles files;
  std::string pending;
  std::size_t begin = 0;
  std::uint64_t read = 0, number = 0;

  /// The next whole line; empty at the end, and for what a crash left of a last one.
  std::optional<std::string_view> line() {
    for (;;) {
      if (const auto end = pending.find('\n', begin); end != std::string::npos) {
        const auto text = std::string_view(pending).substr(begin, end - begin);
        begin = end + 1;
        return text;
      }
      pending.erase(0, std::exchange(begin, 0));
      if (pending.size() > longest_line) throw Error(Exit::journal_broken, msg("The line is too long."));
      const auto have = pending.size();
      constexpr std::size_t piece = 64u << 10;
      pending.resize(have + piece);
      const auto n = files.read(pending.data() + have, piece, read);
      pending.resize(have + n);
      read += n;
      if (n == 0) return std::nullopt;
    }
  }
};

JournalLines::JournalLines(const std::filesystem::path& file) : s_(std::make_unique<State>(file)) {}
JournalLines::~JournalLines() = default;
JournalLines::JournalLines(JournalLines&&) noexcept = default;
JournalLines& JournalLines::operator=(JournalLines&&) noexcept = default;

std::optional<Json> JournalLines::next() {
  const auto line = s_->line();
  if (!line) return std::nullopt;
  const auto where = fmt::format("{}:{}", s_->file.filename().string(), ++s_->number);
  auto json = core::parse_json(*line, where, Exit::journal_broken);
  if (!json.is_object()) throw Error(Exit::journal_broken, msg("The line is not a JSON object."));
  return json;
}

void read_journal(const std::filesystem::path& file, const std::function<void(const Json&)>& visit) {
  JournalLines lines(file);
  while (const auto line = lines.next()) visit(*line);
}

void copy_journal(const std::filesystem::path& file, core::ByteSink& out) {
  JournalLines::State lines(file);
  while (const auto line = lines.line()) {
    out.write(*line);
    out.write("\n");
  }
}

bool JournalReport::intact() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& f) { return f.severity == Severity::error; });
}

namespace {

JournalReport verify(const std::filesystem::path& file, bool may_be_purged) {
  if (!std::filesystem::exists(file))
    throw Error(Exit::journal_broken, msg("The journal {0} is not there.", file.string()));
  JournalReport report;
  std::vector<Finding> about_points;
  auto points = read_checkpoints(file, about_points);
  const auto compare = [&](const JournalScan& scan) {
    const auto [first, last] = points.equal_range(scan.lines);
    for (auto p = first; p != last; ++p) {
      p->second.met = true;
      report.covered = scan.lines;
      // The root of lines that are gone cannot be made again; their chain ends in the head all the same.
      const bool same_root = scan.purged > 0 || p->second.root == scan.tree.root().hex();
      if (p->second.head != scan.head.hex() || !same_root)
        about_points.push_back(
            {Severity::error, "journal-checkpoint",
             msg("The first {0} lines of the journal are not those of this checkpoint.", scan.lines),
             p->second.name});
    }
  };
  auto scan = scan_journal(JournalFiles(file), file, compare);
  report.lines = scan.lines;
  report.purged = scan.purged;
  report.head = scan.head;
  report.findings = std::move(scan.findings);
  const bool whole = report.findings.empty();
  if (scan.fragment > 0)
    report.findings.push_back(
        {Severity::warning, "journal-incomplete",
         msg("The last line is incomplete ({0} bytes): the program or the machine stopped while writing it.",
             scan.fragment),
         fmt::format("{}:{}", file.filename().string(), scan.lines + 1)});
  if (whole && scan.purged > 0 && !may_be_purged)
    report.findings.push_back({Severity::error, "journal-purge",
                               msg("Its first lines are gone: this journal keeps all its lines."),
                               file.filename().string() + ":1"});
  else if (whole && scan.purged > 0 && !scan.held)
    report.findings.push_back({Severity::error, "journal-purge",
                               msg("The first line says that lines were removed, and no event of the chain "
                                   "says so: it was put there."),
                               file.filename().string() + ":1"});
  if (whole && scan.lines == 0)
    report.findings.push_back(
        {Severity::warning, "journal-empty", msg("The journal holds no line."), file.filename().string()});
  report.findings.insert(report.findings.end(), about_points.begin(), about_points.end());
  for (const auto& [lines, point] : points)
    if (whole && !point.met && lines > scan.purged)
      report.findings.push_back(
          {Severity::error, "journal-truncated",
           msg("The checkpoint covers {0} lines, the journal has {1}: its end was cut off.", lines,
               scan.lines),
           point.name});
  return report;
}

}  // namespace

JournalReport verify_journal(const std::filesystem::path& file) { return verify(file, false); }
JournalReport verify_purged_journal(const std::filesystem::path& file) { return verify(file, true); }

}  // namespace versoir::trust
