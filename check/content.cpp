// Pieces are gathered into batches that both threads share: a queue operation for each small file would cost
// more than its digest.
#include "check/content.hpp"

#include "core/format.hpp"
#include "core/queue.hpp"

#include <algorithm>
#include <exception>
#include <map>
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

}  // namespace

struct ContentPipeline::Digester {
  std::vector<AnyHasher> hashers;
  TextPool bytes;
  std::vector<Algorithms> lists;
  std::deque<ContentFacts::Digests> done;
  std::string together;

  void take(std::string_view piece, const Slice& slice) {
    for (const auto algorithm : *slice.algorithms) hasher_in(hashers, algorithm).update(piece);
    if (!slice.last) return;
    if (lists.empty() || lists.back() != slice.algorithms) lists.push_back(slice.algorithms);
    together.clear();
    for (const auto algorithm : *slice.algorithms) {
      const auto digest = hasher_in(hashers, algorithm).finish();
      together.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.length);
    }
    done.push_back({bytes.keep(together).data(), slice.algorithms.get()});
  }
};

struct ContentPipeline::Identifier {
  core::FormatProbe probe;
  std::vector<FormatAnswer> answers;
  std::map<std::string, std::uint32_t> known;
  std::deque<std::uint32_t> done;

  void take(std::string_view piece, const Slice& slice) {
    probe.feed(piece);
    if (!slice.last) return;
    const auto identified = probe.finish(slice.path);
    std::string key(identified.incomplete ? "?" : "");
    for (const auto& match : identified.matches) key.append(match.puid).push_back(' ');
    const auto [at, fresh] = known.emplace(std::move(key), static_cast<std::uint32_t>(answers.size()));
    if (fresh) {
      auto& answer = answers.emplace_back();
      for (const auto& match : identified.matches) answer.formats.push_back(match.puid);
      answer.undecided = identified.incomplete;
    }
    done.push_back(at->second);
  }
};

struct ContentPipeline::State {
  Worker<Digester> digests{Digester{}};
  Worker<Identifier> formats{Identifier{}};
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

ContentFacts ContentPipeline::finish() {
  s_->flush();
  auto& digests = s_->digests.finish();
  auto& formats = s_->formats.finish();
  ContentFacts facts;
  facts.digest_bytes_ = std::move(digests.bytes);
  facts.lists_ = std::move(digests.lists);
  facts.digests_ = std::move(digests.done);
  facts.answers_ = std::move(formats.answers);
  facts.answer_ = std::move(formats.done);
  return facts;
}

std::optional<ComputedDigest> ContentFacts::digest(std::size_t file, DigestName algorithm) const {
  const auto& kept = digests_.at(file);
  const auto* bytes = kept.bytes;
  for (const auto name : *kept.algorithms) {
    const auto length = digest_length(name);
    if (name == algorithm) {
      ComputedDigest digest;
      digest.algorithm = name;
      digest.length = length;
      std::copy_n(bytes, length, reinterpret_cast<char*>(digest.bytes.data()));
      return digest;
    }
    bytes += length;
  }
  return std::nullopt;
}

}  // namespace versoir::check
