// STP_OG_CHECK_AND_TRANSFORME: digests and sizes of the files, formats that the contract refuses, values of
// groups.
#include "check/any_digest.hpp"
#include "check/steps.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <map>

namespace versoir::check {

using core::msg;

namespace {

using Computed = std::map<std::pair<std::uint64_t, DigestName>, std::vector<std::uint8_t>>;

/// Files declared with another algorithm than SHA-512, which the first reading computed.
Computed compute_others(const Request& request, const ManifestModel& model) {
  std::map<std::uint64_t, std::vector<DigestName>> wanted;
  for (const auto& object : model.objects) {
    const auto name = object.digest.algorithm;
    if (object.physical || object.digest.empty || name == DigestName::sha512 || name == DigestName::absent ||
        name == DigestName::unknown)
      continue;
    auto& names = wanted[name_hash(object.uri)];
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  Computed computed;
  if (wanted.empty()) return computed;
  std::vector<std::pair<DigestName, AnyHasher>> hashers;
  reread_container(
      request.sip, [&](std::string_view path) { return wanted.contains(name_hash(path)); },
      [&](std::string_view path, std::string_view piece) {
        if (hashers.empty())
          for (const auto name : wanted[name_hash(path)]) hashers.emplace_back(name, AnyHasher(name));
        for (auto& [name, hasher] : hashers) hasher.update(piece);
      },
      [&](std::string_view path) {
        if (hashers.empty())  // an empty file has no piece
          for (const auto name : wanted[name_hash(path)]) hashers.emplace_back(name, AnyHasher(name));
        for (auto& [name, hasher] : hashers) computed[{name_hash(path), name}] = hasher.finish();
        hashers.clear();
      });
  return computed;
}

bool matches(const ObjectFacts& object, const FileFacts& file, const Computed& others) {
  const auto& declared = object.digest;
  if (!declared.comparable) return false;
  const auto equal = [&](const auto& bytes) {
    return bytes.size() == declared.length && std::equal(bytes.begin(), bytes.end(), declared.bytes.begin());
  };
  if (declared.algorithm == DigestName::sha512) return equal(file.digest.bytes);
  const auto found = others.find({name_hash(object.uri), declared.algorithm});
  return found != others.end() && equal(found->second);
}

void check_digest(const ObjectFacts& object, const FileFacts* file, const Computed& others, Recorder& out) {
  if (object.digest.empty) {
    out.add("CHECK_DIGEST", Status::ko, msg("The object has no digest."), object.id);
  } else if (!file || !matches(object, *file, others)) {
    out.add("CHECK_DIGEST", Status::ko,
            msg("The digest of the file is not the declared one (lower-case hexadecimal)."), object.id);
  }
}

void check_format(const ObjectFacts& object, const IngestContract& contract, Recorder& out) {
  if (std::ranges::find(contract.formats, object.format) == contract.formats.end())
    out.add(
        "OG_OBJECTS_FORMAT_CHECK.REJECTED_FORMAT", Status::ko,
        msg("The ingest contract does not list the format {0}.", object.format.empty() ? "?" : object.format),
        object.id);
}

}  // namespace

void control_objects(const Request& request, const ContainerFacts& container, const ManifestModel& model,
                     Recorder& out) {
  if (model.objects.empty() && model.groups.empty()) {
    // A step with nothing to distribute is a WARNING.
    out.add("OBJECTS_LIST_EMPTY", Status::warning, msg("The SIP holds no object group."));
    return;
  }
  const auto others = compute_others(request, model);
  const auto* contract =
      request.referentials ? request.referentials->contract(model.head.archival_agreement) : nullptr;
  for (const auto& object : model.objects) {
    if (object.physical || object.uri.empty()) continue;
    const auto* file = container.find(object.uri);
    check_digest(object, file, others, out);
    if (file && object.size > 0 && object.size != file->size &&
        request.workflow == Workflow::default_workflow)
      out.add("CHECK_OBJECT_SIZE", Status::warning,
              msg("The declared size is {0} bytes, the file has {1}.", object.size, file->size), object.id);
    if (contract && !contract->every_format) check_format(object, *contract, out);
  }
  if (out.step_status() < Status::ko) out.add(model.group_values);
}

}  // namespace versoir::check
