// Bytes that wait in a file of the working folder for their place.
#pragma once
#include "core/file.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace versoir::sip {

/// Written once, then given back in the same order, in memory that does not grow. The file goes away with it.
/// Errors are Error(Exit::disk).
class Spool final : public core::ByteSink {
 public:
  /// In this folder, under a name of its own that begins with `stem`.
  Spool(const std::filesystem::path& folder, std::string_view stem);
  ~Spool() override;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void write(std::string_view bytes) override;
  /// Gives everything that was written, piece by piece.
  void replay(core::ByteSink& to);

 private:
  void flush();
  std::filesystem::path path_;
  core::UniqueFd fd_;
  std::string buffer_;
};

}  // namespace versoir::sip
