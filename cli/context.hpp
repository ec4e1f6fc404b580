// What a command works with: its words, the console, the workspace and what its configuration gives access
// to.
#pragma once
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/http_client.hpp"
#include "extract/store.hpp"
#include "sip/versement.hpp"
#include "trust/cades.hpp"
#include "trust/journal.hpp"
#include "trust/roles.hpp"
#include "trust/signer.hpp"
#include "trust/timestamp.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace versoir::cli {

/// Lazily opens what the configuration names, each once. Everything throws Error(Exit::configuration) when it
/// lacks.
class Context {
 public:
  Context(const Values& words, Console& console, const core::Clock& clock, std::stop_token stop);
  ~Context();

  const Values& words;
  Console& out;
  const core::Clock& clock;
  std::stop_token stop;

  [[nodiscard]] const std::filesystem::path& workspace() const noexcept { return workspace_; }
  [[nodiscard]] std::filesystem::path config_file() const { return in_workspace("versoir.conf"); }
  /// A path of the workspace as people read it: no "./" in front.
  [[nodiscard]] std::filesystem::path in_workspace(const std::filesystem::path& name) const {
    return (workspace_ / name).lexically_normal();
  }
  [[nodiscard]] const core::Config& config();
  [[nodiscard]] trust::Journal& journal();
  /// Under what this run writes its events.
  [[nodiscard]] trust::Circumstances circumstances();
  [[nodiscard]] std::filesystem::path journal_file();
  /// --node, else [journal] node: machines that share a workspace write a journal each.
  [[nodiscard]] std::string journal_node();
  /// [signing.NAME]
  [[nodiscard]] trust::Signer& signer(const std::string& name);
  /// The same, without asking anybody for a PIN: Error(Exit::signing) when it takes one.
  [[nodiscard]] trust::Signer& signer_at_hand(const std::string& name);
  /// The certificate of [signing.NAME]; its key may be elsewhere.
  [[nodiscard]] trust::Certificate certificate(const std::string& name);
  [[nodiscard]] const trust::TrustStore& trust_store();
  /// Under the signature of [trust] roles_signer, where there is one: Error(Exit::role_register) otherwise.
  [[nodiscard]] const trust::RoleRegister& roles();
  /// Who answers for the role register; empty when nobody is configured.
  [[nodiscard]] std::vector<trust::Certificate> roles_signers();
  /// A production platform works under a signed role register only; with another one its lack is told.
  /// `planned_kind`: what it was when the versement was planned, which its visa binds.
  void require_roles_signer(const std::string& platform, std::string_view planned_kind = {});
  /// Persons who must sign an approval for this platform, by the configuration: 1 or 2.
  [[nodiscard]] int approval_signatures(const std::string& platform);
  /// Whatever time-stamps are asked for: what judges the role register itself, which may ask for them.
  [[nodiscard]] const trust::TrustStore& plain_trust_store();
  /// A time-stamping authority is configured, or one is asked for: signatures without a time-stamp are
  /// refused.
  [[nodiscard]] bool timestamps_required();
  /// nullptr when [timestamp] url is not set; an error when it is required and not set.
  [[nodiscard]] trust::TimestampAuthority* tsa();
  /// Answers about revocation that this run was given: they count from now on.
  void add_ocsp_answer(const trust::Certificate& about, std::string answer_der);
  [[nodiscard]] bool asked_about(const trust::Certificate& certificate) const;
  [[nodiscard]] const std::vector<std::string>& learned_answers() const;
  /// Folders where profiles are looked up by name: workspace, then what is installed with the program.
  [[nodiscard]] std::vector<std::filesystem::path> profile_folders() const;

  /// A path given on the command line: as typed when it exists, else relative to the workspace.
  [[nodiscard]] std::filesystem::path input(const std::string& typed) const;
  [[nodiscard]] sip::Versement versement(const std::string& id) const;
  /// One that exists; Error(otherwise) lists those that do.
  [[nodiscard]] sip::Versement known_versement(const std::string& id,
                                               core::Exit otherwise = core::Exit::lot_state) const;
  /// The extract of a plan, found from the workspace.
  [[nodiscard]] extract::Extract open_extract(const sip::Plan& plan) const;
  /// Lots chosen by --lot, or by --shard i/n (those whose place in the plan leaves i when divided by n), or
  /// all, in the order of the plan; an unknown one, or no shard, is Error(Exit::usage).
  [[nodiscard]] std::vector<sip::PlannedLot> chosen_lots(const sip::Plan& plan) const;

  /// Throws Error(Exit::interrupted) when a stop was asked.
  void check_stop() const;

 private:
  struct Lazy;
  trust::Signer& load_signer(const std::string& name,
                             const std::function<std::optional<std::string>(const std::string&)>& ask);
  std::filesystem::path workspace_;
  std::unique_ptr<Lazy> lazy_;
};

[[nodiscard]] std::string program_version();
/// When this version was released, YYYY-MM-DD.
[[nodiscard]] std::string program_date();
/// Where the profiles shipped with the program may be: the environment's choice, a build tree, an
/// installation.
[[nodiscard]] std::vector<std::filesystem::path> installed_profile_folders();

}  // namespace versoir::cli
