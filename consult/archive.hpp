// Consultation of an extract without the application: search a person, open the record.
#pragma once
#include "consult/annotations.hpp"
#include "core/i18n.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "records/record.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::consult {

/// Rank of an answer that is not what was typed, but near: day and month swapped, a name that sounds so.
inline constexpr int near_rank = 3;

struct Hit {
  std::string search;  ///< SearchDef id
  std::string record;  ///< RecordDef id
  records::Key key;
  std::vector<std::pair<std::string, std::string>> shown;  ///< (label, value), codes resolved
  int rank = 0;  ///< 0 exact, 1 prefix, 2 all words found, near_rank
};

/// An extract opened for consultation. The search index is a sidecar `X.extract.index` built from the
/// profile's searches; it is rebuilt when absent or not of this extract (its root is recorded in it).
class Archive {
 public:
  /// With `annotations`, whoever bears another name today is found under it too, and shown so.
  static Archive open(const std::filesystem::path& extract, core::Progress& progress,
                      Annotations annotations = {});
  /// The same extract and index on connections of its own, for another thread; profile and annotations are
  /// shared. nullopt when the index is in memory only.
  [[nodiscard]] std::optional<Archive> again() const;
  ~Archive();
  Archive(Archive&&) noexcept;

  /// One box: name (birth and usual, accents, hyphens, order of words indifferent), number (student, INE,
  /// agent), or birth date (01/02/1980, 1/2/80, 1980-02-01, 1 février 1980, 1980). Best first; at most
  /// `limit` of them after the `first` best.
  [[nodiscard]] std::vector<Hit> search(std::string_view query, std::size_t limit = 50,
                                        std::size_t first = 0);
  /// What to say to the person whose search found nobody: impossible dates, near names, how to search.
  [[nodiscard]] std::vector<core::Message> advice(std::string_view query);
  /// As the extract holds it: amend() makes of it what is shown. nullopt when unknown.
  [[nodiscard]] std::optional<records::Record> show(std::string_view record, const records::Key& key);
  /// How many records each search of the profile holds: (label, count).
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counts();
  [[nodiscard]] const profiles::Application& application() const;
  [[nodiscard]] const std::shared_ptr<const profiles::Application>& shared_application() const;
  [[nodiscard]] const Annotations& annotations() const;
  [[nodiscard]] const std::shared_ptr<const Annotations>& shared_annotations() const;
  [[nodiscard]] extract::Extract& extract();
  /// Records of the application that a person can be shown, in profile order.
  [[nodiscard]] std::vector<std::string> records() const;
  /// Whether a search opens such records: the others hold several persons.
  [[nodiscard]] bool is_searched(std::string_view record) const;

 private:
  struct State;
  explicit Archive(std::unique_ptr<State> s);
  std::unique_ptr<State> s_;
};

}  // namespace versoir::consult
