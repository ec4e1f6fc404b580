// Elements of SEDA that an archive profile writes in SEDA's own names (<seda>, <physical>): what the profile
// says is checked against the element table before anything is planned, what the data say before it is
// written.
#pragma once
#include "core/error.hpp"
#include "profiles/model.hpp"
#include "records/selection.hpp"
#include "sip/seda_item.hpp"
#include "sip/seda_schema.hpp"

#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

/// Is an element meant for this version?
[[nodiscard]] bool is_for(const std::vector<std::string>& versions, SedaVersion version);

/// Names, places, attributes and fixed values of the elements of an archive profile, for one version of SEDA.
/// Error(Exit::profile_invalid) with every defect as a cause, with file and line.
void check_elements(const profiles::ArchiveDef& archive, SedaVersion version);

/// Identifiers that only the writer knows: what the empty elements SignedObjectId and SignedObjectDigest (the
/// unit's object), DataObjectGroupReferenceId (its group) and SignedDocumentReferenceId (the unit) receive.
struct UnitReferences {
  std::string unit, group, object, digest;
};

/// Adds the elements to a Content that holds what the program writes itself. Values are cleaned
/// and brought to what VITAM takes (sip/seda_fit.hpp). A value that its element cannot have is left out, and
/// so is an element that then lacks what the standard asks of it, or that comes once too often, and a further
/// Title or Description without its language, or in one that is there: each with a finding.
void add_elements(Item& content, const std::vector<records::DescribedElement>& elements,
                  const UnitReferences& references, const SedaSchema& schema,
                  std::vector<core::Finding>& findings);

/// A physical object, without its id, as PhysicalMaster_1. None when nothing but the version is left of it,
/// or when it has no PhysicalId. `where` is the unit's title.
[[nodiscard]] std::optional<Item> physical_item(const records::DescribedElement& element,
                                                const SedaSchema& schema, const std::string& where,
                                                std::vector<core::Finding>& findings);

}  // namespace versoir::sip
