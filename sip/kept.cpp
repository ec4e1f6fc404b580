// Rows of kept.csv, streamed both ways.
#include "sip/kept.hpp"

#include "core/error.hpp"

#include <array>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// Columns are added at the end: a list of before has the first ones.
constexpr std::size_t kept_columns = 15, kept_columns_before = 12;

std::optional<std::string> date_field(const std::optional<core::Date>& date) {
  if (!date) return std::nullopt;
  return core::format_date(*date);
}

std::optional<std::string> text_field(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

struct CategorySummary {
  std::string codes, final_action;
  std::optional<core::Date> start, end;
};

CategorySummary summarise(const records::Described& unit, profiles::RuleCategory category) {
  CategorySummary summary;
  bool endless = false, startless = false;
  for (const auto& rule : unit.rules) {
    if (rule.category != category || !rule.rule) continue;
    if (!summary.codes.empty()) summary.codes += ' ';
    summary.codes += rule.rule->code;
    if (!rule.final_action.empty()) summary.final_action = rule.final_action;
    if (!rule.start)
      startless = true;
    else if (!summary.start || *summary.start < *rule.start)
      summary.start = rule.start;
    if (!rule.end)
      endless = true;
    else if (!summary.end || *summary.end < *rule.end)
      summary.end = rule.end;
  }
  if (endless) summary.end.reset();
  if (startless) summary.start.reset();
  return summary;
}

std::optional<core::Date> date_of(const std::optional<std::string>& field,
                                  const std::filesystem::path& file) {
  if (!field || field->empty()) return std::nullopt;
  const auto date = core::parse_date(*field);
  if (!date) throw Error(Exit::disk, msg("{0}: \"{1}\" is not a date.", file.string(), *field));
  return date;
}

KeptRow row_of(CsvFields& f, const std::filesystem::path& file) {
  if (f.size() != kept_columns && f.size() != kept_columns_before)
    throw Error(Exit::disk, core::nmsg("{1}: a line has {0} field instead of {2}.",
                                       "{1}: a line has {0} fields instead of {2}.", f.size(), file.string(),
                                       kept_columns));
  f.resize(kept_columns);
  const auto text = [&](std::size_t i) { return std::move(f[i]).value_or(std::string()); };
  KeptRow row;
  row.start = date_of(f[4], file);
  row.end = date_of(f[5], file);
  row.appraisal_end = date_of(f[7], file);
  row.access_end = date_of(f[10], file);
  row.lot = text(0);
  row.profile = text(1);
  row.key = text(2);
  row.title = text(3);
  row.appraisal_rule = text(6);
  row.final_action = text(8);
  row.access_rule = text(9);
  row.sampling = text(11);
  row.appraisal_start = date_of(f[12], file);
  row.access_start = date_of(f[13], file);
  row.decision = text(14);
  return row;
}

}  // namespace

KeptRow kept_row(const records::Described& unit) {
  KeptRow row;
  row.title = unit.title;
  row.start = unit.start;
  row.end = unit.end;
  auto appraisal = summarise(unit, profiles::RuleCategory::appraisal);
  row.appraisal_rule = std::move(appraisal.codes);
  row.appraisal_start = appraisal.start;
  row.appraisal_end = appraisal.end;
  row.final_action = std::move(appraisal.final_action);
  auto access = summarise(unit, profiles::RuleCategory::access);
  row.access_rule = std::move(access.codes);
  row.access_start = access.start;
  row.access_end = access.end;
  return row;
}

void write_kept_header(core::CsvWriter& csv) {
  csv.row({"lot", "profile", "key", "title", "start", "end", "appraisal_rule", "appraisal_end",
           "final_action", "access_rule", "access_end", "sampling", "appraisal_start", "access_start",
           "decision"});
}

void write_kept(core::CsvWriter& csv, const KeptRow& row) {
  const std::array<std::optional<std::string>, kept_columns> fields{row.lot,
                                                                    row.profile,
                                                                    row.key,
                                                                    row.title,
                                                                    date_field(row.start),
                                                                    date_field(row.end),
                                                                    text_field(row.appraisal_rule),
                                                                    date_field(row.appraisal_end),
                                                                    text_field(row.final_action),
                                                                    text_field(row.access_rule),
                                                                    date_field(row.access_end),
                                                                    text_field(row.sampling),
                                                                    date_field(row.appraisal_start),
                                                                    date_field(row.access_start),
                                                                    text_field(row.decision)};
  csv.row(fields);
}

void read_kept(const std::filesystem::path& file, const std::function<bool(const KeptRow&)>& visit) {
  read_rows(file, [&](CsvFields& fields) { return visit(row_of(fields, file)); });
}

void read_planned_kept(const std::filesystem::path& file, std::string_view planned_sha512,
                       std::string_view lot, const std::function<void(const KeptRow&)>& visit) {
  bool met = false;
  read_planned_rows(file, planned_sha512, [&](CsvFields& fields) {
    if (fields.front() != lot) return !met;  // rows of a lot follow one another
    met = true;
    visit(row_of(fields, file));
    return true;
  });
}

}  // namespace versoir::sip
