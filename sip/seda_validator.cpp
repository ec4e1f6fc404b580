// One pass of the machine over the reader; identifiers by hash.
#include "sip/seda_validator.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <utility>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;
using core::XmlReader;

namespace {

constexpr Exit refused = Exit::sip_unreadable;  ///< marks what the reader refuses, apart from a failing disk
using Open = std::function<XmlReader()>;

std::uint64_t hash_of(std::string_view name) { return std::hash<std::string_view>{}(name); }

/// The line of an identifier, by its hash: 16 bytes a place, of which three in four at most are taken.
class IdLines {
 public:
  /// The line of an equal one that came before; nullopt: there was none, and this one is kept.
  std::optional<long> add(std::uint64_t hash, long line) {
    if (count_ + 1 > places_.size() / 4 * 3) grow();
    auto& place = places_[index_of(hash)];
    if (place.line != free) return place.line;
    place = {hash, line};
    ++count_;
    return std::nullopt;
  }
  [[nodiscard]] bool contains(std::uint64_t hash) const {
    return !places_.empty() && places_[index_of(hash)].line != free;
  }
  [[nodiscard]] std::uint64_t size() const { return count_; }

 private:
  static constexpr long free = -1;
  struct Place {
    std::uint64_t hash = 0;
    long line = free;
  };
  [[nodiscard]] std::size_t index_of(std::uint64_t hash) const {
    auto at = hash & (places_.size() - 1);
    while (places_[at].line != free && places_[at].hash != hash) at = (at + 1) & (places_.size() - 1);
    return at;
  }
  void grow() {
    std::vector<Place> before(std::max<std::size_t>(64, places_.size() * 2));
    std::swap(places_, before);
    for (const auto& place : before)
      if (place.line != free) places_[index_of(place.hash)] = place;
  }
  std::vector<Place> places_;  ///< their count is a power of two
  std::uint64_t count_ = 0;
};

/// Identifiers met, references to what was not met yet.
class Index final : public SedaListener {
 public:
  explicit Index(std::uint64_t most) : most_(most) {}
  void follow(SedaMachine& machine) { machine_ = &machine; }

  void identifier(std::string_view id, long line) override {
    if (ids_.size() >= most_)
      throw Error(refused, msg("The document declares more than {0} identifiers.", most_));
    if (const auto first = ids_.add(hash_of(id), line))
      machine_->report(line,
                       msg("The identifier {0} is borne twice, first at line {1}.", shown_text(id), *first));
  }
  void reference(std::string_view to, long) override {
    const auto hash = hash_of(to);
    if (ids_.contains(hash)) return;
    if (pending_.size() >= most_)
      throw Error(refused, msg("The document holds more than {0} references to what comes later.", most_));
    pending_.push_back(hash);
  }

  /// References that nothing answers.
  [[nodiscard]] std::unordered_set<std::uint64_t> dangling() const {
    std::unordered_set<std::uint64_t> out;
    for (const auto hash : pending_)
      if (!ids_.contains(hash)) out.insert(hash);
    return out;
  }

 private:
  std::uint64_t most_;
  SedaMachine* machine_ = nullptr;
  IdLines ids_;
  std::vector<std::uint64_t> pending_;
};

/// Second reading: where are the references that designate nothing?
class Dangling final : public SedaListener {
 public:
  explicit Dangling(std::unordered_set<std::uint64_t> hashes, std::size_t most)
      : hashes_(std::move(hashes)), most_(most) {}
  void follow(const SedaMachine& machine) { machine_ = &machine; }
  void identifier(std::string_view, long) override {}
  void reference(std::string_view to, long line) override {
    if (!hashes_.contains(hash_of(to))) return;
    ++count_;
    if (issues_.size() < most_)
      issues_.push_back(machine_->here(
          line, msg("{0} designates nothing: no element bears that identifier.", shown_text(to))));
  }
  [[nodiscard]] const std::vector<SedaIssue>& issues() const { return issues_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::unordered_set<std::uint64_t> hashes_;
  std::size_t most_;
  const SedaMachine* machine_ = nullptr;
  std::vector<SedaIssue> issues_;
  std::uint64_t count_ = 0;
};

void run(XmlReader& reader, SedaMachine& machine) {
  while (reader.next_piece()) {
    switch (reader.node()) {
      case XmlReader::Node::start:
        machine.start(reader.name(), reader.ns(), reader.attribute_list(), reader.line());
        break;
      case XmlReader::Node::end:
        machine.end(reader.line());
        break;
      case XmlReader::Node::text:
        machine.text(reader.text_view(), reader.line());
        break;
    }
  }
}

std::optional<SedaVersion> version_of(std::string_view ns) {
  for (const auto v : {SedaVersion::v2_1, SedaVersion::v2_2, SedaVersion::v2_3})
    if (ns == seda_namespace(v)) return v;
  return {};
}

void add(SedaReport& report, core::Message message, long line = 0) {
  SedaIssue issue;
  issue.line = line;
  issue.path = report.message;
  issue.message = std::move(message);
  report.issues.push_back(std::move(issue));
  ++report.total;
}

void add(SedaReport& report, const std::vector<SedaIssue>& issues, std::uint64_t count, std::size_t most) {
  report.total += count;
  const auto room = most - std::min(most, report.issues.size());
  report.issues.insert(report.issues.end(), issues.begin(),
                       issues.begin() + static_cast<std::ptrdiff_t>(std::min(room, issues.size())));
}

/// Version and name of the message, from the root.
void read_root(const Open& open, SedaReport& report) {
  auto reader = open();
  if (!reader.next()) return;
  report.message = shown_text(reader.name());
  report.version = version_of(reader.ns());
  if (!report.version)
    add(report, msg("The namespace “{0}” is not one of SEDA 2.1, 2.2 or 2.3.", shown_text(reader.ns())),
        reader.line());
}

void read_whole(const Open& open, const SedaSchema& schema, const SedaLimits& limits, SedaReport& report) {
  Index index(limits.identifiers);
  SedaMachine machine(schema, &index, limits.issues);
  index.follow(machine);
  try {
    auto reader = open();
    run(reader, machine);
  } catch (const Error&) {
    add(report, machine.issues(), machine.issue_count(), limits.issues);
    throw;
  }
  add(report, machine.issues(), machine.issue_count(), limits.issues);
  auto hashes = index.dangling();
  if (hashes.empty()) return;
  Dangling dangling(std::move(hashes), limits.issues);
  SedaMachine again(schema, &dangling, 0);
  dangling.follow(again);
  auto reader = open();
  run(reader, again);
  add(report, dangling.issues(), dangling.count(), limits.issues);
}

SedaReport validate(const Open& open, SedaMode mode, const SedaLimits& limits) {
  SedaReport report;
  try {
    read_root(open, report);
    if (report.version) read_whole(open, SedaSchema(*report.version, mode), limits, report);
  } catch (const Error& e) {
    if (e.code() != refused) throw;
    add(report, e.message());
    report.unreadable = true;
  }
  return report;
}

}  // namespace

SedaReport validate_seda(const std::filesystem::path& file, SedaMode mode, SedaLimits limits) {
  return validate([&] { return XmlReader::from_file(file, refused, limits.xml); }, mode, limits);
}

SedaReport validate_seda_text(std::string_view bytes, SedaMode mode, SedaLimits limits) {
  return validate([&] { return XmlReader::from_memory(bytes, "SEDA", refused, limits.xml); }, mode, limits);
}

core::Message issue_message(const SedaIssue& issue) {
  const auto text = issue.message.text();
  if (issue.unit.empty() && issue.title.empty())
    return msg("line {0}, {1}: {2}", issue.line, issue.path, text);
  const auto& unit = issue.title.empty() ? issue.unit : issue.title;
  return msg("line {0}, unit “{1}”, {2}: {3}", issue.line, unit, issue.path, text);
}

}  // namespace versoir::sip
