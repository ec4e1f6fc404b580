// The controls of an archive, in their order.
#include "extract/siard/check.hpp"

#include "core/zip_archive.hpp"
#include "extract/adapters.hpp"
#include "extract/siard/check_container.hpp"
#include "extract/siard/check_keys.hpp"
#include "extract/siard/check_notes.hpp"
#include "extract/siard/check_schema.hpp"
#include "extract/siard/check_values.hpp"
#include "extract/siard/package_digest.hpp"

#include <optional>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::uint64_t table_schema_most = 64u << 20;

class ArchiveCheck {
 public:
  ArchiveCheck(const fs::path& file, const fs::path& scratch, core::Progress& progress, std::stop_token stop)
      : file_(file), scratch_(scratch), progress_(progress), stop_(std::move(stop)), notes_(report_) {}

  SiardCheckReport run() {
    notes_.judged("G_4.1-5");
    if (file_.extension() != ".siard")
      notes_.error("G_4.1-5", msg("the name of the file ends otherwise"), file_.filename().string());
    notes_.judged("G_4.1-1");
    std::optional<core::ZipArchive> zip;
    try {
      zip.emplace(file_, Exit::source_data);
    } catch (const Error& e) {
      if (e.code() == Exit::disk) throw;
      notes_.error("G_4.1-1", e, file_.filename().string());
      return std::move(report_);
    }
    check_zip_entries(*zip, notes_);
    if (const auto metadata = read_metadata(*zip)) check_described(*zip, *metadata);
    return std::move(report_);
  }

 private:
  std::optional<core::XmlElement> read_metadata(const core::ZipArchive& zip) {
    notes_.judged("P_4.2-5");
    if (!zip.find(siard_metadata_name)) {
      notes_.error("P_4.2-5", msg("the file is not there"), std::string(siard_metadata_name));
      return std::nullopt;
    }
    try {
      return siard_metadata_tree(zip);
    } catch (const Error& e) {
      notes_.judged("M_5.0-1");
      notes_.error("M_5.0-1", e, std::string(siard_metadata_name));
      return std::nullopt;
    }
  }

  void check_described(const core::ZipArchive& zip, const core::XmlElement& metadata) {
    const auto said = metadata.attribute_or("version", "1.0");
    check_header(zip, said, notes_);
    check_metadata_by_schema(zip, said, notes_);
    std::optional<SiardDatabase> db;
    try {
      db = describe_siard(metadata, zip);
    } catch (const Error& e) {
      return notes_.error("M_5.0-1", e, std::string(siard_metadata_name));
    }
    report_.version = said;
    report_.database = db->name;
    report_.producer = db->producer;
    report_.tables = db->tables.size();
    notes_.judged("V_USERS");
    if (db->users == 0) notes_.warning("V_USERS", msg("no user is named"), std::string(siard_metadata_name));
    check_content_names(zip, *db, notes_);
    check_digests(zip, *db);
    check_tables(zip, *db, metadata);
  }

  void check_digests(const core::ZipArchive& zip, const SiardDatabase& db) {
    for (const auto& d : verify_package_digests(zip, db)) {
      notes_.judged("5.1");
      const std::string where(siard_metadata_name);
      switch (d.verdict) {
        case DigestVerdict::right:
          break;
        case DigestVerdict::wrong:
          notes_.error(
              "5.1",
              msg("the {0} of the content is another one: it was changed, or packed again", d.said.algorithm),
              where);
          break;
        case DigestVerdict::unknown_algorithm:
          notes_.warning("5.1", msg("the algorithm {0} is not known", d.said.algorithm), where);
          break;
        case DigestVerdict::no_header_entry:
          notes_.warning("5.1",
                         msg("no entry header/ says where the content ends: the digest covers nothing that "
                             "can be found"),
                         where);
          break;
      }
    }
  }

  void check_tables(const core::ZipArchive& zip, const SiardDatabase& db, const core::XmlElement& metadata) {
    const LobReader lobs(zip, db);
    SiardValueCheck values(lobs, notes_, [this] { check_stop(); });
    const core::TemporaryDirectory folder(scratch_);
    SiardKeyCheck keys(db, folder.path(), notes_);
    bool whole = true;
    for (const auto& table : db.tables) {
      progress_.begin(table.name, table.rows, "rows");
      check_schema(zip, table, metadata);
      whole = check_rows(zip, table, values, keys) && whole;
      progress_.end();
    }
    // With rows that could not be read, what they name is not known.
    if (whole) {
      keys.conclude();
      check_orphans(zip, values);
    }
    report_.large_values = values.large_values();
  }

  void check_schema(const core::ZipArchive& zip, const SiardTableRead& table,
                    const core::XmlElement& metadata) {
    auto name = table.file;
    name.replace(name.size() - 3, 3, "xsd");
    const auto* entry = zip.find(name);
    notes_.judged("T_6.1-1");
    if (!entry) return notes_.error("T_6.1-1", msg("the table has no schema"), name);
    try {
      const auto xsd = zip.read(*entry, table_schema_most);
      check_table_schema(xsd, table, metadata, notes_);
      check_stop();
      check_rows_by_schema(zip, xsd, table, notes_);
    } catch (const Error& e) {
      if (e.code() == Exit::interrupted) throw;
      notes_.error("T_6.0-2", e, name);
    }
  }

  bool check_rows(const core::ZipArchive& zip, const SiardTableRead& table, SiardValueCheck& values,
                  SiardKeyCheck& keys) {
    if (!zip.find(table.file)) return false;
    for (const auto* id : {"T_6.0-1", "T_6.3-1", "P_4.3-10"}) notes_.judged(id);
    keys.begin_table(table);
    bool whole = true;
    std::uint64_t rows = 0;
    try {
      SiardRows reader(zip, table);
      std::vector<SiardCell> cells;
      while (reader.next(cells)) {
        rows = reader.rows();
        if (rows % 256 == 0) check_stop();
        values.row(table, cells, rows);
        keys.row(cells, rows);
        progress_.advance(1);
      }
      if (rows != table.rows)
        notes_.error("P_4.3-10", msg("{0} rows are there, and the metadata say {1}", rows, table.rows),
                     table.file);
    } catch (const Error& e) {
      if (e.code() == Exit::interrupted) throw;
      notes_.error("T_6.0-2", e, table.file);
      whole = false;
    }
    keys.end_table();
    report_.rows += rows;
    return whole;
  }

  void check_orphans(const core::ZipArchive& zip, const SiardValueCheck& values) {
    notes_.judged("V_ORPHAN");
    for (const auto& e : zip.entries()) {
      if (e.folder() || !e.name.starts_with("content/") || e.name.find("/lob") == std::string::npos) continue;
      if (!values.named().contains(e.name))
        notes_.warning("V_ORPHAN", msg("no cell names this large value"), e.name);
    }
  }

  void check_stop() const {
    if (stop_.stop_requested()) throw_interrupted();
  }

  fs::path file_, scratch_;
  core::Progress& progress_;
  std::stop_token stop_;
  SiardCheckReport report_;
  SiardNotes notes_;
};

}  // namespace

SiardCheckReport check_siard(const fs::path& file, const fs::path& scratch, core::Progress& progress,
                             std::stop_token stop) {
  return ArchiveCheck(file, scratch, progress, std::move(stop)).run();
}

}  // namespace versoir::extract
