// Inside the room: the pages behind the door of WebService. One object for each request.
#pragma once
#include "consult/document.hpp"
#include "consult/list.hpp"
#include "consult/masking.hpp"
#include "consult/web_service.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace versoir::consult {

/// A record that a request names: "app", "record" and "key" of its query. Holds a connection while it lives.
struct OpenRecord {
  ServedExtract& extract;
  ServedExtract::Lease reading;
  const ExtractRights& rights;  ///< of the reader, in this extract
  const profiles::SheetDef* sheet;
  records::Record record;  ///< as this reader may see it, with its annotations
  records::Record whole;   ///< with its annotations, for documents, which check the rights themselves: never
                           ///< shown as it is
  std::optional<records::Record> sealed;  ///< as the extract holds it, when annotations say otherwise
  std::string title;
  Verified verified;
  [[nodiscard]] Mask mask() const { return {extract.application(), *record.def, sheet, rights}; }
  /// For proofs and source rows; never shown as it is.
  [[nodiscard]] const records::Record& as_sealed() const { return sealed ? *sealed : whole; }
  /// Cells of the root row, as the extract holds them, that annotations set aside.
  [[nodiscard]] std::vector<const records::Cell*> set_aside() const;
  /// Seal and rows are those that a registered producer sealed: a document may be made.
  [[nodiscard]] bool proven() const {
    return extract.seal.verdict == SealState::Verdict::verified && verified.holds() &&
           extract.annotations().usable();
  }
};

/// A document that this reader may have; not yet written down, so not yet shown.
struct ReadyPaper {
  OpenRecord open;
  const profiles::DocumentDef& def;
  PrintedDocument printed;
  paper::Paper paper;
};

/// A ready-made list that a request names: "app" and "list". Holds a connection while it lives.
struct OpenList {
  ServedExtract& extract;
  ServedExtract::Lease reading;
  const ExtractRights& rights;  ///< of the reader, in this extract
  const profiles::ListDef& def;
  const profiles::SheetDef* sheet;  ///< of the records that its rows open
  ListArguments asked;
};

class Pages {
 public:
  Pages(WebService& service, const WebRequest& request, const Visit& visit)
      : service_(service), request_(request), visit_(visit), session_(visit.session) {}

  [[nodiscard]] core::ServerResponse home();
  [[nodiscard]] core::ServerResponse results();
  [[nodiscard]] core::ServerResponse sheet();
  [[nodiscard]] core::ServerResponse source();
  [[nodiscard]] core::ServerResponse document();
  /// The same paper as a file, under the same rights, refusals and traces.
  [[nodiscard]] core::ServerResponse document_pdf();
  [[nodiscard]] core::ServerResponse about();
  /// Everything of one person, as a file that verifies elsewhere.
  [[nodiscard]] core::ServerResponse person();
  [[nodiscard]] core::ServerResponse person_file();
  /// Compares the code of a paper with the extracts.
  [[nodiscard]] core::ServerResponse check_code();
  /// What the extract says where an annotation says otherwise: shown on demand, and written down.
  [[nodiscard]] core::ServerResponse earlier();
  [[nodiscard]] core::ServerResponse lists();
  [[nodiscard]] core::ServerResponse list();
  [[nodiscard]] core::ServerResponse list_rows();
  [[nodiscard]] core::ServerResponse list_csv();
  /// Asks why, before the page at `target` is shown.
  [[nodiscard]] core::ServerResponse ask_reason(const std::string& target);
  [[nodiscard]] core::ServerResponse take_reason();
  /// To a form whose reason is too old, or was never given.
  [[nodiscard]] core::ServerResponse reason_again();
  /// Asks whether the record of an address on another site is really to be opened.
  [[nodiscard]] core::ServerResponse ask_whether(const std::string& target);
  /// Who looked at whom: the reader's own lines, and those of the extracts whose log his role shows.
  [[nodiscard]] core::ServerResponse log();
  [[nodiscard]] core::ServerResponse log_csv();
  [[nodiscard]] core::ServerResponse quit();
  [[nodiscard]] core::ServerResponse failure(int status, const std::string& title, const std::string& what);

 private:
  [[nodiscard]] PageFrame frame(const std::string& title, ServedExtract* extract = nullptr) const;
  /// nullptr when the query names none of those that are served; without a name, the first.
  [[nodiscard]] ServedExtract* asked_extract();
  [[nodiscard]] std::optional<OpenRecord> open_record();
  [[nodiscard]] std::optional<OpenRecord> open_record(ServedExtract* extract, const std::string& record,
                                                      const std::string& key);
  [[nodiscard]] std::optional<OpenList> open_list();
  [[nodiscard]] static ReadyList ready_list(OpenList& open);
  /// Of the extracts that the reader may open. `chosen` nullptr: all of them together.
  void search_form(Markup& m, const ServedExtract* chosen, const std::string& query) const;
  [[nodiscard]] std::vector<ServedExtract*> open_extracts() const;
  /// What the reader's roles give in an extract that the door let him open.
  [[nodiscard]] const ExtractRights& rights_in(const ServedExtract& extract) const;
  [[nodiscard]] core::ServerResponse results_together(const std::string& query);
  [[nodiscard]] std::vector<AccessLine> log_lines() const;
  std::vector<Crumb> crumbs(const OpenRecord& open) const;
  /// Address of a page about the record of this request.
  [[nodiscard]] std::string about_record(std::string_view path, const std::string& at = {},
                                         const std::string& document = {}) const;
  void neighbours(Markup& m, OpenRecord& open) const;
  void say_masked(Markup& m, const OpenRecord& open) const;
  void documents(Markup& m, const OpenRecord& open) const;
  void annotations(Markup& m, const OpenRecord& open) const;
  void communication(Markup& m, const OpenRecord& open) const;
  void retention(Markup& m, const OpenRecord& open) const;
  /// A record that was eliminated, or that never was.
  [[nodiscard]] core::ServerResponse no_record();
  /// The document that the request names, or why it is refused.
  [[nodiscard]] std::variant<core::ServerResponse, ReadyPaper> ready_paper();
  void write_down(const ReadyPaper& ready) const;
  [[nodiscard]] std::string pdf_link() const;
  [[nodiscard]] std::optional<DocumentOverride> asked_override() const;
  void override_form(Markup& m, const PrintedDocument& printed, const profiles::DocumentDef& def) const;
  [[nodiscard]] static AccessedRecord accessed(const OpenRecord& open);
  /// With who reads, and what he sees in `extract`; nullptr: in the one that the request names.
  [[nodiscard]] AccessReason given_reason(const ServedExtract* extract = nullptr) const;

  WebService& service_;
  const WebRequest& request_;
  const Visit& visit_;
  const WebSession& session_;
};

/// "Apogée, extracted on 25/11/2026"
[[nodiscard]] std::string extract_label(const extract::RunFacts& run);
/// The person, or the ready-made list, that a request names: reasons are given for one.
[[nodiscard]] std::string person_of(const WebRequest& request);
/// Says what of a sheet was verified, at its foot.
void write_verified(Markup& m, const Verified& verified);

}  // namespace versoir::consult
