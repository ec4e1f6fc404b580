// Entries are counted, bytes estimated (docs/decisions/0004).
#include "sip/lot_filler.hpp"

#include "records/table.hpp"
#include "sip/sinks.hpp"

#include <fmt/format.h>

namespace versoir::sip {

namespace {

/// Records whose size is really measured: the first ones, then one in so many (docs/decisions/0004).
constexpr std::uint64_t measured_first = 64, measured_every = 64;
/// What a record costs in the manifest: its unit, its object group, its rules.
constexpr std::uint64_t manifest_bytes_per_record = 3'000;

}  // namespace

LotFiller::LotFiller(std::vector<PlannedLot>& lots, const Settings& settings,
                     const profiles::ArchiveDef& archive, std::string stem, std::uint64_t documentation_bytes,
                     std::uint64_t fixed)
    : lots_(lots),
      settings_(settings),
      archive_(archive),
      stem_(std::move(stem)),
      documentation_bytes_(documentation_bytes),
      fixed_(fixed) {}

const MessageIdentifier& LotFiller::add(const std::optional<std::string>& group, std::uint64_t entries,
                                        std::uint64_t bytes) {
  if (open_ && (entries_ + entries + (group && group != group_ ? 1 : 0) > settings_.max_entries ||
                bytes_ + bytes > settings_.max_bytes))
    open_ = false;
  if (!open_) start();
  if (group && group != group_) ++entries_;
  group_ = group;
  entries_ += entries;
  bytes_ += bytes;
  ++lots_.back().records;
  return lots_.back().id;
}

void LotFiller::start() {
  open_ = true;
  group_.reset();
  entries_ = fixed_;
  bytes_ = documentation_bytes_;
  PlannedLot lot;
  lot.number = ++number_;
  lot.profile = archive_.id;
  lot.id.value = fmt::format("{}-{:04}", stem_, lot.number);
  lots_.push_back(std::move(lot));
}

SizeEstimate::SizeEstimate(records::RecordReader& reader, const profiles::Application& app,
                           const profiles::ArchiveDef& archive, const records::RecordProvenance& provenance,
                           bool html)
    : reader_(reader),
      record_(app.find_record(archive.record)),
      provenance_(provenance),
      table_(archive.unit.table),
      sheet_(app.find_sheet(archive.record)),
      wanted_(archive.unit.object),
      html_(html) {}

std::uint64_t SizeEstimate::of(const records::Key& key) {
  if (!wanted_) return manifest_bytes_per_record;
  const auto turn = seen_++;
  if (turn < measured_first || turn % measured_every == 0) measure(key);
  return manifest_bytes_per_record + (measured_ ? total_ / measured_ : 0);
}

void SizeEstimate::measure(const records::Key& key) {
  const auto record = reader_.read(*record_, key);
  if (!record) return;  // the build says so, with the key
  CountingSink sink;
  records::write_xml(*record, provenance_, sink);
  if (!table_.empty()) records::write_table_csv(*record, table_, sink);
  if (html_) records::write_html(*record, provenance_, sink, sheet_, records::Readers::archive);
  total_ += sink.size();
  ++measured_;
}

}  // namespace versoir::sip
