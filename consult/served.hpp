// An extract that is served to several readers at once: connections to it, each used by one thread at a time.
#pragma once
#include "consult/archive.hpp"
#include "consult/provenance.hpp"
#include "consult/retention.hpp"
#include "consult/seal_state.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace versoir::consult {

/// Connections of its own to the files of an extract.
struct Reading {
  Reading(Archive a, std::shared_ptr<KnownProvenance> known)
      : archive(std::move(a)),
        provenance(archive.extract().path(), archive.shared_application(), std::move(known)) {}
  Archive archive;
  Provenance provenance;
};

class ServedExtract {
 public:
  /// `id` names it in addresses: the application, numbered when it is served twice. `most`: connections, at
  /// most; 0 = two for each processor, from four on. Beyond, readers wait for one another. `rules`: the
  /// profile with what the establishment decided of its rules of retention; without, as the extract has it.
  ServedExtract(std::string id, Archive archive, SealState seal, std::size_t most = 0,
                std::optional<profiles::Application> rules = {});
  ServedExtract(const ServedExtract&) = delete;
  ServedExtract& operator=(const ServedExtract&) = delete;

  /// A reading while it lives; given back at its end.
  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), reading_(std::move(other.reading_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Reading* operator->() const noexcept { return reading_.get(); }
    Reading& operator*() const noexcept { return *reading_; }

   private:
    friend class ServedExtract;
    Lease(ServedExtract& from, std::unique_ptr<Reading> reading)
        : from_(&from), reading_(std::move(reading)) {}
    ServedExtract* from_;
    std::unique_ptr<Reading> reading_;
  };
  /// Waits while all connections are at work.
  [[nodiscard]] Lease lease();

  // Facts that never change: no lease.
  const std::string id;
  const SealState seal;
  [[nodiscard]] const extract::RunFacts& run() const noexcept { return run_; }
  [[nodiscard]] const std::string& root() const noexcept { return root_; }  ///< hexadecimal
  /// Of the first generation: what annotations and codes of documents are bound to.
  [[nodiscard]] const std::string& origin_root() const noexcept { return origin_root_; }
  [[nodiscard]] const profiles::Application& application() const noexcept { return *app_; }
  [[nodiscard]] const Annotations& annotations() const noexcept { return *annotations_; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t tables() const noexcept { return tables_; }
  /// (label of a search, how many records it holds)
  [[nodiscard]] const std::vector<std::pair<std::string, std::uint64_t>>& counts() const noexcept {
    return counts_;
  }
  /// How long a record is kept. Needs no lease; lines live as long as this object.
  [[nodiscard]] std::vector<RetentionLine> retention(const profiles::RecordDef& record,
                                                     const records::Key& key);

 private:
  /// One for all readers: the first question reads a whole selection, the others one row of it.
  struct Rules {
    Rules(const std::filesystem::path& file, profiles::Application app)
        : extract(extract::Extract::open(file)),
          application(std::move(app)),
          views(extract.database(), application),
          retention(extract.database(), application) {}
    std::mutex mutex;
    extract::Extract extract;
    profiles::Application application;
    records::RecordReader views;  ///< made the profile's views on this connection
    Retention retention;
  };
  std::shared_ptr<KnownProvenance> known_ = Provenance::new_findings();
  std::shared_ptr<const profiles::Application> app_;
  std::shared_ptr<const Annotations> annotations_;
  extract::RunFacts run_;
  std::string root_, origin_root_;
  std::unique_ptr<Rules> rules_;
  std::uint64_t rows_ = 0;
  std::size_t tables_ = 0, most_, out_ = 0;
  std::vector<std::pair<std::string, std::uint64_t>> counts_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<Reading>> free_;
  Archive first_;  ///< from which the others are opened; its mutex is `mutex_`
};

}  // namespace versoir::consult
