// See consult_trace.hpp.
#include "cli/consult_trace.hpp"

#include "cli/source_options.hpp"
#include "consult/roles.hpp"

#include <algorithm>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

ConsultTrace::ConsultTrace(Context& c, extract::Extract& extract)
    : c_(c), application_(extract.run().application), root_(extract.root().hex()) {
  if (!std::filesystem::exists(c.config_file()) || !c.config().has_section("consultation")) return;
  looks_ = true;
  reasons_ = consult::between_semicolons(c.config().get_or("consultation", "reasons", ""));
  static_cast<void>(log());
}

consult::AccessLog& ConsultTrace::log() {
  if (!log_) {
    const auto node = std::filesystem::exists(c_.config_file()) ? c_.journal_node() : std::string("main");
    log_ = std::make_unique<consult::AccessLog>(consult::access_log_file(c_.workspace(), node), node,
                                                account_name(), c_.clock, c_.circumstances());
  }
  return *log_;
}

void ConsultTrace::searched(std::size_t shown) {
  if (looks_) log().searched(application_, shown);
}

void ConsultTrace::require_reason() const {
  if (reasons_.empty()) return;
  const auto given = c_.words.find("reason");
  if (given && std::ranges::find(reasons_, *given) != reasons_.end()) return;
  Error e(Exit::usage, given ? msg("'{0}' is not one of the reasons of versoir.conf.", *given)
                             : msg("Records of persons are opened for a reason: say which by --reason."));
  for (const auto& reason : reasons_) e = std::move(e).hint(msg("--reason \"{0}\"", reason));
  throw std::move(e);
}

consult::AccessedRecord ConsultTrace::accessed(const std::string& record, const std::string& key) const {
  return {application_, root_, record, key};
}

consult::AccessReason ConsultTrace::given() const {
  return {c_.words.find("reason").value_or(""), c_.words.find("reference").value_or("")};
}

void ConsultTrace::shown(const std::string& record, const std::string& key) {
  if (looks_) log().shown(accessed(record, key), given());
}

void ConsultTrace::document_made(const std::string& record, const std::string& key,
                                 const consult::MadeDocument& made) {
  log().document_made(accessed(record, key), given(), made);
}

void ConsultTrace::earlier_shown(const std::string& record, const std::string& key) {
  log().earlier_shown(accessed(record, key), given());
}

void ConsultTrace::list_shown(const consult::ReadyList& list, std::uint64_t rows, bool exported) {
  log().list_shown({application_, root_, list.def().id, list.logged_parameters(), rows, exported}, given());
}

void ConsultTrace::code_checked(const std::string& record, const std::string& key, const std::string& code) {
  log().code_checked(accessed(record, key), code, given());
}

std::vector<consult::AccessLine> ConsultTrace::documents_of_code(const std::string& code) {
  return log().documents_of_code(code);
}

std::vector<OptionDef> with_reason(std::vector<OptionDef> options) {
  options.push_back({"reason", mark("TEXT"), mark("why, as [consultation] reasons of versoir.conf says it")});
  options.push_back({"reference", mark("TEXT"), mark("reference of the request (number, date; no name)")});
  return options;
}

}  // namespace versoir::cli
