// Just enough DER.
#include "trust/der.hpp"

#include <algorithm>
#include <charconv>

namespace versoir::trust::der {

std::string element(std::uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  std::size_t n = content.size();
  if (n < 0x80) {
    out.push_back(static_cast<char>(n));
  } else {
    std::string digits;
    for (; n > 0; n >>= 8) digits.insert(digits.begin(), static_cast<char>(n & 0xff));
    out.push_back(static_cast<char>(0x80 | digits.size()));
    out += digits;
  }
  return out.append(content);
}

std::string sequence(std::initializer_list<std::string_view> parts) {
  std::string content;
  for (const auto part : parts) content.append(part);
  return element(sequence_tag, content);
}

std::string set_of(std::vector<std::string> parts, std::uint8_t tag) {
  const auto bytes_less = [](const std::string& a, const std::string& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
    });
  };
  std::sort(parts.begin(), parts.end(), bytes_less);
  std::string content;
  for (const auto& part : parts) content += part;
  return element(tag, content);
}

std::string oid(std::string_view dotted) {
  std::vector<std::uint64_t> arcs;
  const char* p = dotted.data();
  const char* end = p + dotted.size();
  while (p < end) {
    std::uint64_t arc = 0;
    p = std::from_chars(p, end, arc).ptr + 1;
    arcs.push_back(arc);
  }
  // X.690 §8.19: the first two arcs share one number; seven bits per byte, all but the last marked.
  arcs[1] += 40 * arcs[0];
  std::string content;
  for (std::size_t i = 1; i < arcs.size(); ++i) {
    std::string digits(1, static_cast<char>(arcs[i] & 0x7f));
    for (std::uint64_t v = arcs[i] >> 7; v > 0; v >>= 7)
      digits.insert(digits.begin(), static_cast<char>(0x80 | (v & 0x7f)));
    content += digits;
  }
  return element(oid_tag, content);
}

std::optional<Element> Reader::next() {
  if (rest_.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest_[i]); };
  std::size_t head = 2;
  std::size_t length = byte(1);
  if ((byte(0) & 0x1f) == 0x1f) return std::nullopt;  // high tag numbers never occur here
  if (length & 0x80) {
    const std::size_t n = length & 0x7f;
    if (n == 0 || n > 4 || rest_.size() < 2 + n) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < n; ++i) length = length << 8 | byte(2 + i);
    head += n;
  }
  if (length > rest_.size() - head) return std::nullopt;
  const Element e{byte(0), rest_.substr(head, length), rest_.substr(0, head + length)};
  rest_.remove_prefix(head + length);
  return e;
}

std::optional<Element> Reader::next(std::uint8_t tag) {
  if (rest_.empty() || static_cast<std::uint8_t>(rest_.front()) != tag) return std::nullopt;
  return next();
}

}  // namespace versoir::trust::der
