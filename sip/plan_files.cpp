// See plan_files.hpp.
#include "sip/plan_files.hpp"

#include "core/display.hpp"

#include <system_error>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Message;
using core::msg;
using core::Severity;

namespace {

[[noreturn]] void refuse(const Defects& defects) {
  Error e(Exit::configuration,
          core::nmsg("{0} defect in the lists of attached files: nothing is planned.",
                     "{0} defects in the lists of attached files: nothing is planned.", defects.count()));
  for (const auto& defect : defects.list()) std::move(e).because(defect);
  if (const auto more = defects.count() - defects.list().size(); more > 0)
    std::move(e).because(msg("... and {0} more.", more));
  throw std::move(e).hint(
      msg("Correct the list or the folder: a file that is not to be transferred is not in the list."));
}

}  // namespace

PlannedFiles::PlannedFiles(const Settings& settings, const fs::path& configuration) {
  Defects defects;
  for (const auto& [archive, from] : settings.files) {
    auto& source = sources_[archive];
    source.list = configuration / from.list;
    source.folder = configuration / from.folder;
    source.files = std::make_unique<FileList>(source.list, source.folder, defects);
  }
  if (defects.count() > 0) refuse(defects);
}

std::vector<AttachedFile> PlannedFiles::of(const std::string& archive, const records::Key& key) {
  std::vector<AttachedFile> files;
  const auto at = sources_.find(archive);
  if (at == sources_.end()) return files;
  auto& source = at->second;
  for (auto& listed : source.files->of(key)) {
    const auto read = read_attached(source.folder, listed.file);
    if (read.digest.size == 0)
      throw Error(Exit::configuration,
                  msg("{0}: the file {1} is empty: the platform refuses such objects.",
                      fmt::format("{}:{}", source.list.string(), listed.line), listed.file));
    if (read.format.matches.empty() && source.unknown++ == 0)
      source.first_unknown = fmt::format("{}:{}", source.list.string(), listed.line);
    ++source.kept;
    source.bytes += read.digest.size;
    files.push_back({"", archive, key.text(), listed.line, std::move(listed.file), std::move(listed.title),
                     listed.date, read.digest.size, read.digest.sha512.hex()});
  }
  return files;
}

void PlannedFiles::leave(const std::string& archive, const records::Key& key) {
  if (const auto at = sources_.find(archive); at != sources_.end())
    at->second.left += at->second.files->of(key).size();
}

void PlannedFiles::open(const Versement& versement) {
  const auto file = versement.file(files_list);
  if (sources_.empty()) {
    std::error_code ec;
    fs::remove(file, ec);
    return;
  }
  csv_.emplace(file);
  write_files_header(csv_->csv);
}

void PlannedFiles::write(const std::vector<AttachedFile>& files) {
  for (const auto& file : files) write_file_row(csv_->csv, file);
}

void PlannedFiles::refuse_unmet() {
  Defects defects;
  for (auto& [archive, source] : sources_)
    source.files->each_unmet([&, &id = archive, &list = source.list](std::size_t line, std::string_view key) {
      defects.add(msg("{0}:{1}: {2} has no record of the key {3}.", list.string(), line, id, key));
    });
  if (defects.count() > 0) refuse(defects);
}

void PlannedFiles::finish(Plan& plan) {
  if (!csv_) return;
  std::uint64_t files = 0, bytes = 0;
  for (auto& [archive, source] : sources_) {
    files += source.kept;
    bytes += source.bytes;
    const auto tell = [&](Severity severity, const char* code, Message message) {
      plan.findings.push_back({severity, code, std::move(message), source.list.string()});
    };
    tell(Severity::info, "FILES",
         core::nmsg("{1}: {0} file attached, {2}.", "{1}: {0} files attached, {2}.", source.kept, archive,
                    core::show_size(source.bytes)));
    if (source.left > 0)
      tell(Severity::info, "FILES_LEFT",
           core::nmsg("{1}: {0} file belongs to records that stay: it stays with them.",
                      "{1}: {0} files belong to records that stay: they stay with them.", source.left,
                      archive));
    if (const auto shared = source.files->shared(); shared > 0)
      tell(Severity::warning, "FILES_SHARED",
           core::nmsg(
               "{1}: {0} file is attached to several records: it is archived with each of them, and "
               "shows the persons of one to those who may see another.",
               "{1}: {0} files are attached to several records: they are archived with each of them, and "
               "show the persons of one to those who may see another.",
               shared, archive));
    if (source.unknown > 0)
      tell(Severity::warning, "FILES_FORMAT",
           core::nmsg("{1}: the format of {0} file is not known (the first: {2}); a platform refuses it "
                      "unless the contract allows it.",
                      "{1}: the format of {0} files is not known (the first: {2}); a platform refuses them "
                      "unless the contract allows it.",
                      source.unknown, archive, source.first_unknown));
  }
  plan.files = {{"sha512", csv_->sink.take().sha512.hex()}, {"files", files}, {"bytes", bytes}};
  csv_->file.commit();
}

}  // namespace versoir::sip
