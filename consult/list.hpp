// Ready-made lists of the profile: parameters checked, records counted, rows read page by page.
#pragma once
#include "consult/annotations.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/sqlite.hpp"
#include "profiles/model.hpp"
#include "records/record.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace versoir::consult {

using ListArguments = std::map<std::string, std::string, std::less<>>;  ///< name of a parameter → as typed

struct ListRow {
  records::Key key;                 ///< of the record that the row opens
  std::vector<std::string> values;  ///< of ListDef::columns, as people read them
};

/// One list with the values of its parameters. Works on the connection of an Archive, whose views its query
/// reads. One thread at a time.
class ReadyList {
 public:
  /// Error(Exit::usage) for a parameter that is not declared, missing, of another kind, or none of its
  /// choices; Error(Exit::profile_invalid) when the query lacks what is declared.
  /// Rows show what annotations say of a person today. All that is given outlives this.
  ReadyList(core::Database& db, const profiles::Application& app, const profiles::ListDef& def,
            const ListArguments& typed, const Annotations& annotations);

  [[nodiscard]] const profiles::ListDef& def() const noexcept { return def_; }
  /// Words that stand in the place of each column, for a reader who does not see it (Mask::columns).
  void mask(std::vector<std::optional<std::string>> columns) { masked_ = std::move(columns); }
  [[nodiscard]] std::uint64_t count();
  /// At most `most` rows after the first `first`, in the order of the list.
  void read(std::uint64_t first, std::uint64_t most, const std::function<void(const ListRow&)>& visit);
  [[nodiscard]] std::vector<ListRow> rows(std::uint64_t first, std::uint64_t most);
  /// (label, value) for people: a date as 25/11/2026, a choice with its label.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& shown_parameters() const noexcept {
    return shown_;
  }
  /// What the log of accesses keeps: names and values; of a text without choices, that there was one: it
  /// might be a name.
  [[nodiscard]] const core::Json& logged_parameters() const noexcept { return logged_; }

 private:
  void take(const profiles::ListParameter& parameter, const ListArguments& typed);
  core::Statement prepared(const std::string& sql) const;

  core::Database& db_;
  const profiles::Application& app_;
  const profiles::ListDef& def_;
  const Annotations& annotations_;
  std::map<std::string, core::Value> values_;
  std::vector<std::pair<std::string, std::string>> shown_;
  std::vector<std::optional<std::string>> masked_;
  core::Json logged_ = core::Json::object();
};

/// The whole list for a spreadsheet: reference of each record, then the columns; semicolons, no formulas.
void write_list_csv(ReadyList& list, core::ByteSink& sink);
/// (value, label) of what a parameter may be, in the order of the profile; empty without choices.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> list_choices(
    core::Database& db, const profiles::ListParameter& parameter);
/// The list of this name; Error(Exit::not_found) that tells which there are.
[[nodiscard]] const profiles::ListDef& find_ready_list(const profiles::Application& app,
                                                       const std::string& name);

}  // namespace versoir::consult
