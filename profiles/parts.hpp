// Inside the room: the readers of each kind of profile file, and the defects that they collect.
#pragma once
#include "core/error.hpp"
#include "core/xml.hpp"
#include "profiles/model.hpp"

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::profiles::parts {

/// One file being read: where it stands, what it adds to, what is wrong with it.
struct Reading {
  std::string file;
  Application& app;
  std::vector<core::Message>& defects;

  /// "records.xml:12", the start of every message.
  [[nodiscard]] std::string at(const core::XmlElement& e) const;
  void defect(core::Message m) { defects.push_back(std::move(m)); }
  /// The defect of a name that nothing has and, under it, the known one that was probably meant.
  void unknown(const core::XmlElement& e, core::Message m, std::string_view written,
               const std::vector<std::string>& known);
};

// Each adds what its file says to reading.app. The element satisfies the file's grammar; what a grammar
// cannot say is checked here. Order matters: a reader looks up what the readers before it have added.
void read_tables(const core::XmlElement& root, Reading& reading);
void read_local(const core::XmlElement& root, Reading& reading);
void read_rules(const core::XmlElement& root, Reading& reading);
void read_records(const core::XmlElement& root, Reading& reading);
void read_archive(const core::XmlElement& root, Reading& reading);
void read_consult(const core::XmlElement& root, Reading& reading);

/// `list`: a query with parameters, whose rows open records.
void read_list(const core::XmlElement& e, Reading& reading);

/// Marks, identity and documents of a `sheet`; `record` is nullptr when the profile has no such record.
void read_sheet_documents(const core::XmlElement& sheet, Reading& reading, const RecordDef* record,
                          SheetDef& into);

/// `field` of records.xml and `shown` of consult.xml.
[[nodiscard]] Field read_field(const core::XmlElement& e, Reading& reading);

[[nodiscard]] Sensitivity parse_sensitivity(std::string_view text);
[[nodiscard]] Evidence parse_evidence(std::string_view text);
[[nodiscard]] RuleCategory parse_category(std::string_view text);
[[nodiscard]] bool yes(const core::XmlElement& e, std::string_view attribute, bool fallback);
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);

template <class Items, class Name>
[[nodiscard]] std::vector<std::string> names_of(const Items& items, Name name) {
  std::vector<std::string> out;
  for (const auto& item : items) out.push_back(item.*name);
  return out;
}
[[nodiscard]] std::string join(const std::vector<std::string>& names);
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);  ///< as SQL compares names
[[nodiscard]] bool contains_name(const std::vector<std::string>& names, std::string_view name);

/// What a template asks for, in order: the names in {name} and {name:date}; the place and the kind of a
/// syntax error.
struct TemplatePiece {
  enum class Kind { text, value, date, unclosed, bad_format } kind = Kind::text;
  std::string text;  ///< literal text, name of a column, or the offending piece
};
[[nodiscard]] std::vector<TemplatePiece> split_template(std::string_view tmpl);
/// Defects of the template's syntax; with `known`, also of its names.
void check_template(std::string_view tmpl, const core::XmlElement& where, Reading& reading,
                    const std::vector<std::string>* known = nullptr);

}  // namespace versoir::profiles::parts
