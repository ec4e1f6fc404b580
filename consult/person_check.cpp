// Checking of the certified extract of one person, years later, with or without the extract.
#include "consult/origin.hpp"
#include "consult/person.hpp"
#include "consult/person_rows.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "profiles/loader.hpp"

#include <algorithm>
#include <set>

namespace versoir::consult {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::uint64_t largest_person_file = 256u << 20;

void tell(PersonCheck& check, core::Message message, std::string where) {
  check.findings.push_back({core::Severity::error, "PERSON_EXTRACT", std::move(message), std::move(where)});
}

std::string read_beneath(const fs::path& folder, const std::string& name) {
  static_cast<void>(core::open_beneath(folder, name));  // a list of somebody else leads nowhere else
  return core::read_file(folder / name, largest_person_file);
}

void check_files(const fs::path& folder, const Json& manifest, PersonCheck& check) {
  std::set<std::string> named{person_manifest, std::string(person_manifest) + ".p7s"};
  for (const auto& file : manifest.at("files")) {
    const auto name = core::json_string(file, "name", person_manifest, Exit::evidence_broken);
    named.insert(name);
    ++check.files;
    try {
      if (core::sha512(read_beneath(folder, name)).hex() != core::text_of(file, "sha512"))
        tell(check, msg("{0} is not the file of the manifest.", name), name);
    } catch (const Error& e) {
      tell(check, e.message(), name);
    }
  }
  std::error_code ec;
  for (fs::recursive_directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    const auto name = it->path().lexically_relative(folder).generic_string();
    if (!it->is_directory() && !named.contains(name))
      tell(check, msg("{0} is not in the manifest.", name), name);
  }
}

/// Digests of the rows, by table and number; those that the values do not give are told.
std::set<std::string> check_digests(const Json& rows, PersonCheck& check) {
  std::set<std::string> found;
  for (const auto& table : rows.at("tables")) {
    const auto name = core::json_string(table, "name", "lignes.json", Exit::evidence_broken);
    for (const auto& row : table.at("rows")) {
      const auto number = core::json_int(row, "row", "lignes.json", Exit::evidence_broken);
      const auto digest = core::text_of(row, "digest");
      ++check.rows;
      if (parts::digest_of_values(name, row.at("values")) != digest)
        tell(check, msg("{0}, row {1}: its values are not those of its digest.", name, number), name);
      found.insert(fmt::format("{} {} {}", name, number, digest));
    }
  }
  return found;
}

void check_against(extract::Extract& extract, std::set<std::string> said, PersonCheck& check) {
  if (extract.root().hex() != check.extract_root) {
    tell(check,
         msg("It was made from another extract, or from another generation of it: root {0}.",
             check.extract_root),
         extract.path().filename().string());
    return;
  }
  check.against_extract = true;
  const auto app = extract.profile();
  const auto* record = app.find_record(check.record);
  if (!record) throw Error(Exit::evidence_broken, msg("The profile has no record {0}.", check.record));
  const auto key = records::Key::parse(check.key);
  BlockProof proof(extract);
  const auto subject = tables_of_subject(app, *record);
  for (const auto& facts : extract.tables()) {
    const auto column = subject.find(facts.name);
    const auto* table = column == subject.end() ? nullptr : app.find_table(facts.name);
    if (!table || key.values.empty()) continue;
    const auto there = parts::person_table(extract, proof, *table, column->second, key.values.front(),
                                           [](std::int64_t, const std::string&, std::string&&) {});
    for (const auto& row : there.at("rows"))
      if (said.erase(fmt::format("{} {} {}", facts.name, row.at("row").get<std::int64_t>(),
                                 row.at("digest").get<std::string>())) == 0)
        tell(check,
             msg("{0}, row {1} of the extract is not in it.", facts.name, row.at("row").get<std::int64_t>()),
             facts.name);
  }
  for (const auto& row : said) tell(check, msg("The extract has no such row: {0}.", row), check.record);
}

}  // namespace

bool PersonCheck::holds() const {
  return std::ranges::none_of(findings, [](const auto& f) { return f.severity == core::Severity::error; });
}

PersonCheck check_person_folder(const fs::path& folder, extract::Extract* extract) {
  PersonCheck check;
  const auto manifest = core::read_json(folder / person_manifest, Exit::evidence_broken);
  try {
    if (core::text_of(manifest, "format") != "versoir-person/1")
      throw Error(Exit::evidence_broken,
                  msg("{0} is not the manifest of an extract of one person.", person_manifest));
    check.application = core::text_of(manifest, "application");
    check.record = core::text_of(manifest, "record");
    check.key = core::text_of(manifest, "key");
    check.reference = core::text_of(manifest, "reference");
    check.made = core::text_of(manifest, "made");
    check.extract_root = core::text_of(manifest.at("extract"), "root");
    check_files(folder, manifest, check);
    auto said = check_digests(
        core::parse_json(read_beneath(folder, "lignes.json"), "lignes.json", Exit::evidence_broken), check);
    if (extract) check_against(*extract, std::move(said), check);
  } catch (const Json::exception&) {
    throw Error(Exit::evidence_broken,
                msg("The extract of one person in {0} cannot be read.", folder.string()));
  }
  return check;
}

}  // namespace versoir::consult
