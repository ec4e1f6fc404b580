// What the controls of an archive find, collected by requirement.
#pragma once
#include "extract/siard/check.hpp"

#include <string>

namespace versoir::extract {

class SiardNotes {
 public:
  explicit SiardNotes(SiardCheckReport& report) : report_(report) {}
  /// The requirement was looked at; it holds unless something is found.
  void judged(std::string_view id);
  void error(std::string_view id, core::Message what, std::string where);
  void warning(std::string_view id, core::Message what, std::string where);
  /// What an Error says: its message and its first cause.
  void error(std::string_view id, const core::Error& failure, std::string where);

 private:
  void add(std::string_view id, core::Severity severity, core::Message what, std::string where);
  SiardVerdict& verdict(std::string_view id);
  SiardCheckReport& report_;
};

}  // namespace versoir::extract
