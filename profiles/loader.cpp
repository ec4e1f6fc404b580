// Loads a profile: files, grammars, then the readers of each kind of file; all defects are thrown at once.
#include "profiles/loader.hpp"

#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "profiles/parts.hpp"

#include <algorithm>
#include <array>

namespace versoir::profiles {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Message;
using core::msg;

namespace {

constexpr std::uint64_t largest_file = 16u << 20;

/// A kind of profile file: its grammar and its reader.
struct Kind {
  std::string_view schema;
  void (*read)(const core::XmlElement&, parts::Reading&);
};
constexpr Kind tables_kind{"profile-tables.rng", parts::read_tables};
constexpr Kind local_kind{"profile-local.rng", parts::read_local};
constexpr Kind rules_kind{"profile-rules.rng", parts::read_rules};
constexpr Kind records_kind{"profile-records.rng", parts::read_records};
constexpr Kind archive_kind{"profile-archive.rng", parts::read_archive};
constexpr Kind consult_kind{"profile-consult.rng", parts::read_consult};

/// Files with a fixed name, in the order in which they refer to each other; any other *.xml is an archive
/// profile.
constexpr std::array<std::pair<std::string_view, const Kind*>, 5> fixed_files{
    {{"tables.xml", &tables_kind},
     {"local.xml", &local_kind},
     {"rules.xml", &rules_kind},
     {"records.xml", &records_kind},
     {"consult.xml", &consult_kind}}};

bool has_fixed_name(std::string_view file) {
  return std::ranges::any_of(fixed_files, [&](const auto& f) { return f.first == file; });
}

struct Source {
  const std::string* name;
  const std::string* text;
  const Kind* kind;
};
std::vector<Source> sources_in_order(const std::map<std::string, std::string>& files) {
  std::vector<Source> out;
  for (const auto& [name, kind] : fixed_files)
    if (const auto it = files.find(std::string(name)); it != files.end())
      out.push_back({&it->first, &it->second, kind});
  for (const auto& [name, text] : files)
    if (name.ends_with(".xml") && !has_fixed_name(name)) out.push_back({&name, &text, &archive_kind});
  return out;
}

/// Well-formedness, then grammar: a file that fails is not read further, the others are.
std::optional<core::XmlElement> parse(const Source& source, std::vector<Message>& defects) {
  try {
    auto root = core::parse_xml(*source.text, *source.name, Exit::profile_invalid);
    const auto grammar =
        core::Grammar::from_text(embedded_schema(source.kind->schema), source.kind->schema, embedded_schema);
    const auto issues = grammar.validate(*source.text, 20);
    for (const auto& issue : issues)
      defects.push_back(msg("{0}:{1}: {2}", *source.name, issue.line, issue.message));
    if (issues.empty()) return root;
  } catch (const Error& e) {
    if (e.code() != Exit::profile_invalid) throw;
    defects.push_back(e.message());
    defects.insert(defects.end(), e.causes().begin(), e.causes().end());
  }
  return std::nullopt;
}

void throw_if_wrong(std::string_view origin, const std::vector<Message>& defects) {
  if (defects.empty()) return;
  Error error(Exit::profile_invalid, msg("The profile {0} is wrong.", origin));
  for (const auto& d : defects) std::move(error).because(d);
  throw error;
}

std::string read_views(const std::map<std::string, std::string>& files, std::vector<Message>& defects) {
  const auto it = files.find("views.sql");
  if (it == files.end()) return {};
  if (!core::is_utf8(it->second)) defects.push_back(msg("{0}: the text is not UTF-8", it->first));
  return it->second;
}

/// The days of the profile as a view, which the others may read. Names and days have passed the grammar: no
/// quote is in them.
std::string days_view(const std::vector<DayParameter>& days) {
  if (days.empty()) return {};
  std::string sql;
  for (const auto& d : days)
    sql += fmt::format("{}SELECT '{}' AS nom, '{}' AS jour", sql.empty() ? "" : " UNION ALL ", d.name, d.day);
  return "CREATE TEMP VIEW v_jour_convenu AS " + sql + ";\n";
}

bool is_profile_file(const fs::directory_entry& entry) {
  const auto name = entry.path().filename().string();
  const auto extension = entry.path().extension().string();
  return entry.is_regular_file() && !name.starts_with('.') &&
         (extension == ".xml" || extension == ".sql" || extension == ".md");
}

}  // namespace

Application load(const std::map<std::string, std::string>& files, std::string_view origin) {
  if (!files.contains("tables.xml"))
    throw Error(Exit::profile_invalid, msg("The profile {0} has no tables.xml.", origin));
  std::vector<Message> defects;
  std::vector<std::pair<Source, core::XmlElement>> parsed;
  for (const auto& source : sources_in_order(files))
    if (auto root = parse(source, defects)) parsed.emplace_back(source, std::move(*root));
  Application app;
  app.views = read_views(files, defects);
  // Files refer to each other: with one missing, the rest would report defects that do not exist.
  throw_if_wrong(origin, defects);
  // consult.xml comes with the fixed names, archive profiles last; each finds what it refers to already read.
  for (const auto& [source, root] : parsed) {
    parts::Reading reading{*source.name, app, defects};
    source.kind->read(root, reading);
  }
  throw_if_wrong(origin, defects);
  app.views = days_view(app.days) + app.views;
  app.files = files;
  return app;
}

Application load(const fs::path& folder) { return load_completed(folder, std::nullopt); }

Application load_completed(const fs::path& folder, const std::optional<fs::path>& local) {
  std::map<std::string, std::string> files;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
    if (is_profile_file(*it))
      files.emplace(it->path().filename().string(), core::read_file(it->path(), largest_file));
  if (ec)
    throw Error(Exit::profile_invalid, msg("The profile folder {0} cannot be read.", folder.string()))
        .because(msg("{0}", ec.message()));
  if (local) files["local.xml"] = core::read_file(*local, largest_file);
  return load(files, folder.string() + (local ? " + " + local->string() : std::string()));
}

std::optional<fs::path> find_local(const fs::path& profile, const std::vector<fs::path>& dirs) {
  const auto name = profile.has_filename() ? profile.filename() : profile.parent_path().filename();
  std::error_code ec;
  for (const auto& dir : dirs)
    if (fs::is_regular_file(dir / name / "local.xml", ec)) return dir / name / "local.xml";
  return std::nullopt;
}

fs::path find_profile(std::string_view name_or_path, const std::vector<fs::path>& dirs) {
  std::error_code ec;
  if (const fs::path path(name_or_path); fs::is_regular_file(path / "tables.xml", ec)) return path;
  std::vector<std::string> available;
  for (const auto& dir : dirs) {
    if (fs::is_regular_file(dir / name_or_path / "tables.xml", ec)) return dir / name_or_path;
    for (fs::directory_iterator it(dir, ec), end; !ec && it != end; it.increment(ec))
      if (std::error_code ignored; fs::is_regular_file(it->path() / "tables.xml", ignored))
        available.push_back(it->path().filename().string());
  }
  Error error(Exit::profile_invalid, msg("There is no profile {0}.", name_or_path));
  std::ranges::sort(available);
  if (available.empty()) throw std::move(error).hint(msg("Give the path of a folder that holds tables.xml."));
  throw std::move(error).hint(msg("Available profiles: {0}.", parts::join(available)));
}

std::string profile_digest(const std::map<std::string, std::string>& files) {
  core::Sha256Hasher hasher;
  for (const auto& [name, text] : files) {  // lengths keep two different sets from giving the same bytes
    hasher.update(fmt::format("{}:{}:{}:", name.size(), name, text.size()));
    hasher.update(text);
  }
  return hasher.finish().hex();
}

}  // namespace versoir::profiles
