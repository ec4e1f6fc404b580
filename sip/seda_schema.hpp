// The element table (sip/seda.table) compiled for one version of SEDA and one mode: structures with their
// deterministic automata.
#pragma once
#include "sip/seda_types.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

enum class SedaVersion { v2_1, v2_2, v2_3 };
[[nodiscard]] std::string_view seda_namespace(SedaVersion v) noexcept;
[[nodiscard]] std::string_view seda_name(SedaVersion v) noexcept;  ///< "2.2"
[[nodiscard]] std::optional<SedaVersion> parse_seda(std::string_view text);

/// Against what: the standard as published, what VITAM's ingest takes, what we write (valid in both, and in
/// VITAM's stricter copies).
enum class SedaMode { published, ingest, written };

/// What a text must be: a plain type, or one of a list.
struct SedaValue {
  PlainType plain = PlainType::string;
  std::vector<std::string> one_of;  ///< empty: the plain type counts
  bool exact = false;               ///< blanks around a listed value count

  [[nodiscard]] bool accepts(std::string_view text) const;
};

struct SedaAttribute {
  std::string name;  ///< "id", "xml:lang", "xlink:href", "xsi:type"
  bool required = false;
  SedaValue value;
};

struct SedaStructure;

/// A place of an element in its parent.
struct SedaParticle {
  enum class Kind : std::uint8_t { element, any, foreign };
  Kind kind = Kind::element;
  std::string name;                     ///< of an element
  const SedaStructure* type = nullptr;  ///< of an element
  int rank = 0;  ///< order in the parent; the elements of a group that repeats share theirs
};

/// The content of an element. State 0 is before the first child, i + 1 after particle i.
struct SedaStructure {
  std::string name;
  std::optional<SedaValue> text;  ///< set: text only, no element
  bool nillable = false, any_order = false;
  std::vector<SedaAttribute> attributes;
  std::vector<SedaParticle> particles;
  std::vector<std::vector<std::uint16_t>>
      next;                   ///< by state: particles that may come, in the standard's order
  std::vector<bool> may_end;  ///< by state

  /// A particle of that name wherever it stands; null when the structure has none.
  [[nodiscard]] const SedaParticle* find(std::string_view element) const;
};

/// Structures are referred to by address: not copied, not moved. Some kilobytes, a millisecond to make.
class SedaSchema {
 public:
  /// Error(Exit::unexpected) with the line when the table itself is wrong: a defect of ours.
  SedaSchema(SedaVersion version, SedaMode mode);
  /// The same from another text, for tests.
  SedaSchema(std::string_view table, SedaVersion version, SedaMode mode);
  SedaSchema(const SedaSchema&) = delete;
  SedaSchema& operator=(const SedaSchema&) = delete;

  [[nodiscard]] SedaVersion version() const noexcept { return version_; }
  [[nodiscard]] SedaMode mode() const noexcept { return mode_; }
  /// Elements that open a document.
  [[nodiscard]] const std::vector<SedaParticle>& messages() const noexcept { return messages_; }
  [[nodiscard]] const SedaStructure* structure(std::string_view name) const;
  [[nodiscard]] const std::deque<SedaStructure>& structures() const noexcept { return structures_; }

 private:
  friend class SedaTableReader;
  SedaVersion version_;
  SedaMode mode_;
  std::deque<SedaStructure> structures_;
  std::vector<SedaParticle> messages_;
};

}  // namespace versoir::sip
