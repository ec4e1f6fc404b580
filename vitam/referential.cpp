// Selects page by page, written as the platform imports them.
#include "vitam/referential.hpp"

#include "check/referentials.hpp"
#include "core/csv.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

/// A number is written as the platform's text: durations come as either.
std::string field(const Json& record, const char* key) {
  const auto at = record.find(key);
  if (at == record.end() || at->is_null()) return {};
  return at->is_string() ? at->get<std::string>() : at->dump();
}

void write_table(const fs::path& file, const Json& records, std::initializer_list<const char*> columns) {
  core::StringSink sink;
  core::CsvWriter csv(sink);
  std::vector<std::optional<std::string>> row(columns.begin(), columns.end());
  csv.row(row);
  for (const auto& record : records) {
    row.clear();
    for (const auto* column : columns) {
      auto value = field(record, column);
      row.push_back(value.empty() ? std::nullopt : std::optional(std::move(value)));
    }
    csv.row(row);
  }
  core::write_file(file, sink.text);
}

void write_formats(const fs::path& folder, const Json& records) {
  fs::create_directory(folder);
  std::string lines = "puid\tmime\tname\n";
  for (const auto& record : records) {
    auto line = field(record, "PUID") + '\t' + field(record, "MimeType") + '\t' + field(record, "Name");
    std::ranges::replace_if(
        line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    lines += line + '\n';
  }
  core::write_file(folder / "formats.tsv", lines);
}

/// The platform chooses the identifier, not where a file is written.
std::string grammar_name(const Json& profile, std::size_t number) {
  std::string name = std::to_string(number) + '-';
  for (const char c : field(profile, "Identifier").substr(0, 100))
    name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ? c : '_';
  return name + (field(profile, "Format") == "XSD" ? ".xsd" : ".rng");
}

class Fetch {
 public:
  Fetch(Client& client, fs::path folder) : client_(client), folder_(std::move(folder)) {}

  std::vector<FetchedReferential> run() {
    write_table(folder_ / "agencies.csv", required("agencies"), {"Identifier", "Name", "Description"});
    write_table(folder_ / "rules.csv", required("rules"),
                {"RuleId", "RuleType", "RuleValue", "RuleDescription", "RuleDuration", "RuleMeasurement"});
    core::write_json(folder_ / "ingestcontracts.json", required("ingestcontracts"));
    if (const auto records = optional("managementcontracts"))
      core::write_json(folder_ / "management-contracts.json", *records);
    if (auto records = optional("profiles")) write_profiles(*records);
    if (const auto records = optional("archiveunitprofiles"))
      core::write_json(folder_ / "archive-unit-profiles.json", *records);
    if (const auto records = optional("ontologies")) core::write_json(folder_ / "ontology.json", *records);
    if (const auto records = optional("formats")) write_formats(folder_ / "formats", *records);
    // Of several nothing tells which one this certificate has.
    if (const auto records = optional("contexts"); records && records->size() == 1)
      core::write_json(folder_ / "context.json", *records);
    return std::move(fetched_);
  }

 private:
  Json required(const char* name) {
    auto records = client_.referential(name);
    fetched_.push_back({name, records.size(), 0});
    return records;
  }

  /// Nullopt when the platform keeps it to itself.
  std::optional<Json> optional(const char* name) {
    try {
      return required(name);
    } catch (const RefusedByPlatform& e) {
      if (e.status() != 401 && e.status() != 403 && e.status() != 404) throw;
      fetched_.push_back({name, 0, e.status()});
      return std::nullopt;
    }
  }

  void write_profiles(Json& records) {
    const auto grammars = folder_ / "profiles";
    fs::create_directory(grammars);
    std::size_t number = 0;
    for (auto& profile : records) {
      profile.erase("Path");
      const auto grammar = client_.profile_grammar(field(profile, "Identifier"));
      if (!grammar.known) profile["GrammarNotAsked"] = true;
      if (grammar.text.empty()) continue;
      const auto name = grammar_name(profile, ++number);
      core::write_file(grammars / name, grammar.text);
      profile["Path"] = name;
    }
    core::write_json(folder_ / "profiles.json", records);
  }

  Client& client_;
  fs::path folder_;
  std::vector<FetchedReferential> fetched_;
};

constexpr const char* fetched_file = "fetched.json";

void write_origin(const fs::path& file, const Platform& platform, core::Instant now,
                  const std::vector<FetchedReferential>& fetched) {
  Json counts = Json::object();
  for (const auto& f : fetched)
    if (f.refused == 0) counts[f.name] = f.records;
  core::write_json(file, {{"format", "versoir-referential/1"},
                          {"platform", platform.name},
                          {"url", platform.access_url},
                          {"tenant", platform.tenant},
                          {"date", core::format_instant(now)},
                          {"records", counts}});
}

}  // namespace

std::vector<FetchedReferential> fetch_referentials(Client& client, const fs::path& output,
                                                   const core::Clock& clock) {
  auto folder = fs::absolute(output).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "refs/" is "refs"
  fs::create_directories(folder.parent_path());
  const auto lock = core::FileLock::try_lock_folder(folder);
  if (!lock)
    throw Error(Exit::temporary, msg("{0} is being fetched by another program.", folder.string()))
        .hint(msg("Wait until it has finished."));
  if (fs::exists(folder) && !fs::exists(folder / fetched_file))
    throw Error(Exit::usage, msg("{0} was not fetched from a platform: it is not replaced.", folder.string()))
        .hint(msg("Name another folder with --output."));
  const core::TemporaryDirectory work(folder.parent_path());
  const auto fresh = work.path() / "fresh";
  fs::create_directory(fresh);
  auto fetched = Fetch(client, fresh).run();
  write_origin(fresh / fetched_file, client.platform(), clock.now(), fetched);
  static_cast<void>(check::Referentials::read(fresh));  // what cannot be used replaces nothing
  core::publish_folder(fresh, folder);
  return fetched;
}

}  // namespace versoir::vitam
