// Bytes on their way to libxml2: checked before it sees them (encoding, DOCTYPE, NUL, size). Private to core.
#pragma once
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/xml.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::core {

/// Serves a file or memory piece by piece. scan_prolog() comes first: a DOCTYPE, another encoding than UTF-8
/// or stray bytes are refused there, so libxml2 never meets an entity declaration.
class XmlInput {
 public:
  XmlInput(const std::filesystem::path& path, Exit code, XmlLimits limits);
  XmlInput(std::string_view bytes, std::string origin, Exit code, XmlLimits limits);
  XmlInput(ByteSource bytes, std::string origin, Exit code, XmlLimits limits);

  void scan_prolog();
  /// Fills up to `room` bytes; 0 at the end. Throws Error(code) for a NUL byte or too much input.
  std::size_t read(char* to, std::size_t room);
  // Refusals; the line of the last one is kept for who wants it as a number.
  [[nodiscard]] Error doctype(long line);
  [[nodiscard]] Error too_deep(long line);
  [[nodiscard]] Error text_too_long(long line);
  [[nodiscard]] Error malformed(long line, std::string_view parser_text);
  [[nodiscard]] long refused_line() const noexcept { return refused_line_; }
  [[nodiscard]] bool prolog_has_extra() const noexcept { return extra_; }
  [[nodiscard]] const XmlLimits& limits() const noexcept { return limits_; }

  /// Bytes served since the parser last made something of them: bounds what it has to buffer.
  void progress() noexcept { pending_ = 0; }
  /// A parser that only makes something of whole texts needs more room than one that takes them in pieces.
  void take_whole_texts() noexcept { pending_most_ += 4 * limits_.text; }

 private:
  std::size_t fetch(char* to, std::size_t room);
  bool more();  ///< extends head_; false at the end
  [[nodiscard]] bool starts(std::size_t at, std::string_view with);
  [[nodiscard]] std::size_t find(std::string_view what, std::size_t from);
  void check_declaration(std::string_view declaration);
  [[nodiscard]] Error refuse(long line, Message what);
  [[nodiscard]] long line_at(std::size_t offset) const;

  std::string origin_;
  Exit code_;
  XmlLimits limits_;
  UniqueFd fd_;
  ByteSource source_;
  std::string_view memory_;
  std::string head_;  ///< what the scan of the prolog read, served first
  std::size_t head_served_ = 0;
  std::uint64_t total_ = 0, pending_ = 0;
  std::uint64_t pending_most_ =
      12u << 20;  ///< longest tag, comment or CDATA: libxml2 rescans what it buffers
  long lines_ = 1, refused_line_ = 0;
  bool extra_ = false;
};

}  // namespace versoir::core
