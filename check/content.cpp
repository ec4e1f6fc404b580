// Pieces are gathered into batches that both threads share: a queue operation for each small file would cost
// more than its digest.
#include "check/content.hpp"

#include "core/format.hpp"
#include "core/queue.hpp"

#include <exception>
#include <thread>
#include <utility>

namespace versoir::check {

namespace {

constexpr std::size_t batch_bytes = 256u << 10, batch_slices = 512, batches_waiting = 8;

using Algorithms = std::shared_ptr<const std::vector<DigestName>>;

struct Slice {
  std::size_t offset = 0, length = 0;
  bool last = false;      ///< the file ends here
  std::string path;       ///< given with the last one
  Algorithms algorithms;  ///< of its file
};
struct Batch {
  std::string bytes;
  std::vector<Slice> slices;
};
using Shared = std::shared_ptr<const Batch>;

/// A thread that works through the batches. What stops it is thrown to the one that feeds it.
template <class Work>
class Worker {
 public:
  explicit Worker(Work work) : work_(std::move(work)), thread_([this] { run(); }) {}
  ~Worker() { join(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void give(const Shared& batch) {
    if (queue_.push(batch)) return;
    join();
    std::rethrow_exception(failure_);
  }
  Work& finish() {
    join();
    if (failure_) std::rethrow_exception(failure_);
    return work_;
  }

 private:
  void run() {
    try {
      while (const auto batch = queue_.pop())
        for (const auto& slice : (*batch)->slices)
          work_.take(std::string_view((*batch)->bytes).substr(slice.offset, slice.length), slice);
    } catch (...) {
      failure_ = std::current_exception();
      queue_.abandon();
    }
  }
  void join() {
    queue_.close();
    if (thread_.joinable()) thread_.join();
  }

  core::BoundedQueue<Shared> queue_{batches_waiting};
  Work work_;
  std::exception_ptr failure_;
  std::thread thread_;
};

struct Digests {
  std::vector<AnyHasher> hashers;
  std::vector<std::vector<ComputedDigest>> done;

  void take(std::string_view bytes, const Slice& slice) {
    for (const auto algorithm : *slice.algorithms) hasher_in(hashers, algorithm).update(bytes);
    if (!slice.last) return;
    auto& digests = done.emplace_back();
    digests.reserve(slice.algorithms->size());
    for (const auto algorithm : *slice.algorithms) digests.push_back(hasher_in(hashers, algorithm).finish());
  }
};

struct Formats {
  core::FormatProbe probe;
  std::vector<std::pair<std::vector<std::string>, bool>> done;

  void take(std::string_view bytes, const Slice& slice) {
    probe.feed(bytes);
    if (!slice.last) return;
    auto identified = probe.finish(slice.path);
    auto& [formats, undecided] = done.emplace_back();
    formats.reserve(identified.matches.size());
    for (auto& match : identified.matches) formats.push_back(std::move(match.puid));
    undecided = identified.incomplete;
  }
};

}  // namespace

struct ContentPipeline::State {
  Worker<Digests> digests{Digests{}};
  Worker<Formats> formats{Formats{}};
  std::shared_ptr<Batch> batch = std::make_shared<Batch>();
  Algorithms algorithms = std::make_shared<std::vector<DigestName>>(1, DigestName::sha512);
  std::string path;
  std::size_t begun = 0;

  void add(std::string_view bytes, bool last) {
    batch->slices.push_back(
        {batch->bytes.size(), bytes.size(), last, last ? std::move(path) : std::string(), algorithms});
    batch->bytes.append(bytes);
    if (batch->bytes.size() >= batch_bytes || batch->slices.size() >= batch_slices) flush();
  }
  void flush() {
    const Shared full = std::exchange(batch, std::make_shared<Batch>());
    batch->bytes.reserve(batch_bytes);
    digests.give(full);
    formats.give(full);
  }
};

ContentPipeline::ContentPipeline() : s_(std::make_unique<State>()) {}
ContentPipeline::~ContentPipeline() = default;

void ContentPipeline::digest_with(std::vector<DigestName> algorithms) {
  s_->algorithms = std::make_shared<std::vector<DigestName>>(std::move(algorithms));
}

std::size_t ContentPipeline::begin(const std::string& path) {
  s_->path = path;
  return s_->begun++;
}

void ContentPipeline::piece(std::string_view bytes) { s_->add(bytes, false); }

void ContentPipeline::end() { s_->add({}, true); }

std::vector<ContentFacts> ContentPipeline::finish() {
  s_->flush();
  auto& digests = s_->digests.finish().done;
  auto& formats = s_->formats.finish().done;
  std::vector<ContentFacts> facts(formats.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    facts[i].digests = std::move(digests[i]);
    facts[i].formats = std::move(formats[i].first);
    facts[i].format_undecided = formats[i].second;
  }
  return facts;
}

}  // namespace versoir::check
