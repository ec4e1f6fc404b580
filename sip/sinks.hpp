// Byte sinks that remember what went through: digest, size.
#pragma once
#include "core/digest.hpp"
#include "core/file.hpp"

#include <cstdint>
#include <string_view>

namespace versoir::sip {

/// Writes to a file and hashes in the same pass. take() gives what was written since the last take().
class HashingSink final : public core::ByteSink {
 public:
  explicit HashingSink(core::AtomicFile& file) : file_(file) {}
  void write(std::string_view bytes) override {
    file_.write(bytes);
    hasher_.update(bytes);
    size_ += bytes.size();
  }
  [[nodiscard]] core::FileDigest take() {
    core::FileDigest digest{hasher_.finish(), size_};
    size_ = 0;
    return digest;
  }

 private:
  core::AtomicFile& file_;
  core::Sha512Hasher hasher_;
  std::uint64_t size_ = 0;
};

class CountingSink final : public core::ByteSink {
 public:
  void write(std::string_view bytes) override { size_ += bytes.size(); }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  std::uint64_t size_ = 0;
};

}  // namespace versoir::sip
