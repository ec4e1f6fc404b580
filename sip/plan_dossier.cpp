// Plans the transfer of a dossier de versement: which files, with which digests, under which unit.
#include "core/error.hpp"
#include "core/file.hpp"
#include "sip/attached_file.hpp"
#include "sip/dossier.hpp"
#include "sip/evidence_files.hpp"
#include "sip/kept.hpp"
#include "sip/plan_folder.hpp"
#include "sip/settings.hpp"
#include "sip/versement_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// A document of the pack that is also given apart, to be read without opening the archive of evidence.
struct Readable {
  std::string_view prefix, suffix;  ///< of the name in the pack
  std::string_view part, title;
};
constexpr std::array readables{
    Readable{"README.txt", "", "notice", "Notice : vérifier ce dossier avec OpenSSL"},
    Readable{"versement/visa-", ".json", "visas", "Visa"},
    Readable{"versement/plan.json", "", "bordereaux", "Plan du versement"},
    Readable{"versement/kept.csv", "", "bordereaux", "Liste de ce qui est versé"},
    Readable{"versement/left-out.csv", "", "bordereaux", "Liste de ce qui est laissé, avec les motifs"},
    Readable{"versement/files.csv", "", "bordereaux", "Liste des fichiers joints"},
    Readable{"versement/tableau.html", "", "bordereaux", "Tableau du versement"},
    Readable{"versement/tableau.csv", "", "bordereaux", "Tableau du versement (tableur)"},
    Readable{"versement/lots/", "/atr.xml", "recepisses", "Accusé de la plateforme"},
    Readable{"versement/lots/", "/receipt.json", "recepisses", "Récépissé"},
    Readable{"extract/seal.json", "", "extraction", "Scellé de l’extraction"},
};

const Readable* readable(std::string_view name) {
  for (const auto& r : readables) {
    const bool whole = r.suffix.empty();
    if (whole ? name == r.prefix : name.starts_with(r.prefix) && name.ends_with(r.suffix)) return &r;
  }
  return nullptr;
}

/// "Visa 1", "Récépissé, lot UNIV-…": what tells files of one kind apart.
std::string title_of(const Readable& r, std::string_view name) {
  if (r.suffix.empty()) return std::string(r.title);
  auto middle = name.substr(r.prefix.size(), name.size() - r.prefix.size() - r.suffix.size());
  return r.part == "recepisses" ? fmt::format("{}, lot {}", r.title, middle)
                                : fmt::format("{} {}", r.title, middle);
}

/// The files of a dossier, in the order of the manifest.
class DossierFiles {
 public:
  DossierFiles(const Versement& versement, std::string lot)
      : workspace_(versement.workspace()), lot_(std::move(lot)) {}

  void add(std::string_view part, const fs::path& file, std::string title) {
    AttachedFile row;
    row.lot = lot_;
    row.profile = dossier_profile;
    row.key = part;
    row.line = rows_.size() + 1;
    row.file = relative_to(file, workspace_).generic_string();
    row.title = std::move(title);
    const auto digest = core::digest_file(file);
    row.size = digest.size;
    row.sha512 = digest.sha512.hex();
    bytes_ += row.size;
    rows_.push_back(std::move(row));
  }
  std::vector<AttachedFile> take() {
    const auto& parts = dossier_parts();
    std::ranges::stable_sort(rows_, {}, [&](const AttachedFile& row) {
      return std::ranges::find(parts, row.key, &DossierPart::id) - parts.begin();
    });
    return std::move(rows_);
  }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  fs::path workspace_;
  std::string lot_;
  std::vector<AttachedFile> rows_;
  std::uint64_t bytes_ = 0;
};

std::vector<AttachedFile> collect(const DossierSources& sources, const Versement& versement,
                                  const std::string& lot, std::uint64_t& bytes) {
  DossierFiles files(versement, lot);
  bool accepted = false;
  for (const auto& [name, digest] : list_files(sources.pack)) {
    files.add(evidence_part, sources.pack / name, name);
    if (const auto* r = readable(name)) {
      files.add(r->part, sources.pack / name, title_of(*r, name));
      accepted = accepted || name.ends_with("/receipt.json");
    }
  }
  if (!accepted)
    throw Error(Exit::lot_state,
                msg("The pack {0} holds no receipt: there is no transfer to keep a dossier of.",
                    sources.pack.string()))
        .hint(msg("Send the versement, have its receipts verified (versoir verify), then pack again: versoir "
                  "evidence {0}.",
                  sources.versement));
  for (const auto& file : sources.eliminations)
    files.add("eliminations", file,
              fmt::format("{} ({})", file.filename().string(), file.parent_path().filename().string()));
  bytes = files.bytes();
  return files.take();
}

void write_lists(const Versement& versement, const std::vector<AttachedFile>& rows, Plan& plan) {
  HashedCsv kept(versement.file("kept.csv")), left_out(versement.file("left-out.csv")),
      files(versement.file(files_list));
  write_kept_header(kept.csv);
  left_out.csv.row({"profile", "key", "reason"});
  write_files_header(files.csv);
  for (const auto& row : rows) {
    write_file_row(files.csv, row);
    if (row.key == evidence_part) continue;
    KeptRow unit;
    unit.lot = row.lot;
    unit.profile = dossier_profile;
    unit.key = row.file;
    unit.title = row.title;
    unit.final_action = "Keep";
    write_kept(kept.csv, unit);
    ++plan.kept;
  }
  plan.kept_sha512 = kept.sink.take().sha512.hex();
  plan.left_out_sha512 = left_out.sink.take().sha512.hex();
  plan.files["sha512"] = files.sink.take().sha512.hex();
  kept.file.commit();
  left_out.file.commit();
  files.file.commit();
}

}  // namespace

const std::vector<DossierPart>& dossier_parts() {
  static const std::vector<DossierPart> parts{
      {"notice", "Notice de vérification"},          {"visas", "Visas"},
      {"bordereaux", "Plan, bordereaux et listes"},  {"recepisses", "Accusés et récépissés de la plateforme"},
      {"extraction", "Scellé de l’extraction"},      {"eliminations", "Éliminations"},
      {evidence_part, "Dossier de preuves complet"},
  };
  return parts;
}

Plan make_dossier_plan(const DossierSources& sources, const core::Config& config, const Versement& versement,
                       const PlanOptions& options, const core::Clock& clock) {
  const PlanningLock alone(versement);
  const auto settings = read_dossier_settings(config, options);
  const int last = last_manifest(sources.pack);
  const auto list = sources.pack / manifest_name(last);
  Plan plan;
  plan.versement = versement.id();
  plan.attempt = next_attempt(versement, options.replace);
  plan.created = clock.now();
  const auto bytes = core::read_file(list);
  plan.extract = relative_to(list, versement.workspace());
  plan.extract_root = core::sha256(bytes).hex();
  plan.extract_sha512 = core::sha512(bytes).hex();
  plan.extract_kind = dossier_profile;
  plan.application = dossier_profile;
  plan.profile_digest = core::sha256(dossier_profile).hex();
  plan.platform = settings.platform;
  plan.platform_kind = settings.platform_kind;
  plan.tenant = settings.tenant;
  plan.seda = options.seda;
  plan.settings = settings.to_json();
  plan.dossier = {{"versement", sources.versement},
                  {"pack", relative_to(sources.pack, versement.workspace()).generic_string()}};
  PlannedLot lot;
  lot.id.value =
      fmt::format("{}-DOSSIER-{}-0001", settings.message_prefix, plan_identity(plan, settings, {}));
  lot.profile = dossier_profile;
  lot.number = 1;
  std::uint64_t size = 0;
  const auto rows = collect(sources, versement, lot.id.value, size);
  lot.records = static_cast<std::uint64_t>(
      std::ranges::count_if(rows, [](const AttachedFile& row) { return row.key != evidence_part; }));
  plan.lots.push_back(lot);
  plan.files = {{"files", rows.size()}, {"bytes", size}};

  NewFolder folder(versement.folder());
  write_lists(versement, rows, plan);
  remove_stale_tables(versement);
  versement.write_plan(plan);
  folder.keep();
  return plan;
}

}  // namespace versoir::sip
