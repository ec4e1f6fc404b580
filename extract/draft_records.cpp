// records.xml and consult.xml of a drafted profile: a record and a sheet for each table, with the rows that
// it names and those that name it. The words are French: they are those of the profile, read where it is
// used.
#include "core/file.hpp"
#include "core/sqlite.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "extract/draft_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace versoir::extract::draft {

namespace {

using As = DraftGuess::As;

/// A sheet is read by somebody: what names a row of a hub is shown so far, and its heading says it.
constexpr int most_related = 1000;
constexpr std::size_t most_columns = 30;

/// Of one node: fields in the order of its query.
struct NodeText {
  std::string name, label, sql;
  struct FieldText {
    std::string name, label, type, sensitivity;
    bool hidden = false;
  };
  std::vector<FieldText> fields;
};

std::string_view field_type(const SourceColumn& c) {
  switch (c.kind) {
    case ColumnKind::integer:
      return "integer";
    case ColumnKind::number:
      return "decimal";
    case ColumnKind::date:
      return "date";
    case ColumnKind::timestamp:
      return "datetime";
    case ColumnKind::boolean:
      return "flag";
    case ColumnKind::binary:
      return "integer";
    case ColumnKind::text:
    case ColumnKind::other:
      break;
  }
  return {};
}

std::string sensitivity_word(const Column& c) {
  return c.sensitivity == profiles::Sensitivity::none
             ? std::string()
             : std::string(profiles::sensitivity_name(c.sensitivity));
}

/// A file has no place in a sheet: its size has.
std::string expression(const Column& c) {
  const auto name = core::sql_name(c.source->name);
  return (c.source->kind == ColumnKind::binary ? "length(" + name + ")" : name) + " AS " +
         core::sql_name(c.field);
}
NodeText::FieldText field_of(const Column& c) {
  const bool binary = c.source->kind == ColumnKind::binary;
  return {c.field, binary ? c.label + " (octets)" : c.label, std::string(field_type(*c.source)),
          sensitivity_word(c), false};
}

void write_node(core::XmlWriter& xml, const NodeText& node, bool single) {
  std::vector<std::pair<std::string_view, std::string_view>> attributes{{"name", node.name},
                                                                        {"label", node.label}};
  if (single) attributes.emplace_back("single", "yes");
  xml.open_with("node", attributes);
  xml.leaf("sql", core::xml_characters(node.sql));
  for (const auto& f : node.fields) {
    std::vector<std::pair<std::string_view, std::string_view>> words{{"name", f.name}, {"label", f.label}};
    if (!f.type.empty()) words.emplace_back("type", f.type);
    if (!f.sensitivity.empty()) words.emplace_back("sensitivity", f.sensitivity);
    if (f.hidden) words.emplace_back("hidden", "yes");
    xml.leaf_with("field", "", words);
  }
}

/// The record of one table.
class RecordDraft {
 public:
  RecordDraft(const Drafting& d, std::size_t number) : d_(d), t_(d.tables[number]) {
    // Rows are found by parameters that no column is called as: a column of the other table that has the name
    // of ours by chance means something else.
    for (const auto& c : t_.columns) names_.reserve(c.field);
    for (const auto& k : key_names(t_)) names_.reserve(k);
    for (const auto& l : d.links) {
      if (l.from == number) add_named(l);
      if (l.to == number) add_naming(l);
    }
  }

  [[nodiscard]] const std::vector<NodeText>& named() const { return named_; }    ///< that the row names
  [[nodiscard]] const std::vector<NodeText>& naming() const { return naming_; }  ///< that name the row

  void write(core::XmlWriter& xml) const {
    const auto keys = key_names(t_);
    std::string key;
    for (const auto& k : keys) key += (key.empty() ? "" : " ") + k;
    xml.open("record", {{"id", t_.record}, {"label", t_.label}, {"key", key}});
    write_node(xml, root(), true);
    for (const auto& node : named_) write_node(xml, node, false), xml.close();
    for (const auto& node : naming_) write_node(xml, node, false), xml.close();
    xml.close();
    xml.close();
  }

 private:
  NodeText root() const {
    NodeText node{"ligne", t_.label, "SELECT " + key_list(t_), {}};
    for (const auto& k : key_names(t_)) node.fields.push_back({k, "Clé", "", "", true});
    for (const auto& [column, name] : parameters_) {
      node.sql += ", " + core::sql_name(t_.columns[column].source->name) + " AS " + name;
      node.fields.push_back({name, "Lien", "", "", true});
    }
    for (const auto& c : t_.columns) {
      if (!c.readable()) continue;
      node.sql += ", " + expression(c);
      node.fields.push_back(field_of(c));
    }
    node.sql += fmt::format(" FROM {} WHERE {}", core::sql_name(t_.source->name), key_condition(t_));
    return node;
  }

  std::string parameter(std::size_t column) {
    const auto known = std::ranges::find(parameters_, column, &std::pair<std::size_t, std::string>::first);
    if (known != parameters_.end()) return known->second;
    return parameters_.emplace_back(column, names_.give("lien_" + std::to_string(parameters_.size() + 1)))
        .second;
  }

  static std::string words_of_columns(const Table& t, const std::vector<std::size_t>& columns) {
    std::string out;
    for (const auto i : columns) out += (out.empty() ? "" : ", ") + t.columns[i].label;
    return out;
  }

  std::string condition(const Table& other, const std::vector<std::size_t>& theirs,
                        const std::vector<std::size_t>& ours) {
    std::string sql;
    for (std::size_t i = 0; i < theirs.size(); ++i)
      sql += fmt::format("{}{} = :{}", i ? " AND " : "",
                         core::sql_name(other.columns[theirs[i]].source->name), parameter(ours[i]));
    return sql;
  }

  NodeText node_of(const Table& other, const std::vector<std::size_t>& columns, std::string name,
                   std::string label, const std::string& where) const {
    NodeText node{std::move(name), std::move(label), "SELECT ", {}};
    for (const auto i : columns) {
      node.sql += (node.fields.empty() ? "" : ", ") + expression(other.columns[i]);
      node.fields.push_back(field_of(other.columns[i]));
    }
    node.sql += fmt::format(" FROM {} WHERE {} ORDER BY _row LIMIT {}", core::sql_name(other.source->name),
                            where, most_related);
    return node;
  }

  void add_named(const Link& l) {
    const auto& there = d_.tables[l.to];
    const auto where = condition(there, l.to_columns, l.columns);
    named_.push_back(node_of(there, there.shown, names_.give("vers_" + there.record),
                             fmt::format("{} ({})", there.label, words_of_columns(t_, l.columns)), where));
  }

  void add_naming(const Link& l) {
    const auto& from = d_.tables[l.from];
    const auto where = condition(from, l.columns, l.to_columns);
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < from.columns.size() && columns.size() < most_columns; ++i)
      if (from.columns[i].readable()) columns.push_back(i);
    naming_.push_back(node_of(
        from, columns, names_.give("de_" + from.record),
        fmt::format("{}, par {} ({} au plus)", from.label, words_of_columns(from, l.columns), most_related),
        where));
  }

  const Drafting& d_;
  const Table& t_;
  Names names_;
  std::vector<std::pair<std::size_t, std::string>> parameters_;
  std::vector<NodeText> named_, naming_;
};

/// What stands between braces in a template is the name of a field.
std::string no_braces(std::string text) {
  std::ranges::replace(text, '{', '(');
  std::ranges::replace(text, '}', ')');
  return text;
}

std::string title_of(const Table& t) {
  std::string title = no_braces(t.label) + " :";
  std::size_t n = 0;
  for (const auto i : t.shown)
    if (std::ranges::find(t.key, i) == t.key.end() && n++ < 3) title += " {" + t.columns[i].field + "}";
  if (n == 0) title += " {" + key_names(t).front() + "}";
  return title;
}

class ConsultFile {
 public:
  explicit ConsultFile(const Drafting& d) : d_(d), xml_(sink_) {}

  std::string write() {
    xml_.declaration();
    xml_.open("consult", {{"xmlns", "urn:versoir:profile:1"}});
    for (const auto number : d_.searches) write_search(d_.tables[number]);
    for (std::size_t i = 0; i < d_.tables.size(); ++i) write_sheet(i);
    xml_.close();
    return std::move(sink_.text);
  }

 private:
  static std::string_view kind_of(const Column& c) {
    if (c.guess == As::birth_date) return "date";
    return c.guess == As::number || c.source->kind == ColumnKind::integer ? "number" : "name";
  }

  static std::vector<std::size_t> terms_of(const Table& t) {
    std::vector<std::size_t> out;
    if (t.key.size() == 1) out.push_back(t.key.front());
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      const auto& c = t.columns[i];
      const bool person = c.guess && *c.guess != As::sensitive && *c.guess != As::secret;
      if (c.readable() && (t.person ? person : is_label_like(c)) && std::ranges::find(out, i) == out.end())
        out.push_back(i);
    }
    return out;
  }

  void write_search(const Table& t) {
    const auto terms = terms_of(t);
    std::string asked, list = key_list(t);
    for (const auto i : terms) {
      asked += (asked.empty() ? "" : ", ") + t.columns[i].source->name;
      list += ", " + expression(t.columns[i]);
    }
    comment(
        t.person
            ? fmt::format("À CONFIRMER : {} semble une table de personnes, que l’on y chercherait par {}. "
                          "Seuls les noms des colonnes le disent.",
                          t.source->name, asked)
            : fmt::format("À CONFIRMER : aucune table ne semble être de personnes ; on chercherait dans {} "
                          "par {}.",
                          t.source->name, asked));
    xml_.open("search", {{"id", t.record}, {"label", t.label}, {"record", t.record}});
    xml_.leaf("sql",
              core::xml_characters(fmt::format("SELECT {} FROM {}", list, core::sql_name(t.source->name))));
    for (const auto i : terms)
      xml_.empty(
          "term",
          {{"column", t.columns[i].field}, {"label", t.columns[i].label}, {"kind", kind_of(t.columns[i])}});
    for (const auto i : terms) {
      const auto type = field_type(*t.columns[i].source);
      const auto sensitivity = sensitivity_word(t.columns[i]);
      std::vector<std::pair<std::string_view, std::string_view>> words{{"name", t.columns[i].field},
                                                                       {"label", t.columns[i].label}};
      if (!type.empty()) words.emplace_back("type", type);
      if (!sensitivity.empty()) words.emplace_back("sensitivity", sensitivity);
      xml_.leaf_with("shown", "", words);
    }
    xml_.close();
  }

  void write_sheet(std::size_t number) {
    const auto& t = d_.tables[number];
    const RecordDraft record(d_, number);
    xml_.open("sheet", {{"record", t.record}, {"title", title_of(t)}});
    tab("Ce à quoi cette ligne renvoie", record.named());
    tab("Ce qui renvoie à cette ligne", record.naming());
    xml_.close();
  }

  void tab(std::string_view label, const std::vector<NodeText>& nodes) {
    std::string names;
    for (const auto& n : nodes) names += (names.empty() ? "" : " ") + n.name;
    if (!names.empty()) xml_.empty("tab", {{"label", label}, {"nodes", names}});
  }

  void comment(const std::string& text) { sink_.write("  <!-- " + comment_words(text) + " -->\n"); }

  const Drafting& d_;
  core::StringSink sink_;
  core::XmlWriter xml_;
};

}  // namespace

std::vector<std::string> key_names(const Table& table) {
  if (table.key.size() <= 1) return {"cle"};
  std::vector<std::string> out;
  for (std::size_t i = 0; i < table.key.size(); ++i) out.push_back(fmt::format("cle_{}", i + 1));
  return out;
}

std::string key_list(const Table& table) {
  const auto names = key_names(table);
  if (table.key.empty()) return "_row AS " + names.front();
  std::string out;
  for (std::size_t i = 0; i < table.key.size(); ++i)
    out += fmt::format("{}{} AS {}", i ? ", " : "", core::sql_name(table.columns[table.key[i]].source->name),
                       names[i]);
  return out;
}

std::string key_condition(const Table& table) {
  const auto names = key_names(table);
  if (table.key.empty()) return "_row = :" + names.front();
  std::string out;
  for (std::size_t i = 0; i < table.key.size(); ++i)
    out += fmt::format("{}{} = :{}", i ? " AND " : "",
                       core::sql_name(table.columns[table.key[i]].source->name), names[i]);
  return out;
}

std::string records_file(const Drafting& d) {
  core::StringSink sink;
  core::XmlWriter xml(sink);
  xml.declaration();
  xml.open("records", {{"xmlns", "urn:versoir:profile:1"}});
  for (std::size_t i = 0; i < d.tables.size(); ++i) RecordDraft(d, i).write(xml);
  xml.close();
  return std::move(sink.text);
}

std::string consult_file(const Drafting& d) { return ConsultFile(d).write(); }

}  // namespace versoir::extract::draft
