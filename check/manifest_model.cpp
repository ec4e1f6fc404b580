// What the reading of a manifest gathers: defects, identifiers by their hash, values of its head and of its
// objects.
#include "check/container.hpp"
#include "check/manifest.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace versoir::check {

void Defects::add(std::string_view code, Status status, core::Message message, std::string at) {
  ++total;
  worst = std::max(worst, status);
  if (items.size() < 100) items.push_back({std::string(code), status, std::move(message), std::move(at)});
}

void IdTable::declare(std::string_view id, IdFacts facts) { entries_.push_back({name_hash(id), facts}); }

void IdTable::close() { std::ranges::stable_sort(entries_, {}, &Entry::hash); }

std::optional<IdFacts> IdTable::find(std::uint64_t hash) const {
  const auto at = std::ranges::lower_bound(entries_, hash, {}, &Entry::hash);
  return at == entries_.end() || at->hash != hash ? std::nullopt : std::optional(at->facts);
}

void take_head_value(Manifest& head, std::string_view name, std::string_view parent,
                     const std::string& text) {
  const std::array<std::pair<std::string_view, std::string*>, 5> wanted{
      {{"MessageIdentifier", &head.message_identifier},
       {"ArchivalAgreement", &head.archival_agreement},
       {"ArchivalProfile", &head.archival_profile},
       {"OriginatingAgencyIdentifier", &head.originating_agency},
       {"SubmissionAgencyIdentifier", &head.submission_agency}}};
  for (const auto& [element, target] : wanted)
    if (name == element) *target = core::trim(text);
  if (name != "Identifier") return;
  if (parent == "ArchivalAgency") head.archival_agency = core::trim(text);
  if (parent == "TransferringAgency") head.transferring_agency = core::trim(text);
}

void take_object_value(ManifestModel& model, std::uint32_t number, std::string_view name,
                       const std::string& text) {
  auto& object = model.objects[number];
  const auto value = core::trim(text);
  if (name == "DataObjectVersion") {
    object.version = model.texts.keep_once(value);
    object.has_version = !value.empty();
  } else if (name == "Uri") {
    object.uri = model.texts.keep(text);
    object.has_address = !value.empty();
  } else if (name == "PhysicalId") {
    object.has_address = !value.empty();
  } else if (name == "MessageDigest") {
    object.digest = parse_digest(object.digest.algorithm, text);
  } else if (name == "Size") {
    const bool number_it_is =
        !value.empty() && value.size() <= 18 && std::ranges::all_of(value, core::is_digit);
    object.size = number_it_is ? std::stoull(value) : 0;
  }
}

}  // namespace versoir::check
