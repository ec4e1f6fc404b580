// The codes of an extract that the establishment has to confirm.
#pragma once
#include "core/sqlite.hpp"
#include "profiles/model.hpp"

#include <string>
#include <vector>

namespace versoir::records {

struct FoundCode {
  std::string code, label;
  bool held = false;  ///< the profile holds it for CodesToConfirm::label
};

/// The codes of this extract by their order, without the blanks that pad them, each once. A RecordReader of
/// the same connection has made the profile's views. Error(Exit::profile_invalid) names rules.xml and the
/// line.
[[nodiscard]] std::vector<FoundCode> codes_to_confirm(core::Database& db,
                                                      const profiles::CodesToConfirm& codes);

}  // namespace versoir::records
