// versoir roles: the register of who may do what, read, and signed by the archive service.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "trust/role_signature.hpp"
#include "trust/seal.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string role_label(trust::Role role) {
  switch (role) {
    case trust::Role::producer:
      return core::tr("producer");
    case trust::Role::archivist:
      return core::tr("archivist");
    case trust::Role::control_authority:
      return core::tr("control authority");
    case trust::Role::authority:
      return core::tr("delegating authority");
  }
  return {};
}

std::string place_of(const trust::RoleEntry& e) {
  std::string text;
  for (const auto& p : e.platforms) text += (text.empty() ? "" : ", ") + p;
  if (text.empty()) text = core::tr("every platform");
  std::string tenants;
  for (const auto t : e.tenants) tenants += (tenants.empty() ? "" : ", ") + std::to_string(t);
  return tenants.empty() ? text : text + " (" + core::tr("tenants") + " " + tenants + ")";
}

std::string delegation_of(const trust::RoleRegister& roles, const trust::RoleEntry& e) {
  if (!e.delegation) return {};
  const auto* by = roles.by_id(e.delegation->by);
  return msg("{0}: {1}, {2} to {3}", by ? by->name : e.delegation->by, e.delegation->act,
             core::show_instant(e.delegation->from), core::show_instant(e.delegation->to))
      .text();
}

void show_roles(Context& c, const trust::RoleRegister& roles) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& e : roles.entries()) {
    rows.push_back({e.name, e.quality, role_label(e.role), place_of(e), core::show_instant(e.from),
                    core::show_instant(e.to), delegation_of(roles, e)});
    c.out.event("role", {{"name", e.name},
                         {"role", trust::role_name(e.role)},
                         {"certificate", e.certificate ? e.certificate->hex() : ""},
                         {"subject", e.subject},
                         {"platforms", e.platforms},
                         {"tenants", e.tenants},
                         {"from", core::format_instant(e.from)},
                         {"to", core::format_instant(e.to)},
                         {"delegated_by", e.delegation ? e.delegation->by : ""},
                         {"act", e.delegation ? e.delegation->act : ""}});
  }
  c.out.table({core::tr("name"), core::tr("quality"), core::tr("role"), core::tr("platforms"),
               core::tr("from"), core::tr("to"), core::tr("by delegation of")},
              rows);
  if (roles.timestamps_required()) c.out.result(msg("Seals and visas count with a time-stamp only."));
}

int run_roles_show(Context& c) {
  const auto file = c.config().get_path("trust", "roles");
  const auto roles = trust::RoleRegister::read(file);
  show_roles(c, roles);
  const bool signers = !c.roles_signers().empty();
  c.out.summary({{"file", file.string()}, {"sha512", roles.digest().hex()}, {"verified", signers}});
  if (!signers) {
    c.out.warn(msg("[trust] roles_signer is not configured: nothing says who wrote this register."));
    return 0;
  }
  static_cast<void>(c.roles());  // its error is the answer
  c.out.result(msg("Signed by the archive service: {0}.", file.string()));
  return 0;
}

/// The certificate that signs is one that will be believed; without any configured it is told which to name.
void require_named_signer(Context& c, const trust::Certificate& signer) {
  const auto signers = c.roles_signers();
  if (signers.empty()) {
    c.out.warn(
        msg("[trust] roles_signer is not configured: put the certificate of {0} there, or this "
            "signature protects nothing.",
            signer.common_name()));
    return;
  }
  if (std::none_of(signers.begin(), signers.end(),
                   [&](const auto& s) { return s.fingerprint() == signer.fingerprint(); }))
    throw Error(
        Exit::role_register,
        msg("[trust] roles_signer does not name the certificate of {0}: its signature would not count.",
            signer.common_name()));
}

int run_roles_sign(Context& c) {
  const auto file = c.config().get_path("trust", "roles");
  const auto bytes = trust::read_register_file(file);
  const auto roles = trust::RoleRegister::parse(bytes, file.string());
  show_roles(c, roles);
  auto& signer = c.signer(c.words.get("signer"));
  require_named_signer(c, signer.certificate());
  auto& journal = c.journal();  // a broken journal is found before anything is signed
  // What asks for time-stamps may be this very register: only the configuration is looked at.
  auto* tsa = c.config().get_or("timestamp", "url", "").empty() ? nullptr : c.tsa();
  trust::sign_register(file, bytes, signer, c.clock, tsa);
  const auto signature = trust::seal_path(file);
  journal.append("ROLES_SIGNED",
                 {{"file", file.filename().string()},
                  {"sha512", roles.digest().hex()},
                  {"signature", core::digest_file(signature).sha512.hex()}},
                 trust::Outcome::ok, {{"certificate", signer.certificate().fingerprint().hex()}});
  c.out.result(msg("Signed: {0}", signature.string()));
  c.out.summary({{"file", file.string()},
                 {"signature", signature.string()},
                 {"sha512", roles.digest().hex()},
                 {"timestamped", tsa != nullptr}});
  return 0;
}

}  // namespace

std::vector<CommandDef> roles_commands() {
  return {
      {.name = "roles show",
       .summary = mark("who may produce and who may approve, and whether the archive service signed it"),
       .details = mark("Reads the role register ([trust] roles) and verifies its signature by the "
                       "certificate of [trust] roles_signer."),
       .example = "versoir roles show",
       .arguments = {},
       .options = {},
       .exits = {Exit::configuration, Exit::role_register},
       .run = run_roles_show},
      {.name = "roles sign",
       .summary = mark("sign the role register, for the archive service"),
       .details = mark("Shows the register, then writes its signature beside it (.p7s). With [trust] "
                       "roles_signer a register that is not so signed is refused by every command. Any "
                       "CAdES tool signs it as well, detached, in DER."),
       .example = "versoir roles sign --signer archive-service",
       .arguments = {},
       .options = {{"signer", mark("NAME"), mark("[signing.NAME] of the configuration"), "archive-service"}},
       .exits = {Exit::configuration, Exit::signing, Exit::role_register, Exit::journal_broken},
       .run = run_roles_sign}};
}

}  // namespace versoir::cli
