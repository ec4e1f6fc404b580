// Records read from an extract: one prepared statement per node, rows before their children, types as SQLite
// has them.
#include "records/record.hpp"

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "records/query.hpp"

#include <algorithm>
#include <unordered_map>

namespace versoir::records {

using core::Error;
using core::Exit;
using core::msg;
using core::Value;
using profiles::FieldType;
using profiles::Node;
using profiles::RecordDef;

// ---- Key

std::string Key::text() const {
  auto array = core::Json::array();
  for (const auto& value : values) {
    if (std::holds_alternative<std::monostate>(value))
      array.push_back(nullptr);
    else if (const auto* i = std::get_if<std::int64_t>(&value))
      array.push_back(*i);
    else if (const auto* d = std::get_if<double>(&value))
      array.push_back(*d);
    else if (const auto* s = std::get_if<std::string>(&value))
      array.push_back(*s);
    else
      throw Error(Exit::profile_invalid, msg("A binary value cannot be the key of a record."));
  }
  try {
    return array.dump();
  } catch (const core::Json::exception&) {
    throw Error(Exit::profile_invalid, msg("The key of a record is not valid UTF-8."));
  }
}

Key Key::parse(std::string_view text) {
  const auto wrong = [&] {
    return Error(Exit::usage, msg("'{0}' is not the key of a record.", text))
        .hint(msg("A key is a list between brackets, for instance [12] or [\"2019\",\"L1MAT\",1]."));
  };
  core::Json array;
  try {
    array = core::parse_json(text, "key", Exit::usage);
  } catch (const Error&) {
    throw wrong();  // what is not even JSON: a person typed a reference by heart
  }
  if (!array.is_array() || array.empty()) throw wrong();
  Key key;
  for (const auto& item : array) {
    if (item.is_null())
      key.values.emplace_back();
    else if (item.is_string())
      key.values.emplace_back(item.get<std::string>());
    else if (item.is_number_integer() &&
             (!item.is_number_unsigned() || item.get<std::uint64_t>() <= INT64_MAX))
      key.values.emplace_back(item.get<std::int64_t>());
    else if (item.is_number_float())
      key.values.emplace_back(item.get<double>());
    else
      throw wrong();
  }
  return key;
}

const Cell* RowNode::find(std::string_view field) const {
  const auto it = std::ranges::find_if(cells, [&](const Cell& c) { return c.field->name == field; });
  return it == cells.end() ? nullptr : &*it;
}

// ---- Cells

namespace {

/// Oracle's DATE always has a time; midnight means that only the day was meant.
void drop_midnight(std::string& text) {
  if (text.size() <= 10 || !core::parse_date(text)) return;
  if (text.find_first_not_of("T 0:.", 10) == std::string::npos) text.resize(10);
}

std::optional<std::string> cell_text(const Value& value, FieldType type) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  auto text = core::value_text(value);
  if (!core::is_utf8(text)) text = core::repair_utf8(text);
  if (type == FieldType::date) drop_midnight(text);
  return text;
}

std::string flag_label(std::string_view value) {
  if (value == "O" || value == "1") return "oui";
  if (value == "N" || value == "0") return "non";
  return {};
}

/// Codes are sometimes stored padded with blanks: the list is asked for the value, then for the value without
/// them.
std::string cell_label(const profiles::CodeList* list, FieldType type,
                       const std::optional<std::string>& value) {
  if (!value || value->empty()) return {};
  if (!list) return type == FieldType::flag ? flag_label(*value) : std::string();
  if (const auto* code = list->find(*value)) return code->label;
  if (const auto* code = list->find(core::trim(*value))) return code->label;
  return "code inconnu";
}

constexpr std::size_t from_key = static_cast<std::size_t>(-1);

/// Where the value of a parameter comes from: a column of a row above, or the key.
struct Origin {
  std::size_t depth, column;
};

struct Query {
  core::Statement st;
  std::string place;
  std::vector<Origin> parameters;
  std::vector<const profiles::CodeList*> lists;  ///< per field, null when it has no list
};

/// The rows above the one being read, outermost first.
struct Above {
  std::vector<const Node*> nodes;
  std::vector<const std::vector<Value>*> values;
};

std::vector<std::string> field_names(const Node& node) {
  std::vector<std::string> names;
  for (const auto& f : node.fields) names.push_back(core::ascii_lower(f.name));
  return names;
}

/// The nearest row above that has such a column, else the key.
std::optional<Origin> find_origin(const RecordDef& def, const std::vector<const Node*>& above,
                                  std::string_view name) {
  for (auto depth = above.size(); depth-- > 0;)
    if (const auto column = parts::find_name(field_names(*above[depth]), name)) return Origin{depth, *column};
  if (const auto column = parts::find_name(def.key, name)) return Origin{from_key, *column};
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out += (out.empty() ? "" : ", ") + n;
  return out;
}

std::string place_of(const RecordDef& def, const Node& node, const std::vector<const Node*>& above) {
  std::string path = def.id;
  for (const auto* n : above) path += "/" + n->name;
  return fmt::format("records.xml:{} {}/{}", node.line, path, node.name);
}

}  // namespace

// ---- Reader

struct RecordReader::State {
  core::Database& db;
  const profiles::Application& app;
  std::unordered_map<const Node*, Query> queries;

  Query compile(const RecordDef& def, const Node& node, const std::vector<const Node*>& above) {
    Query q{
        parts::prepare_select(db, node.sql, place_of(def, node, above)), place_of(def, node, above), {}, {}};
    const auto given = parts::column_names(q.st), declared = field_names(node);
    if (given != declared)
      parts::refuse(q.place,
                    msg("It gives the columns {0}; the fields are {1}.", joined(given), joined(declared)));
    parts::each_parameter(q.st, q.place, [&](std::string_view name) {
      const auto origin = find_origin(def, above, name);
      if (origin) q.parameters.push_back(*origin);
      return origin.has_value();
    });
    for (const auto& field : node.fields)
      q.lists.push_back(field.code_list.empty() ? nullptr : app.find_code_list(field.code_list));
    return q;
  }

  Query& query(const RecordDef& def, const Node& node, const std::vector<const Node*>& above) {
    auto it = queries.find(&node);
    if (it == queries.end()) it = queries.emplace(&node, compile(def, node, above)).first;
    return it->second;
  }

  std::vector<RowNode> rows(const RecordDef& def, const Key& key, const Node& node, Above& above) {
    std::vector<std::vector<Value>> values;
    auto out = read_rows(query(def, node, above.nodes), key, node, above, values);
    for (std::size_t i = 0; i < out.size(); ++i) {
      above.nodes.push_back(&node);
      above.values.push_back(&values[i]);
      for (const auto& child : node.children)
        for (auto& row : rows(def, key, child, above)) out[i].children.push_back(std::move(row));
      above.nodes.pop_back();
      above.values.pop_back();
    }
    return out;
  }

  std::vector<RowNode> read_rows(Query& q, const Key& key, const Node& node, const Above& above,
                                 std::vector<std::vector<Value>>& values) {
    const parts::Rewind rewind(q.st);
    for (std::size_t i = 0; i < q.parameters.size(); ++i) {
      const auto [depth, column] = q.parameters[i];
      q.st.bind(static_cast<int>(i) + 1,
                depth == from_key ? key.values[column] : (*above.values[depth])[column]);
    }
    std::vector<RowNode> out;
    while (parts::step(db, q.st, q.place)) {
      if (!node.list && !out.empty())
        parts::refuse(q.place, msg("It gives several rows for the key {0}, one was declared.", key.text()));
      RowNode row{&node, {}, {}};
      std::vector<Value> raw;
      for (std::size_t i = 0; i < node.fields.size(); ++i) {
        raw.push_back(q.st.value(static_cast<int>(i)));
        auto text = cell_text(raw.back(), node.fields[i].type);
        auto label = cell_label(q.lists[i], node.fields[i].type, text);
        row.cells.push_back({&node.fields[i], std::move(text), std::move(label)});
      }
      out.push_back(std::move(row));
      values.push_back(std::move(raw));
    }
    return out;
  }

  void check(const RecordDef& def, const Node& node, std::vector<const Node*>& above,
             std::vector<core::Finding>& findings) {
    parts::collect(findings, place_of(def, node, above), [&] { static_cast<void>(query(def, node, above)); });
    above.push_back(&node);
    for (const auto& child : node.children) check(def, child, above, findings);
    above.pop_back();
  }
};

RecordReader::RecordReader(core::Database& db, const profiles::Application& app)
    : s_(std::make_unique<State>(State{db, app, {}})) {
  parts::make_views(db, app);
}
RecordReader::~RecordReader() = default;

std::optional<Record> RecordReader::read(const RecordDef& def, const Key& key) {
  if (key.values.size() != def.key.size())
    throw Error(Exit::usage, core::nmsg("The key of the record {1} has {0} value ({2}), not {3}.",
                                        "The key of the record {1} has {0} values ({2}), not {3}.",
                                        def.key.size(), def.id, joined(def.key), key.values.size()));
  Above above;
  auto rows = s_->rows(def, key, def.root, above);
  if (rows.empty()) return std::nullopt;
  return Record{&def, key, std::move(rows.front())};
}

std::vector<core::Finding> RecordReader::check() {
  std::vector<core::Finding> findings;
  for (const auto& def : s_->app.records) {
    std::vector<const Node*> above;
    s_->check(def, def.root, above, findings);
  }
  parts::check_archives(s_->db, s_->app, findings);
  parts::check_consult(s_->db, s_->app, findings);
  return findings;
}

}  // namespace versoir::records
