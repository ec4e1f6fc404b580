// Selection among records (tri): which of them the establishment keeps for ever, as their final action says.
//
// [tri.<archive profile>] of versoir.conf holds the decision: `keep`, criteria separated by semicolons of
// which one is enough, and `validation`. Every record is transferred whatever the selection says: while its
// retention runs nothing is destroyed, and only the final action differs. Undecided means Keep.
//
// A selection can be computed again by anybody who has kept.csv: ranks are those of the profile's stable
// order, and chance is SHA-256 of the seed and the key (docs/formats/versement.md).
#pragma once
#include "core/error.hpp"
#include "core/json.hpp"
#include "profiles/model.hpp"
#include "records/selection.hpp"
#include "sip/key_list.hpp"
#include "sip/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

struct Criterion {
  enum class Kind { systematic, random, years, initial, list, specimen };
  Kind kind = Kind::list;
  std::string text;              ///< as configured, blanks made one
  std::uint64_t every = 0;       ///< systematic: one in so many
  std::uint64_t from = 0;        ///< systematic: the first rank, from 1
  std::uint64_t millionths = 0;  ///< random: share of the population
  std::string seed;              ///< random
  std::string marks;             ///< years: last digits; initial: letters
  std::string file;              ///< list
  std::uint64_t count = 0;       ///< specimen: so many...
  std::string per;               ///< ...of each year, initial or stratum; "" = of the whole
};

/// "systematic 10 from 3", "random 5% seed 20271101", "years ending 0 5", "initial B", "list FILE",
/// "specimen 2 by year"; nullopt for anything else.
[[nodiscard]] std::optional<Criterion> parse_criterion(std::string_view text);
/// The criteria of `keep`; what is wrong goes to `defects`, also when the profile does not declare what a
/// criterion looks at.
[[nodiscard]] std::vector<Criterion> parse_criteria(const std::string& keep,
                                                    const profiles::ArchiveDef& archive,
                                                    std::vector<core::Message>& defects);
/// A criterion in the user's language; its text when it is none.
[[nodiscard]] std::string criterion_label(const std::string& text);

/// Chooses among the records of one archive profile, in two passes over the same selection.
class Sampler {
 public:
  /// Relative names of lists start from `folder`. Error(Exit::configuration).
  Sampler(const profiles::ArchiveDef& archive, const SamplingDecision& decision,
          const std::filesystem::path& folder);

  /// First pass: every candidate, also those left out (a list may name them).
  void see(const records::Candidate& candidate);
  /// A record of the application, whether it is a candidate of this plan or not: lists may name it.
  void meet(const records::Key& key, bool planned = false);
  [[nodiscard]] bool has_lists() const noexcept { return !lists_.empty(); }
  /// Between the passes. Error(Exit::configuration), since a slip of the pen would destroy what the archivist
  /// wanted to keep: a list that names an unknown record or archive profile, or no record that is planned;
  /// a validated selection that keeps nothing. With `closed`, the population is a list of closed records, of
  /// which a selection may rightly keep none, but in which ranks and shares would mean nothing.
  void choose(const profiles::Application& app, bool closed);
  [[nodiscard]] bool keeps_nothing() const noexcept { return kept_ == 0 && !masks_.empty(); }
  /// What the archivist should know of the choice: it keeps nothing, a list names records that are left out.
  [[nodiscard]] std::vector<core::Finding> remarks(bool closed) const;
  /// Second pass: of each kept candidate in turn, the criteria that keep it, "; " between; "" = none.
  [[nodiscard]] std::string next(const records::Key& key);
  /// What the decision makes of it: Keep, or Destroy when no criterion holds and the decision is validated.
  [[nodiscard]] std::string action(const std::string& criteria) const;

  /// For plan.json: criteria, population, counts.
  [[nodiscard]] core::Json report() const;

 private:
  struct Stratum {
    std::uint64_t population = 0, kept = 0;
  };
  void mark(std::uint32_t position, std::size_t criterion) { masks_[position] |= 1u << criterion; }
  void see_criterion(std::size_t i, std::uint32_t position, const profiles::Row& facts,
                     const records::Key& key);
  std::string facet(const std::string& name, const profiles::Row& facts) const;
  std::uint32_t intern(const std::string& stratum);
  void choose_random(std::size_t i);
  void choose_systematic(std::size_t i, const std::vector<std::uint32_t>& ranked);
  void choose_specimens(std::size_t i, const std::vector<std::uint32_t>& ranked);
  void check_lists(const profiles::Application& app, bool closed) const;
  void check_list(const KeyList& list, const profiles::Application& app) const;
  void check_criteria_of_closed() const;

  const profiles::ArchiveDef& archive_;
  const SamplingDecision& decision_;
  std::vector<Criterion> criteria_;
  std::map<std::size_t, KeyList> lists_;
  bool ranked_ = false;  ///< a criterion needs the order
  // Of each record of the population, by its position.
  std::vector<std::uint32_t> masks_;   ///< one bit per criterion
  std::vector<std::uint32_t> checks_;  ///< of the key: both passes must meet the same records
  std::vector<std::uint32_t> strata_;  ///< index into stratum_names_
  std::vector<std::string> orders_;    ///< only when ranked_
  std::map<std::size_t, std::vector<std::uint64_t>> chances_;  ///< of each random criterion
  std::map<std::size_t, std::vector<std::uint32_t>> facets_;   ///< of each specimen criterion
  std::map<std::string, std::uint32_t> names_;
  std::map<std::string, Stratum> counts_;
  std::vector<std::uint64_t> kept_by_;
  std::uint64_t kept_ = 0;
  std::size_t next_ = 0;
};

/// Writes the final action on the appraisal rules of a unit.
void set_final_action(records::Described& unit, const std::string& action);

}  // namespace versoir::sip
