// What stands behind a sheet: the source rows of its values, and whether they are still those that were
// sealed.
#pragma once
#include "consult/origin.hpp"
#include "consult/proof.hpp"
#include "records/record.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

/// A row of a record, named by its way from the root: "inscription.0/etape.1", counted among its sisters of
/// the same node; "" is the root itself.
struct RowPlace {
  const records::RowNode* row = nullptr;
  std::vector<const records::RowNode*> above;  ///< from the root down
};
/// nullopt when the record has no such row. The record outlives the place.
[[nodiscard]] std::optional<RowPlace> find_place(const records::Record& record, std::string_view way);
std::optional<RowPlace> find_place(records::Record&& record, std::string_view way) = delete;

/// Whether what a sheet shows is what was copied.
struct Verified {
  std::size_t blocks = 0;                ///< read again, and compared
  std::vector<std::string> altered;      ///< "TABLE, block 12", for people
  std::vector<std::string> not_covered;  ///< tables that were read and are too large to be verified here
  [[nodiscard]] bool holds() const noexcept { return altered.empty(); }
};

struct SourceRow {
  std::string table;
  std::int64_t row = 0;  ///< its number in the extract
  std::string digest;    ///< SHA-256 of the row, hexadecimal
  std::uint64_t block = 0;
  bool holds = false;                                        ///< its block is the one that was copied
  std::vector<std::pair<std::string, core::Value>> columns;  ///< as stored
};
struct Sources {
  NodeOrigin origin;
  std::vector<SourceRow> rows;
  bool exact = true;  ///< false: the rows of the person, of which nothing says which one it is
};

/// What is found once for all connections to one extract: which tables its records read, and whether its
/// nomenclatures are those that were copied.
struct KnownProvenance;

/// Works on a connection of its own. One thread at a time.
class Provenance {
 public:
  explicit Provenance(const std::filesystem::path& extract);
  /// For another thread: profile and findings are shared.
  Provenance(const std::filesystem::path& extract, std::shared_ptr<const profiles::Application> app,
             std::shared_ptr<KnownProvenance> known);
  [[nodiscard]] static std::shared_ptr<KnownProvenance> new_findings();

  /// Every row of the subject in the tables that the record reads, and the nomenclatures that it reads.
  /// Nomenclatures are read once in the life of the findings, rows of persons at each call.
  [[nodiscard]] Verified verify(const records::Record& record);
  /// Rows of the subject from which a row of the record was made, at most `most`.
  [[nodiscard]] Sources sources(const records::Record& record, const RowPlace& place, std::size_t most = 20);
  /// The rows from which several rows of a record take values as they are (where a query only computes: all
  /// that it reads of the subject), each once.
  [[nodiscard]] std::vector<SourceRow> rows_behind(const records::Record& record,
                                                   const std::vector<std::string>& ways);

  struct Reads {
    std::map<std::string, std::string> subject;  ///< table → column
    std::set<std::string> others;
    std::map<const profiles::Node*, NodeOrigin> origins;  ///< of every node of the record
  };
  /// Of a query of the profile that is no node's: a ready-made list.
  [[nodiscard]] NodeOrigin origin(const std::string& sql) { return origin_of(extract_.database(), sql); }
  /// Lives as long as the findings do.
  [[nodiscard]] const Reads& reads(const profiles::RecordDef& def);

 private:
  void verify_nomenclatures(const Reads& reads, Verified& out);
  std::vector<SourceRow> rows_that(const std::string& table, const std::string& where,
                                   const std::vector<core::Value>& values, std::size_t most);
  bool is_indexed(const std::string& table, const std::string& column);

  extract::Extract extract_;
  std::shared_ptr<const profiles::Application> shared_;
  const profiles::Application& app_;
  records::RecordReader views_;  ///< made the profile's views on this connection
  BlockProof proof_;
  std::shared_ptr<KnownProvenance> known_;
};

}  // namespace versoir::consult
