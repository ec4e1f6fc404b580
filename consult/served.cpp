// See served.hpp.
#include "consult/served.hpp"

#include "consult/generation.hpp"

#include <algorithm>
#include <thread>

namespace versoir::consult {

namespace {

constexpr std::size_t least_connections = 4;

}  // namespace

ServedExtract::ServedExtract(std::string name, Archive archive, SealState judged, std::size_t most,
                             std::optional<profiles::Application> rules)
    : id(std::move(name)),
      seal(std::move(judged)),
      app_(archive.shared_application()),
      annotations_(archive.shared_annotations()),
      run_(archive.extract().run()),
      root_(archive.extract().root().hex()),
      origin_root_(consult::origin_root(archive.extract())),
      rules_(std::make_unique<Rules>(archive.extract().path(), rules ? std::move(*rules) : *app_)),
      tables_(archive.extract().tables().size()),
      most_(most ? most : std::max<std::size_t>(least_connections, 2 * std::thread::hardware_concurrency())),
      counts_(archive.counts()),
      first_(std::move(archive)) {
  for (const auto& table : first_.extract().tables()) rows_ += table.copied_rows;
}

std::vector<RetentionLine> ServedExtract::retention(const profiles::RecordDef& record,
                                                    const records::Key& key) {
  const std::scoped_lock lock(rules_->mutex);
  return rules_->retention.of(record, key);
}

ServedExtract::Lease ServedExtract::lease() {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [&] { return !free_.empty() || out_ < most_; });
  if (!free_.empty()) {
    auto reading = std::move(free_.back());
    free_.pop_back();
    ++out_;
    return {*this, std::move(reading)};
  }
  auto another = first_.again();
  if (!another) {  // its index is in memory: there is one connection, and it goes from hand to hand
    most_ = 1;
    another.emplace(std::move(first_));
  }
  auto reading = std::make_unique<Reading>(std::move(*another), known_);
  ++out_;
  return {*this, std::move(reading)};
}

ServedExtract::Lease::~Lease() {
  if (!from_ || !reading_) return;
  {
    const std::scoped_lock lock(from_->mutex_);
    from_->free_.push_back(std::move(reading_));
    --from_->out_;
  }
  from_->given_back_.notify_one();
}

}  // namespace versoir::consult
