// Documents that are printed from a record and signed by whoever answers for them: which are possible, what
// they say, and the code by which a copy is compared with the extract again.
#pragma once
#include "consult/provenance.hpp"
#include "consult/web_page.hpp"
#include "paper/paper.hpp"
#include "records/record.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

/// One row of which a document can be asked.
struct DocumentChoice {
  std::string way;                    ///< of the row (RowPlace)
  std::string label;                  ///< how people call it
  std::vector<std::string> refusals;  ///< why it is not made; empty when it can be
};
[[nodiscard]] std::vector<DocumentChoice> document_choices(const records::Record& record,
                                                           const profiles::DocumentDef& def);

/// A reasoned decision to print what the application never published, and the signed paper it rests on.
struct DocumentOverride {
  std::string paper;   ///< reference, date and signatory of the paper: "PV de jury du 12/07/2004, signé ..."
  std::string reason;  ///< why it is printed
  bool operator==(const DocumentOverride&) const = default;
};

struct PrintedTable {
  std::string label;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::size_t left_out = 0;  ///< rows that prove nothing
  bool unpublished = false;  ///< printed by a reasoned decision only
};
struct PrintedDocument {
  std::string label, choice, text;
  std::vector<std::pair<std::string, std::string>> identity, facts;
  std::vector<PrintedTable> tables;
  std::optional<DocumentOverride> override_by;  ///< why unpublished rows are there
  std::vector<std::string> ways;                ///< of the rows that it prints (RowPlace), identity included
  /// Of what is printed, of the record and of the root of the extract: twenty hexadecimal digits in groups.
  /// The same extract gives the same code for ever, whoever prints.
  std::string code;
};
/// The row at `way` must be among the choices, and not refused: Error(Exit::not_found) otherwise. With
/// `override_by`, rows that only fail tests which the profile lets be set aside are printed apart, and
/// Error(Exit::usage) when paper or reason lack, or when there is no such row. `extract_root`: of the first
/// generation (origin_root), so that a code outlives a purge.
[[nodiscard]] PrintedDocument compose_document(const records::Record& record, const profiles::SheetDef& sheet,
                                               const profiles::DocumentDef& def, std::string_view way,
                                               const std::string& extract_root,
                                               const std::optional<DocumentOverride>& override_by = {});
/// Codes as people type them: blanks, dashes and capitals do not matter.
[[nodiscard]] bool same_code(std::string_view typed, std::string_view code);

/// Where the paper comes from, at its foot.
struct DocumentOrigin {
  std::string application, extracted, root, sealed_by;
  std::string record;  ///< "etudiant:[1001]"
  core::Date printed{};
  std::string reader;
  std::vector<SourceRow> rows;  ///< from which what is printed was taken
};
/// What the document says, for both renditions. `title`: of the file, with the person that it is about.
[[nodiscard]] paper::Paper paper_of(const PrintedDocument& document, const DocumentOrigin& origin,
                                    const std::string& establishment, const std::string& title);
/// The body of a page, for the consultation and for a file that stands alone.
[[nodiscard]] Markup paper_markup(const paper::Paper& paper);

}  // namespace versoir::consult
