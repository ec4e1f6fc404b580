// header/metadata.xml, in the order of the standard.
#include "extract/siard/description.hpp"

#include "core/xml.hpp"
#include "extract/siard/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace versoir::extract {

namespace {

using core::Finding;
using core::msg;
using core::Severity;

constexpr std::string_view schema_folder = "schema0";

/// An element without text says nothing, and some may not be empty.
void say(core::XmlWriter& xml, std::string_view element, const std::string& text) {
  if (!text.empty()) xml.leaf(element, siard_text(text));
}

std::map<std::string, std::string> run_values(Extract& extract) {
  std::map<std::string, std::string> out;
  auto st = extract.database().prepare("SELECT key, value FROM versoir_run");
  while (st.step()) out[std::string(st.text(0))] = st.text(1);
  return out;
}

std::uint64_t broken_rows(Extract& extract, const std::string& table, std::string_view kind,
                          std::string_view columns) {
  auto st = extract.database().prepare(
      "SELECT sum(rows) FROM versoir_integrity WHERE table_name = ?1 AND kind = ?2 AND (?3 = '' OR "
      "column_name = ?3)");
  st.bind(1, std::string_view(table)).bind(2, kind).bind(3, columns);
  return st.step() ? static_cast<std::uint64_t>(st.integer(0)) : 0;
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

bool has_column(const SiardTable& table, const std::string& name) {
  return std::ranges::find(table.columns, name, &SiardColumn::name) != table.columns.end();
}

class Description {
 public:
  Description(Extract& extract, const SiardDescription& what)
      : extract_(extract), what_(what), values_(run_values(extract)), xml_(sink_) {}

  std::string write() {
    xml_.declaration();
    xml_.open("siardArchive",
              {{"xmlns", "http://www.bar.admin.ch/xmlns/siard/2/metadata.xsd"}, {"version", "2.2"}});
    write_head();
    xml_.open("schemas");
    xml_.open("schema");
    say(xml_, "name", schema_name());
    xml_.leaf("folder", schema_folder);
    if (!what_.tables.empty()) {
      xml_.open("tables");
      for (std::size_t i = 0; i < what_.tables.size(); ++i) write_table(what_.tables[i], what_.keys[i]);
      xml_.close();
    }
    xml_.close();
    xml_.close();
    // The SIARD Suite takes an archive without a user for invalid.
    xml_.open("users");
    xml_.open("user");
    say(xml_, "name", user());
    xml_.close();
    xml_.close();
    xml_.close();
    return std::move(sink_.text);
  }

 private:
  [[nodiscard]] const std::string& value(const std::string& key) { return values_[key]; }
  [[nodiscard]] std::string schema_name() {
    const auto& schema = value("schema");
    return schema.empty() ? what_.profile.id : schema;
  }
  [[nodiscard]] std::string user() { return value("user").empty() ? schema_name() : value("user"); }

  void write_head() {
    const auto finished = core::format_instant(extract_.run().finished).substr(0, 10);
    say(xml_, "dbname", what_.profile.label);
    say(xml_, "description", fmt::format("{} ({})", what_.profile.label, what_.profile.id));
    say(xml_, "archiver", what_.options.archiver);
    say(xml_, "dataOwner", what_.options.owner);
    say(xml_, "dataOriginTimespan",
        what_.options.timespan.empty() ? "jusqu’au " + finished : what_.options.timespan);
    say(xml_, "lobFolder", what_.lob_folder);
    say(xml_, "producerApplication", extract_.run().tool);
    xml_.leaf("archivalDate", finished + "Z");
    xml_.open("messageDigest");
    xml_.leaf("digestType", what_.options.algorithm);
    xml_.leaf("digest", what_.digest);
    xml_.close();
    say(xml_, "databaseProduct", core_product());
    say(xml_, "databaseUser", value("user"));
  }
  [[nodiscard]] std::string core_product() {
    const auto& run = extract_.run();
    return run.system_version.empty() ? run.system : run.system + " " + run.system_version;
  }

  void write_table(const SiardTable& table, const SiardKeys& keys) {
    xml_.open("table");
    say(xml_, "name", table.name);
    xml_.leaf("folder", fmt::format("table{}", table.number));
    say(xml_, "description", table.label);
    xml_.open("columns");
    for (std::size_t i = 0; i < table.columns.size(); ++i) write_column(table, i);
    xml_.close();
    if (!keys.primary.empty()) {
      xml_.open("primaryKey");
      say(xml_, "name", "PK_" + table.name);
      for (const auto& c : keys.primary) say(xml_, "column", c);
      xml_.close();
    }
    if (!keys.foreign.empty()) {
      xml_.open("foreignKeys");
      for (const auto& key : keys.foreign) write_foreign_key(key);
      xml_.close();
    }
    xml_.leaf("rows", std::to_string(table.rows));
    xml_.close();
  }

  void write_column(const SiardTable& table, std::size_t number) {
    const auto& c = table.columns[number];
    xml_.open("column");
    say(xml_, "name", c.name);
    if (c.large()) say(xml_, "lobFolder", what_.lobs.column_folder(table.number, number));
    xml_.leaf("type", c.type);
    say(xml_, "typeOriginal", c.source_type);
    xml_.leaf("nullable", c.nullable ? "true" : "false");
    say(xml_, "description", c.label);
    xml_.close();
  }

  void write_foreign_key(const SiardForeignKey& key) {
    xml_.open("foreignKey");
    say(xml_, "name", key.name);
    say(xml_, "referencedSchema", schema_name());
    say(xml_, "referencedTable", key.target);
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      xml_.open("reference");
      say(xml_, "column", key.columns[i]);
      say(xml_, "referenced", key.to[i]);
      xml_.close();
    }
    xml_.close();
  }

  Extract& extract_;
  const SiardDescription& what_;
  std::map<std::string, std::string> values_;
  core::StringSink sink_;
  core::XmlWriter xml_;
};

}  // namespace

std::vector<std::string> usable_primary_key(Extract& extract, const profiles::Table& table,
                                            std::vector<Finding>& notes) {
  if (table.key.empty()) return {};
  if (const auto rows = broken_rows(extract, table.name, "duplicate", "")) {
    notes.push_back(
        {Severity::warning, "KEY_LEFT_OUT",
         core::nmsg("The key {1} is not declared in the archive: {0} row has a value of it that an "
                    "earlier row has.",
                    "The key {1} is not declared in the archive: {0} rows have a value of it that an "
                    "earlier row has.",
                    rows, joined(table.key)),
         table.name});
    return {};
  }
  auto st =
      extract.database().prepare("SELECT count(*) FROM main." + core::sql_name(table.name) + " WHERE " + [&] {
        std::string out;
        for (const auto& k : table.key) out += (out.empty() ? "" : " OR ") + core::sql_name(k) + " IS NULL";
        return out;
      }());
  if (const auto nulls = st.step() ? static_cast<std::uint64_t>(st.integer(0)) : 0) {
    notes.push_back({Severity::warning, "KEY_LEFT_OUT",
                     core::nmsg("The key {1} is not declared in the archive: it has no value in {0} row.",
                                "The key {1} is not declared in the archive: it has no value in {0} rows.",
                                nulls, joined(table.key)),
                     table.name});
    return {};
  }
  return table.key;
}

std::vector<SiardForeignKey> usable_foreign_keys(Extract& extract, const profiles::Table& table,
                                                 const std::vector<SiardTable>& tables,
                                                 std::vector<Finding>& notes) {
  std::vector<SiardForeignKey> out;
  const auto here = std::ranges::find(tables, table.name, &SiardTable::name);
  for (const auto& reference : table.references) {
    const auto target = std::ranges::find(tables, reference.table, &SiardTable::name);
    const bool whole =
        target != tables.end() && reference.columns.size() == reference.to.size() &&
        std::ranges::all_of(reference.columns, [&](const auto& c) { return has_column(*here, c); }) &&
        std::ranges::all_of(reference.to, [&](const auto& c) { return has_column(*target, c); });
    if (!whole) {
      notes.push_back(
          {Severity::info, "REFERENCE_LEFT_OUT",
           msg("The reference of {0} to {1} is not declared in the archive: what it points at was "
               "not copied.",
               joined(reference.columns), reference.table),
           table.name});
      continue;
    }
    if (const auto rows = broken_rows(extract, table.name, "orphan", joined(reference.columns))) {
      notes.push_back(
          {Severity::warning, "REFERENCE_LEFT_OUT",
           core::nmsg(
               "The reference of {1} to {2} is not declared in the archive: {0} row refers to nothing.",
               "The reference of {1} to {2} is not declared in the archive: {0} rows refer to nothing.", rows,
               joined(reference.columns), reference.table),
           table.name});
      continue;
    }
    out.push_back({fmt::format("FK_{}_{}", table.name, out.size() + 1), reference.table, reference.columns,
                   reference.to});
  }
  return out;
}

std::string siard_metadata(Extract& extract, const SiardDescription& what) {
  return Description(extract, what).write();
}

}  // namespace versoir::extract
