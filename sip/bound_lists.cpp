// See bound_lists.hpp.
#include "sip/bound_lists.hpp"

#include "core/digest.hpp"
#include "core/file.hpp"

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Finding;
using core::msg;

namespace {

std::string digest_if_there(const fs::path& file) {
  return fs::exists(file) ? core::digest_file(file).sha512.hex() : std::string();
}

}  // namespace

ListDigests digest_lists(const Versement& versement) {
  return {digest_if_there(versement.file("plan.json")), digest_if_there(versement.file("kept.csv")),
          digest_if_there(versement.file("left-out.csv"))};
}

const VisaFile* approval_of(const Versement& versement, const MessageIdentifier& lot,
                            const std::vector<VisaFile>& visas) {
  const auto sending = versement.lot(lot) / "sending.json";
  const auto sent_under = fs::exists(sending)
                              ? core::text_of(core::read_json(sending, core::Exit::evidence_broken), "visa")
                              : std::string();
  for (auto visa = visas.rbegin(); visa != visas.rend(); ++visa) {
    if (!sent_under.empty() && fmt::format("visa-{}.json", visa->number) != sent_under) continue;
    if (core::text_of(visa->json, "decision") == decision_name(Decision::approve) &&
        coverage(*visa, lot) == Coverage::covered)
      return &*visa;
  }
  return nullptr;
}

std::vector<Finding> unbound_lists(const ListDigests& now, const Plan& plan, const VisaFile& visa) {
  std::vector<Finding> findings;
  const auto compare = [&](const char* file, const std::string& is, const std::string& signed_digest,
                           const std::string& planned) {
    const auto where = plan.versement + "/" + file;
    if (is.empty() || is != signed_digest)
      findings.push_back({core::Severity::error, "lists",
                          msg("{0} is not the file that visa {1} binds.", where, visa.number), where});
    else if (!planned.empty() && is != planned)
      findings.push_back(
          {core::Severity::error, "lists", msg("{0} is not the list that was planned.", where), where});
  };
  compare("plan.json", now.plan, core::text_of(visa.json, "planSha512"), {});
  compare("kept.csv", now.kept, core::text_of(visa.json, "keptSha512"), plan.kept_sha512);
  compare("left-out.csv", now.left_out, core::text_of(visa.json, "leftOutSha512"), plan.left_out_sha512);
  return findings;
}

}  // namespace versoir::sip
