// Renditions of a record: XML (archived), HTML and plain text (read by people), and the description of its
// structure.
#pragma once
#include "core/file.hpp"
#include "core/html.hpp"
#include "profiles/model.hpp"
#include "records/record.hpp"

#include <string>
#include <string_view>

namespace versoir::records {

/// Namespace of the XML of a record: urn:versoir:record:<application>:<record>:1
[[nodiscard]] std::string record_namespace(std::string_view application, std::string_view record);

/// The element of a field or node: '_' of SQL becomes '-' (docs/formats/profile.md).
[[nodiscard]] std::string element_name(std::string_view name);

/// One XML document, byte-stable for the same data: element per row and per field, attribute "libelle" for
/// resolved codes and flags, NULL and hidden fields and nodes that are not archived omitted. The root carries
/// `application`, `extrait` (root of the extract) and `date-extrait`.
struct RecordProvenance {
  std::string application, extract_root, extract_date;
  std::string application_label{};  ///< for people; empty: its id
};
void write_xml(const Record& record, const RecordProvenance& provenance, core::ByteSink& sink);

/// Who reads: an officer at work, or whoever receives the archive, who sees no more than the XML says (no
/// node that is not archived, no hidden field, not even in the title).
enum class Readers { officers, archive };
/// For a terminal or a text file, labels in French, codes resolved. With a sheet: its title, its order of
/// sections.
[[nodiscard]] std::string to_text(const Record& record, const profiles::SheetDef* sheet = nullptr,
                                  Readers readers = Readers::officers);
/// The same as a page that stands alone: one file, no script, to read and to print; byte-stable for the same
/// data.
void write_html(const Record& record, const RecordProvenance& provenance, core::ByteSink& sink,
                const profiles::SheetDef* sheet = nullptr, Readers readers = Readers::officers);
/// A record inside another page: its title as a heading of this level, then what write_html() shows below.
void write_record(const Record& record, core::HtmlPage& page, int level, const profiles::SheetDef* sheet,
                  Readers readers);
/// {name, label, fields: [{name, label, value, code_label?}], children: […]}: --json of `consult show`.
[[nodiscard]] nlohmann::json to_json(const Record& record);

/// Documentation of the data, for its own archive unit.
void write_dictionary_csv(
    const profiles::Application& app,
    core::ByteSink& sink);  ///< table, column, label, type, key, sensitivity, taken, reason, evidence
void write_code_lists_csv(const profiles::Application& app,
                          core::ByteSink& sink);  ///< list, code, label, evidence
void write_structure_xml(const profiles::Application& app, const profiles::RecordDef& def,
                         core::ByteSink& sink);

}  // namespace versoir::records
