// See settings_reader.hpp.
#include "sip/settings_reader.hpp"

#include "core/clock.hpp"
#include "core/text.hpp"

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;

std::string SettingsReader::required(const std::string& section, const char* key) {
  auto value = optional(section, key);
  if (value.empty()) missing_.push_back(msg("[{0}] {1} is not set.", section, key));
  return value;
}

std::string SettingsReader::optional(const std::string& section, const char* key) const {
  return config_.find(section, key).value_or(std::string());
}

void SettingsReader::finish() const {
  if (missing_.empty()) return;
  Error e(Exit::configuration, msg("The configuration lacks what this versement needs."));
  for (const auto& m : missing_) std::move(e).because(m);
  throw std::move(e).hint(msg("Complete {0} and plan again.", config_.file().string()));
}

std::optional<Validation> parse_validation(const std::string& text) {
  const auto last = text.rfind(';');
  if (last == std::string::npos || last == 0) return std::nullopt;
  const auto first = text.rfind(';', last - 1);
  if (first == std::string::npos) return std::nullopt;
  Validation v{core::trim(text.substr(0, first)), core::trim(text.substr(first + 1, last - first - 1)),
               core::trim(text.substr(last + 1))};
  if (v.reference.empty() || v.who.empty() || !core::parse_date(v.date)) return std::nullopt;
  return v;
}

}  // namespace versoir::sip
