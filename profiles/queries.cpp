// Prepares the queries of a profile against an empty database with the tables of its dictionary.
#include "core/nearest.hpp"
#include "core/sqlite.hpp"
#include "profiles/loader.hpp"
#include "profiles/parts.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace versoir::profiles {

using core::Finding;
using core::msg;
using core::Severity;

namespace {

class QueryCheck {
 public:
  explicit QueryCheck(const Application& app) : app_(app), db_(core::Database::memory()) {}

  std::vector<Finding> run() {
    create_tables();
    for (const auto& record : app_.records) check_node(record.root, record, record.key);
    for (const auto& archive : app_.archives) check_archive(archive);
    for (const auto& search : app_.searches) check_search(search);
    for (const auto& list : app_.lists) check_list(list);
    for (const auto& codes : app_.to_confirm) check_codes(codes);
    return std::move(findings_);
  }

 private:
  using Names = std::vector<std::string>;

  void add(std::string where, core::Message message) {
    findings_.push_back({Severity::error, "PROFILE_QUERY", std::move(message), std::move(where)});
  }

  /// Under the finding before it: what was probably meant.
  void propose(const std::string& where, const std::optional<std::string>& near) {
    if (near) findings_.push_back({Severity::info, "PROFILE_NEAR", msg("Did you mean {0}?", *near), where});
  }

  void create_tables() {
    for (const auto& table : app_.tables) {
      if (!table.take || table.only_named()) continue;
      Names columns{"_row INTEGER PRIMARY KEY"};
      for (const auto& c : table.columns)
        if (c.take) columns.push_back(core::sql_name(c.name));
      db_.exec(fmt::format("CREATE TABLE {} ({})", core::sql_name(table.name), fmt::join(columns, ", ")));
    }
    // What the extract says of itself: views may ask when it was made.
    db_.exec("CREATE TABLE versoir_run (key TEXT PRIMARY KEY, value TEXT)");
    try {
      if (!app_.views.empty()) db_.exec(app_.views);
    } catch (const core::Error&) {
      add("views.sql", msg("the views do not compile: {0}", reason()));
      propose("views.sql", core::nearest_in_schema(db_, app_.views));
    }
    // SQLite looks at what a view selects only when it is used.
    Names views;
    auto list = db_.prepare("SELECT name FROM sqlite_temp_master WHERE type = 'view'");
    while (list.step()) views.emplace_back(list.text(0));
    for (const auto& view : views)
      static_cast<void>(prepare("SELECT * FROM " + core::sql_name(view), "views.sql: " + view, {}));
  }

  /// What SQLite says of the last failure: one sentence that names the table, column or token.
  std::string reason() const { return sqlite3_errmsg(db_.raw()); }

  /// Column names of a query, nullopt when it does not compile (reported).
  std::optional<Names> prepare(const std::string& sql, const std::string& where, const Names& parameters) {
    try {
      auto statement = db_.prepare(sql);
      for (int i = 1; i <= statement.parameter_count(); ++i)
        if (const auto name = statement.parameter_name(i);
            std::ranges::find(parameters, name) == parameters.end()) {
          add(where, msg("the parameter :{0} is neither a column of a row above nor part of the key", name));
          propose(where, core::nearest(name, parameters));
        }
      Names names;
      for (int i = 0; i < statement.columns(); ++i) names.push_back(statement.column_name(i));
      return names;
    } catch (const core::Error&) {
      add(where, msg("the query does not compile: {0}", reason()));
      propose(where, core::nearest_in_schema(db_, sql));
      return std::nullopt;
    }
  }

  void check_node(const Node& node, const RecordDef& record, Names known) {
    const auto where = fmt::format("records.xml:{}: {}/{}", node.line, record.id, node.name);
    if (const auto columns = prepare(node.sql, where, known)) {
      const bool same = std::ranges::equal(
          *columns, node.fields,
          [](const std::string& column, const Field& field) { return parts::same_name(column, field.name); });
      if (!same)
        add(where, msg("the query gives the columns {0}, not the declared fields", parts::join(*columns)));
    }
    for (const auto& field : node.fields) known.push_back(field.name);
    for (const auto& child : node.children) check_node(child, record, known);
  }

  void check_codes(const CodesToConfirm& codes) {
    const auto where = fmt::format("rules.xml:{}: {}", codes.line, codes.id);
    if (const auto columns = prepare(codes.sql, where, {}); columns && columns->size() != 3)
      add(where, msg("the query must give a code, its label, and 1 when it is held for what is to confirm"));
  }

  void check_keys(const std::string& sql, const std::string& where, const RecordDef& record) {
    if (const auto columns = prepare(sql, where, {}); columns && columns->size() != record.key.size())
      add(where, msg("the query must give the key of record {0}: {1}", record.id, parts::join(record.key)));
  }

  void check_archive(const ArchiveDef& archive) {
    const auto where = [&](long line, std::string_view part) {
      return fmt::format("{}.xml:{}: {}", archive.id, line, part);
    };
    const auto* record = app_.find_record(archive.record);
    if (!record) return;
    check_keys(archive.select, where(archive.select_line, "select"), *record);
    for (const auto& l : archive.leave_out) check_keys(l.sql, where(l.line, "leave-out"), *record);
    const auto facts = prepare(archive.facts, where(archive.facts_line, "facts"), record->key);
    if (!facts) return;
    check_unit(archive.unit, where(archive.unit.line, "unit"), *facts);
    if (const auto& s = archive.sampling)
      for (const auto* t : {&s->order, &s->year, &s->initial, &s->stratum})
        check_template(*t, where(archive.sampling_line, "sampling"), *facts);
    if (archive.group) {
      check_unit(*archive.group, where(archive.group->line, "group"), *facts);
      check_template(archive.group_by, where(archive.group->line, "group"), *facts);
    }
  }

  void check_unit(const UnitDef& unit, const std::string& where, const Names& facts) {
    for (const auto* t :
         {&unit.title, &unit.description, &unit.identifier, &unit.start, &unit.end, &unit.file_name})
      check_template(*t, where, facts);
    for (const auto& k : unit.keywords) check_template(k.second, where, facts);
    for (const auto& r : unit.rules)
      for (const auto* rule : {&r.start, &r.start_bound, &r.when}) check_template(*rule, where, facts);
    for (const auto& e : unit.elements) check_element(e, where, facts);
    for (const auto& e : unit.physical) check_element(e, where, facts);
  }

  /// Inside a repeated element only the data say which names there are.
  void check_element(const ElementDef& e, const std::string& where, const Names& facts) {
    if (!e.each.empty()) {
      check_given(e.each, facts, where);
      return;
    }
    check_template(e.text, where, facts);
    for (const auto& a : e.attributes) check_template(a.second, where, facts);
    for (const auto& child : e.children) check_element(child, where, facts);
  }

  void check_template(const Template& tmpl, const std::string& where, const Names& facts) {
    using Kind = parts::TemplatePiece::Kind;
    for (const auto& piece : parts::split_template(tmpl))
      if ((piece.kind == Kind::value || piece.kind == Kind::date) &&
          !parts::contains_name(facts, piece.text)) {
        add(where, msg("the template \"{0}\" asks for {1}, which the facts do not give", tmpl, piece.text));
        propose(where, core::nearest(piece.text, facts));
      }
  }

  void check_search(const SearchDef& search) {
    const auto where = fmt::format("consult.xml: {}", search.id);
    const auto columns = prepare(search.sql, where, {});
    const auto* record = app_.find_record(search.record);
    if (!columns || !record) return;
    if (columns->size() < record->key.size())
      add(where, msg("the query must give the key of record {0}: {1}", record->id, parts::join(record->key)));
    for (const auto& t : search.terms) check_given(t.column, *columns, where);
    for (const auto& f : search.shown) check_given(f.name, *columns, where);
  }

  void check_list(const ListDef& list) {
    const auto where = fmt::format("consult.xml: {}", list.id);
    Names parameters;
    for (const auto& p : list.parameters) {
      parameters.push_back(p.name);
      if (p.choices.empty()) continue;
      if (const auto columns = prepare(p.choices, where + "/" + p.name, {}); columns && columns->size() != 2)
        add(where + "/" + p.name, msg("the query of the choices must give a value and its label"));
    }
    const auto columns = prepare(list.sql, where, parameters);
    const auto* record = app_.find_record(list.record);
    if (!columns || !record) return;
    if (columns->size() < record->key.size())
      add(where, msg("the query must give the key of record {0}: {1}", record->id, parts::join(record->key)));
    for (const auto& f : list.columns) check_given(f.name, *columns, where);
  }

  void check_given(const std::string& name, const Names& columns, const std::string& where) {
    if (parts::contains_name(columns, name)) return;
    add(where, msg("the query does not give the column {0}", name));
    propose(where, core::nearest(name, columns));
  }

  const Application& app_;
  core::Database db_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_queries(const Application& app) { return QueryCheck(app).run(); }

void require_queries(const Application& app) {
  const auto findings = check_queries(app);
  if (findings.empty()) return;
  core::Error e(core::Exit::profile_invalid, msg("Queries of the profile {0} would fail.", app.id));
  for (const auto& f : findings)
    std::move(e).because(f.severity == Severity::error ? msg("{0}: {1}", f.where, f.message.english())
                                                       : f.message);
  throw std::move(e).hint(msg(
      "Mend the profile or local.xml now: after the application is shut down, nothing can be copied again."));
}

}  // namespace versoir::profiles
