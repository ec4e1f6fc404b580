// See purge.hpp.
#include "consult/purge.hpp"

#include "consult/origin.hpp"
#include "consult/purge_copy.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "extract/seal.hpp"

#include <algorithm>
#include <cctype>

namespace versoir::consult {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;
using parts::PurgedCopy;
using parts::TableCut;

namespace {

using Cuts = std::map<std::string, TableCut>;

bool same_column_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

const extract::TableFacts& require_table(const extract::Extract& from, const std::string& name) {
  for (const auto& t : from.tables())
    if (t.name == name) return t;
  throw Error(Exit::not_found, msg("The extract has no table {0}.", name));
}

void require_column(extract::Extract& from, const std::string& table, const std::string& column) {
  auto st = from.database().prepare(
      "SELECT 1 FROM versoir_column WHERE table_name = ?1 AND name = ?2 AND taken = 'yes'");
  st.bind(1, std::string_view(table)).bind(2, std::string_view(column));
  if (!st.step()) throw Error(Exit::not_found, msg("The extract has no column {0}.{1}.", table, column));
}

/// The one value of the key of a record, as rows hold it.
std::string key_value(const std::string& key) {
  const auto parsed = records::Key::parse(key);
  return parsed.values.size() == 1 ? core::value_text(parsed.values.front()) : std::string();
}

Cuts cuts_of(extract::Extract& from, const profiles::Application& app, const PurgeOrder& order) {
  Cuts cuts;
  for (const auto& table : order.tables) cuts[require_table(from, table).name].whole = true;
  for (const auto& [table, column] : order.columns) {
    require_column(from, table, column);
    cuts[table].columns.insert(column);
  }
  for (const auto& [name, keys] : order.records) {
    const auto* record = app.find_record(name);
    const auto subject = record ? tables_to_purge(app, *record) : std::map<std::string, std::string>{};
    if (subject.empty())
      throw Error(Exit::profile_invalid,
                  msg("The profile does not tell which tables hold rows of {0}.", name));
    std::set<std::string> values;
    for (const auto& key : keys) values.insert(key_value(key));
    for (const auto& facts : from.tables())
      if (const auto it = subject.find(facts.name); it != subject.end())
        cuts[facts.name].keys.emplace_back(it->second, values);
  }
  return cuts;
}

/// Nothing of a record under hold goes: neither with it, nor with a table or a column.
void require_no_hold(extract::Extract& from, const profiles::Application& app, const PurgeOrder& order,
                     const Cuts& cuts, const Annotations& annotations) {
  Error held(Exit::lot_state, msg("A hold forbids this purge."));
  std::set<std::pair<std::string, std::string>> asked;
  for (const auto& a : annotations.all()) {
    if (!annotations.held(a.record, a.key) || !asked.emplace(a.record, a.key).second) continue;
    const auto listed = order.records.find(a.record);
    if (listed != order.records.end() && listed->second.contains(a.key))
      std::move(held).because(msg("{0}:{1} is under hold (annotation {2}).", a.record, a.key, a.number));
    const auto* record = app.find_record(a.record);
    if (!record) continue;
    for (const auto& [table, column] : tables_to_purge(app, *record)) {
      const auto cut = cuts.find(table);
      if (cut == cuts.end() || (!cut->second.whole && cut->second.columns.empty())) continue;
      auto st = from.database().prepare(fmt::format("SELECT 1 FROM main.{} WHERE {} = ?1 LIMIT 1",
                                                    core::sql_name(table), core::sql_name(column)));
      st.bind(1, records::Key::parse(a.key).values.front());
      if (st.step())
        std::move(held).because(msg("{0} holds rows of {1}:{2}, which is under hold (annotation {3}).", table,
                                    a.record, a.key, a.number));
    }
  }
  if (!held.causes().empty())
    throw std::move(held).hint(
        msg("Withdraw the hold when it ended, or prepare a bordereau without these lines."));
}

void write_fact(core::Database& to, const char* key, const std::string& value) {
  auto st = to.prepare("INSERT OR REPLACE INTO versoir_run VALUES (?1, ?2)");
  st.bind(1, std::string_view(key)).bind(2, std::string_view(value)).run();
}

/// Lines of the same paper for tables, columns and records.
class EliminatedLines {
 public:
  EliminatedLines(core::Database& to, const PurgeOrder& order, std::string day)
      : order_(order),
        day_(std::move(day)),
        insert_(to.prepare(
            "INSERT INTO versoir_eliminated VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")) {}
  void add(Eliminated::Kind kind, const std::string& table, const std::string& column,
           const std::string& record, const std::string& key, std::uint64_t rows) {
    int i = 0;
    for (const auto& text : {std::string_view(order_.elimination), std::string_view(order_.visa),
                             std::string_view(order_.authority), std::string_view(order_.visa_date),
                             std::string_view(day_), eliminated_kind(kind), std::string_view(table),
                             std::string_view(column), std::string_view(record), std::string_view(key)})
      insert_.bind(++i, text);
    insert_.bind(++i, static_cast<std::int64_t>(rows)).run();
  }

 private:
  const PurgeOrder& order_;
  std::string day_;
  core::Statement insert_;
};

/// A row that was copied and went is neither copied nor unknown: it is counted among what was left, with its
/// reason, so that the counts of the source still add up.
void write_left(core::Database& to, const std::string& table, const PurgeOrder& order, std::uint64_t rows) {
  if (rows == 0) return;
  auto st = to.prepare(
      "INSERT INTO versoir_left SELECT ?1, 1 + coalesce(max(rule), 0), ?2, ?3 FROM versoir_left WHERE "
      "table_name = ?1");
  const auto reason = fmt::format("Éliminé de l'extraction, bordereau {}, visa {} du {} ({}).",
                                  order.elimination, order.visa, order.visa_date, order.authority);
  st.bind(1, std::string_view(table))
      .bind(2, std::string_view(reason))
      .bind(3, static_cast<std::int64_t>(rows))
      .run();
}

/// The column stays, so that the profile's queries run; nothing is in it, and the dictionary says why.
void write_column_gone(core::Database& to, const std::string& table, const std::string& column,
                       const PurgeOrder& order) {
  const auto reason =
      fmt::format("Éliminée, bordereau {}, visa {} du {}.", order.elimination, order.visa, order.visa_date);
  auto st = to.prepare("UPDATE versoir_column SET reason = ?3 WHERE table_name = ?1 AND name = ?2");
  st.bind(1, std::string_view(table))
      .bind(2, std::string_view(column))
      .bind(3, std::string_view(reason))
      .run();
}

void write_copy(extract::Extract& from, core::Database& to, const Cuts& cuts, const PurgeOrder& order,
                const std::string& day, core::Progress& progress, PurgeReport& report) {
  to.exec(
      "PRAGMA page_size = 32768; PRAGMA encoding = 'UTF-8'; PRAGMA journal_mode = OFF; PRAGMA synchronous = "
      "OFF;");
  to.exec(fmt::format("BEGIN; PRAGMA application_id = {}; PRAGMA user_version = {};", extract::application_id,
                      extract::format_version));
  {
    PurgedCopy copy(from, to);
    copy.begin();
    EliminatedLines lines(to, order, day);
    for (const auto& facts : from.tables()) {
      const auto it = cuts.find(facts.name);
      const auto& cut = it == cuts.end() ? TableCut{} : it->second;
      const auto rows = copy.table(facts, cut, progress);
      if (rows > 0) report.rows[facts.name] = rows;
      write_left(to, facts.name, order, rows);
      if (cut.whole) lines.add(Eliminated::Kind::table, facts.name, "", "", "", rows);
      for (const auto& column : cut.columns) {
        lines.add(Eliminated::Kind::column, facts.name, column, "", "", rows);
        write_column_gone(to, facts.name, column, order);
      }
    }
    for (const auto& [record, keys] : order.records)
      for (const auto& key : keys) {
        lines.add(Eliminated::Kind::record, "", "", record, key, 0);
        ++report.records;
      }
    copy.indexes();
  }
  const auto generation = from.database().one("SELECT value FROM main.versoir_run WHERE key = 'generation'");
  write_fact(to, "generation",
             std::to_string(generation ? std::stoi("0" + core::value_text(*generation)) + 1 : 2));
  write_fact(to, "first_root", origin_root(from));
  write_fact(to, "previous_root", report.previous_root);
  write_fact(to, "previous_seal_sha512", report.previous_seal_sha512);
  write_fact(to, "elimination", order.elimination);
  write_fact(to, "elimination_visa", fmt::format("{}; {}; {}", order.visa, order.authority, order.visa_date));
  write_fact(to, "purged", day);
  to.exec("COMMIT");
}

void require_sound(extract::Extract& made, core::Progress& progress) {
  Error e(Exit::extract_altered, msg("The purged extract does not verify: it is thrown away."));
  for (const auto& f : extract::verify_content(made, progress))
    if (f.severity == core::Severity::error) std::move(e).because(f.message);
  if (!e.causes().empty()) throw std::move(e);
}

/// What a purge that fails leaves: nothing.
class Unfinished {
 public:
  explicit Unfinished(std::vector<fs::path> files) : files_(std::move(files)) {}
  ~Unfinished() {
    std::error_code ec;
    for (const auto& f : files_) fs::remove(f, ec);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void finished() noexcept { files_.clear(); }

 private:
  std::vector<fs::path> files_;
};

}  // namespace

std::map<std::string, std::string> tables_to_purge(const profiles::Application& app,
                                                   const profiles::RecordDef& record) {
  auto found = tables_of_subject(app, record);
  if (found.empty()) return found;
  for (const auto& table : app.tables)
    for (const auto& column : table.columns)
      if (table.take && column.take && same_column_name(column.name, record.key.front()))
        found.emplace(table.name, column.name);
  return found;
}

PurgeReport purge(extract::Extract& from, const fs::path& to, const PurgeOrder& order,
                  const Annotations& annotations, trust::Signer& signer, trust::TimestampAuthority* tsa,
                  const core::Clock& clock, core::Progress& progress) {
  if (order.empty()) throw Error(Exit::not_found, msg("The bordereau lets nothing of this extract go."));
  for (const auto& there : {to, extract::seal_file(to), annotations_file(to)})
    if (fs::exists(there))
      throw Error(Exit::usage, msg("{0} is there already: name a new file.", there.string()));
  if (!annotations.usable())
    throw Error(Exit::evidence_broken, msg("The annotations that are there do not hold: nothing is purged."));
  const auto app = from.profile();
  const auto cuts = cuts_of(from, app, order);
  require_no_hold(from, app, order, cuts, annotations);
  PurgeReport report;
  report.previous_root = from.root().hex();
  report.previous_seal_sha512 = core::digest_file(extract::seal_file(from.path())).sha512.hex();
  const auto day = core::format_date(core::Date(std::chrono::floor<std::chrono::days>(clock.now())));
  const fs::path partial = to.string() + ".partial";
  Unfinished unfinished({partial, annotations_file(to)});
  fs::remove(partial);
  {
    auto db = core::Database::create(partial);
    fs::permissions(partial, fs::perms::owner_read | fs::perms::owner_write);
    write_copy(from, db, cuts, order, day, progress, report);
  }
  auto made = extract::Extract::open(partial);
  require_sound(made, progress);
  report.root = made.root().hex();
  const auto goes = [&](const std::string& record, const std::string& key) {
    const auto it = order.records.find(record);
    const bool gone = it != order.records.end() && it->second.contains(key);
    report.annotations += gone;
    return gone;
  };
  carry_annotations(from.path(), to, goes,
                    {{"elimination", order.elimination}, {"visa", order.visa}, {"date", order.visa_date}},
                    signer, clock);
  extract::StagedSeal seal(made, to, signer, tsa, clock);
  seal.publish([&] { core::publish_file(partial, to); });
  unfinished.finished();
  return report;
}

}  // namespace versoir::consult
