// versoir consult annotate: what changes about a person after the shutdown, signed beside the sealed extract.
#include "cli/consult_seal.hpp"
#include "cli/consult_trace.hpp"
#include "cli/context.hpp"
#include "consult/generation.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string typed_person(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& w : words) text += (text.empty() ? "" : " ") + w;
  return text;
}

std::map<std::string, std::string> typed_values(const std::vector<std::string>& words) {
  std::map<std::string, std::string> out;
  for (const auto& word : words) {
    const auto equal = word.find('=');
    if (equal == std::string::npos || equal == 0)
      throw Error(Exit::usage, msg("--set {0}: write NAME=VALUE.", word));
    if (!out.emplace(word.substr(0, equal), word.substr(equal + 1)).second)
      throw Error(Exit::usage, msg("--set gives {0} twice.", word.substr(0, equal)));
  }
  return out;
}

void show_units_to_tell(Context& c, const profiles::Application& app, const std::string& record,
                        const std::string& key) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& u : transferred_units(c, app, record, key)) {
    rows.push_back({u.versement, u.lot, u.operation, u.profile});
    c.out.event("unit", {{"versement", u.versement}, {"lot", u.lot}, {"operation", u.operation}});
  }
  if (rows.empty()) return;
  c.out.result(core::tr("What VITAM must be told"));
  c.out.table({core::tr("versement"), core::tr("lot"), core::tr("operation"), core::tr("what")}, rows);
}

int show_annotations(Context& c, consult::Archive& archive, const std::string& name,
                     const records::Key& key) {
  const auto& annotations = archive.annotations();
  if (!annotations.usable()) {
    Error e(Exit::evidence_broken, msg("The annotations beside this extract do not hold: none is applied."));
    for (const auto& r : annotations.reasons()) std::move(e).because(r);
    throw std::move(e);
  }
  ConsultTrace trace(c, archive.extract());
  trace.require_reason();
  trace.shown(name, key.text());
  std::vector<std::vector<std::string>> rows;
  for (const auto* a : annotations.of(name, key.text())) {
    std::string state = a->withdrawn ? core::tr("withdrawn") : "";
    rows.push_back({std::to_string(a->number), consult::annotation_kind_label(a->kind), a->text, a->paper,
                    core::show_date(a->made), a->by, state});
    c.out.event("annotation", {{"number", a->number},
                               {"kind", std::string(consult::annotation_kind_name(a->kind))},
                               {"text", a->text},
                               {"paper", a->paper},
                               {"made", a->made},
                               {"by", a->by},
                               {"withdrawn", a->withdrawn}});
  }
  c.out.summary({{"annotations", rows.size()}});
  if (rows.empty()) {
    c.out.result(msg("The record {0}:{1} has no annotation.", name, key.text()));
    return 0;
  }
  c.out.table({core::tr("No."), core::tr("Kind"), core::tr("What is stated"), core::tr("Signed paper"),
               core::tr("On"), core::tr("Signed by"), core::tr("state")},
              rows);
  auto record = record_as_sealed(archive, name, key);
  const auto earlier = consult::amend(record, archive.application(), annotations);
  if (c.words.has("earlier") && !earlier.empty()) {
    trace.earlier_shown(name, key.text());
    for (const auto& [label, value] : earlier) c.out.result(msg("{0}: {1}", label, value));
  } else if (!earlier.empty()) {
    c.out.result(msg("What the application held is masked; --earlier shows it, and writes it in the log."));
  }
  show_units_to_tell(c, archive.application(), name, key.text());
  return 0;
}

consult::NewAnnotation asked_annotation(Context& c, const std::string& name, const records::Key& key) {
  consult::NewAnnotation what;
  what.record = name;
  what.key = key.text();
  if (c.words.has("withdraw")) {
    if (c.words.has("kind")) throw Error(Exit::usage, msg("--kind and --withdraw are not given together."));
    what.kind = consult::AnnotationKind::withdrawal;
    what.withdraws = static_cast<std::uint64_t>(c.words.integer("withdraw", 1, 1'000'000'000));
  } else {
    what.kind = *consult::parse_annotation_kind(c.words.get("kind"));
  }
  what.values = typed_values(c.words.list("set"));
  what.text = c.words.get("text");
  what.paper = c.words.get("paper");
  return what;
}

int run_annotate(Context& c) {
  auto archive = open_archive(c, c.input(c.words.get("EXTRACT")));
  const auto [name, key] = find_one(c, archive, typed_person(c.words.list("PERSON")));
  if (!c.words.has("kind") && !c.words.has("withdraw")) return show_annotations(c, archive, name, key);
  static_cast<void>(record_as_sealed(archive, name, key));  // a record that is there
  auto& extract = archive.extract();
  const auto what = asked_annotation(c, name, key);
  auto& signer = c.signer(c.words.get("signer"));
  const auto number =
      consult::append_annotation(extract.path(), consult::origin_root(extract), archive.application(),
                                 archive.annotations(), what, signer, c.tsa(), c.clock);
  const auto written = read_annotations(c, extract);
  // The journal knows the last one: an annotation that is cut off the end is then missed.
  c.journal().append("ANNOTATION_SIGNED",
                     {{"application", archive.application().id},
                      {"extract", consult::origin_root(extract)},
                      {"record", name},
                      {"key", key.text()},
                      {"number", number},
                      {"head", written.head()}},
                     trust::Outcome::ok, {{"kind", std::string(consult::annotation_kind_name(what.kind))}});
  for (const auto& reason : written.reasons()) c.out.warn(reason);
  c.out.result(msg("Annotation {0} is signed by {1}, in {2}.", number, signer.certificate().common_name(),
                   consult::annotations_file(extract.path()).filename().string()));
  c.out.result(msg("A consultation service that runs sees it once it is started again."));
  c.out.summary({{"number", number}, {"kind", std::string(consult::annotation_kind_name(what.kind))}});
  show_units_to_tell(c, archive.application(), name, key.text());
  return 0;
}

}  // namespace

std::vector<CommandDef> consult_annotate_commands() {
  return {
      {.name = "consult annotate",
       .summary = mark("sign what changed about a person after the shutdown, beside the sealed extract"),
       .details =
           mark("A new name, a new sex in the civil status, a rectification, a hold. Documents bear the new "
                "identity, a search finds the person under both, sheets mask the old one. The extract does "
                "not change. Without --kind, tells the annotations of the person, and which transferred "
                "units VITAM must be told about."),
       .example = "versoir consult annotate apogee.extract 'etudiant:[1001]' --kind name --set prenom=Claire "
                  "--paper "
                  "\"Décision 2031-12 du 3 mars 2031\"",
       .arguments = {{mark("EXTRACT"), mark("an extract file")},
                     {mark("PERSON"), mark("a reference, or words that match one person"), true, true}},
       .options = with_reason(
           {{"kind", mark("KIND"), mark("kind of annotation"), nullptr, false, "name|sex|rectification|hold"},
            {"set", mark("FIELD=VALUE"), mark("the new value of a field; repeat the option"), nullptr, true},
            {"text", mark("TEXT"), mark("what is stated, in words")},
            {"paper", mark("TEXT"), mark("the signed paper it rests on: reference and date")},
            {"withdraw", mark("N"), mark("take back the annotation of this number")},
            {"signer", mark("NAME"), mark("[signing.NAME] of the configuration"), "archivist"},
            {"earlier", nullptr, mark("show what annotations mask; it is written in the log of accesses")}}),
       .exits = {Exit::extract_invalid, Exit::configuration, Exit::signing, Exit::evidence_broken,
                 Exit::journal_broken, Exit::not_found, Exit::temporary},
       .run = run_annotate}};
}

}  // namespace versoir::cli
