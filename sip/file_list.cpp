// See file_list.hpp.
#include "sip/file_list.hpp"

#include "core/text.hpp"
#include "sip/content.hpp"
#include "sip/csv_records.hpp"

#include <array>
#include <fstream>
#include <sys/stat.h>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Message;
using core::msg;

namespace {

using Fields = std::vector<std::optional<std::string>>;

/// A spreadsheet of a French desk saves with semicolons.
char separator_of_list(const fs::path& list) {
  std::ifstream in(list, std::ios::binary);
  std::string header(1u << 16, '\0');
  in.read(header.data(), static_cast<std::streamsize>(header.size()));
  header.resize(static_cast<std::size_t>(in.gcount()));
  header.resize(std::min(header.find('\n'), header.size()));
  return header.find(';') != std::string::npos && header.find(',') == std::string::npos ? ';' : ',';
}

/// Where the columns of the list stand.
struct Columns {
  std::optional<std::size_t> key, file, title, date;

  static Columns of(const Fields& header, const std::string& origin, Defects& defects) {
    Columns c;
    for (std::size_t i = 0; i < header.size(); ++i) {
      const auto name = core::trim(header[i].value_or(""));
      auto* at = name == "key"     ? &c.key
                 : name == "file"  ? &c.file
                 : name == "title" ? &c.title
                 : name == "date"  ? &c.date
                                   : nullptr;
      if (!at || *at)
        defects.add(
            msg("{0}: the column \"{1}\" is unknown or there twice; key, file, title and date are known.",
                origin, name));
      else
        *at = i;
    }
    if (!c.key || !c.file) defects.add(msg("{0}: there must be columns key and file.", origin));
    return c;
  }
};

std::string cell(const Fields& fields, const std::optional<std::size_t>& column) {
  return column && *column < fields.size() && fields[*column] ? *fields[*column] : std::string();
}

}  // namespace

FileList::FileList(const fs::path& list, const fs::path& folder, Defects& defects)
    : database_(core::Database::create(temporary_.path() / "files.sqlite")) {
  // A work file: whoever stops in the middle begins again.
  database_.exec(
      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE f (line INTEGER PRIMARY KEY, key TEXT, "
      "file TEXT, title TEXT, date TEXT, met INTEGER DEFAULT 0) STRICT; CREATE INDEX f_key ON f (key)");
  find_ = database_.prepare("SELECT line, file, title, date FROM f WHERE key = ?1 ORDER BY line");
  meet_ = database_.prepare("UPDATE f SET met = 1 WHERE key = ?1");
  const auto before = defects.count();
  if (!fs::is_regular_file(list)) defects.add(msg("There is no list {0}.", list.string()));
  if (!fs::is_directory(folder)) defects.add(msg("There is no folder {0}.", folder.string()));
  if (defects.count() == before) read(list, defects);
  // Lines that cannot be read do not hide what is wrong with the files of the others.
  if (lines_ > 0) look(list, folder, defects);
  if (lines_ == 0 && defects.count() == before)
    defects.add(msg("The list {0} names no file.", list.string()));
}

void FileList::read(const fs::path& list, Defects& defects) {
  auto insert = database_.prepare("INSERT INTO f (line, key, file, title, date) VALUES (?1, ?2, ?3, ?4, ?5)");
  database_.exec("BEGIN");
  std::optional<Columns> columns;
  const auto take = [&](Fields& fields, std::size_t line) {
    if (!columns) {
      columns = Columns::of(fields, list.string(), defects);
      return columns->key && columns->file;
    }
    const auto where = fmt::format("{}:{}", list.string(), line);
    for (const auto& field : fields)
      if (field && !core::is_utf8(*field)) {
        defects.add(msg("{0}: this is not UTF-8.", where));
        return true;
      }
    auto key = core::trim(cell(fields, columns->key));
    const auto file = cell(fields, columns->file);
    if (key.empty() && file.empty()) return true;  // a blank line
    if (key.empty() || file.empty()) {
      defects.add(msg("{0}: key and file must both be there.", where));
      return true;
    }
    if (key.starts_with('[')) try {
        key = system_id(records::Key::parse(key));
      } catch (const Error&) {
        defects.add(msg("{0}: \"{1}\" is not a key.", where, key));
      }
    const auto date = core::trim(cell(fields, columns->date));
    if (!date.empty() && (date.size() != 10 || !core::parse_date(date)))
      defects.add(msg("{0}: \"{1}\" is not a date such as 2026-01-31.", where, date));
    const auto title = cell(fields, columns->title);
    insert.bind(1, static_cast<std::int64_t>(line)).bind(2, std::string_view(key));
    insert.bind(3, std::string_view(file)).bind(4, std::string_view(title)).bind(5, std::string_view(date));
    insert.run();
    ++lines_;
    return true;
  };
  try {
    read_records(list, separator_of_list(list), take);
  } catch (const Error& e) {  // a quote that is not closed: nothing after it can be told
    defects.add(e.message());
  }
  database_.exec("COMMIT");
}

void FileList::look(const fs::path& list, const fs::path& folder, Defects& defects) {
  auto twice =
      database_.prepare("SELECT max(line), file FROM f GROUP BY key, file HAVING count(*) > 1 ORDER BY 1");
  while (twice.step())
    defects.add(
        msg("{0}:{1}: the record has the file {2} twice.", list.string(), twice.integer(0), twice.text(1)));
  auto all = database_.prepare("SELECT min(line), file FROM f GROUP BY file ORDER BY 1");
  while (all.step()) {
    const auto where = fmt::format("{}:{}", list.string(), all.integer(0));
    try {
      const auto fd = core::open_beneath(folder, all.text(1));
      struct stat st {};
      if (::fstat(fd.get(), &st) == 0 && st.st_size == 0)
        defects.add(
            msg("{0}: the file {1} is empty: the platform refuses such objects.", where, all.text(1)));
    } catch (const Error& e) {
      auto why = e.message().text();
      if (!e.causes().empty()) why += " (" + e.causes().front().text() + ")";
      defects.add(msg("{0}: {1}", where, why));
    }
  }
}

std::vector<ListedFile> FileList::of(const records::Key& key) {
  const auto name = system_id(key);
  std::vector<ListedFile> files;
  find_->bind(1, std::string_view(name));
  while (find_->step())
    files.push_back({static_cast<std::size_t>(find_->integer(0)), std::string(find_->text(1)),
                     std::string(find_->text(2)), core::parse_date(find_->text(3))});
  find_->reset();
  if (!files.empty()) meet_->bind(1, std::string_view(name)).run();
  return files;
}

void FileList::each_unmet(const std::function<void(std::size_t line, std::string_view key)>& visit) {
  auto rest = database_.prepare("SELECT line, key FROM f WHERE met = 0 ORDER BY line");
  while (rest.step()) visit(static_cast<std::size_t>(rest.integer(0)), rest.text(1));
}

std::uint64_t FileList::shared() {
  return static_cast<std::uint64_t>(database_.one_int(
      "SELECT count(*) FROM (SELECT 1 FROM f GROUP BY file HAVING count(DISTINCT key) > 1)"));
}

}  // namespace versoir::sip
