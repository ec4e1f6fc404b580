// What a reader without a zone sees in the place of its values: that something is masked, whether or not
// there is anything.
#pragma once
#include "consult/archive.hpp"
#include "consult/document.hpp"
#include "consult/provenance.hpp"
#include "consult/roles.hpp"
#include "records/record.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::consult {

/// "masked: health". `sheet` names the zones that it declares itself; may be nullptr.
[[nodiscard]] std::string masked_text(std::string_view zone, const profiles::SheetDef* sheet);
/// "health" in the language of the reader.
[[nodiscard]] std::string zone_label(std::string_view zone, const profiles::SheetDef* sheet);
/// The zones of all sensitivities, and of the sheets of this profile.
[[nodiscard]] std::set<std::string> zones_of(const profiles::Application& app);
/// Zones of the profile that a reader does not see, as people call them.
[[nodiscard]] std::vector<std::string> hidden_zones(const profiles::Application& app,
                                                    const ExtractRights& rights);

/// A record as one reader may see it.
class Mask {
 public:
  /// All of these outlive it.
  Mask(const profiles::Application& app, const profiles::RecordDef& record, const profiles::SheetDef* sheet,
       const ExtractRights& rights);

  /// The zone of a field that this reader does not see; nullopt when he sees it.
  [[nodiscard]] std::optional<std::string> hides(const profiles::Node& node,
                                                 const profiles::Field& field) const;
  /// The zone of a node of which this reader sees no row, not even how many there are.
  [[nodiscard]] std::optional<std::string> hides(const profiles::Node& node) const;
  /// Values in hidden zones, empty ones too, become the words that say so; rows of hidden nodes go.
  void apply(records::Record& record) const;

  /// The zone of a column in the rows behind the record, when it is hidden: its own sensitivity; that of a
  /// field that shows it; that of the nodes that alone read it.
  [[nodiscard]] std::map<ColumnRef, std::string> columns(const Provenance::Reads& reads) const;

  /// What stands in the place of each column of a list; nullopt for those that this reader sees. A column is
  /// of the zone that the list says, and of that of the table's column which it gives as it is.
  [[nodiscard]] std::vector<std::optional<std::string>> columns(const profiles::ListDef& list,
                                                                Provenance& provenance) const;
  /// Zones that a certified copy of the record holds and that this reader does not see: of the record, and of
  /// every column of the tables that hold rows of the person.
  [[nodiscard]] std::set<std::string> copied_beyond() const;

  /// What a document says out of zones that the reader does not see; empty when he may have it.
  [[nodiscard]] std::set<std::string> printed_beyond(const profiles::DocumentDef& def) const;
  /// Zones that are asked whether it can be made.
  [[nodiscard]] std::set<std::string> tested_beyond(const profiles::DocumentDef& def) const;

  [[nodiscard]] std::string text(std::string_view zone) const { return masked_text(zone, sheet_); }
  [[nodiscard]] const profiles::SheetDef* sheet() const noexcept { return sheet_; }

 private:
  [[nodiscard]] std::string zone_of(const profiles::Node& node, const profiles::Field& field) const;
  void apply(records::RowNode& row) const;
  void look(const profiles::Node& node, const std::string& section);
  [[nodiscard]] std::optional<std::string> hidden_zone(const profiles::Node& node,
                                                       const std::string& section) const;
  void add(std::set<std::string>& out, const std::vector<std::string>& path, std::string_view field) const;
  void add_template(std::set<std::string>& out, const std::vector<std::string>& path,
                    std::string_view text) const;

  const profiles::Application& app_;
  const profiles::RecordDef& record_;
  const profiles::SheetDef* sheet_;
  const ExtractRights& rights_;
  std::map<const profiles::Node*, std::string>
      sections_;  ///< zone that a sheet declares over the node, or ""
  std::map<const profiles::Node*, std::string> hidden_;
};

/// Zones of what a list asks about: whoever does not see them does not get the list, whose rows would tell.
[[nodiscard]] std::set<std::string> asked_beyond(const profiles::ListDef& list, const ExtractRights& rights);
/// "health, money"; `sheet` as for zone_label.
[[nodiscard]] std::string zone_labels(const std::set<std::string>& zones, const profiles::SheetDef* sheet);
/// Values of a hit in hidden zones become the words that say so.
void mask_hit(Hit& hit, const profiles::Application& app, const ExtractRights& rights);

}  // namespace versoir::consult
