// A container is read whatever its bytes are: its damage is told, never thrown.
#include "check/container.hpp"

#include "scratch.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const versoir::fuzz::Scratch scratch;
  const auto sip = scratch.write("sip", {reinterpret_cast<const char*>(data), size});
  static_cast<void>(versoir::check::read_container(sip, scratch.folder()));
  return 0;
}
