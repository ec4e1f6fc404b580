// An archive describes itself: its catalogue is drafted as that of any source.
#include "extract/siard/draft.hpp"

#include "extract/adapters.hpp"
#include "extract/siard/archive.hpp"

namespace versoir::extract {

ProfileDraft draft_siard(const std::filesystem::path& file, std::string_view application) {
  const auto source = open_siard(file.string());
  const auto db = read_siard_metadata(core::ZipArchive(file, core::Exit::source_data));
  DraftRequest request{std::string(application), db.name, {}, {}, {}};
  if (request.application.empty()) request.application = draft_identifier(db.name);
  if (db.schemas.size() == 1) request.schema = db.schemas.front();
  return draft_profile(request, source->catalogue());
}

}  // namespace versoir::extract
