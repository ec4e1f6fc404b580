// A zip that is written entry by entry, in the order in which its content is made, whatever its size.
#pragma once
#include "core/file.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace versoir::core {

/// Writes a zip whose bytes depend only on names, contents, methods and order. Sizes stand in the local
/// headers, which are completed when the entry ends: the stream reader that VITAM uses skips stored entries
/// with a data descriptor. Zip64 where the sizes or their number ask for it, or may. Memory does not grow
/// with sizes nor with the number of entries. Errors are Error(Exit::disk).
class ZipStream final : public ByteSink {
 public:
  enum class Method { store, deflate };
  explicit ZipStream(const std::filesystem::path& path);  ///< written under <path>.partial until commit()
  ~ZipStream() override;
  ZipStream(const ZipStream&) = delete;
  ZipStream& operator=(const ZipStream&) = delete;

  void folder(std::string_view name);  ///< its name ends with a slash
  /// What is written from here on is its content, deflated: of any size, which takes 20 bytes more.
  void begin(std::string_view name);
  /// The same, of exactly `size` bytes.
  void begin(std::string_view name, Method method, std::uint64_t size);
  void write(std::string_view bytes) override;
  void end();
  void add(std::string_view name, std::string_view bytes, Method method = Method::deflate);
  /// `length` bytes of a file from `offset` on.
  void add_slice(std::string_view name, const std::filesystem::path& file, std::uint64_t offset,
                 std::uint64_t length, Method method = Method::deflate);

  /// Where the next entry will stand. Everything before is then in the file, and does not change.
  [[nodiscard]] std::uint64_t position() const noexcept;
  /// Gives the bytes of the file from its start up to position(), piece by piece.
  void read_back(ByteSink& to);
  /// Writes the central directory, fsyncs, renames.
  void commit();

 private:
  void start(std::string_view name, Method method, std::optional<std::uint64_t> size);
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::core
