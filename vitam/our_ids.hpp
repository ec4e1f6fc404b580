// Which identifiers of our manifest a reply answered for. Private to vitam.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace versoir::vitam {

/// A set of identifiers that can be marked: 17 bytes for each, whatever their length. They are kept as the
/// first 128 bits of their SHA-256, which no two identifiers share by accident or by intent.
class OurIds {
 public:
  enum class Mark { unknown, first, again };
  void add(std::string_view id);
  /// After the last add(): duplicates are one identifier.
  void seal();
  Mark mark(std::string_view id);
  [[nodiscard]] bool contains(std::string_view id) const;
  [[nodiscard]] bool marked(std::string_view id) const;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  [[nodiscard]] std::size_t count_marked() const noexcept { return marks_; }

 private:
  using Key = std::array<std::uint8_t, 16>;
  [[nodiscard]] static Key key_of(std::string_view id);
  [[nodiscard]] std::size_t place(const Key& key) const;  ///< size() when it is not there
  std::vector<Key> keys_;
  std::vector<bool> marked_;
  std::size_t marks_ = 0;
};

}  // namespace versoir::vitam
