// versoir consult purge: what an approved elimination takes out of an extract that is consulted.
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/consult_seal.hpp"
#include "cli/context.hpp"
#include "cli/whole_trail.hpp"
#include "consult/purge.hpp"
#include "core/display.hpp"
#include "extract/seal.hpp"
#include "sip/csv_records.hpp"
#include "sip/elimination.hpp"
#include "trust/seal.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The bordereau, its visa and its annex, when they are those that the journal knows, and of this extract.
core::Json approved_bordereau(Context& c, const sip::Elimination& elimination, extract::Extract& extract) {
  if (elimination.state() == sip::EliminationState::prepared)
    throw Error(Exit::lot_state,
                msg("The elimination {0} has no visa: nothing of it may be destroyed.", elimination.id()))
        .hint(msg("Code du patrimoine, R212-14. Register the visa first: versoir eliminate visa {0}.",
                  elimination.id()));
  if (elimination.is_rehearsal() && !c.words.has("rehearsal"))
    throw Error(Exit::lot_state,
                msg("The bordereau {0} is a rehearsal: its visa is worth nothing.", elimination.id()))
        .hint(msg("Give --rehearsal to try on a rehearsal extract."));
  const auto trail = whole_trail(c);
  auto findings = trail.missing_files(
      c.workspace(), elimination.folder().lexically_relative(c.workspace()).generic_string());
  std::ranges::move(sip::verify_elimination(elimination), std::back_inserter(findings));
  if (!findings.empty()) {
    Error e(Exit::evidence_broken,
            msg("The elimination {0} is no longer what was registered.", elimination.id()));
    for (const auto& f : findings) std::move(e).because(f.message);
    throw std::move(e).hint(msg("Put the files back from a copy; versoir verify says more."));
  }
  auto bordereau = elimination.bordereau();
  const auto root = core::text_of(bordereau.at("extract"), "root");
  if (root != extract.root().hex() && root != consult::origin_root(extract))
    throw Error(Exit::lot_state, msg("The bordereau {0} is about another extract than {1}.", elimination.id(),
                                     extract.path().filename().string()));
  return bordereau;
}

bool is_copied(extract::Extract& extract, const std::string& table, const std::string& column) {
  if (column.empty())
    return std::ranges::any_of(extract.tables(), [&](const auto& t) { return t.name == table; });
  auto st = extract.database().prepare(
      "SELECT 1 FROM versoir_column WHERE table_name = ?1 AND name = ?2 AND taken = 'yes'");
  st.bind(1, std::string_view(table)).bind(2, std::string_view(column));
  return st.step();
}

/// "T", "T.C", or "T.*" for what the extract left of T. A bordereau is about the source: what of it was never
/// copied is not to be taken out.
void add_part(Context& c, extract::Extract& extract, const std::string& spec, consult::PurgeOrder& order) {
  const auto dot = std::min(spec.find('.'), spec.size());
  const auto table = spec.substr(0, dot), column = dot < spec.size() ? spec.substr(dot + 1) : std::string();
  if (column == "*" || !is_copied(extract, table, column))
    c.out.result(msg("{0}: not in the extract, nothing of it to take out.", spec));
  else if (column.empty())
    order.tables.insert(table);
  else
    order.columns.emplace(table, column);
}

/// The annex names the records transferred: archive profile in its fourth column, key in its fifth.
void add_transferred(Context& c, const sip::Elimination& elimination, const profiles::Application& app,
                     consult::PurgeOrder& order) {
  constexpr std::size_t profile_column = 3, key_column = 4;
  std::set<std::string> untold;
  sip::read_records(elimination.file("annexe.csv"), ';', [&](sip::CsvFields& fields, std::size_t line) {
    if (line == 1 || fields.size() <= key_column) return true;
    const auto* archive = app.find_archive(fields[profile_column].value_or(""));
    const auto* record = archive ? app.find_record(archive->record) : nullptr;
    if (!record || consult::tables_to_purge(app, *record).empty())
      untold.insert(fields[profile_column].value_or("?"));
    else
      order.records[record->id].insert(fields[key_column].value_or(""));
    return true;
  });
  for (const auto& profile : untold)
    c.out.warn(
        msg("Records of {0} are not purged: the profile does not tell which rows are theirs.", profile));
}

consult::PurgeOrder order_of(Context& c, const sip::Elimination& elimination, extract::Extract& extract,
                             const core::Json& bordereau, const profiles::Application& app) {
  const auto visa = elimination.visa().value();
  consult::PurgeOrder order{elimination.id(),
                            core::text_of(visa, "reference"),
                            core::text_of(visa, "authority"),
                            core::text_of(visa, "date"),
                            {},
                            {},
                            {}};
  const auto& lines = bordereau.at("lines");
  for (const auto& line : lines) {
    if (line.at("kind") == "transferred") continue;
    const auto& tables = line.at("tables");
    for (const auto& table : tables) add_part(c, extract, table.at("name").get<std::string>(), order);
  }
  if (c.words.has("transferred")) add_transferred(c, elimination, app, order);
  return order;
}

void tell_what_stays(Context& c, const fs::path& old, const std::string& elimination) {
  c.out.result(
      msg("The old generation is still there, whole: Versoir destroys nothing. Once the new one is verified "
          "(versoir extract --verify), destroy the old one and every copy of it:"));
  std::string files;
  for (const auto& f : {old, extract::seal_file(old), trust::seal_path(extract::seal_file(old)),
                        fs::path(old.string() + ".index"), consult::annotations_file(old)})
    if (fs::exists(f)) files += " '" + f.string() + "'";
  c.out.result("  shred --remove --" + files);
  c.out.result(msg(
      "On a disk of flash memory or a file system that copies on write, shred does not suffice: destroy the "
      "key of the encrypted volume, or the medium. Backups count too. Then: versoir eliminate destroyed {0}",
      elimination));
}

int run_purge(Context& c) {
  const auto path = c.input(c.words.get("EXTRACT"));
  auto extract = extract::Extract::open(path);
  static_cast<void>(extract::require_sealed(extract, c.trust_store(), c.roles(), c.clock));
  if (c.words.get("bordereau").empty()) throw Error(Exit::usage, msg("--{0} is needed.", "bordereau"));
  if (c.words.get("output").empty()) throw Error(Exit::usage, msg("--{0} is needed.", "output"));
  const sip::Elimination elimination(c.workspace(), c.words.get("bordereau"));
  const auto bordereau = approved_bordereau(c, elimination, extract);
  const auto app = extract.profile();
  const auto order = order_of(c, elimination, extract, bordereau, app);
  const auto annotations = read_annotations(c, extract);
  if (!annotations.usable()) {
    Error e(Exit::evidence_broken, msg("The annotations that are there do not hold: nothing is purged."));
    for (const auto& r : annotations.reasons()) std::move(e).because(r);
    throw std::move(e);
  }
  std::size_t records = 0;
  for (const auto& [record, keys] : order.records) records += keys.size();
  c.out.result(msg("To take out: {0}, {1}, {2}; visa {3} of {4} ({5}).",
                   core::ntr("{0} table", "{0} tables", order.tables.size()),
                   core::ntr("{0} column", "{0} columns", order.columns.size()),
                   core::ntr("{0} record", "{0} records", records), order.visa,
                   core::show_date(order.visa_date), order.authority));
  const auto nothing = msg("Nothing was written.");
  if (c.words.has("confirm"))
    require_confirmed(c.words.get("confirm"), elimination.id(), nothing);
  else
    confirm_typed(msg("Type the identifier of the elimination to apply it ({0}):", elimination.id()),
                  elimination.id(), nothing);
  const fs::path to = c.words.get("output");
  const auto report = consult::purge(extract, to, order, annotations, c.signer(c.words.get("signer")),
                                     c.tsa(), c.clock, c.out.progress());
  std::uint64_t rows = 0;
  core::Json tables = core::Json::object();
  for (const auto& [table, n] : report.rows) {
    rows += n;
    tables[table] = n;
  }
  c.journal().append("EXTRACT_PURGED",
                     {{"elimination", elimination.id()},
                      {"from", report.previous_root},
                      {"to", report.root},
                      {"seal", report.previous_seal_sha512}},
                     trust::Outcome::ok,
                     {{"tables", tables}, {"records", report.records}, {"visa", order.visa}});
  c.out.result(msg("{0} is without {1} of {2} and {3}; its seal cites the old seal and the visa.",
                   to.string(), core::ntr("{0} row", "{0} rows", rows),
                   core::ntr("{0} table", "{0} tables", report.rows.size()),
                   core::ntr("{0} record", "{0} records", report.records)));
  tell_what_stays(c, path, elimination.id());
  c.out.summary({{"output", to.string()},
                 {"rows", rows},
                 {"records", report.records},
                 {"annotations", report.annotations},
                 {"root", report.root},
                 {"previousRoot", report.previous_root}});
  return 0;
}

}  // namespace

std::vector<CommandDef> consult_purge_commands() {
  return {
      {.name = "consult purge",
       .summary = mark("apply an approved elimination: a new sealed generation of an extract"),
       .details = mark(
           "Writes a new file that never held what the visa lets go (tables and columns whose DUA ended, "
           "and with --transferred the records of the annex), seals it, and leaves the old one to whoever "
           "runs the command, with the instruction to destroy it. Refused without a visa, or against a "
           "hold."),
       .example =
           "versoir consult purge apogee.extract --bordereau apogee-2031 --output apogee-2.extract --confirm "
           "apogee-2031",
       .arguments = {{mark("EXTRACT"), mark("an extract file")}},
       .options = {{"bordereau", mark("ELIMINATION"), mark("the elimination whose visa is registered")},
                   {"transferred", nullptr,
                    mark("take out the records of the annex too: copies of what was transferred")},
                   {"output", mark("FILE"), mark("the new generation")},
                   {"signer", mark("NAME"), mark("[signing.NAME] of the configuration"), "producer"},
                   {"rehearsal", nullptr, mark("accept a rehearsal bordereau, to try")},
                   {"confirm", mark("ID"), mark("the identifier, as typed by the person who decides")}},
       .exits = {Exit::extract_invalid, Exit::extract_altered, Exit::configuration, Exit::lot_state,
                 Exit::signing, Exit::evidence_broken, Exit::journal_broken, Exit::not_found,
                 Exit::profile_invalid},
       .run = run_purge}};
}

}  // namespace versoir::cli
