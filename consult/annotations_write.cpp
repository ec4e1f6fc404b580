// Writing of annotations: one more, and those that a purged extract keeps.
#include "consult/annotation_lines.hpp"
#include "consult/annotations.hpp"
#include "core/file.hpp"
#include "core/nearest.hpp"
#include "core/text.hpp"

#include <openssl/rand.h>

#include <algorithm>

namespace versoir::consult {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace parts {

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(raw.size())) != 1)
    throw Error(Exit::unexpected, msg("The machine gives no random numbers."));
  return to_hex(raw);
}

std::string signed_line(const char* name, const Json& statement, trust::Signer& signer,
                        trust::TimestampAuthority* tsa, const core::Clock& clock) {
  trust::SignOptions options;
  options.commitment = trust::Commitment::proof_of_origin;
  options.tsa = tsa;
  const auto signature =
      trust::sign_detached(signer, std::string_view(core::canonical_json(statement)), clock, options);
  return core::canonical_json({{name, statement}, {"signature", to_hex(signature)}});
}

}  // namespace parts

namespace {

constexpr std::size_t longest_statement = 4000;

void check_values(const NewAnnotation& what, const profiles::Application& app) {
  const auto* sheet = app.find_sheet(what.record);
  std::vector<std::string> allowed;
  if (sheet)
    for (const auto& [kind, field] : sheet->amendable)
      if (kind == annotation_kind_name(what.kind)) allowed.push_back(field);
  for (const auto& [field, value] : what.values) {
    if (!core::is_utf8(value) || value.size() > longest_statement || value != core::single_line(value))
      throw Error(Exit::usage, msg("{0}: the value is not one line of text.", field));
    if (std::ranges::find(allowed, field) != allowed.end()) continue;
    Error e(Exit::usage, msg("The profile lets no annotation of the kind {0} change {1}.",
                             std::string(annotation_kind_name(what.kind)), field));
    if (!allowed.empty())
      std::move(e).hint(msg("It may change: {0}.", fmt::format("{}", fmt::join(allowed, ", "))));
    throw std::move(e);
  }
}

void check_annotation(const NewAnnotation& what, const profiles::Application& app,
                      const Annotations& present) {
  if (!present.usable()) {
    Error e(Exit::evidence_broken, msg("The annotations that are there do not hold: none is added."));
    for (const auto& r : present.reasons()) std::move(e).because(r);
    throw std::move(e).hint(msg("Put the file back from a copy."));
  }
  check_values(what, app);
  if (what.paper.empty())
    throw Error(Exit::usage, msg("An annotation cites the signed paper it rests on: give --paper."));
  const bool changes = what.kind == AnnotationKind::name || what.kind == AnnotationKind::sex;
  if (changes && what.values.empty())
    throw Error(Exit::usage, msg("What is the new value? Give --set FIELD=VALUE."));
  if (what.kind == AnnotationKind::rectification && what.values.empty() && what.text.empty())
    throw Error(Exit::usage, msg("What is rectified? Give --text, or --set FIELD=VALUE."));
  if (what.kind != AnnotationKind::withdrawal) return;
  const auto there = present.of(what.record, what.key);
  const auto it =
      std::ranges::find_if(there, [&](const Annotation* a) { return a->number == what.withdraws; });
  if (it == there.end() || (*it)->withdrawn || (*it)->kind == AnnotationKind::withdrawal)
    throw Error(Exit::usage,
                msg("The record has no annotation {0} that could be withdrawn.", what.withdraws));
}

/// The file is replaced whole: a machine that stops leaves the old one.
void replace_annotations(const fs::path& file, const std::string& bytes) {
  core::write_file(file, bytes, 0600);
}

}  // namespace

std::uint64_t append_annotation(const fs::path& extract, const std::string& origin,
                                const profiles::Application& app, const Annotations& present,
                                const NewAnnotation& what, trust::Signer& signer,
                                trust::TimestampAuthority* tsa, const core::Clock& clock) {
  check_annotation(what, app, present);
  const auto file = annotations_file(extract);
  const auto lock = core::FileLock::try_lock_folder(file);
  if (!lock)
    throw Error(Exit::temporary, msg("Another annotation is being written.")).hint(msg("Try again."));
  const auto before = fs::exists(file) ? core::read_file(file, parts::largest_annotations) : std::string();
  const auto last = before.empty() ? std::string::npos : before.rfind('\n', before.size() - 2);
  const auto line = std::string_view(before).substr(last == std::string::npos ? 0 : last + 1);
  std::string link = parts::first_link(origin);
  if (!line.empty()) {
    const auto json = core::parse_json(line, file.filename().string(), Exit::evidence_broken);
    link = json.contains("removed") ? core::text_of(json.at("removed"), "digest") : parts::link_of(line);
  }
  // What was verified is what is gone on with: another writer may have come between.
  if (!present.head().empty() && present.head() != link)
    throw Error(Exit::temporary, msg("Another annotation was written meanwhile.")).hint(msg("Try again."));
  const auto number = static_cast<std::uint64_t>(std::ranges::count(before, '\n')) + 1;
  Json values = Json::object();
  for (const auto& [field, value] : what.values) values[field] = value;
  Json entry{
      {"format", parts::annotation_format},
      {"number", number},
      {"prev", link},
      {"nonce", parts::random_hex(32)},  // its digest tells nothing of a short content once that is gone
      {"extract", origin},
      {"application", app.id},
      {"record", what.record},
      {"key", what.key},
      {"kind", std::string(annotation_kind_name(what.kind))},
      {"values", std::move(values)},
      {"text", core::single_line(what.text)},
      {"paper", core::single_line(what.paper)},
      {"made", core::format_instant(clock.now())},
      {"timestampRequired", tsa != nullptr}};
  if (what.kind == AnnotationKind::withdrawal) entry["withdraws"] = what.withdraws;
  replace_annotations(file, before + parts::signed_line("entry", entry, signer, tsa, clock));
  return number;
}

void carry_annotations(const fs::path& from, const fs::path& to,
                       const std::function<bool(const std::string&, const std::string&)>& removed,
                       const Json& why, trust::Signer& signer, const core::Clock& clock) {
  const auto file = annotations_file(from);
  if (!fs::exists(file)) return;
  const auto bytes = core::read_file(file, parts::largest_annotations);
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto end = bytes.find('\n', at);
    if (end == std::string::npos)
      throw Error(Exit::evidence_broken, msg("The annotations end in the middle of a line."));
    const auto line = std::string_view(bytes).substr(at, end - at + 1);
    at = end + 1;
    const auto json = core::parse_json(line, file.filename().string(), Exit::evidence_broken);
    const auto entry = json.find("entry");
    if (entry == json.end() || !removed(core::text_of(*entry, "record"), core::text_of(*entry, "key"))) {
      out += line;
      continue;
    }
    out += parts::signed_line("removed",
                              {{"number", entry->at("number")},
                               {"prev", entry->at("prev")},
                               {"digest", parts::link_of(line)},
                               {"why", why}},
                              signer, nullptr, clock);
  }
  core::write_file(annotations_file(to), out, 0600);
}

}  // namespace versoir::consult
