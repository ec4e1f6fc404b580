// Format identification never crashes and ends. The first byte chooses an extension.
#include "core/format.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::string_view names[] = {"a",     "a.txt", "a.csv",  "a.docx",
                                               "a.pdf", "a.doc", "a.html", "a.unheard-of"};
  if (size == 0) return 0;
  versoir::core::FormatProbe probe;
  probe.feed({reinterpret_cast<const char*>(data) + 1, size - 1});
  static_cast<void>(probe.finish(names[data[0] % std::size(names)]));
  return 0;
}
