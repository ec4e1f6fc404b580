// Reading VITAM's import formats: CSV for agencies and rules, JSON for the rest.
#include "check/referentials.hpp"

#include "core/csv.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <sstream>

namespace versoir::check {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::uint64_t file_limit = 64u << 20;

std::string read_text(const fs::path& file) {
  std::string text;
  try {
    text = core::read_file(file, file_limit);
  } catch (const Error& e) {
    throw Error(Exit::configuration, msg("The referential {0} cannot be read.", file.string())).because(e);
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (!core::is_utf8(text))
    throw Error(Exit::configuration, msg("The referential {0} is not in UTF-8.", file.string()));
  return text;
}

/// Rows of a CSV file by column name; columns may come in any order, further ones are ignored.
class Table {
 public:
  Table(const fs::path& file, std::vector<std::string> columns)
      : origin_(file.string()),
        text_(read_text(file)),
        reader_(text_, origin_),
        columns_(std::move(columns)) {
    std::vector<std::optional<std::string>> header;
    if (!next_record(header)) throw Error(Exit::configuration, msg("{0} is empty.", origin_));
    for (const auto& column : columns_) {
      const auto found =
          std::ranges::find_if(header, [&](const auto& h) { return core::trim(h.value_or("")) == column; });
      if (found == header.end())
        throw Error(Exit::configuration,
                    msg("{0}, line {1}: the column {2} is missing.", origin_, 1, column));
      positions_.push_back(static_cast<std::size_t>(found - header.begin()));
    }
  }

  bool next(std::vector<std::string>& values) {
    std::vector<std::optional<std::string>> record;
    do {
      line_ = reader_.line();
      if (!next_record(record)) return false;
    } while (std::ranges::all_of(record, [](const auto& f) { return core::trim(f.value_or("")).empty(); }));
    values.clear();
    for (const auto position : positions_)
      values.push_back(position < record.size() ? core::trim(record[position].value_or("")) : std::string());
    return true;
  }

  [[noreturn]] void wrong(core::Message why) const {
    throw Error(Exit::configuration, msg("{0}, line {1}: the row cannot be used.", origin_, line_))
        .because(std::move(why));
  }

 private:
  bool next_record(std::vector<std::optional<std::string>>& record) {
    try {
      return reader_.next(record);
    } catch (const Error& e) {
      throw Error(Exit::configuration, msg("The referential {0} cannot be read.", origin_)).because(e);
    }
  }
  std::string origin_, text_;
  core::CsvReader reader_;
  std::vector<std::string> columns_;
  std::vector<std::size_t> positions_;
  std::size_t line_ = 1;
};

/// Objects of a JSON array, or of one object alone.
std::vector<Json> objects_of(const fs::path& file) {
  const auto json = core::parse_json(read_text(file), file.string(), Exit::configuration);
  std::vector<Json> out;
  if (json.is_object()) out.push_back(json);
  if (json.is_array()) out.assign(json.begin(), json.end());
  for (const auto& item : out)
    if (!item.is_object())
      throw Error(Exit::configuration, msg("{0}: an array of objects is expected.", file.string()));
  if (!json.is_array() && !json.is_object())
    throw Error(Exit::configuration, msg("{0}: an array of objects is expected.", file.string()));
  return out;
}

bool flag_of(const Json& object, const char* key, bool fallback) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if (found->is_boolean()) return found->get<bool>();
  return found->is_string() ? core::ascii_upper(found->get<std::string>()) == "TRUE" : fallback;
}

std::vector<std::string> texts_of(const Json& object, const char* key) {
  std::vector<std::string> out;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const auto& item : *found)
    if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

std::string identifier_of(const Json& object, const fs::path& file) {
  auto id = core::text_of(object, "Identifier");
  if (id.empty()) id = core::text_of(object, "Name");
  if (id.empty())
    throw Error(Exit::configuration, msg("{0}: a record has neither Identifier nor Name.", file.string()));
  return id;
}

template <class Map>
auto* find_in(Map& map, std::string_view id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

Referentials Referentials::read(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw Error(Exit::configuration, msg("The folder of referentials {0} does not exist.", folder.string()));
  Referentials r;
  // A file under the name that the platform's documentation gives it, or another in use.
  const auto read_if_there = [&](auto read_one, std::initializer_list<const char*> names) {
    for (const auto* name : names)
      if (fs::exists(folder / name)) return (r.*read_one)(folder / name);
  };
  r.read_agencies(folder / "agencies.csv");
  r.read_rules(folder / "rules.csv");
  const bool hyphen =
      !fs::exists(folder / "ingestcontracts.json") && fs::exists(folder / "ingest-contracts.json");
  r.read_contracts(folder / (hyphen ? "ingest-contracts.json" : "ingestcontracts.json"));
  read_if_there(&Referentials::read_profiles, {"profiles.json"});
  read_if_there(&Referentials::read_context, {"context.json", "contexts.json"});
  read_if_there(&Referentials::read_classification, {"classification.json"});
  read_if_there(&Referentials::read_unit_profiles,
                {"archive-unit-profiles.json", "archiveunitprofiles.json"});
  read_if_there(&Referentials::read_management_contracts,
                {"management-contracts.json", "managementcontracts.json"});
  read_if_there(&Referentials::read_ontology, {"ontology.json", "ontologies.json"});
  read_if_there(&Referentials::read_formats, {"formats"});
  read_if_there(&Referentials::read_origin, {"fetched.json"});
  return r;
}

void Referentials::read_agencies(const fs::path& file) {
  Table table(file, {"Identifier", "Name"});
  std::vector<std::string> row;
  while (table.next(row)) {
    if (row[0].empty()) table.wrong(msg("The identifier is empty."));
    if (!agencies_.emplace(row[0], Agency{row[0], row[1]}).second)
      table.wrong(msg("The identifier {0} stands twice.", row[0]));
  }
}

void Referentials::read_rules(const fs::path& file) {
  Table table(file, {"RuleId", "RuleType", "RuleValue", "RuleDuration", "RuleMeasurement"});
  std::vector<std::string> row;
  while (table.next(row)) {
    if (row[0].empty()) table.wrong(msg("The identifier is empty."));
    Rule rule{row[0], row[1], row[2], std::nullopt, core::ascii_upper(row[4]), row[3].empty()};
    const auto duration = core::ascii_upper(row[3]);
    if (!duration.empty() && duration != "UNLIMITED") {
      int value = 0;
      const auto* end = duration.data() + duration.size();
      const auto parsed = std::from_chars(duration.data(), end, value);
      if (parsed.ec != std::errc{} || parsed.ptr != end || value < 0)
        table.wrong(msg("The duration of rule {0} is neither a number nor \"unlimited\".", row[0]));
      if (rule.measurement != "DAY" && rule.measurement != "MONTH" && rule.measurement != "YEAR")
        table.wrong(msg("The measurement of rule {0} is not Day, Month or Year.", row[0]));
      rule.duration = value;
    }
    if (!rules_.emplace(row[0], std::move(rule)).second)
      table.wrong(msg("The identifier {0} stands twice.", row[0]));
  }
}

void Referentials::read_contracts(const fs::path& file) {
  for (const auto& json : objects_of(file)) {
    IngestContract c;
    c.identifier = identifier_of(json, file);
    c.name = core::text_of(json, "Name");
    c.active = core::text_of(json, "Status", "INACTIVE") == "ACTIVE";
    c.master_mandatory = flag_of(json, "MasterMandatory", true);
    c.every_format = flag_of(json, "EveryFormatType", true);
    c.unidentified_format_allowed = flag_of(json, "FormatUnidentifiedAuthorized", false);
    c.formats = texts_of(json, "FormatType");
    c.every_version = flag_of(json, "EveryDataObjectVersion", false);
    c.versions = texts_of(json, "DataObjectVersion");
    c.profiles = texts_of(json, "ArchiveProfiles");
    c.management_contract = core::text_of(json, "ManagementContractId");
    c.parent_link = core::text_of(json, "CheckParentLink", "AUTHORIZED");
    contracts_.insert_or_assign(c.identifier, std::move(c));
  }
}

void Referentials::read_profiles(const fs::path& file) {
  has_profiles_ = true;
  for (const auto& json : objects_of(file)) {
    ArchivalProfile p{identifier_of(json, file),
                      core::text_of(json, "Status", "INACTIVE") == "ACTIVE",
                      core::ascii_upper(core::text_of(json, "Format")),
                      {},
                      false};
    // Only a name inside the folder: a referential does not choose what else is read.
    const auto path = fs::path(core::text_of(json, "Path")).filename();
    const auto grammars = file.parent_path() / "profiles";
    if (!path.empty()) p.file = grammars / path;
    p.without_grammar =
        path.empty() && fs::is_directory(grammars) && !flag_of(json, "GrammarNotAsked", false);
    profiles_.insert_or_assign(p.identifier, std::move(p));
  }
}

void Referentials::read_context(const fs::path& file) {
  for (const auto& json : objects_of(file)) {
    Context context{core::text_of(json, "Identifier", core::text_of(json, "Name")),
                    core::text_of(json, "Status", "ACTIVE") == "ACTIVE",
                    flag_of(json, "EnableControl", false),
                    {}};
    const auto permissions = json.value("Permissions", Json::array());
    for (const auto& permission : permissions) {
      if (!permission.is_object()) continue;
      const auto tenant = permission.find("tenant");
      const bool numbered = tenant != permission.end() && tenant->is_number_integer();
      auto& contracts = context.contracts[numbered ? tenant->get<std::int64_t>() : 0];
      for (auto& id : texts_of(permission, "IngestContracts")) contracts.insert(std::move(id));
    }
    take_context(context, std::nullopt);
    contexts_.push_back(std::move(context));
  }
}

void Referentials::take_context(const Context& context, std::optional<std::int64_t> tenant) {
  context_active_ = context_active_ && context.active;
  context_controls_ = context_controls_ || context.controls;
  for (const auto& [number, contracts] : context.contracts)
    if (!tenant || *tenant == number) context_contracts_.insert(contracts.begin(), contracts.end());
}

Referentials Referentials::with_context(std::string_view identifier, std::int64_t tenant) const {
  auto own = *this;
  own.context_active_ = true;
  own.context_controls_ = false;
  own.context_contracts_.clear();
  for (const auto& context : contexts_)
    if (context.identifier == identifier) own.take_context(context, tenant);
  return own;
}

void Referentials::read_classification(const fs::path& file) {
  has_classification_ = true;
  for (const auto& json : objects_of(file)) {
    for (auto& level : texts_of(json, "allowList")) levels_.insert(std::move(level));
    no_level_allowed_ = flag_of(json, "authorizeNotDefined", true);
  }
}

void Referentials::read_unit_profiles(const fs::path& file) {
  has_unit_profiles_ = true;
  for (const auto& json : objects_of(file)) {
    UnitProfile p;
    p.identifier = identifier_of(json, file);
    p.active = core::text_of(json, "Status", "INACTIVE") == "ACTIVE";
    const auto text = core::text_of(json, "ControlSchema");
    if (!core::trim(text).empty()) {
      auto schema =
          core::parse_json(text, fmt::format("{}: {}", file.string(), p.identifier), Exit::configuration);
      p.has_schema = schema.is_object() && !schema.empty();
      p.schema = JsonSchema(std::move(schema));
    }
    unit_profiles_.insert_or_assign(p.identifier, std::move(p));
  }
}

void Referentials::read_management_contracts(const fs::path& file) {
  has_management_contracts_ = true;
  for (const auto& json : objects_of(file))
    management_contracts_.insert_or_assign(identifier_of(json, file),
                                           core::text_of(json, "Status", "INACTIVE") == "ACTIVE");
}

void Referentials::read_ontology(const fs::path& file) {
  has_ontology_ = true;
  for (const auto& json : objects_of(file)) {
    const auto collections = texts_of(json, "Collections");
    const bool here = std::ranges::any_of(
        collections, [](const std::string& c) { return c == "Unit" || c == "ObjectGroup"; });
    if (here || core::text_of(json, "Origin") == "EXTERNAL")
      ontology_.set(identifier_of(json, file), core::text_of(json, "Type"));
  }
}

/// formats.tsv has the identifier in its first column; a DROID signature file in its FileFormat elements.
void Referentials::read_formats(const fs::path& folder) {
  if (const auto list = folder / "formats.tsv"; fs::exists(list)) {
    std::istringstream lines(read_text(list));
    for (std::string line; std::getline(lines, line);) {
      const auto puid = core::trim(line.substr(0, line.find('\t')));
      if (puid.find("fmt/") != std::string::npos) formats_.insert(puid);
    }
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".xml") continue;
    auto xml = core::XmlReader::from_file(entry.path(), Exit::configuration);
    while (xml.next())
      if (xml.node() == core::XmlReader::Node::start && xml.name() == "FileFormat")
        if (auto puid = xml.attribute("PUID")) formats_.insert(std::move(*puid));
  }
}

void Referentials::read_origin(const fs::path& file) {
  for (const auto& json : objects_of(file)) fetched_ = core::text_of(json, "date");
}

const UnitProfile* Referentials::unit_profile(std::string_view id) const {
  return find_in(unit_profiles_, id);
}

std::optional<bool> Referentials::management_contract_active(std::string_view id) const {
  const auto* active = find_in(management_contracts_, id);
  return active ? std::optional(*active) : std::nullopt;
}

bool Referentials::format_known(std::string_view puid) const {
  return formats_.empty() || formats_.contains(puid);
}

const Agency* Referentials::agency(std::string_view id) const { return find_in(agencies_, id); }
const Rule* Referentials::rule(std::string_view id) const { return find_in(rules_, id); }
const IngestContract* Referentials::contract(std::string_view id) const { return find_in(contracts_, id); }
const ArchivalProfile* Referentials::profile(std::string_view id) const { return find_in(profiles_, id); }

bool Referentials::contract_in_context(std::string_view id) const {
  return !context_controls_ || context_contracts_.contains(id);
}

bool Referentials::classification_allowed(std::string_view level) const {
  return level.empty() ? no_level_allowed_ : levels_.contains(level);
}

}  // namespace versoir::check
