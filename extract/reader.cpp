// The reading side of a copy.
#include "extract/reader.hpp"

#include "core/error.hpp"
#include "extract/adapters.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

namespace versoir::extract {

using core::Error;
using core::msg;

namespace {

/// The writer has gone: the reader has nobody to read for.
struct Abandoned {};

constexpr std::size_t queued_items = 96, queued_bytes = std::size_t{12} << 20;
constexpr std::size_t raw_queue_items = 16, raw_queue_bytes = std::size_t{4} << 20;

class Readers {
 public:
  Readers(const std::vector<ReadTask>& tasks, Throttle& throttle, std::size_t threads)
      : tasks_(tasks), throttle_(throttle), queue_(queued_items, queued_bytes), running_(threads) {}

  void work(Source& source) {
    try {
      for (auto i = next_++; i < tasks_.size(); i = next_++) read(source, tasks_[i]);
      if (--running_ == 0) queue_.close();
    } catch (...) {
      queue_.close(std::current_exception());
      reading_.request_stop();
    }
  }

  void write(const std::function<void(ReadItem&&)>& take, std::stop_token stop) {
    const std::stop_callback forward(stop, [this] { reading_.request_stop(); });
    try {
      while (auto item = queue_.pop()) {
        if (stop.stop_requested()) throw_interrupted();
        take(std::move(*item));
      }
    } catch (...) {
      queue_.abandon();
      reading_.request_stop();
      throw;
    }
  }

 private:
  /// What a source gave: rows, or a piece of a value of the row that comes next.
  struct RawItem {
    std::optional<RowBlock> rows;
    std::size_t column = 0;
    std::string piece;
  };
  using RawQueue = core::BoundedQueue<RawItem>;

  class Sink final : public RowSink {
   public:
    Sink(Readers& readers, RawQueue& queue) : readers_(readers), queue_(queue) {}
    void piece(std::size_t column, std::string_view bytes) override {
      push({std::nullopt, column, std::string(bytes)}, bytes.size());
    }
    void rows(RowBlock&& block) override {
      readers_.throttle_.spend(block.rows(), readers_.reading_.get_token());
      const auto bytes = block.bytes();
      push({std::move(block), 0, {}}, bytes);
    }

   private:
    void push(RawItem&& item, std::size_t bytes) {
      if (!queue_.push(std::move(item), bytes)) throw Abandoned{};
    }
    Readers& readers_;
    RawQueue& queue_;
  };

  void push(ReadItem&& item) {
    auto bytes = item.block.bytes.size() + item.block.extra.size();
    for (const auto& piece : item.block.pieces) bytes += piece.bytes.size();
    if (!queue_.push(std::move(item), bytes)) throw Abandoned{};
  }

  void read(Source& source, const ReadTask& task) {
    const auto& table = *task.table;
    try {
      ReadItem begin;
      begin.what = ReadItem::What::begin;
      begin.number = task.number;
      begin.source_rows = source.count(table.source->name);
      auto end = begin;
      end.what = ReadItem::What::end;
      push(std::move(begin));
      read_rows(source, task);
      push(std::move(end));
    } catch (Error& e) {
      e.while_doing(msg("while copying table {0}", table.profile->name));
      throw;
    }
  }

  void read_rows(Source& source, const ReadTask& task) {
    auto storage = task.storage;
    ReadRequest request{*task.table->source, {}, task.after};
    for (const auto& c : task.table->columns) request.columns.push_back(c.source->name);
    for (;;) {
      std::vector<TableEncoder::Column> columns;
      for (std::size_t i = 0; i < storage.size(); ++i)
        columns.push_back({task.table->columns[i].source->kind, storage[i]});
      TableEncoder encoder(task.table->profile->name, std::move(columns), RowFilter(*task.table, task.on));
      try {
        return read_once(source, request, task.number, encoder);
      } catch (const NotAnInteger& misfit) {
        // SQLite lets a text stand in an INTEGER column; a STRICT one does not: what came is kept, as text.
        storage[misfit.column] = Storage::text;
        request.after.clear();
        ReadItem item;
        item.what = ReadItem::What::restart;
        item.number = task.number;
        item.column = misfit.column;
        push(std::move(item));
      }
    }
  }

  /// Encodes here what another thread fetches: a driver that works as hard as ours does has a processor to
  /// itself.
  void read_once(Source& source, const ReadRequest& request, std::size_t number, TableEncoder& encoder) {
    RawQueue raw(raw_queue_items, raw_queue_bytes);
    const std::jthread fetching([&] {
      Sink sink(*this, raw);
      try {
        source.read(request, sink, reading_.get_token());
        raw.close();
      } catch (const Abandoned&) {  // the encoder has gone, and knows why
        raw.close();
      } catch (...) {
        raw.close(std::current_exception());
      }
    });
    try {
      while (auto item = raw.pop()) {
        ReadItem encoded;
        encoded.number = number;
        encoded.block =
            item->rows ? encoder.encode(std::move(*item->rows)) : encoder.piece(item->column, item->piece);
        push(std::move(encoded));
      }
    } catch (...) {
      raw.abandon();
      throw;
    }
  }

  const std::vector<ReadTask>& tasks_;
  Throttle& throttle_;
  core::BoundedQueue<ReadItem> queue_;
  std::stop_source reading_;
  std::atomic<std::size_t> next_ = 0, running_;
};

}  // namespace

Throttle::Time Throttle::turn(std::uint64_t rows, Time now) {
  if (rate_ == 0) return now;
  const std::lock_guard lock(mutex_);
  const auto at = std::max(due_, now);
  due_ = at + std::chrono::nanoseconds(rows * 1'000'000'000 / rate_);
  return at;
}

void Throttle::spend(std::uint64_t rows, std::stop_token stop) {
  if (rate_ == 0) return;
  const auto at = turn(rows, std::chrono::steady_clock::now());
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, stop, at, [] { return false; });
}

void read_tables(const std::vector<Source*>& sources, const std::vector<ReadTask>& tasks, Throttle& throttle,
                 const std::function<void(ReadItem&&)>& take, std::stop_token stop) {
  Readers readers(tasks, throttle, sources.size());
  std::vector<std::jthread> threads;
  for (auto* source : sources) threads.emplace_back([&readers, source] { readers.work(*source); });
  readers.write(take, stop);
}

}  // namespace versoir::extract
