// An ArchiveTransferReply is read or refused with an Error, nothing else.
#include "vitam/atr.hpp"

#include "core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    static_cast<void>(versoir::vitam::parse_atr({reinterpret_cast<const char*>(data), size}, "reply"));
  } catch (const versoir::core::Error&) {
  }
  return 0;
}
