// Digests and formats of the files of an archive, computed while it is being read: one thread for each,
// behind bounded queues. Private to check.
#pragma once
#include "check/any_digest.hpp"
#include "check/text_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

/// What the identification of a file answers. Few files of a SIP have an answer of their own.
struct FormatAnswer {
  /// Identifiers, best first; several only when nothing decides between them.
  std::vector<std::string> formats;
  bool undecided = false;  ///< another tool may see more
};

/// What the contents answer, by the number of their file: some twenty bytes each, and the digests.
class ContentFacts {
 public:
  [[nodiscard]] std::optional<ComputedDigest> digest(std::size_t file, DigestName algorithm) const;
  [[nodiscard]] const FormatAnswer& formats(std::size_t file) const { return answers_[answer_.at(file)]; }

 private:
  friend class ContentPipeline;
  using Algorithms = std::shared_ptr<const std::vector<DigestName>>;
  struct Digests {
    const char* bytes = nullptr;                          ///< one after the other
    const std::vector<DigestName>* algorithms = nullptr;  ///< one of lists_
  };
  TextPool digest_bytes_;
  std::vector<Algorithms> lists_;
  std::deque<Digests> digests_;
  std::vector<FormatAnswer> answers_;  ///< each once
  std::deque<std::uint32_t> answer_;   ///< its place among them
};

/// Takes files one after the other, in pieces. Memory: two MiB of pieces that wait, and the facts.
class ContentPipeline {
 public:
  ContentPipeline();
  /// Ends the threads; what was not asked by finish() is lost.
  ~ContentPipeline();
  ContentPipeline(const ContentPipeline&) = delete;
  ContentPipeline& operator=(const ContentPipeline&) = delete;

  /// Which digests the files have that begin from now on; SHA-512 until told.
  void digest_with(std::vector<DigestName> algorithms);
  /// The number of the file among those begun, from 0.
  std::size_t begin(const std::string& path);
  /// Throws what stopped a thread (a full disk).
  void piece(std::string_view bytes);
  void end();
  /// Facts by number; the file that was not ended has none. Throws what stopped a thread.
  [[nodiscard]] ContentFacts finish();

 private:
  struct Digester;
  struct Identifier;
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::check
