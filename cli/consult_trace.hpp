// The log of accesses for the commands of the terminal: the same lines as the pages write.
#pragma once
#include "cli/context.hpp"
#include "consult/access_log.hpp"
#include "extract/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace versoir::cli {

/// Writes where versoir.conf has a section [consultation]; elsewhere does nothing. Where reasons are asked,
/// --reason must be one of them: Error(Exit::usage) otherwise, before anything is shown.
class ConsultTrace {
 public:
  /// Opens the log, when there is one to keep.
  ConsultTrace(Context& c, extract::Extract& extract);
  void searched(std::size_t shown);
  /// Asks for the reason of a record that is about to be shown.
  void require_reason() const;
  void shown(const std::string& record, const std::string& key);
  void document_made(const std::string& record, const std::string& key, const std::string& document,
                     const std::string& code);

 private:
  [[nodiscard]] consult::AccessedRecord accessed(const std::string& record, const std::string& key) const;
  Context& c_;
  std::string application_, root_;
  std::vector<std::string> reasons_;
  std::unique_ptr<consult::AccessLog> log_;
};

/// --reason and --reference, of the commands that show a person.
[[nodiscard]] std::vector<OptionDef> reason_options();

}  // namespace versoir::cli
