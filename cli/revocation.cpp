// Asking about certificates, and keeping what was answered.
#include "cli/revocation.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "trust/embedded.hpp"
#include "trust/ocsp.hpp"
#include "trust/seal.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// By its content: the same answer is kept once.
std::string answer_name(std::string_view der) { return core::sha256(der).hex().substr(0, 32) + ".der"; }

fs::path kept_folder(const Context& c) { return c.in_workspace("ocsp"); }

void add_answers(std::vector<std::string>& answers, const fs::path& folder) {
  for (auto& der : trust::read_ocsp_answers(folder)) answers.push_back(std::move(der));
}

/// ocsp-….der of every versement: one that was brought from another workspace has its own.
void add_answers_of_versements(Context& c, std::vector<std::string>& answers) {
  for (const auto& id : sip::list_versements(c.workspace()))
    for (const auto& entry : fs::directory_iterator(sip::Versement(c.workspace(), id).folder())) {
      const auto name = entry.path().filename().string();
      if (name.starts_with("ocsp-") && name.ends_with(".der"))
        answers.push_back(core::read_file(entry.path(), 1u << 20));
    }
}

std::vector<trust::Certificate> with_anchors(Context& c, std::vector<trust::Certificate> certificates) {
  const auto& anchors = c.plain_trust_store().anchors;
  certificates.insert(certificates.end(), anchors.begin(), anchors.end());
  return certificates;
}

}  // namespace

OcspSource ocsp_source(const core::Config& config) {
  const auto text = config.get_or("trust", "ocsp", "");
  if (text.empty()) return {};
  if (text.starts_with("http://") || text.starts_with("https://")) return {{}, text};
  return {config.get_path("trust", "ocsp"), {}};
}

std::vector<std::string> kept_ocsp_answers(Context& c) {
  std::vector<std::string> answers;
  const auto source = ocsp_source(c.config());
  if (!source.folder.empty()) add_answers(answers, source.folder);
  if (!source.url.empty() && fs::exists(kept_folder(c))) add_answers(answers, kept_folder(c));
  add_answers_of_versements(c, answers);
  return answers;
}

void learn_revocation(Context& c, const std::vector<trust::Certificate>& certificates) {
  const auto source = ocsp_source(c.config());
  if (source.url.empty()) return;
  const auto candidates = with_anchors(c, certificates);
  const auto http = core::make_curl_client({});
  for (const auto& certificate : certificates) {
    if (certificate.is_authority() || c.asked_about(certificate)) continue;
    const auto* issuer = trust::issuer_of(certificate, candidates);
    if (!issuer) continue;  // the verification tells that nobody answers for it
    const auto answer =
        trust::ask_ocsp(source.url, certificate, *issuer, c.plain_trust_store().anchors, *http, c.clock);
    fs::create_directories(kept_folder(c));
    core::write_file(kept_folder(c) / answer_name(answer), answer);
    c.add_ocsp_answer(certificate, answer);
  }
}

void learn_revocation_of(Context& c, std::string_view signature_der) {
  if (!ocsp_source(c.config()).url.empty()) learn_revocation(c, trust::embedded_certificates(signature_der));
}

void learn_seal(Context& c, const fs::path& file) {
  const auto seal = trust::seal_path(file);
  std::error_code ec;
  if (ocsp_source(c.config()).url.empty() || !fs::exists(seal, ec)) return;
  try {
    learn_revocation_of(c, core::read_file(seal, 1u << 20));
  } catch (const Error& e) {
    if (e.code() != Exit::evidence_broken) throw;  // no signature at all: the verification tells it
  }
}

void learn_register(Context& c, const fs::path& file) {
  const auto& store = c.plain_trust_store();
  const auto signers = c.roles_signers();
  const auto candidates = with_anchors(c, signers);
  const auto counts = [&](const trust::Certificate& signer) {
    const auto* issuer = trust::issuer_of(signer, candidates);
    return issuer &&
           trust::judge_ocsp(signer, *issuer, store.ocsp_der, store.anchors, {c.clock.now(), false}).status !=
               trust::OcspStatus::silent;
  };
  if (std::any_of(signers.begin(), signers.end(), counts)) return;
  try {
    learn_seal(c, file);
  } catch (const Error& e) {
    if (e.code() != Exit::signing) throw;
  }
}

namespace {

/// A list that is not verified can only refuse a key that is good: that is the safe side.
void require_not_listed(Context& c, const std::vector<trust::Certificate>& certificates) {
  if (!c.config().find_path("trust", "crl") || !c.config().find_path("trust", "anchors")) return;
  for (const auto& certificate : certificates)
    if (trust::is_listed(certificate, c.plain_trust_store().crls_der))
      throw Error(Exit::signing, msg("The certificate of {0} is revoked: nothing is signed with it.",
                                     certificate.common_name()));
}

}  // namespace

void require_not_revoked(Context& c, const trust::Signer& signer) {
  std::vector<trust::Certificate> all{signer.certificate()};
  all.insert(all.end(), signer.chain().begin(), signer.chain().end());
  require_not_listed(c, all);
  if (ocsp_source(c.config()).url.empty()) return;
  learn_revocation(c, all);
  const auto candidates = with_anchors(c, all);
  const auto* issuer = trust::issuer_of(signer.certificate(), candidates);
  if (!issuer) return;
  const auto& store = c.plain_trust_store();
  const auto judged =
      trust::judge_ocsp(signer.certificate(), *issuer, store.ocsp_der, store.anchors, {c.clock.now(), false});
  const auto name = signer.certificate().common_name();
  if (judged.status == trust::OcspStatus::revoked)
    throw Error(Exit::signing, msg("The certificate of {0} is revoked: nothing is signed with it.", name));
  if (judged.status != trust::OcspStatus::good)
    throw Error(
        Exit::signing,
        msg("The authority (OCSP) does not know the certificate of {0}: nothing is signed with it.", name));
}

void keep_answers(Context& c, const sip::Versement& versement) {
  for (const auto& answer : c.learned_answers()) {
    const auto file = versement.file("ocsp-" + answer_name(answer));
    if (!fs::exists(file)) core::write_file(file, answer);  // its name is its content's
  }
}

}  // namespace versoir::cli
