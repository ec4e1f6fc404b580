// A manifest is read or refused with an Error, nothing else.
#include "check/manifest.hpp"

#include "core/error.hpp"
#include "scratch.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const versoir::fuzz::Scratch scratch;
  const auto file = scratch.write("manifest.xml", {reinterpret_cast<const char*>(data), size});
  try {
    static_cast<void>(versoir::check::read_root(file));
    versoir::check::ManifestModel model;
    versoir::check::read_manifest(file, nullptr, model);
  } catch (const versoir::core::Error&) {
  }
  return 0;
}
