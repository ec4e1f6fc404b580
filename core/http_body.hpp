// The body of a request on its way in. Private to core.
#pragma once
#include "core/file.hpp"
#include "core/http_server.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace versoir::core {

/// In memory first, in a file of the spool when it is large or binary; the file goes with the object, unless
/// the handler moved it.
class IncomingBody {
 public:
  static constexpr std::size_t memory_most = 1u << 20;  ///< bytes

  /// `counter` makes the names of the files; both references must outlive the object.
  IncomingBody(const std::filesystem::path& spool, std::atomic<std::uint64_t>& counter, bool to_file);
  ~IncomingBody();
  IncomingBody(const IncomingBody&) = delete;
  IncomingBody& operator=(const IncomingBody&) = delete;

  /// False when there is no room for it. Error(Exit::disk) when the file cannot be written.
  [[nodiscard]] bool add(std::string_view piece);
  void hand_over(ServerRequest& request);

 private:
  [[nodiscard]] bool can_spool() const { return !spool_.empty(); }
  void open_file();
  void write(std::string_view piece);

  const std::filesystem::path& spool_;
  std::atomic<std::uint64_t>& counter_;
  std::string memory_;
  std::filesystem::path path_;
  UniqueFd file_;
};

}  // namespace versoir::core
