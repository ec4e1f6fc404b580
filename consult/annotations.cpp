// Reading of annotations: the chain, then each signature, then what they say together.
#include "consult/annotations.hpp"

#include "consult/annotation_lines.hpp"
#include "core/file.hpp"
#include "core/i18n.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace versoir::consult {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::array<std::pair<AnnotationKind, std::string_view>, 5> kinds_of_annotations{
    {{AnnotationKind::name, "name"},
     {AnnotationKind::sex, "sex"},
     {AnnotationKind::rectification, "rectification"},
     {AnnotationKind::hold, "hold"},
     {AnnotationKind::withdrawal, "withdrawal"}}};

/// A producer or an archivist, in office on the day that the signature claims.
bool may_annotate(const trust::RoleRegister& roles, const trust::SignerFacts& signer, core::Instant now) {
  const auto when = signer.timestamp ? signer.timestamp->time : signer.claimed_time.value_or(now);
  return std::ranges::any_of(roles.entries(), [&](const trust::RoleEntry& e) {
    return (e.role == trust::Role::producer || e.role == trust::Role::archivist) &&
           e.is(signer.certificate) && e.from <= when && when <= e.to;
  });
}

/// Whom to ask about signatures.
struct Judges {
  const trust::TrustStore* store;
  const trust::RoleRegister* roles;
  const core::Clock& clock;
  [[nodiscard]] bool can_judge() const noexcept { return store && roles; }

  /// Common name of the signer; throws what is wrong.
  [[nodiscard]] std::string signer_of(const Json& statement, std::string_view signature) const {
    if (!can_judge()) return {};
    auto wanted = *store;
    if (statement.value("timestampRequired", Json()) == true) {  // signed: it counts as said
      wanted.require_timestamp = true;
      wanted.timestamps_since.reset();
    }
    const auto bytes = parts::from_hex(signature);
    const auto found = trust::verify_detached(bytes, std::string_view(core::canonical_json(statement)),
                                              wanted, clock, trust::At::signing_time);
    if (found.verdict != trust::Verdict::valid || found.signers.empty()) {
      Error e(Exit::evidence_broken,
              found.findings.empty() ? msg("Its signature is not valid.") : found.findings.front().message);
      throw std::move(e);
    }
    const auto& signer = found.signers.front();
    if (!may_annotate(*roles, signer, clock.now()))
      throw Error(Exit::evidence_broken,
                  msg("{0}, who signed it, is neither producer nor archivist of the role register.",
                      signer.certificate.common_name()));
    return signer.certificate.common_name();
  }
};

Annotation read_entry(const Json& entry, const std::string& origin) {
  constexpr auto code = Exit::evidence_broken;
  const auto text = [&](const char* key) { return core::json_string(entry, key, "annotations", code); };
  if (text("format") != parts::annotation_format)
    throw Error(code, msg("It is of a later format: use a more recent version of Versoir."));
  if (text("extract") != origin) throw Error(code, msg("It is about another extract."));
  Annotation a;
  const auto kind = parse_annotation_kind(text("kind"));
  if (!kind) throw Error(code, msg("Its kind is not known: {0}.", text("kind")));
  a.kind = *kind;
  a.record = text("record");
  a.key = text("key");
  a.text = text("text");
  a.paper = text("paper");
  a.made = text("made");
  for (const auto& [field, value] : entry.at("values").items()) a.values[field] = value.get<std::string>();
  if (a.kind == AnnotationKind::withdrawal)
    a.withdraws = static_cast<std::uint64_t>(core::json_int(entry, "withdraws", "annotations", code));
  return a;
}

}  // namespace

namespace parts {

std::string first_link(const std::string& origin) {
  return core::sha256(std::string_view(std::string(annotation_format) + " " + origin)).hex();
}
std::string link_of(std::string_view line) { return core::sha256(line).hex(); }

std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const char b : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(b));
  return out;
}

std::string from_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = core::hex_digit(text[i]), low = core::hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high * 16 + low);
  }
  return text.size() % 2 == 0 ? out : std::string();
}

}  // namespace parts

std::string_view annotation_kind_name(AnnotationKind kind) noexcept {
  for (const auto& [k, name] : kinds_of_annotations)
    if (k == kind) return name;
  return {};
}

std::optional<AnnotationKind> parse_annotation_kind(std::string_view wanted) noexcept {
  for (const auto& [k, name] : kinds_of_annotations)
    if (name == wanted) return k;
  return std::nullopt;
}

std::string annotation_kind_label(AnnotationKind kind) {
  switch (kind) {
    case AnnotationKind::name:
      return core::tr("change of name or first name");
    case AnnotationKind::sex:
      return core::tr("change of sex in the civil status");
    case AnnotationKind::rectification:
      return core::tr("rectification");
    case AnnotationKind::hold:
      return core::tr("hold: nothing of the record may be eliminated");
    case AnnotationKind::withdrawal:
      return core::tr("withdrawal of an annotation");
  }
  return {};
}

fs::path annotations_file(const fs::path& extract) {
  fs::path p = extract;
  return p += ".annotations";
}

Annotations Annotations::read(const fs::path& extract, const std::string& origin,
                              const trust::TrustStore* store, const trust::RoleRegister* roles,
                              const core::Clock& clock) {
  Annotations out;
  const auto file = annotations_file(extract);
  std::error_code ec;
  if (!fs::exists(file, ec)) return out;
  const Judges judges{store, roles, clock};
  std::uint64_t number = 0;
  auto link = parts::first_link(origin);
  try {
    const auto bytes = core::read_file(file, parts::largest_annotations);
    for (std::size_t at = 0; at < bytes.size();) {
      const auto end = bytes.find('\n', at);
      ++number;
      if (end == std::string::npos) throw Error(Exit::evidence_broken, msg("Its line is not whole."));
      const auto line = std::string_view(bytes).substr(at, end - at + 1);
      at = end + 1;
      const auto json = core::parse_json(line, file.filename().string(), Exit::evidence_broken);
      if (core::canonical_json(json) != line)
        throw Error(Exit::evidence_broken, msg("Its line is not as it was written."));
      const bool removed = json.contains("removed");
      const auto& statement = json.at(removed ? "removed" : "entry");
      const auto said = core::json_int(statement, "number", "annotations", Exit::evidence_broken);
      if (said != static_cast<std::int64_t>(number) || core::text_of(statement, "prev") != link)
        throw Error(Exit::evidence_broken, msg("It does not follow the one before it."));
      const auto by = judges.signer_of(statement, core::text_of(json, "signature"));
      if (removed) {
        link = core::json_string(statement, "digest", "annotations", Exit::evidence_broken);
        continue;
      }
      link = parts::link_of(line);
      auto annotation = read_entry(statement, origin);
      annotation.number = number;
      annotation.by = by;
      if (annotation.kind == AnnotationKind::withdrawal)
        for (auto& earlier : out.all_)
          if (earlier.number == annotation.withdraws && earlier.record == annotation.record &&
              earlier.key == annotation.key)
            earlier.withdrawn = true;
      out.all_.push_back(std::move(annotation));
    }
    out.head_ = link;
    out.verdict_ = judges.can_judge() ? Verdict::verified : Verdict::not_judged;
    if (!judges.can_judge())
      out.reasons_.push_back(
          msg("versoir.conf does not say whose annotations are trusted: [trust] anchors and roles."));
  } catch (const Error& e) {
    out.verdict_ = Verdict::broken;
    out.all_.clear();
    out.reasons_.push_back(msg("Annotation {0} of {1} does not hold: {2}", number, file.filename().string(),
                               e.message().text()));
  } catch (const Json::exception&) {
    out.verdict_ = Verdict::broken;
    out.all_.clear();
    out.reasons_.push_back(msg("Annotation {0} of {1} cannot be read.", number, file.filename().string()));
  }
  return out;
}

std::vector<const Annotation*> Annotations::of(std::string_view record, std::string_view key) const {
  std::vector<const Annotation*> found;
  for (const auto& a : all_)
    if (a.record == record && a.key == key) found.push_back(&a);
  return found;
}

bool Annotations::held(std::string_view record, std::string_view key) const {
  return std::ranges::any_of(
      of(record, key), [](const Annotation* a) { return a->kind == AnnotationKind::hold && !a->withdrawn; });
}

std::map<std::string, std::string> Annotations::amended(std::string_view record, std::string_view key) const {
  std::map<std::string, std::string> values;
  for (const auto* a : of(record, key))
    if (!a->withdrawn)
      for (const auto& [field, value] : a->values) values[field] = value;
  return values;
}

std::vector<std::pair<std::string, std::string>> amend(records::Record& record,
                                                       const profiles::Application& app,
                                                       const Annotations& annotations) {
  std::vector<std::pair<std::string, std::string>> earlier;
  const auto amended = annotations.amended(record.def->id, record.key.text());
  for (auto& cell : record.root.cells) {
    const auto it = amended.find(cell.field->name);
    if (it == amended.end() || cell.value == it->second) continue;
    earlier.emplace_back(cell.field->label, cell.value.value_or(""));
    cell.value = it->second.empty() ? std::nullopt : std::optional(it->second);
    cell.label.clear();
    if (cell.value && !cell.field->code_list.empty()) {
      const auto* list = app.find_code_list(cell.field->code_list);
      const auto* code = list ? list->find(*cell.value) : nullptr;
      cell.label = code ? code->label : "code inconnu";
    }
  }
  return earlier;
}

}  // namespace versoir::consult
