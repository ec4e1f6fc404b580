// Inside the room: the pages behind the door of WebService. One object for each request.
#pragma once
#include "consult/masking.hpp"
#include "consult/web_service.hpp"

#include <optional>
#include <string>
#include <vector>

namespace versoir::consult {

/// A record that a request names: "app", "record" and "key" of its query. Holds a connection while it lives.
struct OpenRecord {
  ServedExtract& extract;
  ServedExtract::Lease reading;
  const ExtractRights& rights;  ///< of the reader, in this extract
  const profiles::SheetDef* sheet;
  records::Record record;  ///< as this reader may see it
  records::Record
      whole;  ///< for proofs and documents, which check the rights themselves: never shown as it is
  std::string title;
  Verified verified;
  [[nodiscard]] Mask mask() const { return {extract.application(), *record.def, sheet, rights}; }
  /// Seal and rows are those that a registered producer sealed: a document may be made.
  [[nodiscard]] bool proven() const {
    return extract.seal.verdict == SealState::Verdict::verified && verified.holds();
  }
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
  [[nodiscard]] core::ServerResponse about();
  /// Asks why, before the page at `target` is shown.
  [[nodiscard]] core::ServerResponse ask_reason(const std::string& target);
  [[nodiscard]] core::ServerResponse take_reason();
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
  [[nodiscard]] static AccessedRecord accessed(const OpenRecord& open);
  [[nodiscard]] AccessReason given_reason() const;

  WebService& service_;
  const WebRequest& request_;
  const Visit& visit_;
  const WebSession& session_;
};

/// "Apogée, extracted on 25/11/2026"
[[nodiscard]] std::string extract_label(const extract::RunFacts& run);
/// The person whom the query of a request names: reasons are given for one.
[[nodiscard]] std::string person_of(const WebRequest& request);
/// Says what of a sheet was verified, at its foot.
void write_verified(Markup& m, const Verified& verified);

}  // namespace versoir::consult
