// Files attached to records, while they are planned: the lists of the configuration become files.csv.
#pragma once
#include "core/error.hpp"
#include "profiles/model.hpp"
#include "records/record.hpp"
#include "sip/attached_file.hpp"
#include "sip/file_list.hpp"
#include "sip/plan_folder.hpp"
#include "sip/settings.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

class PlannedFiles {
 public:
  /// Reads the lists, relative to `configuration`. Error(Exit::configuration) with all that is wrong.
  PlannedFiles(const Settings& settings, const std::filesystem::path& configuration);

  /// Reads the files of a record that is kept, for their digests; the lot is not known yet.
  [[nodiscard]] std::vector<AttachedFile> of(const std::string& archive, const records::Key& key);
  /// A candidate that is left out: its lines are no mistake.
  void leave(const std::string& archive, const records::Key& key);
  void write(const std::vector<AttachedFile>& files);
  /// Opens files.csv in the versement, when there is a list; without, takes away that of a plan before.
  void open(const Versement& versement);

  /// Lines that no candidate met. Error(Exit::configuration); not asked of a plan of closed records, which
  /// sees no others.
  void refuse_unmet();
  /// Commits files.csv and says what there is in plan.json and in the plan's findings.
  void finish(Plan& plan);

 private:
  struct Source {
    std::filesystem::path list, folder;
    std::unique_ptr<FileList> files;
    std::uint64_t kept = 0, left = 0, bytes = 0, unknown = 0;
    std::string first_unknown;
  };
  std::map<std::string, Source> sources_;
  std::optional<HashedCsv> csv_;
};

}  // namespace versoir::sip
