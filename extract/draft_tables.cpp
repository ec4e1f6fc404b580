// tables.xml of a drafted profile.
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "extract/draft_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::extract::draft {

namespace {

using Attributes = std::vector<std::pair<std::string_view, std::string_view>>;

std::string list_of(const Table& table, const std::vector<std::size_t>& columns) {
  std::string out;
  for (const auto i : columns) out += (out.empty() ? "" : " ") + table.columns[i].source->name;
  return out;
}

bool can_be_listed(const Table& table, const std::vector<std::size_t>& columns) {
  return std::ranges::all_of(columns, [&](std::size_t i) { return table.columns[i].in_list; });
}

class TablesFile {
 public:
  explicit TablesFile(const Drafting& d) : d_(d), xml_(sink_) {}

  std::string write() {
    xml_.declaration();
    Attributes root{{"xmlns", "urn:versoir:profile:1"}, {"application", d_.request.application}};
    const auto label = xml_words(d_.request.label);
    root.emplace_back("label", label);
    const auto schema = core::xml_characters(d_.request.schema);
    if (!schema.empty()) root.emplace_back("schema", schema);
    root.emplace_back("version", "0.1");
    xml_.open_with("tables", root);
    for (std::size_t i = 0; i < d_.tables.size(); ++i) write_table(i);
    for (const auto& [table, reason] : d_.left) leave(*table, reason);
    xml_.close();
    return std::move(sink_.text);
  }

 private:
  void leave(const SourceTable& table, const std::string& why) {
    const auto reason = xml_words(why);
    const auto comment = short_comment(table.comment);
    const auto label = comment.empty() ? readable(table.name) : comment;
    xml_.empty("table", {{"name", table.name},
                         {"label", label.empty() ? std::string_view(table.name) : label},
                         {"evidence", "inferred"},
                         {"take", "no"},
                         {"reason", reason}});
  }

  void write_table(std::size_t number) {
    const auto& t = d_.tables[number];
    const auto key = list_of(t, t.key);
    Attributes attributes{{"name", t.source->name}, {"label", t.label}, {"evidence", "inferred"}};
    if (!key.empty()) attributes.emplace_back("key", key);
    xml_.open_with("table", attributes);
    std::vector<std::vector<std::size_t>> indexed{t.key};
    for (const auto& l : d_.links)
      if (l.from == number && can_be_listed(t, l.columns) &&
          std::ranges::find(indexed, l.columns) == indexed.end()) {
        xml_.empty("index", {{"columns", list_of(t, l.columns)}});
        indexed.push_back(l.columns);
      }
    std::vector<const Link*> alone(t.columns.size());
    for (const auto& l : d_.links) {
      if (l.from != number) continue;
      if (l.columns.size() == 1 && !alone[l.columns.front()])
        alone[l.columns.front()] = &l;
      else
        write_reference(t, l);
    }
    for (std::size_t i = 0; i < t.columns.size(); ++i) write_column(t.columns[i], alone[i]);
    xml_.close();
  }

  void write_reference(const Table& t, const Link& l) {
    const auto& there = d_.tables[l.to];
    if (!can_be_listed(t, l.columns) || !can_be_listed(there, l.to_columns)) return;
    xml_.empty("reference", {{"columns", list_of(t, l.columns)},
                             {"table", there.source->name},
                             {"to", list_of(there, l.to_columns)}});
  }

  void write_column(const Column& c, const Link* link) {
    const auto type = xml_words(c.source->type.empty() ? "?" : c.source->type);
    Attributes words{{"name", c.source->name}, {"type", type}, {"label", c.label}};
    std::string target;
    if (link) {
      const auto& there = d_.tables[link->to];
      target = there.source->name + "." + there.columns[link->to_columns.front()].source->name;
      words.emplace_back("references", target);
    }
    if (c.sensitivity != profiles::Sensitivity::none)
      words.emplace_back("sensitivity", profiles::sensitivity_name(c.sensitivity));
    words.emplace_back("evidence", "inferred");
    const auto reason = xml_words(c.left);
    if (!c.taken()) {
      words.emplace_back("take", "no");
      words.emplace_back("reason", reason);
    }
    xml_.leaf_with("column", "", words);
  }

  const Drafting& d_;
  core::StringSink sink_;
  core::XmlWriter xml_;
};

}  // namespace

std::string xml_words(std::string_view text) {
  return core::single_line(core::xml_characters(core::repair_utf8(text)));
}

std::string comment_words(std::string_view text) {
  auto out = xml_words(text);
  for (auto at = out.find("--"); at != std::string::npos; at = out.find("--")) out[at + 1] = ' ';
  return out;
}

std::string tables_file(const Drafting& d) { return TablesFile(d).write(); }

}  // namespace versoir::extract::draft
