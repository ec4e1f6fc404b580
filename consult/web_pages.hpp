// Inside the room: the pages behind the door of WebService. One object for each request.
#pragma once
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
  records::Record record;
  std::string title;
  Verified verified;
  /// Seal and rows are those that a registered producer sealed: a document may be made.
  [[nodiscard]] bool proven() const {
    return extract.seal.verdict == SealState::Verdict::verified && verified.holds();
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
  /// Asks why, before the page at `target` is shown.
  [[nodiscard]] core::ServerResponse ask_reason(const std::string& target);
  [[nodiscard]] core::ServerResponse take_reason();
  [[nodiscard]] core::ServerResponse failure(int status, const std::string& title, const std::string& what);

 private:
  [[nodiscard]] PageFrame frame(const std::string& title, ServedExtract* extract = nullptr) const;
  /// nullptr when the query names none of those that are served; without a name, the first.
  [[nodiscard]] ServedExtract* asked_extract();
  [[nodiscard]] std::optional<OpenRecord> open_record();
  void search_form(Markup& m, const ServedExtract* chosen, const std::string& query) const;
  std::vector<Crumb> crumbs(const OpenRecord& open) const;
  /// Address of a page about the record of this request.
  [[nodiscard]] std::string about_record(std::string_view path, const std::string& at = {},
                                         const std::string& document = {}) const;
  void neighbours(Markup& m, OpenRecord& open) const;
  void documents(Markup& m, const OpenRecord& open) const;
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
/// Says what of a sheet was verified, at its foot.
void write_verified(Markup& m, const Verified& verified);

}  // namespace versoir::consult
