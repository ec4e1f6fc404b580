// Referentials are read or refused with an Error, nothing else. The first byte chooses the file.
#include "check/referentials.hpp"

#include "core/error.hpp"
#include "scratch.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const versoir::fuzz::Scratch scratch;
  static constexpr const char* names[] = {"agencies.csv",  "rules.csv",    "ingestcontracts.json",
                                          "profiles.json", "context.json", "classification.json"};
  if (size == 0) return 0;
  scratch.write("agencies.csv", "Identifier,Name,Description\nA1,Agence,\n");
  scratch.write("rules.csv", "RuleId,RuleType,RuleValue,RuleDescription,RuleDuration,RuleMeasurement\n");
  scratch.write("ingestcontracts.json", "[]");
  for (const auto* optional : {"profiles.json", "context.json", "classification.json"})
    std::filesystem::remove(scratch.folder() / optional);
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  scratch.write(names[data[0] % std::size(names)], bytes);
  try {
    static_cast<void>(versoir::check::Referentials::read(scratch.folder()));
  } catch (const versoir::core::Error&) {
  }
  return 0;
}
