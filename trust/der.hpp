// Just enough DER (ITU-T X.690) to write a SignedData and to look inside signed attributes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust::der {

inline constexpr std::uint8_t integer_tag = 0x02, octet_string_tag = 0x04, null_tag = 0x05, oid_tag = 0x06,
                              sequence_tag = 0x30, set_tag = 0x31;

/// Tag, length in its shortest form, content.
[[nodiscard]] std::string element(std::uint8_t tag, std::string_view content);
[[nodiscard]] std::string sequence(std::initializer_list<std::string_view> parts);
/// SET OF: the encodings in ascending order (X.690 §11.6); `tag` may be an implicit context tag.
[[nodiscard]] std::string set_of(std::vector<std::string> parts, std::uint8_t tag = set_tag);
/// OBJECT IDENTIFIER from its dotted form.
[[nodiscard]] std::string oid(std::string_view dotted);

/// One element of an encoding: views into it.
struct Element {
  std::uint8_t tag = 0;
  std::string_view content;
  std::string_view whole;
};

/// Walks the elements of a definite-length encoding.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  /// Next element, nullopt at the end or when the encoding is wrong.
  std::optional<Element> next();
  /// Next element if it has this tag.
  std::optional<Element> next(std::uint8_t tag);
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace versoir::trust::der
