// Everything that an extract holds of one person, as files that verify without Versoir's extract: for a
// data-subject request (RGPD, article 15), for a court. docs/formats/person.md.
#pragma once
#include "consult/annotations.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "extract/store.hpp"
#include "records/record.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::consult {

struct PersonFile {
  std::string name;  ///< relative, with slashes: "tables/PERSONNE.csv"
  std::string bytes;
};

/// Who asks for it, and when: goes into the manifest.
struct PersonRequest {
  std::string reader, reference, sealed_by, establishment;
};

/// The name of the list of files, whose signature certifies the rest.
inline constexpr const char* person_manifest = "manifeste.json";

/// The record with its labels (JSON, XML, text), the rows of every table that holds rows of the person (JSON
/// with their digests, CSV), the dictionary of these tables, the annotations, the manifest last. Verifies
/// each row's block on the way: Error(Exit::extract_altered). `record` as the extract holds it.
/// Error(Exit::not_found) when the profile does not tell which tables hold rows of such a record.
[[nodiscard]] std::vector<PersonFile> person_files(extract::Extract& extract,
                                                   const profiles::Application& app,
                                                   const records::Record& record,
                                                   const Annotations& annotations,
                                                   const PersonRequest& request, const core::Clock& clock);

/// Writes them into a folder that does not exist yet, whole or not at all; mode 0600. `finish` is called with
/// the folder before it takes its name: to sign the manifest.
void write_person_folder(const std::filesystem::path& folder, const std::vector<PersonFile>& files,
                         const std::function<void(const std::filesystem::path&)>& finish = {});

struct PersonCheck {
  std::string application, record, key, extract_root, reference, made;
  std::size_t files = 0, rows = 0;
  bool against_extract = false;  ///< rows were compared with those of an extract
  std::vector<core::Finding> findings;
  [[nodiscard]] bool holds() const;
};
/// Files against the manifest, row digests computed again from the values; with `extract`, each row against
/// the row that is sealed there, and none missing. The signature of the manifest is the caller's matter.
/// Error(Exit::evidence_broken) when the manifest cannot be read.
[[nodiscard]] PersonCheck check_person_folder(const std::filesystem::path& folder, extract::Extract* extract);

}  // namespace versoir::consult
