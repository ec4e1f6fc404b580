// A grammar that somebody holds and a document, both hostile: every fault is told, or the first, or an Error.
// The grammar, a line "--", the document.
#include "core/error.hpp"
#include "core/xml.hpp"
#include "scratch.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const versoir::fuzz::Scratch scratch;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto cut = bytes.find("\n--\n");
  if (cut == std::string_view::npos) return 0;
  const auto document = scratch.write("document.xml", bytes.substr(cut + 4));
  try {
    const auto grammar = versoir::core::Grammar::from_file(scratch.write("schema.rng", bytes.substr(0, cut)),
                                                           versoir::core::Exit::profile_invalid);
    static_cast<void>(grammar.explain_file(document, 1000));
  } catch (const versoir::core::Error&) {
  }
  return 0;
}
