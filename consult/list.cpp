// See list.hpp.
#include "consult/list.hpp"

#include "consult/query.hpp"
#include "consult/shown.hpp"
#include "core/clock.hpp"
#include "core/csv.hpp"
#include "core/error.hpp"
#include "core/nearest.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace versoir::consult {

using core::Error;
using core::Exit;
using core::msg;
using profiles::ListDef;
using profiles::ListParameter;

namespace {

bool same_column(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

int column_of(const core::Statement& st, const std::string& name, const ListDef& def) {
  for (int i = 0; i < st.columns(); ++i)
    if (same_column(st.column_name(i), name)) return i;
  throw Error(Exit::profile_invalid,
              msg("The query of the list {0} does not give the column {1}.", def.id, name));
}

/// 14/03/1987, 14 mars 1987, 1987-03-14: one day, and no other.
std::optional<core::Date> typed_date(const std::string& text) {
  if (auto date = core::parse_date(text)) return date;
  const auto days = understand(text).written;
  if (days.size() != 1 || days.front().size() != 8) return std::nullopt;
  const auto& d = days.front();
  return core::parse_date(fmt::format("{}-{}-{}", d.substr(0, 4), d.substr(4, 2), d.substr(6)));
}

std::int64_t whole_number(const ListParameter& parameter, const std::string& text) {
  std::int64_t n = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, n);
  if (error != std::errc{} || stop != end)
    throw Error(Exit::usage, msg("{0}: \"{1}\" is no whole number.", parameter.label, text));
  return n;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> list_choices(core::Database& db,
                                                              const ListParameter& parameter) {
  std::vector<std::pair<std::string, std::string>> out;
  if (parameter.choices.empty()) return out;
  auto st = db.prepare(parameter.choices);
  while (st.step())
    if (!st.is_null(0)) out.emplace_back(core::value_text(st.value(0)), core::value_text(st.value(1)));
  return out;
}

const ListDef& find_ready_list(const profiles::Application& app, const std::string& name) {
  if (const auto* def = app.find_list(name)) return *def;
  Error e(Exit::not_found, msg("No list is called {0}.", name));
  for (const auto& list : app.lists) std::move(e).hint(msg("{0}: {1}", list.id, list.label));
  throw std::move(e);
}

ReadyList::ReadyList(core::Database& db, const profiles::Application& app, const ListDef& def,
                     const ListArguments& typed, const Annotations& annotations)
    : db_(db), app_(app), def_(def), annotations_(annotations) {
  for (const auto& [name, value] : typed) {
    if (std::ranges::any_of(def.parameters, [&](const ListParameter& p) { return p.name == name; })) continue;
    Error e(Exit::usage, msg("The list {0} asks for nothing called {1}.", def.id, name));
    for (const auto& p : def.parameters) std::move(e).hint(msg("{0}: {1}", p.name, p.label));
    throw std::move(e);
  }
  for (const auto& parameter : def.parameters) take(parameter, typed);
}

void ReadyList::take(const ListParameter& parameter, const ListArguments& typed) {
  const auto given = typed.find(parameter.name);
  const auto text = given == typed.end() ? std::string() : core::trim(given->second);
  if (text.empty())
    throw Error(Exit::usage,
                msg("The list {0} asks for {1} ({2}).", def_.id, parameter.name, parameter.label));
  std::string shown = text;
  core::Value value = text;
  if (parameter.kind == ListParameter::Kind::number) {
    value = whole_number(parameter, text);
  } else if (parameter.kind == ListParameter::Kind::date) {
    const auto date = typed_date(text);
    if (!date) throw Error(Exit::usage, msg("{0} is no date of the calendar.", text));
    value = core::format_date(*date);
    shown = core::format_date_fr(*date);
  }
  core::Json logged = core::value_text(value);
  if (!parameter.choices.empty()) {
    const auto choices = list_choices(db_, parameter);
    const auto chosen =
        std::ranges::find(choices, core::value_text(value), &decltype(choices)::value_type::first);
    if (chosen == choices.end()) {
      Error e(Exit::usage, msg("{0}: \"{1}\" is none of the {2} that this extract has.", parameter.label,
                               text, choices.size()));
      std::vector<std::string> known;
      for (const auto& c : choices) known.push_back(c.first);
      if (const auto near = core::nearest(text, known)) std::move(e).hint(msg("Did you mean {0}?", *near));
      throw std::move(e);
    }
    if (!chosen->second.empty() && chosen->second != chosen->first)
      shown = fmt::format("{} ({})", chosen->second, chosen->first);
  } else if (parameter.kind == ListParameter::Kind::text) {
    logged = nullptr;
  }
  values_[parameter.name] = std::move(value);
  shown_.emplace_back(parameter.label, std::move(shown));
  logged_[parameter.name] = std::move(logged);
}

core::Statement ReadyList::prepared(const std::string& sql) const {
  auto st = db_.prepare(sql);
  for (int i = 1; i <= st.parameter_count(); ++i)
    if (const auto it = values_.find(st.parameter_name(i)); it != values_.end()) st.bind(i, it->second);
  return st;
}

std::uint64_t ReadyList::count() {
  auto st = prepared(fmt::format("SELECT count(*) FROM (\n{}\n)", def_.sql));
  return st.step() ? static_cast<std::uint64_t>(st.integer(0)) : 0;
}

void ReadyList::read(std::uint64_t first, std::uint64_t most,
                     const std::function<void(const ListRow&)>& visit) {
  // A query around the profile's: its own order holds, since nothing is joined to it nor ordered again.
  auto st = prepared(fmt::format("SELECT * FROM (\n{}\n) LIMIT {} OFFSET {}", def_.sql, most, first));
  const auto* record = app_.find_record(def_.record);
  const auto width = record ? static_cast<int>(record->key.size()) : 0;
  if (st.columns() < width)
    throw Error(Exit::profile_invalid, msg("The query of the list {0} does not give a whole key.", def_.id));
  std::vector<int> at;
  for (const auto& field : def_.columns) at.push_back(column_of(st, field.name, def_));
  while (st.step()) {
    ListRow row;
    for (int i = 0; i < width; ++i) row.key.values.push_back(st.value(i));
    const auto amended = annotations_.all().empty() ? std::map<std::string, std::string>{}
                                                    : annotations_.amended(def_.record, row.key.text());
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (i < masked_.size() && masked_[i]) {
        row.values.push_back(*masked_[i]);
        continue;
      }
      const auto today = amended.find(def_.columns[i].name);
      row.values.push_back(shown_value(
          today == amended.end() ? core::value_text(st.value(at[i])) : today->second, def_.columns[i], app_));
    }
    visit(row);
  }
}

void write_list_csv(ReadyList& list, core::ByteSink& sink) {
  const auto& def = list.def();
  sink.write("\xEF\xBB\xBF");  // spreadsheets then read UTF-8
  core::CsvWriter csv(sink, core::CsvFor::people, ';', "\r\n");
  std::vector<std::optional<std::string>> cells{core::tr("record")};
  for (const auto& column : def.columns) cells.emplace_back(column.label);
  csv.row(cells);
  list.read(0, std::numeric_limits<std::int64_t>::max(), [&](const ListRow& row) {
    cells.assign(1, def.record + ":" + row.key.text());
    cells.insert(cells.end(), row.values.begin(), row.values.end());
    csv.row(cells);
  });
}

std::vector<ListRow> ReadyList::rows(std::uint64_t first, std::uint64_t most) {
  std::vector<ListRow> out;
  read(first, most, [&](const ListRow& row) { out.push_back(row); });
  return out;
}

}  // namespace versoir::consult
