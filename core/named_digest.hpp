// Digests whose algorithm a document of someone else names: MD5 and SHA-1 are read and written because other
// tools know nothing else, never to prove anything of ours.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::core {

/// Streaming computation of MD5, SHA-1, SHA-256 or SHA-512.
class NamedHasher {
 public:
  /// The name in any case, with or without its hyphen; nullopt for another algorithm.
  [[nodiscard]] static std::optional<NamedHasher> of(std::string_view algorithm);
  ~NamedHasher();
  NamedHasher(NamedHasher&&) noexcept;
  NamedHasher& operator=(NamedHasher&&) noexcept;
  void update(std::string_view bytes);
  /// The digest of all that was given, as raw bytes; the hasher is then ready for a new message.
  [[nodiscard]] std::string finish();

 private:
  struct Context;
  explicit NamedHasher(std::unique_ptr<Context> context);
  std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string upper_hex(std::string_view bytes);
/// Does `written` say these raw bytes? Hexadecimal in either case, or base64.
[[nodiscard]] bool same_digest(std::string_view written, std::string_view bytes);

}  // namespace versoir::core
