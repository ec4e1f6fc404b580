// Which records are kept, why the others are not, and how a kept one is described.
#include "records/selection.hpp"

#include "core/text.hpp"
#include "records/elements.hpp"
#include "records/query.hpp"

namespace versoir::records {

using core::Error;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

/// VITAM refuses rules that end in the year 9000 or later.
constexpr std::chrono::year end_of_time{9000};

/// A year before 1 or of five digits: no calendar of SEDA or VITAM has it, however it came into the database.
bool out_of_calendar(const std::string& text, const std::optional<core::Date>& date) {
  if (date) return static_cast<int>(date->year()) < 1 || date->year() >= end_of_time;
  if (text.starts_with("0000-") || text.starts_with("-")) return true;
  const auto digits = text.find_first_not_of("0123456789");
  return digits != std::string::npos && digits > 4 && text[digits] == '-';
}

std::optional<core::Date> expand_date(const profiles::Template& tmpl, const profiles::Row& facts,
                                      const std::string& archive, std::vector<Finding>& findings) {
  const auto text = core::trim(profiles::expand(tmpl, facts, archive));
  if (text.empty()) return std::nullopt;
  const auto date = core::parse_date(text);
  if (out_of_calendar(text, date)) {
    findings.push_back(
        {Severity::warning, "date-out-of-calendar",
         msg("The date {0} ({1}) is not one that can be written: it counts as unknown.", text, tmpl),
         archive});
    return std::nullopt;
  }
  if (!date)
    throw Error(Exit::profile_invalid,
                msg("{0}: the template \"{1}\" gives \"{2}\", which is not a date.", archive, tmpl, text));
  return date;
}

RuleOutcome outcome(const profiles::Application& app, const std::string& archive,
                    const profiles::UnitRule& rule, const profiles::Row& facts,
                    std::vector<Finding>& findings) {
  const auto* known = app.find_rule(rule.code);
  if (!known)
    throw Error(Exit::profile_invalid,
                msg("{0}: the rule {1} is not declared in rules.xml.", archive, rule.code));
  RuleOutcome out{known, rule.category, {}, {}, rule.final_action, rule.prevent_inheritance,
                  false, rule.optional};
  if (rule.start.empty()) return out;
  out.start = expand_date(rule.start, facts, archive, findings);
  if (!out.start && known->bounded_start && !rule.start_bound.empty()) {
    out.start = expand_date(rule.start_bound, facts, archive, findings);
    out.bounded = out.start.has_value();
  }
  if (out.bounded)
    findings.push_back({Severity::info, "rule-start-bounded",
                        msg("The start date of rule {0} is not known: it starts on {1}, a bound.", rule.code,
                            core::format_date(*out.start)),
                        archive});
  if (out.start && known->round_to_year_end)
    out.start = core::Date{out.start->year(), std::chrono::December, std::chrono::day{31}};
  if (!out.start) {
    findings.push_back({Severity::info, "rule-without-start",
                        msg("The rule {0} has no start date: it never ends.", rule.code), archive});
    return out;
  }
  if (!known->duration) return out;
  const auto end = core::add_duration(*out.start, *known->duration, known->unit);
  if (end.ok() && end.year() < end_of_time) {
    out.end = end;
  } else {
    findings.push_back(
        {Severity::warning, "rule-end-too-far",
         msg("The rule {0} would start on {1} and end after all calendars: no start date is written.",
             rule.code, core::format_date(*out.start)),
         archive});
    out.start.reset();
    out.bounded = false;
  }
  return out;
}

}  // namespace

Described describe(const profiles::Application& app, const profiles::ArchiveDef& archive,
                   const profiles::UnitDef& unit, const profiles::Row& facts,
                   std::vector<Finding>& findings) {
  const auto text = [&](const profiles::Template& tmpl) {
    return core::single_line(profiles::expand(tmpl, facts, archive.id));
  };
  Described d;
  d.level = unit.level;
  d.title = text(unit.title);
  d.description = text(unit.description);
  d.identifier = text(unit.identifier);
  d.file_name = text(unit.file_name);
  d.start = expand_date(unit.start, facts, archive.id, findings);
  d.end = expand_date(unit.end, facts, archive.id, findings);
  if (d.start && d.end && *d.end < *d.start) {
    // Nobody knows which of the two is wrong, and VITAM refuses the whole SIP
    // (CHECK_UNIT_SCHEMA.CONSISTENCY): no date is better than a false one.
    findings.push_back({Severity::warning, "dates-inconsistent",
                        msg("The end date {0} is before the start date {1}: neither is written.",
                            core::format_date(*d.end), core::format_date(*d.start)),
                        archive.id});
    d.start.reset();
    d.end.reset();
  }
  for (const auto& [type, content] : unit.keywords)
    if (auto word = text(content); !word.empty()) d.keywords.emplace_back(type, std::move(word));
  for (const auto& rule : unit.rules) {
    if (!rule.when.empty() && text(rule.when).empty()) continue;
    // What is said of a rule that may not be written would be said of nothing.
    std::vector<Finding> untold;
    d.rules.push_back(outcome(app, archive.id, rule, facts, rule.optional ? untold : findings));
  }
  d.elements = expand_elements(unit.elements, facts, archive.id);
  d.physical = expand_elements(unit.physical, facts, archive.id);
  return d;
}

// ---- Selection

namespace {

Key read_key(const core::Statement& st) {
  Key key;
  for (int i = 0; i < st.columns(); ++i) key.values.push_back(st.value(i));
  return key;
}

void bind_key(core::Statement& st, const Key& key) {
  for (std::size_t i = 0; i < key.values.size(); ++i) st.bind(static_cast<int>(i) + 1, key.values[i]);
}

/// Work inside one savepoint: thousands of small writes to the TEMP database as one.
class Savepoint {
 public:
  explicit Savepoint(core::Database& db) : db_(db) { db_.exec("SAVEPOINT versoir_left_out"); }
  ~Savepoint() {
    try {
      db_.exec("RELEASE versoir_left_out");
    } catch (const std::exception&) {
      // The error that unwinds is the one to report.
    }
  }
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;

 private:
  core::Database& db_;
};

/// The keys that the leave-out queries give, each with the first reason that holds and the first that is no
/// deferral: a TEMP table ordered by key, so that memory does not grow with the number of records.
class LeftOut {
 public:
  LeftOut(core::Database& db, const profiles::ArchiveDef& archive, std::size_t width)
      : db_(db), archive_(archive), name_("temp." + core::sql_name("versoir_left_out_" + archive.code)) {
    create(width);
    fill(width);
    lookup_.emplace(db_.prepare("SELECT reason, lasting FROM " + name_ + " WHERE " + condition(width)));
  }
  ~LeftOut() {
    lookup_.reset();
    try {
      db_.exec("DROP TABLE IF EXISTS " + name_);
    } catch (const std::exception&) {
      // It goes with the connection.
    }
  }
  LeftOut(const LeftOut&) = delete;
  LeftOut& operator=(const LeftOut&) = delete;

  struct Reasons {
    std::optional<std::string> first, lasting;
    bool cited = false;  ///< of the first one
  };
  Reasons reasons(const Key& key) {
    const parts::Rewind rewind(*lookup_);
    bind_key(*lookup_, key);
    if (!lookup_->step()) return {};
    const auto number = static_cast<std::size_t>(lookup_->integer(0));
    Reasons reasons{archive_.leave_out[number].reason, std::nullopt, archive_.leave_out[number].cited};
    if (!lookup_->is_null(1)) reasons.lasting = reason(lookup_->integer(1));
    return reasons;
  }

 private:
  const std::string& reason(std::int64_t number) const {
    return archive_.leave_out[static_cast<std::size_t>(number)].reason;
  }

  void create(std::size_t width) {
    std::string columns;
    for (std::size_t i = 0; i < width; ++i) columns += fmt::format("k{},", i);
    const auto key = columns.substr(0, columns.size() - 1);
    db_.exec("DROP TABLE IF EXISTS " + name_);
    db_.exec("CREATE TABLE " + name_ + " (" + columns +
             "reason INTEGER NOT NULL, lasting INTEGER, PRIMARY KEY(" + key + ")) WITHOUT ROWID");
  }

  void fill(std::size_t width) {
    const Savepoint savepoint(db_);
    std::string marks;
    for (std::size_t i = 0; i <= width + 1; ++i) marks += fmt::format("{}?{}", i ? "," : "", i + 1);
    auto insert = db_.prepare("INSERT OR IGNORE INTO " + name_ + " VALUES (" + marks +
                              ") ON CONFLICT DO UPDATE SET lasting = coalesce(lasting, excluded.lasting)");
    for (std::size_t i = 0; i < archive_.leave_out.size(); ++i) {
      const auto place = parts::place_of(archive_, "leave-out", archive_.leave_out[i].line);
      auto keys = parts::prepare_keys(db_, archive_.leave_out[i].sql, width, place);
      while (parts::step(db_, keys, place)) {
        bind_key(insert, read_key(keys));
        insert.bind(static_cast<int>(width) + 1, static_cast<std::int64_t>(i));
        insert.bind(static_cast<int>(width) + 2, archive_.leave_out[i].deferred
                                                     ? core::Value()
                                                     : core::Value(static_cast<std::int64_t>(i)));
        insert.run();
      }
    }
  }

  static std::string condition(std::size_t width) {
    std::string out;
    for (std::size_t i = 0; i < width; ++i) out += fmt::format("{}k{} = ?{}", i ? " AND " : "", i, i + 1);
    return out;
  }

  core::Database& db_;
  const profiles::ArchiveDef& archive_;
  std::string name_;
  std::optional<core::Statement> lookup_;
};

}  // namespace

namespace {

/// A record is transferred once. Memory does not grow: SQLite sorts.
void refuse_repeated_keys(core::Database& db, const profiles::ArchiveDef& archive, std::size_t width,
                          const std::string& place) {
  std::string columns;
  for (std::size_t i = 0; i < width; ++i) columns += fmt::format("{}k{}", i ? "," : "", i);
  auto sql = core::trim(archive.select);
  while (!sql.empty() && (sql.back() == ';' || sql.back() == ' ' || sql.back() == '\n')) sql.pop_back();
  auto repeated = parts::prepare_select(
      db,
      fmt::format(
          "WITH selected({0}) AS (\n{1}\n) SELECT {0} FROM selected GROUP BY {0} HAVING count(*) > 1 LIMIT 1",
          columns, sql),
      place);
  if (parts::step(db, repeated, place))
    parts::refuse(place, msg("It gives the key {0} more than once.", read_key(repeated).text()));
}

}  // namespace

void select(core::Database& db, const profiles::Application& app, const profiles::ArchiveDef& archive,
            const std::function<void(Candidate&&)>& visit, const std::function<bool(const Key&)>& closed) {
  const auto width = parts::record_of(app, archive).key.size();
  const auto place = parts::place_of(archive, "select");
  static_cast<void>(parts::prepare_keys(db, archive.select, width, place));  // its own defects first
  refuse_repeated_keys(db, archive, width, place);
  LeftOut left_out(db, archive, width);
  FactReader facts(db, app, archive);
  auto keys = parts::prepare_keys(db, archive.select, width, place);
  while (parts::step(db, keys, place)) {
    Candidate candidate;
    candidate.key = read_key(keys);
    if (closed && !closed(candidate.key)) continue;
    auto reasons = left_out.reasons(candidate.key);
    const bool by_deferrals = reasons.first && !reasons.lasting;
    candidate.closed = closed && by_deferrals;
    candidate.deferred = !closed && by_deferrals;
    candidate.cited = by_deferrals && reasons.cited;
    candidate.left_out = closed ? std::move(reasons.lasting) : std::move(reasons.first);
    if (!candidate.left_out) candidate.facts = facts.read(candidate.key);
    visit(std::move(candidate));
  }
}

FactReader::FactReader(core::Database& db, const profiles::Application& app,
                       const profiles::ArchiveDef& archive)
    : FactReader(db, archive, parts::prepare_facts(db, parts::record_of(app, archive), archive)) {}

FactReader::FactReader(core::Database& db, const profiles::ArchiveDef& archive, parts::Facts&& facts)
    : db_(db),
      st_(std::move(facts.st)),
      parameters_(std::move(facts.parameters)),
      columns_(std::move(facts.columns)),
      archive_(archive) {}

profiles::Row FactReader::read(const Key& key) {
  const auto place = parts::place_of(archive_, "facts");
  const parts::Rewind rewind(st_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i] >= key.values.size())
      throw Error(Exit::usage,
                  msg("The key {0} does not have the values that {1} needs.", key.text(), place));
    st_.bind(static_cast<int>(i) + 1, key.values[parameters_[i]]);
  }
  if (!parts::step(db_, st_, place))
    parts::refuse(place, msg("It gives no row for the key {0}.", key.text()));
  profiles::Row row;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto value = st_.value(static_cast<int>(i));
    if (std::holds_alternative<std::monostate>(value))
      row.emplace(columns_[i], std::nullopt);
    else
      row.emplace(columns_[i], core::value_text(value));
  }
  if (parts::step(db_, st_, place))
    parts::refuse(place, msg("It gives several rows for the key {0}.", key.text()));
  return row;
}

}  // namespace versoir::records
