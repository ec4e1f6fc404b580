// The automaton that follows a SEDA document element by element and tells every fault: driven by the reader
// of a manifest (sip/seda_validator.hpp) and by its writer.
#pragma once
#include "core/xml.hpp"
#include "sip/seda_schema.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// One fault. Texts of the document are cut to a length that can be shown.
struct SedaIssue {
  long line = 0;
  std::string path;   ///< ArchiveTransfer/…/ArchiveUnit[AU12]/Content/Title
  std::string unit;   ///< id of the archive unit around it, "" outside
  std::string title;  ///< title of that unit, "" when it has none
  core::Message message;
  std::vector<std::string> expected;  ///< elements that might have stood there; "" for the end of the parent
};

/// Who wants to know of identifiers and of references to them (xs:ID, xs:IDREF).
class SedaListener {
 public:
  virtual ~SedaListener() = default;
  virtual void identifier(std::string_view id, long line) = 0;
  virtual void reference(std::string_view to, long line) = 0;
};

/// Memory: one frame per open element, and the issues that are kept.
///
/// After a fault it goes on as a reader would: an element that is unknown is passed over with all it holds;
/// one that comes too late or once too often is looked into, but does not move the order; one that comes too
/// early tells what is missing before it.
class SedaMachine {
 public:
  /// Follows a document from its root. `schema` outlives the machine; `listener` may be null.
  explicit SedaMachine(const SedaSchema& schema, SedaListener* listener = nullptr,
                       std::size_t most_issues = 1000);
  /// Follows the children of an element that is open already.
  SedaMachine(const SedaSchema& schema, const SedaStructure& inside, std::string_view name);

  void start(std::string_view name, std::string_view ns, std::span<const core::XmlAttribute> attributes,
             long line);
  void text(std::string_view piece, long line);  ///< blanks included
  void end(long line);

  [[nodiscard]] const std::vector<SedaIssue>& issues() const noexcept { return issues_; }
  [[nodiscard]] std::uint64_t issue_count() const noexcept { return issue_count_; }
  /// Structure of the innermost open element; null when it is not known.
  [[nodiscard]] const SedaStructure* inside() const noexcept;
  [[nodiscard]] std::size_t depth() const noexcept { return used_; }
  /// Adds a fault at the place where the document stands.
  void report(long line, core::Message message, std::vector<std::string> expected = {});
  /// The same, told and not kept.
  [[nodiscard]] SedaIssue here(long line, core::Message message,
                               std::vector<std::string> expected = {}) const;

 private:
  struct Frame {
    const SedaStructure* type = nullptr;  ///< null: not examined
    std::string name;
    std::uint16_t state = 0;
    std::uint64_t seen = 0;  ///< any-order: particles met
    bool stray_text = false, nil = false;
    std::string text;
  };
  /// An open archive unit.
  struct Unit {
    std::string id, title;
    std::size_t frame = 0;        ///< index of its element
    std::size_t first_issue = 0;  ///< issues from there on may wait for its title
  };

  void push(const SedaStructure* type, std::string_view name);
  const SedaStructure* open_root(std::string_view name, std::string_view ns, long line);
  const SedaStructure* open_child(Frame& parent, std::string_view name, std::string_view ns, long line);
  const SedaStructure* in_any_order(Frame& parent, const SedaParticle& particle, long line);
  const SedaStructure* misplaced(Frame& parent, std::string_view name, long line);
  void check_attributes(std::span<const core::XmlAttribute> attributes, long line);
  bool check_instance_attribute(const core::XmlAttribute& attribute, long line);
  void check_value(const SedaValue& value, std::string_view text, long line, std::string_view attribute = {});
  void check_end(long line);
  void unit_titled();
  [[nodiscard]] std::vector<std::string> expected_in(const Frame& frame) const;
  [[nodiscard]] std::string path() const;

  const SedaSchema& schema_;
  SedaListener* listener_ = nullptr;
  std::size_t most_issues_;
  std::vector<Frame> frames_;
  std::size_t used_ = 0;  ///< frames in use: their texts keep their room
  std::vector<Unit> units_;
  std::vector<SedaIssue> issues_;
  std::uint64_t issue_count_ = 0;
};

/// A text of a document as a message may show it: one line, at most 80 bytes, whole characters.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace versoir::sip
