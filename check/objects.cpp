// STP_OG_CHECK_AND_TRANSFORME: digests, sizes and formats of the files, values of groups.
#include "check/any_digest.hpp"
#include "check/steps.hpp"
#include "core/error.hpp"
#include "core/format.hpp"

#include <algorithm>
#include <map>

namespace versoir::check {

using core::msg;

namespace {

/// By hash of the path, what a second reading of the archive computed.
using Computed = std::map<std::uint64_t, std::vector<ComputedDigest>>;

/// Digests that the first reading did not compute: the manifest came after the files, and names another
/// algorithm than SHA-512.
Computed compute_others(const Request& request, const ContainerFacts& container, const ManifestModel& model) {
  std::map<std::uint64_t, std::vector<DigestName>> wanted;
  for (const auto& object : model.objects) {
    const auto name = object.digest.algorithm;
    if (object.physical || object.digest.empty || name == DigestName::absent || name == DigestName::unknown)
      continue;
    const auto* file = container.find(object.uri);
    if (!file || container.digest(*file, name)) continue;
    auto& names = wanted[name_hash(object.uri)];
    if (!std::ranges::count(names, name)) names.push_back(name);
  }
  Computed computed;
  if (wanted.empty()) return computed;
  std::vector<AnyHasher> hashers;
  reread_container(
      request.sip, [&](std::string_view path) { return wanted.contains(name_hash(path)); },
      [&](std::string_view path, std::string_view piece) {
        for (const auto name : wanted.at(name_hash(path))) hasher_in(hashers, name).update(piece);
      },
      [&](std::string_view path) {
        auto& digests = computed[name_hash(path)];
        digests.clear();  // of two entries of one name the last counts
        for (const auto name : wanted.at(name_hash(path)))
          digests.push_back(hasher_in(hashers, name).finish());
      });
  return computed;
}

bool matches(const ObjectFacts& object, const ContainerFacts& container, const Computed& others) {
  const auto* file = container.find(object.uri);
  if (!file) return false;
  if (const auto digest = container.digest(*file, object.digest.algorithm))
    return digest->answers(object.digest);
  const auto found = others.find(name_hash(object.uri));
  return found != others.end() && std::ranges::any_of(found->second, [&](const ComputedDigest& d) {
           return d.answers(object.digest);
         });
}

void check_digest(const ObjectFacts& object, const ContainerFacts& container, const Computed& others,
                  Recorder& out) {
  if (object.digest.empty) {
    out.add("CHECK_DIGEST", Status::ko, msg("The object has no digest."), std::string(object.id));
  } else if (!matches(object, container, others)) {
    out.add("CHECK_DIGEST", Status::ko,
            msg("The digest of the file is not the declared one (lower-case hexadecimal)."),
            std::string(object.id));
  }
}

void check_size(const ObjectFacts& object, const FileFacts& file, Recorder& out) {
  if (object.size > 0 && object.size != file.size)
    out.add("CHECK_OBJECT_SIZE", Status::warning,
            msg("The declared size is {0} bytes, the file has {1}.", object.size, file.size),
            std::string(object.id));
}

/// Declared and identified format, in VITAM's order: the contract's list, identification, the platform's
/// list, the difference.
class FormatControl {
 public:
  FormatControl(const Request& request, const ManifestModel& model, Recorder& out)
      : referentials_(request.referentials),
        contract_(referentials_ ? referentials_->contract(model.head.archival_agreement) : nullptr),
        out_(out) {}

  void check(const ObjectFacts& object, const FormatAnswer& file) {
    if (contract_ && !contract_->every_format && !std::ranges::count(contract_->formats, object.format))
      return add("REJECTED_FORMAT", Status::ko,
                 msg("The ingest contract does not list the format {0}.",
                     object.format.empty() ? std::string_view("?") : object.format),
                 object);
    if (file.undecided) return;
    if (file.formats.empty()) {
      const bool tolerated = contract_ && contract_->every_format && contract_->unidentified_format_allowed;
      return add("FILE_FORMAT.UNKNOWN", tolerated ? Status::warning : Status::ko,
                 msg("The format of the file cannot be identified."), object);
    }
    const bool declared_found = std::ranges::count(file.formats, object.format) > 0;
    const std::string_view identified = declared_found ? object.format : file.formats.front();
    if (referentials_ && !referentials_->format_known(identified))
      return add("UNCHARTED", Status::ko,
                 msg("The platform does not know the format {0} of the file.", identified), object);
    // Of a declared format that we do not know, nothing tells that the content is not.
    if (declared_found || object.format.empty() || !core::format_of_puid(object.format)) return;
    add("FILE_FORMAT.UPDATED_FORMAT", Status::warning,
        msg("The declared format is {0}, the file is {1}: the platform corrects it.", object.format,
            identified),
        object);
  }

 private:
  void add(std::string_view code, Status status, core::Message message, const ObjectFacts& object) {
    out_.add("OG_OBJECTS_FORMAT_CHECK." + std::string(code), status, std::move(message),
             std::string(object.id));
  }
  const Referentials* referentials_;
  const IngestContract* contract_;
  Recorder& out_;
};

}  // namespace

void control_objects(const Request& request, const ContainerFacts& container, const ManifestModel& model,
                     Recorder& out) {
  if (model.objects.empty() && model.groups.empty()) {
    // A step with nothing to distribute is a WARNING.
    out.add("OBJECTS_LIST_EMPTY", Status::warning, msg("The SIP holds no object group."));
    return;
  }
  const auto others = compute_others(request, container, model);
  // An action at fault stops the next ones of its batch; physical objects are only looked at by the last.
  const auto each = [&](const auto& control) {
    for (const auto& object : model.objects)
      if (!object.physical && !object.uri.empty()) control(object, container.find(object.uri));
    out.hide_rest_after_ko();
  };
  each([&](const ObjectFacts& o, const FileFacts*) { check_digest(o, container, others, out); });
  if (request.workflow == Workflow::default_workflow)
    each([&](const ObjectFacts& o, const FileFacts* file) {
      if (file) check_size(o, *file, out);
    });
  FormatControl formats(request, model, out);
  each([&](const ObjectFacts& o, const FileFacts* file) {
    if (file) formats.check(o, container.formats(*file));
  });
  out.add(model.group_values);
}

}  // namespace versoir::check
