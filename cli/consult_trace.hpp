// The log of accesses for the commands of the terminal: the same lines as the pages write.
#pragma once
#include "cli/context.hpp"
#include "consult/access_log.hpp"
#include "consult/list.hpp"
#include "extract/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace versoir::cli {

/// Looking (a search, a record) is written down where versoir.conf has a section [consultation]: elsewhere
/// whoever holds the file is alone with it. Taking something away (a document, a list, a copy), and looking
/// at what is masked, always is. Where reasons are asked, --reason must be one of them: Error(Exit::usage)
/// otherwise, before anything is shown.
class ConsultTrace {
 public:
  /// Opens the log, when there is one to keep.
  ConsultTrace(Context& c, extract::Extract& extract);
  void searched(std::size_t shown);
  /// Asks for the reason of what is about to be shown.
  void require_reason() const;
  void shown(const std::string& record, const std::string& key);
  void document_made(const std::string& record, const std::string& key, const consult::MadeDocument& made);
  void earlier_shown(const std::string& record, const std::string& key);
  void list_shown(const consult::ReadyList& list, std::uint64_t rows, bool exported);
  void code_checked(const std::string& record, const std::string& key, const std::string& code);
  /// Documents that were made here with this code.
  [[nodiscard]] std::vector<consult::AccessLine> documents_of_code(const std::string& code);

 private:
  [[nodiscard]] consult::AccessedRecord accessed(const std::string& record, const std::string& key) const;
  [[nodiscard]] consult::AccessReason given() const;
  [[nodiscard]] consult::AccessLog& log();
  Context& c_;
  std::string application_, root_;
  std::vector<std::string> reasons_;
  bool looks_ = false;  ///< looking is written down
  std::unique_ptr<consult::AccessLog> log_;
};

/// `options`, then --reason and --reference, of the commands that show persons.
[[nodiscard]] std::vector<OptionDef> with_reason(std::vector<OptionDef> options);

}  // namespace versoir::cli
