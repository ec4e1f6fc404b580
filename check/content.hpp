// Digests and formats of the files of an archive, computed while it is being read: one thread for each,
// behind bounded queues. Private to check.
#pragma once
#include "check/any_digest.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

/// What the content of one file answers.
struct ContentFacts {
  std::vector<ComputedDigest> digests;
  /// Identifiers of formats, best first; several only when nothing decides between them.
  std::vector<std::string> formats;
  bool format_undecided = false;  ///< another tool may see more
};

/// Takes files one after the other, in pieces. Memory: a few MiB of pieces that wait, and the facts.
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
  [[nodiscard]] std::vector<ContentFacts> finish();

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::check
