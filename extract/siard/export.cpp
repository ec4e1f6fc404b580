// From an extract to a SIARD archive, in the order that its digest asks for: content first, header last.
#include "extract/siard/export.hpp"

#include "core/file.hpp"
#include "core/named_digest.hpp"
#include "core/zip_stream.hpp"
#include "extract/adapters.hpp"
#include "extract/siard/description.hpp"
#include "extract/siard/schema.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

class HashSink final : public core::ByteSink {
 public:
  explicit HashSink(core::NamedHasher& hasher) : hasher_(hasher) {}
  void write(std::string_view bytes) override { hasher_.update(bytes); }

 private:
  core::NamedHasher& hasher_;
};

/// The folder of large values beside the archive: filled under another name, it takes its own with the
/// archive.
class LobFolder {
 public:
  LobFolder(const fs::path& target, bool replace)
      : final_(target.parent_path() / (target.stem().string() + "_lobs")) {
    making_ = final_;
    making_ += ".partial";
    std::error_code ec;
    if (!replace && fs::exists(final_, ec))
      throw Error(Exit::disk, msg("{0} already exists.", final_.string()))
          .hint(msg("Give another name, or --replace to write over it."));
    fs::remove_all(making_);
    fs::create_directories(making_);
  }
  LobFolder(const LobFolder&) = delete;
  LobFolder& operator=(const LobFolder&) = delete;
  ~LobFolder() {
    std::error_code ec;
    fs::remove_all(making_, ec);
  }
  [[nodiscard]] const fs::path& making() const noexcept { return making_; }
  [[nodiscard]] const fs::path& name() const noexcept { return final_; }
  void publish() { core::publish_folder(making_, final_); }

 private:
  fs::path final_, making_;
};

class Export {
 public:
  Export(Extract& extract, const SiardOptions& options, core::Progress& progress, std::stop_token stop)
      : extract_(extract),
        profile_(extract.profile()),
        options_(options),
        progress_(progress),
        stop_(std::move(stop)) {}

  SiardReport run(const fs::path& target) {
    std::optional<LobFolder> folder;
    if (options_.lobs_beside) folder.emplace(target, options_.replace);
    const core::TemporaryDirectory scratch(target.has_parent_path() ? target.parent_path() : fs::path("."));
    core::ZipStream zip(target);
    LobPlace lobs(zip, folder ? std::optional(folder->making()) : std::nullopt, options_.algorithm);
    decide_forms();
    zip.folder("content/");
    zip.folder("content/schema0/");
    for (const auto& table : tables_) {
      progress_.begin(table.name, table.rows, "rows");
      write_siard_table(extract_, table, zip, lobs, options_.algorithm, scratch.path(), on_rows_);
      progress_.end();
      report_.rows += table.rows;
    }
    write_header(zip, lobs, folder ? folder->name().filename().string() + "/" : std::string());
    report_.tables = tables_.size();
    report_.large_values = lobs.written();
    report_.bytes = zip.position();
    if (folder) {
      folder->publish();
      report_.lob_folder = folder->name();
    }
    zip.commit();
    return std::move(report_);
  }

 private:
  void decide_forms() {
    for (const auto& facts : extract_.tables()) {
      const auto* known = profile_.find_table(facts.name);
      const auto key =
          known ? usable_primary_key(extract_, *known, report_.notes) : std::vector<std::string>();
      SiardTable table{facts.name, facts.label, tables_.size(), {}, facts.copied_rows};
      progress_.begin(facts.name, facts.copied_rows, "rows");
      table.columns = survey_table(extract_, facts.name, key, on_rows_);
      progress_.end();
      keys_.push_back({key, {}});
      tables_.push_back(std::move(table));
    }
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (const auto* known = profile_.find_table(tables_[i].name))
        keys_[i].foreign = usable_foreign_keys(extract_, *known, tables_, report_.notes);
      report_.foreign_keys += keys_[i].foreign.size();
    }
  }

  /// All that comes before the folder header/ is what the digest covers: the description can be corrected
  /// later.
  void write_header(core::ZipStream& zip, const LobPlace& lobs, const std::string& lob_folder) {
    auto hasher = core::NamedHasher::of(options_.algorithm);
    if (!hasher) throw Error(Exit::usage, msg("The digest {0} is not available here.", options_.algorithm));
    HashSink sink(*hasher);
    zip.read_back(sink);
    report_.digest = core::upper_hex(hasher->finish());
    zip.folder("header/");
    zip.folder("header/siardversion/");
    zip.folder("header/siardversion/2.2/");
    zip.add("header/metadata.xsd", siard_schema("metadata-2.2.xsd"));
    zip.add("header/metadata.xml",
            siard_metadata(extract_, {profile_, tables_, keys_, options_, lob_folder, lobs, report_.digest}));
  }

  Extract& extract_;
  profiles::Application profile_;
  const SiardOptions& options_;
  core::Progress& progress_;
  std::stop_token stop_;
  std::function<void(std::uint64_t)> on_rows_ = [this](std::uint64_t n) {
    if (stop_.stop_requested()) throw_interrupted();
    progress_.advance(n);
  };
  std::vector<SiardTable> tables_;
  std::vector<SiardKeys> keys_;
  SiardReport report_;
};

}  // namespace

SiardReport export_siard(Extract& extract, const fs::path& target, const SiardOptions& options,
                         core::Progress& progress, std::stop_token stop) {
  std::error_code ec;
  if (!options.replace && fs::exists(target, ec))
    throw Error(Exit::disk, msg("{0} already exists.", target.string()))
        .hint(msg("Give another name, or --replace to write over it."));
  return Export(extract, options, progress, std::move(stop)).run(target);
}

}  // namespace versoir::extract
