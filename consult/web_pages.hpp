// Inside the room: the pages behind the door of WebService. One object for each request.
#pragma once
#include "consult/document.hpp"
#include "consult/web_service.hpp"

#include <optional>
#include <string>
#include <vector>

namespace versoir::consult {

/// A record that a request names: "app", "record" and "key" of its query. Holds the extract while it lives.
struct OpenRecord {
  ServedExtract& extract;
  std::unique_lock<std::mutex> lock;
  const profiles::SheetDef* sheet;
  records::Record record;                                    ///< as it is shown: with its annotations
  std::optional<records::Record> sealed;                     ///< as the extract holds it, when that differs
  std::vector<std::pair<std::string, std::string>> earlier;  ///< (label, value) that are masked
  std::string title;
  Verified verified;
  [[nodiscard]] const records::Record& as_sealed() const { return sealed ? *sealed : record; }
  /// Seal and rows are those that a registered producer sealed: a document may be made.
  [[nodiscard]] bool proven() const {
    return extract.seal.verdict == SealState::Verdict::verified && verified.holds() &&
           extract.archive.annotations().usable();
  }
};

class Pages {
 public:
  Pages(WebService& service, const WebRequest& request, const WebSession& session)
      : service_(service), request_(request), session_(session) {}

  [[nodiscard]] core::ServerResponse home();
  [[nodiscard]] core::ServerResponse results();
  [[nodiscard]] core::ServerResponse sheet();
  [[nodiscard]] core::ServerResponse source();
  [[nodiscard]] core::ServerResponse document();
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
  [[nodiscard]] core::ServerResponse failure(int status, const std::string& title, const std::string& what);

 private:
  [[nodiscard]] PageFrame frame(const std::string& title, ServedExtract* extract = nullptr) const;
  /// nullptr when the query names none of those that are served; without a name, the first.
  [[nodiscard]] ServedExtract* asked_extract();
  [[nodiscard]] ServedExtract* named_extract(const std::string& id);
  [[nodiscard]] std::optional<OpenRecord> open_record();
  [[nodiscard]] std::optional<OpenRecord> open_record(const std::string& app, const std::string& record,
                                                      const std::string& key);
  void search_form(Markup& m, const ServedExtract* chosen, const std::string& query) const;
  std::vector<Crumb> crumbs(const OpenRecord& open) const;
  /// Address of a page about the record of this request.
  [[nodiscard]] std::string about_record(std::string_view path, const std::string& at = {},
                                         const std::string& document = {}) const;
  void neighbours(Markup& m, OpenRecord& open) const;
  void documents(Markup& m, const OpenRecord& open) const;
  void annotations(Markup& m, const OpenRecord& open) const;
  void communication(Markup& m) const;
  void retention(Markup& m, const OpenRecord& open) const;
  /// A record that was eliminated, or that never was.
  [[nodiscard]] core::ServerResponse no_record();
  [[nodiscard]] std::optional<DocumentOverride> asked_override() const;
  void override_form(Markup& m, const PrintedDocument& printed, const profiles::DocumentDef& def) const;
  [[nodiscard]] static AccessedRecord accessed(const OpenRecord& open);
  [[nodiscard]] AccessReason given_reason() const;

  WebService& service_;
  const WebRequest& request_;
  const WebSession& session_;
};

/// "Apogée, extracted on 25/11/2026"
[[nodiscard]] std::string extract_label(const extract::RunFacts& run);
/// The person whom the query of a request names: reasons are given for one.
[[nodiscard]] std::string person_of(const WebRequest& request);
/// The same for the records of a list: a reason holds for the list.
[[nodiscard]] std::string list_person(const std::string& app, const std::string& list);
/// Says what of a sheet was verified, at its foot.
void write_verified(Markup& m, const Verified& verified);

}  // namespace versoir::consult
