// Records of a versement as whoever receives it will read them: some drawn at random, or one that is asked
// for.
#pragma once
#include "core/html.hpp"
#include "core/json.hpp"
#include "extract/store.hpp"
#include "sip/kept.hpp"
#include "sip/versement.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

/// What stands in kept.csv or left-out.csv of a person who is asked for.
struct FoundRecord {
  std::string profile, key, title;
  std::optional<KeptRow> kept;  ///< transferred, and how
  std::string reason;           ///< left out, and why
};

class RecordSample {
 public:
  /// Of each archive profile the `per_profile` records whose SHA-256 of seed, profile and key is smallest:
  /// the same seed draws the same ones. No seed: one that follows from the plan. Throws as reading records
  /// does.
  RecordSample(const Versement& versement, const Plan& plan, extract::Extract& extract,
               std::uint64_t per_profile, std::optional<std::uint64_t> seed);

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  /// {seed, perProfile, records: [{profile, lot, key, title}]}
  [[nodiscard]] core::Json to_json() const;
  /// Each record below a heading of level 3.
  void write(core::HtmlPage& page) const;

 private:
  extract::Extract& extract_;
  profiles::Application app_;
  std::uint64_t seed_, per_profile_;
  std::vector<KeptRow> rows_;
};

/// The record that an archive profile transfers; "" when it is not known. Asked when a person is named by it.
using RecordOfProfile = std::function<std::string(const std::string& profile)>;
/// Records of the plan whose key is `who`, or whose title holds its words (accents and case apart); the first
/// `most`. Those left out have no title: they answer to their key. A key may be written as other commands
/// print it: 1001, [1001], dossiers [1001] with the archive profile, etudiant:[1001] with the record, or as
/// the lists have it, "[""A"",1]".
[[nodiscard]] std::vector<FoundRecord> find_records(const Versement& versement, const std::string& who,
                                                    std::size_t most, const RecordOfProfile& record_of = {});
/// One record as text. Error(Exit::not_found) when the extract has it no more.
[[nodiscard]] std::string record_text(extract::Extract& extract, const std::string& profile,
                                      const std::string& key);

}  // namespace versoir::sip
