// Visas as files of a versement: storing and signing them, listing them, and what each says of a lot.
#include "sip/visa.hpp"

#include "trust/embedded.hpp"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::uint64_t visa_limit = 64u << 20, signature_limit = 1u << 20;

fs::path visa_path(const Versement& versement, int number, std::string_view extension) {
  return versement.file(fmt::format("visa-{}{}", number, extension));
}

/// n of "visa-n.json", nullopt for any other name.
std::optional<int> number_of(std::string_view file_name) {
  constexpr std::string_view head = "visa-", tail = ".json";
  if (!file_name.starts_with(head) || !file_name.ends_with(tail)) return std::nullopt;
  file_name.remove_prefix(head.size());
  file_name.remove_suffix(tail.size());
  int n = 0;
  const auto [end, error] = std::from_chars(file_name.data(), file_name.data() + file_name.size(), n);
  if (error != std::errc() || end != file_name.data() + file_name.size() || n < 1) return std::nullopt;
  return fmt::format("{}", n) == file_name ? std::optional(n) : std::nullopt;
}

VisaFile read_visa(const Versement& versement, int number) {
  VisaFile visa;
  visa.number = number;
  visa.json = Json::object();
  visa.bytes = core::read_file(visa_path(versement, number, ".json"), visa_limit);
  const auto signature = visa_path(versement, number, ".json.p7s");
  if (fs::exists(signature)) visa.signature = core::read_file(signature, signature_limit);
  const auto second = second_signature(versement, number);
  if (fs::exists(second)) visa.second = core::read_file(second, signature_limit);
  try {
    auto json = core::parse_json(visa.bytes, visa_path(versement, number, ".json").string());
    if (json.is_object()) visa.json = std::move(json);
  } catch (const Error&) {
    // Altered beyond reading: kept as an empty object. Its signature cannot hold, and verify_visa says so.
  }
  return visa;
}

bool names(const Json& list, const MessageIdentifier& lot) {
  return list.is_array() && std::any_of(list.begin(), list.end(), [&](const Json& item) {
           return item.is_object() ? core::text_of(item, "messageIdentifier") == lot.value
                                   : item == Json(lot.value);
         });
}

}  // namespace

std::string_view decision_name(Decision d) noexcept {
  switch (d) {
    case Decision::approve:
      return "approve";
    case Decision::refuse:
      return "refuse";
    case Decision::revoke:
      return "revoke";
  }
  return {};
}

int store_visa(const Versement& versement, std::string_view visa, std::string_view signature) {
  const auto json = core::parse_json(visa, "visa", Exit::usage);
  if (!json.is_object() || core::text_of(json, "format") != visa_format ||
      core::text_of(json, "versement") != versement.id())
    throw Error(Exit::usage, msg("This is not a visa of versement {0}.", versement.id()));
  const auto number = core::json_int(json, "number", "visa", Exit::usage);
  // Two decisions at once must not take the same number: the second would replace the first.
  const core::UniqueFd lock(::open(versement.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) core::throw_errno("lock", versement.folder().string());
  const auto visas = list_visas(versement);
  const int next = visas.empty() ? 1 : visas.back().number + 1;
  if (number != next)
    throw Error(Exit::lot_state,
                msg("The visa was prepared as number {0}, but the next one is {1}.", number, next))
        .hint(msg("Another decision was signed in the meantime: prepare the visa again."));
  // The signature first: a visa without signature would read as an unsigned decision after a crash.
  core::write_file(visa_path(versement, next, ".json.p7s"), signature);
  core::write_file(visa_path(versement, next, ".json"), visa);
  return next;
}

int sign_visa(const Versement& versement, std::string_view visa, trust::Signer& signer,
              const core::Clock& clock, trust::TimestampAuthority* tsa) {
  const auto json = core::parse_json(visa, "visa", Exit::usage);
  const auto named = json.find("signer");
  if (named == json.end() || !named->is_object() ||
      core::text_of(*named, "certificate") != signer.certificate().fingerprint().hex())
    throw Error(Exit::usage, msg("The visa was prepared for another certificate than the one that signs."));
  if (requires_timestamp({0, {}, {}, {}, json}) && !tsa)
    throw Error(Exit::signing, msg("The visa says that it is time-stamped, and no authority was given."));
  trust::SignOptions options;
  options.commitment = core::text_of(json, "decision") == decision_name(Decision::approve)
                           ? trust::Commitment::proof_of_approval
                           : trust::Commitment::proof_of_origin;
  options.tsa = tsa;
  return store_visa(versement, visa, trust::sign_detached(signer, visa, clock, options));
}

std::vector<VisaFile> list_visas(const Versement& versement) {
  std::vector<int> numbers;
  std::error_code error;
  for (fs::directory_iterator it(versement.folder(), error), end; !error && it != end; it.increment(error))
    if (const auto n = number_of(it->path().filename().string())) numbers.push_back(*n);
  // A folder read in part would hide a later refusal.
  if (error && error != std::errc::no_such_file_or_directory)
    throw Error(Exit::disk, msg("{0} cannot be read: {1}", versement.folder().string(), error.message()));
  std::sort(numbers.begin(), numbers.end());
  std::vector<VisaFile> visas;
  for (const int n : numbers) visas.push_back(read_visa(versement, n));
  return visas;
}

Coverage coverage(const VisaFile& visa, const MessageIdentifier& lot) {
  if (visa.json.empty()) return Coverage::unreadable;
  if (const auto lots = visa.json.find("lots"); lots != visa.json.end() && names(*lots, lot))
    return Coverage::covered;
  const auto out = visa.json.find("excluded");
  if (out != visa.json.end() && names(*out, lot) &&
      core::text_of(visa.json, "decision") == decision_name(Decision::approve))
    return Coverage::excluded;
  return Coverage::none;
}

bool requires_timestamp(const VisaFile& visa) {
  const auto at = visa.json.find("timestampRequired");
  return at != visa.json.end() && *at == true;
}

int signatures_required(const VisaFile& visa) {
  const auto at = visa.json.find("signaturesRequired");
  return at != visa.json.end() && at->is_number_integer() ? at->get<int>() : 1;
}

bool waits_for_second(const VisaFile& visa) {
  if (core::text_of(visa.json, "decision") != decision_name(Decision::approve)) return false;
  if (signatures_required(visa) < 2 || visa.signature.empty() || !visa.second.empty()) return false;
  return trust::signer_count(visa.signature) < 2;  // some tools gather the persons in one signature
}

fs::path second_signature(const Versement& versement, int number) {
  return visa_path(versement, number, ".json.2.p7s");
}

std::string latest_decision(const std::vector<VisaFile>& visas, const MessageIdentifier& lot) {
  for (auto visa = visas.rbegin(); visa != visas.rend(); ++visa) {
    switch (coverage(*visa, lot)) {
      case Coverage::covered:
        return core::text_of(visa->json, "decision");
      case Coverage::excluded:
      case Coverage::unreadable:
        return {};  // nothing older stands behind it
      case Coverage::none:
        break;
    }
  }
  return {};
}

}  // namespace versoir::sip
