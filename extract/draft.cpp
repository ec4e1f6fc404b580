// From a catalogue to the files of a profile.
#include "extract/draft.hpp"

#include "core/text.hpp"
#include "extract/draft_parts.hpp"
#include "extract/matching.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <set>
#include <string>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::size_t most_searches = 10;  ///< of a database without persons

/// A name that tables.xml can have: as the grammar says, and without what would not come back the same.
bool is_writable(std::string_view name) {
  return !name.empty() && core::is_utf8(name) && name.find('.') == std::string_view::npos &&
         core::single_line(core::xml_characters(name)) == name;
}
bool is_reserved(std::string_view name) {
  return same_name(name.substr(0, 8), "versoir_") || same_name(name.substr(0, 7), "sqlite_");
}
bool is_in_list(std::string_view name) { return name.find(' ') == std::string_view::npos; }

/// Values of the key are parameters of queries: what comes back as another text would find nothing.
bool can_be_key(const SourceColumn& c) {
  return c.kind == ColumnKind::integer || c.kind == ColumnKind::text || c.kind == ColumnKind::number ||
         c.kind == ColumnKind::date || c.kind == ColumnKind::timestamp || c.kind == ColumnKind::other;
}

class Drafter {
 public:
  Drafter(const DraftRequest& request, const std::vector<SourceTable>& catalogue) : catalogue_(catalogue) {
    d_.request = request;
    if (d_.request.label.empty()) d_.request.label = label_of(request.application);
    d_.result.application = request.application;
    used_.resize(request.leave.size());
  }

  ProfileDraft run() {
    for (const auto& table : catalogue_) add(table);
    for (std::size_t i = 0; i < used_.size(); ++i)
      if (!used_[i])
        throw Error(Exit::usage, msg("The source has nothing that is named {0}.", d_.request.leave[i]));
    link();
    choose_searches();
    auto& files = d_.result.files;
    d_.result.tables = d_.tables.size();
    d_.result.references = d_.links.size();
    files["tables.xml"] = draft::tables_file(d_);
    files["records.xml"] = draft::records_file(d_);
    files["consult.xml"] = draft::consult_file(d_);
    files["a-confirmer.md"] = draft::notes_file(d_);
    if (!d_.tables.empty()) d_.result.archive_model = draft::archive_model(d_);
    return std::move(d_.result);
  }

 private:
  void add(const SourceTable& source) {
    if (!is_writable(source.name) || is_reserved(source.name) || !known_.reserve(source.name)) {
      d_.result.left.push_back(msg("{0}: a profile cannot have a table of that name", source.name));
      return;
    }
    if (source.view)
      return d_.left.emplace_back(&source, "Vue : ses lignes viennent d’autres tables, qui sont reprises."),
             void();
    if (is_left(source.name)) return d_.left.emplace_back(&source, d_.request.reason), void();
    draft::Table table;
    table.source = &source;
    add_columns(table);
    if (std::ranges::none_of(table.columns, &draft::Column::taken))
      return d_.left.emplace_back(&source, "Table sans colonne à reprendre."), void();
    const auto comment = draft::short_comment(source.comment);
    table.label = comment.empty() ? label_of(source.name) : comment;
    table.record = records_.give(source.name);
    for (const auto& k : source.key) {
      const auto at = position(table, k);
      if (!at || !table.columns[*at].in_list || !can_be_key(*table.columns[*at].source)) {
        table.key.clear();
        break;
      }
      table.key.push_back(*at);
    }
    draft::guess_columns(table);
    for (const auto& c : table.columns)
      if (c.guess && c.taken())
        d_.result.guesses.push_back({*c.guess, source.name, c.source->name, c.sensitivity});
    table.shown = draft::shown_columns(table);
    d_.tables.push_back(std::move(table));
  }

  bool is_left(const std::string& name) {
    bool left = false;
    for (std::size_t i = 0; i < used_.size(); ++i)
      if (::fnmatch(d_.request.leave[i].c_str(), name.c_str(), FNM_CASEFOLD) == 0) left = used_[i] = true;
    return left;
  }

  static std::string label_of(const std::string& name) {
    auto label = draft::readable(name);
    return label.empty() ? name : label;
  }

  void add_columns(draft::Table& table) {
    CaselessNames names;
    draft::Names fields;
    fields.reserve("cle");
    for (std::size_t i = 1; i <= table.source->key.size(); ++i) fields.reserve("cle_" + std::to_string(i));
    for (const auto& source : table.source->columns) {
      if (!is_writable(source.name) || !names.reserve(source.name)) {
        d_.result.left.push_back(msg("{0}.{1}: a profile cannot have a column of that name",
                                     table.source->name, core::repair_utf8(source.name)));
        continue;
      }
      auto& column = table.columns.emplace_back();
      column.source = &source;
      const auto comment = draft::short_comment(source.comment);
      column.label = comment.empty() ? label_of(source.name) : comment;
      column.field = fields.give(source.name);
      column.in_list = is_in_list(source.name);
      if (same_name(source.name, "_row")) column.left = "Un extrait ne peut pas avoir de colonne de ce nom.";
      if (is_left(table.source->name + "." + source.name)) column.left = d_.request.reason;
    }
  }

  static std::optional<std::size_t> position(const draft::Table& table, std::string_view column) {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (table.columns[i].source->name == column && table.columns[i].taken()) return i;
    return std::nullopt;
  }

  static std::optional<std::vector<std::size_t>> positions(const draft::Table& table,
                                                           const std::vector<std::string>& columns) {
    std::vector<std::size_t> out;
    for (const auto& c : columns) {
      const auto at = position(table, c);
      if (!at) return std::nullopt;
      out.push_back(*at);
    }
    return out;
  }

  void link() {
    for (std::size_t from = 0; from < d_.tables.size(); ++from)
      for (const auto& r : d_.tables[from].source->references) {
        const auto to =
            std::ranges::find_if(d_.tables, [&](const auto& t) { return t.source->name == r.table; });
        if (to == d_.tables.end() || r.columns.empty() || r.columns.size() != r.to.size()) continue;
        const auto here = positions(d_.tables[from], r.columns), there = positions(*to, r.to);
        if (here && there)
          d_.links.push_back({from, static_cast<std::size_t>(to - d_.tables.begin()), *here, *there});
      }
  }

  /// Persons; where nobody seems to be one, the tables that the others name most, by what they are called.
  void choose_searches() {
    for (std::size_t i = 0; i < d_.tables.size(); ++i)
      if (d_.tables[i].person) d_.searches.push_back(i);
    d_.result.people = !d_.searches.empty();
    if (d_.searches.empty()) {
      std::vector<std::size_t> named(d_.tables.size()), order;
      for (const auto& l : d_.links) ++named[l.to];
      for (std::size_t i = 0; i < d_.tables.size(); ++i)
        if (std::ranges::any_of(d_.tables[i].columns, draft::is_label_like)) order.push_back(i);
      std::ranges::stable_sort(order, [&](auto a, auto b) { return named[a] > named[b]; });
      order.resize(std::min(order.size(), most_searches));
      d_.searches = std::move(order);
    }
    for (const auto i : d_.searches) d_.result.searched.push_back(d_.tables[i].source->name);
  }

  /// SQLite knows no case: of two names that differ by it, an extract holds the first.
  class CaselessNames {
   public:
    bool reserve(std::string_view name) {
      std::string folded(name);
      for (char& c : folded)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      return names_.insert(std::move(folded)).second;
    }

   private:
    std::set<std::string> names_;
  };

  const std::vector<SourceTable>& catalogue_;
  draft::Drafting d_;
  CaselessNames known_;
  draft::Names records_;
  std::vector<bool> used_;  ///< patterns of what is left that named something
};

}  // namespace

ProfileDraft draft_profile(const DraftRequest& request, const std::vector<SourceTable>& catalogue) {
  return Drafter(request, catalogue).run();
}

std::string draft_identifier(std::string_view name) {
  std::string out;
  for (const char c : core::slug(name))
    out += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  while (out.starts_with('-')) out.erase(0, 1);
  if (out.empty() || out.front() < 'a' || out.front() > 'z') out.insert(0, "base-");
  while (out.ends_with('-')) out.pop_back();
  return out;
}

void check_identifier(std::string_view application) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (!application.empty() && application.front() >= 'a' && application.front() <= 'z' &&
      application.find_first_not_of(allowed) == std::string_view::npos)
    return;
  throw Error(Exit::usage, msg("The name of an application is made of small letters, digits and hyphens: {0}",
                               application));
}

}  // namespace versoir::extract
