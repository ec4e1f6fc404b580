// A drafted profile: judged as any other before it is written, whole or not at all.
#include "cli/drafted_profile.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "profiles/loader.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string guess_text(const extract::DraftGuess& guess) {
  using As = extract::DraftGuess::As;
  switch (guess.as) {
    case As::surname:
      return core::tr("a surname?");
    case As::given_name:
      return core::tr("a given name?");
    case As::full_name:
      return core::tr("a whole name, or a login?");
    case As::birth_date:
      return core::tr("a date of birth?");
    case As::number:
      return core::tr("the number that a person is known by?");
    case As::sensitive:
      return msg("sensitive ({0})?", profiles::sensitivity_name(guess.sensitivity)).text();
    case As::secret:
      return core::tr("a password or secret, to be left?");
  }
  return {};
}

}  // namespace

void require_room(const extract::ProfileDraft& draft, const fs::path& folder) {
  std::error_code ec;
  for (const auto& [name, text] : draft.files)
    if (fs::exists(folder / name, ec))
      throw Error(Exit::usage,
                  msg("{0} is there already: a draft is not written over it.", (folder / name).string()))
          .hint(msg("Name another folder, or move this one away."));
}

void write_draft(const extract::ProfileDraft& draft, const fs::path& folder) {
  require_room(draft, folder);
  profiles::require_queries(profiles::load(draft.files, folder.string()));
  const auto parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  fs::create_directories(parent);
  const core::TemporaryDirectory scratch(parent);
  // A folder that is there holds what a site says (local.xml): its files come one by one.
  const bool fresh = !fs::exists(folder);
  const auto made = fresh ? scratch.path() / "profile" : folder;
  fs::create_directories(made);
  if (!draft.archive_model.empty()) core::write_file(made / archive_model_name, draft.archive_model);
  for (const auto& [name, text] : draft.files) core::write_file(made / name, text);
  if (fresh) fs::rename(made, folder);
}

void show_draft(Context& c, const extract::ProfileDraft& draft, const fs::path& folder) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& g : draft.guesses) {
    rows.push_back({g.table + "." + g.column, guess_text(g)});
    c.out.event("guess", {{"table", g.table},
                          {"column", g.column},
                          {"as", std::string(extract::guess_name(g.as))},
                          {"sensitivity", std::string(profiles::sensitivity_name(g.sensitivity))}});
  }
  if (!rows.empty()) c.out.table({core::tr("column"), core::tr("to be confirmed")}, rows);
  for (const auto& left : draft.left) c.out.finding({core::Severity::warning, "DRAFT_LEFT", left, ""});
  c.out.result(msg("Profile drafted: {0} ({1}, {2}).", folder.string(),
                   core::ntr("{0} table", "{0} tables", draft.tables),
                   core::ntr("{0} declared reference", "{0} declared references", draft.references)));
  std::string searched;
  for (const auto& s : draft.searched) searched += (searched.empty() ? "" : ", ") + s;
  if (draft.people)
    c.out.result(
        msg("Searches, on what seem to be persons by the names of their columns: {0}. Confirm them in "
            "consult.xml.",
            searched));
  else if (!searched.empty())
    c.out.result(
        msg("No table seems to be one of persons. Searches are on: {0}. Say in consult.xml what is searched.",
            searched));
  c.out.result(
      msg("What is to be confirmed, and what nobody decided: {0}.", (folder / "a-confirmer.md").string()));
}

}  // namespace versoir::cli
