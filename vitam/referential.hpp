// The referentials of a platform, fetched into a folder that check::Referentials reads.
#pragma once
#include "core/clock.hpp"
#include "vitam/client.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace versoir::vitam {

struct FetchedReferential {
  std::string name;  ///< as in the platform's addresses: agencies, ingestcontracts...
  std::size_t records = 0;
  int refused = 0;  ///< HTTP status when the platform does not show it to this depositor
};

/// Agencies, rules and ingest contracts, which a platform must show; management contracts, archival profiles
/// and their grammars, archive unit profiles, ontology, formats, application context as far as it shows them
/// (a context only when it is the one that is seen). Files are in VITAM's import formats, with fetched.json
/// (platform, address, tenant, date). The folder is whole or as it was before; one that this did not make is
/// refused: Error(Exit::usage). Other errors: those of Client, Exit::configuration when what was fetched
/// cannot be used, Exit::temporary when another program fetches into the folder.
[[nodiscard]] std::vector<FetchedReferential> fetch_referentials(Client& client,
                                                                 const std::filesystem::path& folder,
                                                                 const core::Clock& clock);

}  // namespace versoir::vitam
