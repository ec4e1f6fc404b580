// Business records: named queries of the profile assembled into one tree of rows.
#pragma once
#include "core/sqlite.hpp"
#include "profiles/loader.hpp"
#include "profiles/model.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::records {

/// The key of a record: values in the order of RecordDef::key.
struct Key {
  std::vector<core::Value> values;
  [[nodiscard]] std::string text() const;  ///< JSON array, e.g. [12] or ["2019","L1MAT",1]
  [[nodiscard]] static Key parse(std::string_view text);
  bool operator==(const Key&) const = default;
};

struct RowNode;
struct Cell {
  const profiles::Field* field;
  std::optional<std::string> value;  ///< as stored; of a date, without its midnight
  /// Of the code ("code inconnu" when not in the list); "oui" or "non" for a flag; else "".
  std::string label;
};
/// One row and what hangs under it, in the order of the profile.
struct RowNode {
  const profiles::Node* node;
  std::vector<Cell> cells;
  std::vector<RowNode> children;
  [[nodiscard]] const Cell* find(std::string_view field) const;
};
struct Record {
  const profiles::RecordDef* def;
  Key key;
  RowNode root;
};

/// Reads records of one application from one database (an extract, read-only). On construction creates the
/// profile's TEMP views, and stand-ins for the optional tables and columns that the extract lacks: they read
/// as empty, as NULL. Statements are prepared once. Not shared between threads.
class RecordReader {
 public:
  RecordReader(core::Database& db, const profiles::Application& app);
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// nullopt when the root query gives no row. A defect of a query is Error(Exit::profile_invalid) naming
  /// record, node and line.
  [[nodiscard]] std::optional<Record> read(const profiles::RecordDef& def, const Key& key);

  /// Prepares every query of the profile without running it: findings for those that do not compile.
  [[nodiscard]] std::vector<core::Finding> check();

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::records
