// See review_sample.hpp.
#include "sip/review_sample.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "records/record.hpp"
#include "records/rendition.hpp"

#include <algorithm>
#include <map>
#include <queue>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

/// The plan's own number: another plan shows other records.
std::uint64_t seed_of(const Plan& plan) { return std::stoull(plan.kept_sha512.substr(0, 8), nullptr, 16); }

struct Drawn {
  std::string rank;
  KeptRow row;
  bool operator<(const Drawn& other) const { return rank < other.rank; }
};

records::Record read(records::RecordReader& reader, const profiles::Application& app,
                     const std::string& profile, const std::string& key) {
  const auto* archive = app.find_archive(profile);
  const auto* record = archive ? app.find_record(archive->record) : nullptr;
  auto found = record ? reader.read(*record, records::Key::parse(key)) : std::nullopt;
  if (!found)
    throw Error(Exit::not_found, msg("There is no record {0} of {1} in the extract.", key, profile));
  return std::move(*found);
}

/// A key as it was typed or pasted, with the archive profile or the record before it, if any.
class AskedKey {
 public:
  AskedKey(std::string who, const RecordOfProfile& record_of) : record_of_(record_of) {
    if (who.size() > 2 && who.starts_with("\"[") && who.ends_with("]\"")) {  // a field of a CSV file
      who = who.substr(1, who.size() - 2);
      for (std::size_t at = 0; (at = who.find("\"\"", at)) != std::string::npos; ++at) who.erase(at, 1);
    }
    const auto end = who.find_first_of(": ");
    if (end != std::string::npos && who.find('[') > end) {
      name_ = who.substr(0, end);
      rest_ = who.substr(who[end] == ' ' && who[end + 1] != '[' ? who.size() : end + 1);
    }
    whole_ = std::move(who);
  }
  [[nodiscard]] bool is(const std::string& profile, const std::string& key) const {
    if (same(key, whole_)) return true;
    return !rest_.empty() && same(key, rest_) &&
           (name_ == profile || (record_of_ && name_ == record_of_(profile)));
  }

 private:
  /// "1001" is the key [1001].
  static bool same(const std::string& key, const std::string& typed) {
    return key == typed || (key.size() == typed.size() + 2 && key == "[" + typed + "]");
  }
  std::string whole_, name_, rest_;
  const RecordOfProfile& record_of_;
};

bool holds_words(const std::string& title, const std::string& folded) {
  if (folded.empty()) return false;
  const auto name = ' ' + core::fold_name(title) + ' ';
  for (std::size_t at = 0; at < folded.size();) {
    const auto end = std::min(folded.find(' ', at), folded.size());
    if (name.find(' ' + folded.substr(at, end - at) + ' ') == std::string::npos) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace

RecordSample::RecordSample(const Versement& versement, const Plan& plan, extract::Extract& extract,
                           std::uint64_t per_profile, std::optional<std::uint64_t> seed)
    : extract_(extract),
      app_(extract.profile()),
      seed_(seed.value_or(seed_of(plan))),
      per_profile_(per_profile) {
  std::map<std::string, std::priority_queue<Drawn>> drawn;
  read_kept(versement.file("kept.csv"), [&](const KeptRow& row) {
    auto& best = drawn[row.profile];
    best.push({core::sha256(std::to_string(seed_) + '\n' + row.profile + '\n' + row.key).hex(), row});
    if (best.size() > per_profile) best.pop();
    return true;
  });
  for (const auto& archive : app_.archives) {
    auto& best = drawn[archive.id];
    const auto begin = rows_.size();
    for (; !best.empty(); best.pop()) rows_.push_back(best.top().row);
    std::reverse(rows_.begin() + static_cast<std::ptrdiff_t>(begin), rows_.end());
  }
}

Json RecordSample::to_json() const {
  Json list = Json::array();
  for (const auto& row : rows_)
    list.push_back({{"profile", row.profile}, {"lot", row.lot}, {"key", row.key}, {"title", row.title}});
  return {{"seed", seed_}, {"perProfile", per_profile_}, {"records", std::move(list)}};
}

void RecordSample::write(core::HtmlPage& page) const {
  records::RecordReader reader(extract_.database(), app_);
  for (const auto& row : rows_) {
    const auto record = read(reader, app_, row.profile, row.key);
    records::write_record(record, page, 3, app_.find_sheet(record.def->id), records::Readers::archive);
  }
}

std::vector<FoundRecord> find_records(const Versement& versement, const std::string& who, std::size_t most,
                                      const RecordOfProfile& record_of) {
  std::vector<FoundRecord> found;
  const AskedKey asked(who, record_of);
  const auto folded = core::fold_name(who);
  read_kept(versement.file("kept.csv"), [&](const KeptRow& row) {
    if (asked.is(row.profile, row.key) || holds_words(row.title, folded))
      found.push_back({row.profile, row.key, row.title, row, {}});
    return found.size() < most;
  });
  read_rows(versement.file("left-out.csv"), [&](std::vector<std::optional<std::string>>& fields) {
    if (fields.size() >= 3 && asked.is(fields[0].value_or(""), fields[1].value_or("")))
      found.push_back(
          {fields[0].value_or(""), fields[1].value_or(""), {}, std::nullopt, fields[2].value_or("")});
    return found.size() < most;
  });
  return found;
}

std::string record_text(extract::Extract& extract, const std::string& profile, const std::string& key) {
  const auto app = extract.profile();
  records::RecordReader reader(extract.database(), app);
  const auto record = read(reader, app, profile, key);
  return records::to_text(record, app.find_sheet(record.def->id), records::Readers::archive);
}

}  // namespace versoir::sip
