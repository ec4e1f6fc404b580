// Shares the records of an archive profile out in lots, by entries and by estimated bytes.
#pragma once
#include "profiles/model.hpp"
#include "records/record.hpp"
#include "records/rendition.hpp"
#include "sip/settings.hpp"
#include "sip/versement.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

/// Fills lots in the order of the selection; a lot is closed when the next record would pass a limit.
class LotFiller {
 public:
  /// `fixed`: units and objects of each lot besides its records.
  LotFiller(std::vector<PlannedLot>& lots, const Settings& settings, const profiles::ArchiveDef& archive,
            std::string stem, std::uint64_t documentation_bytes, std::uint64_t fixed);
  /// `entries`: units and objects of the record, its own unit included.
  const MessageIdentifier& add(const std::optional<std::string>& group, std::uint64_t entries,
                               std::uint64_t bytes);

 private:
  void start();

  std::vector<PlannedLot>& lots_;
  const Settings& settings_;
  const profiles::ArchiveDef& archive_;
  std::string stem_;
  std::uint64_t documentation_bytes_, fixed_;
  std::uint64_t entries_ = 0, bytes_ = 0;
  std::optional<std::string> group_;
  int number_ = 0;
  bool open_ = false;
};

/// Bytes of a record's objects, attached files apart: measured on some, the mean of those on the others.
class SizeEstimate {
 public:
  SizeEstimate(records::RecordReader& reader, const profiles::Application& app,
               const profiles::ArchiveDef& archive, const records::RecordProvenance& provenance, bool html);
  std::uint64_t of(const records::Key& key);

 private:
  void measure(const records::Key& key);

  records::RecordReader& reader_;
  const profiles::RecordDef* record_;
  const records::RecordProvenance& provenance_;
  std::string table_;
  const profiles::SheetDef* sheet_;
  bool wanted_, html_;
  std::uint64_t seen_ = 0, measured_ = 0, total_ = 0;
};

}  // namespace versoir::sip
