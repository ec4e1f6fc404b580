// Building of the search index: one row per hit, its names folded, its numbers bare, its dates as dates.
#include "consult/index.hpp"

#include "consult/shown.hpp"
#include "consult/sound.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "profiles/loader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <unordered_set>

namespace versoir::consult {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;
using Kind = profiles::SearchDef::Term::Kind;

namespace {

constexpr std::string_view schema = R"(
CREATE TEMP TABLE arrived(search TEXT, key TEXT, names TEXT, numbers TEXT, dates TEXT, shown TEXT);
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) STRICT;
CREATE TABLE hit(id INTEGER PRIMARY KEY, search TEXT, key TEXT, names TEXT, shown TEXT) STRICT;
CREATE TABLE name(value TEXT, hit INTEGER) STRICT;
CREATE TABLE sound(key TEXT, word TEXT, PRIMARY KEY(key, word)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5(names, numbers, dates, content='', prefix='1 2 3',
                                     tokenize='unicode61 remove_diacritics 0');
)";
constexpr std::uint64_t progress_step = 1000;

/// What tells whether an index is of this extract and this profile.
std::string identity(const extract::Extract& extract, const std::string& profile_digest,
                     const Annotations& annotations) {
  return std::to_string(index_format) + " " + extract.root().hex() + " " + profile_digest + " " +
         annotations.head();
}

/// What is not as the extract says, by record and key.
using AmendedFields = std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>>;
AmendedFields amended_fields(const Annotations& annotations) {
  AmendedFields out;
  for (const auto& a : annotations.all()) {
    auto values = annotations.amended(a.record, a.key);
    if (!values.empty()) out[{a.record, a.key}] = std::move(values);
  }
  return out;
}

/// Positions of the columns that a search needs in its query.
struct Columns {
  std::vector<std::pair<int, Kind>> terms;
  std::vector<std::pair<int, const profiles::Field*>> shown;
};

/// SQL names have no case: a query without AS gives the column as its table spells it.
bool same_identifier(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

int position(const core::Statement& st, std::string_view name, const profiles::SearchDef& search) {
  for (int i = 0; i < st.columns(); ++i)
    if (same_identifier(st.column_name(i), name)) return i;
  throw Error(Exit::profile_invalid,
              msg("The query of the search {0} does not give the column {1}.", search.id, name));
}

Columns find_columns(const core::Statement& st, const profiles::SearchDef& search) {
  Columns c;
  for (const auto& t : search.terms) c.terms.emplace_back(position(st, t.column, search), t.kind);
  for (const auto& f : search.shown) c.shown.emplace_back(position(st, f.name, search), &f);
  return c;
}

std::string key_text(const core::Statement& st, std::size_t columns) {
  core::Json key = core::Json::array();
  for (std::size_t i = 0; i < columns; ++i) {
    const auto value = st.value(static_cast<int>(i));
    if (const auto* n = std::get_if<std::int64_t>(&value))
      key.push_back(*n);
    else
      key.push_back(core::value_text(value));
  }
  return key.dump();
}

std::string joined(const std::vector<std::string>& words, char separator) {
  std::string text;
  for (const auto& w : words) {
    if (!text.empty()) text += separator;
    text += w;
  }
  return text;
}

/// LE FLOC H is searched as LEFLOCH, and as FLOCH by those who leave the particle.
std::vector<std::string> in_one_word(std::string_view name) {
  static constexpr std::array particles{"LE", "LA", "LES", "L", "DE", "DU", "DES", "D"};
  std::vector<std::string> glued;
  for (auto at = name.find(' '); at != std::string_view::npos; at = name.find(' ')) {
    std::string one(name);
    std::erase(one, ' ');
    glued.push_back(std::move(one));
    if (std::find(particles.begin(), particles.end(), name.substr(0, at)) == particles.end()) break;
    name.remove_prefix(at + 1);
  }
  return glued;
}

/// First as they arrive, then written in the order of a register.
class Builder {
 public:
  Builder(core::Database& db, const profiles::Application& app, const Annotations& annotations)
      : db_(db),
        app_(app),
        amended_(amended_fields(annotations)),
        arrived_(db.prepare("INSERT INTO arrived VALUES(?1, ?2, ?3, ?4, ?5, ?6)")) {}

  void add(core::Statement& row, const profiles::SearchDef& search, const Columns& columns,
           std::size_t key_columns) {
    std::vector<std::string> names, numbers, dates;
    const std::string key = key_text(row, key_columns);
    const auto found = amended_.find({search.record, key});
    const auto* amended = found == amended_.end() ? nullptr : &found->second;
    if (amended)  // the names of today first: they make the order of the register
      for (const auto& term : search.terms)
        if (const auto it = amended->find(term.column); term.kind == Kind::name && it != amended->end())
          if (auto name = joined(name_words(core::fold_name(it->second)), ' '); !name.empty())
            names.push_back(std::move(name));
    for (const auto& [i, kind] : columns.terms) {
      if (row.is_null(i)) continue;
      const auto text = row.text(i);
      if (kind == Kind::name) {
        auto name = joined(name_words(core::fold_name(text)), ' ');
        if (!name.empty()) names.push_back(std::move(name));
      } else if (kind == Kind::number) {
        numbers.push_back(bare_number(text));
      } else if (const auto date = core::parse_date(text)) {
        const auto iso = core::format_date(*date);
        dates.push_back(iso.substr(0, 4) + iso.substr(5, 2) + iso.substr(8, 2));
        dates.push_back(iso.substr(0, 4));
      }
    }
    for (std::size_t i = 0, n = names.size(); i < n; ++i)
      for (auto& name : in_one_word(names[i])) names.push_back(std::move(name));
    core::Json shown = core::Json::array();
    for (const auto& [i, field] : columns.shown) {
      std::string value(row.text(i));
      if (amended)
        if (const auto it = amended->find(field->name); it != amended->end()) value = it->second;
      shown.push_back({field->label, shown_value(value, *field, app_)});
    }
    const std::string listed = shown.dump();
    arrived_.bind(1, std::string_view(search.id)).bind(2, std::string_view(key));
    arrived_.bind(3, std::string_view(joined(names, '\n'))).bind(4, std::string_view(joined(numbers, ' ')));
    arrived_.bind(5, std::string_view(joined(dates, ' '))).bind(6, std::string_view(listed)).run();
  }

  void finish() {
    auto hit = db_.prepare("INSERT INTO hit VALUES(?1, ?2, ?3, ?4, ?5)");
    auto word = db_.prepare("INSERT INTO word(rowid, names, numbers, dates) VALUES(?1, ?2, ?3, ?4)");
    auto name = db_.prepare("INSERT INTO name VALUES(?1, ?2)");
    auto rows =
        db_.prepare("SELECT search, key, names, numbers, dates, shown FROM arrived ORDER BY names, rowid");
    std::unordered_set<std::string> words;
    for (std::int64_t id = 1; rows.step(); ++id) {
      hit.bind(1, id)
          .bind(2, rows.text(0))
          .bind(3, rows.text(1))
          .bind(4, rows.text(2))
          .bind(5, rows.text(5))
          .run();
      word.bind(1, id).bind(2, rows.text(2)).bind(3, rows.text(3)).bind(4, rows.text(4)).run();
      const auto names = rows.text(2);
      for (std::size_t at = 0; at < names.size();) {
        const auto end = std::min(names.find('\n', at), names.size());
        name.bind(1, names.substr(at, end - at)).bind(2, id).run();
        for (auto& w : name_words(names.substr(at, end - at))) words.insert(std::move(w));
        at = end + 1;
      }
    }
    auto sound = db_.prepare("INSERT INTO sound VALUES(?1, ?2)");
    for (const auto& w : words)
      for (const auto& key : sound_keys(w))
        sound.bind(1, std::string_view(key)).bind(2, std::string_view(w)).run();
    db_.exec("CREATE INDEX name_value ON name(value, hit); INSERT INTO word(word) VALUES('optimize');");
  }

 private:
  core::Database& db_;
  const profiles::Application& app_;
  AmendedFields amended_;
  core::Statement arrived_;
};

void fill(core::Database& db, extract::Extract& extract, const profiles::Application& app,
          const Annotations& annotations, const std::string& id, core::Progress& progress) {
  db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  db.exec(schema);
  {
    Builder builder(db, app, annotations);
    for (const auto& search : app.searches) {
      const auto* record = app.find_record(search.record);
      if (!record)
        throw Error(Exit::profile_invalid, msg("The search {0} wants the record {1}, which does not exist.",
                                               search.id, search.record));
      auto rows = extract.database().prepare(search.sql);
      const auto columns = find_columns(rows, search);
      progress.begin(search.label, std::nullopt, core::tr("records"));
      std::uint64_t n = 0;
      while (rows.step()) {
        builder.add(rows, search, columns, record->key.size());
        if (++n % progress_step == 0) progress.advance(progress_step);
      }
      progress.end();
    }
    builder.finish();
  }
  db.prepare("INSERT INTO meta VALUES('identity', ?1)").bind(1, std::string_view(id)).run();
  db.exec("COMMIT");
}

bool up_to_date(const fs::path& path, const std::string& id) {
  if (!fs::exists(path)) return false;
  try {
    auto db = core::Database::open_read(path);
    const auto found = db.one("SELECT value FROM meta WHERE key = 'identity'");
    return found && core::value_text(*found) == id;
  } catch (const Error&) {
    return false;  // not an index, or a damaged one: it is made again
  }
}

}  // namespace

fs::path index_path(const fs::path& extract) {
  fs::path p = extract;
  return p += ".index";
}

std::vector<std::string> name_words(std::string_view folded) {
  std::vector<std::string> words;
  std::string word;
  for (char c : folded) {
    if (static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c))) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string bare_number(std::string_view text) {
  std::string out;
  for (char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)))
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto significant = out.find_first_not_of('0');
  return significant == std::string::npos ? out.substr(0, 1) : out.substr(significant);
}

core::Database open_index(extract::Extract& extract, const profiles::Application& app,
                          const Annotations& annotations, core::Progress& progress) {
  const fs::path path = index_path(extract.path());
  const std::string id = identity(extract, profiles::profile_digest(extract.profile_files()), annotations);
  if (up_to_date(path, id)) return core::Database::open_read(path);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  // A folder of its own: two programs that build at the same time do not meet, and a failure leaves nothing.
  std::optional<core::TemporaryDirectory> workshop;
  try {
    workshop.emplace(folder);
  } catch (const Error&) {
    auto db = core::Database::memory();
    fill(db, extract, app, annotations, id, progress);
    return db;
  }
  const fs::path made = workshop->path() / "index";
  {
    auto db = core::Database::create(made);
    fs::permissions(made, fs::perms::owner_read | fs::perms::owner_write);  // names of persons
    fill(db, extract, app, annotations, id, progress);
  }
  core::publish_file(made, path);
  return core::Database::open_read(path);
}

}  // namespace versoir::consult
