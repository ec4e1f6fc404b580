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
  reasons_ = consult::between_semicolons(c.config().get_or("consultation", "reasons", ""));
  const auto node = c.journal_node();
  log_ = std::make_unique<consult::AccessLog>(consult::access_log_file(c.workspace(), node), node,
                                              account_name(), c.clock);
}

void ConsultTrace::searched(std::size_t shown) {
  if (log_) log_->searched(application_, shown);
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

void ConsultTrace::shown(const std::string& record, const std::string& key) {
  if (!log_) return;
  log_->shown(accessed(record, key),
              {c_.words.find("reason").value_or(""), c_.words.find("reference").value_or("")});
}

void ConsultTrace::document_made(const std::string& record, const std::string& key,
                                 const std::string& document, const std::string& code) {
  if (!log_) return;
  log_->document_made(accessed(record, key),
                      {c_.words.find("reason").value_or(""), c_.words.find("reference").value_or("")},
                      document, code);
}

std::vector<OptionDef> reason_options() {
  return {{"reason", mark("TEXT"), mark("why, as [consultation] reasons of versoir.conf says it")},
          {"reference", mark("TEXT"), mark("reference of the request (number, date; no name)")}};
}

}  // namespace versoir::cli
