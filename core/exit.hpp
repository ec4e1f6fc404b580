// The catalogue of exit codes: one number per kind of outcome, never reused.
#pragma once
#include <array>
#include <string_view>

namespace versoir::core {

/// What the process tells its caller. The number is the exit code; the catalogue below is the single source
/// of the manual and of the tests.
enum class Exit : int {
  ok = 0,
  unexpected = 1,
  usage = 2,
  with_warnings = 3,
  configuration = 4,
  temporary = 5,
  window_closed = 6,
  source_unreachable = 10,
  source_rights = 11,
  source_missing = 12,
  source_data = 13,
  extract_invalid = 20,
  extract_altered = 21,
  profile_invalid = 22,
  extract_changed = 23,
  sip_build = 30,
  sip_refused = 31,
  sip_unreadable = 32,
  lot_state = 33,
  signing = 40,
  visa_missing = 41,
  visa_bad_signature = 42,
  visa_untrusted = 43,
  visa_other_versement = 44,
  visa_by_producer = 45,
  visa_expired = 46,
  visa_other_platform = 47,
  visa_sip_changed = 48,
  role_register = 49,
  platform_unreachable = 50,
  transfer_in_doubt = 51,
  platform_refused = 52,
  transfer_rejected = 53,
  reply_unreadable = 54,
  platform_paused = 55,
  journal_broken = 60,
  evidence_broken = 61,
  remainder = 62,
  disk = 70,
  not_found = 80,
  interrupted = 130,
};

struct ExitCode {
  Exit code;
  std::string_view name;         ///< stable identifier, shown in --json
  std::string_view description;  ///< English sentence, a gettext message id
};

/// Marks a description for translation (xgettext keyword exit_text); the identity at compile time.
consteval std::string_view exit_text(std::string_view english) { return english; }

/// Every exit code with its meaning, in numerical order.
inline constexpr std::array exit_codes{
    ExitCode{Exit::ok, "ok", exit_text("done")},
    ExitCode{Exit::unexpected, "unexpected", exit_text("unexpected failure: please report it")},
    ExitCode{Exit::usage, "usage", exit_text("the command line is wrong")},
    ExitCode{Exit::with_warnings, "with-warnings", exit_text("done, with warnings or in part")},
    ExitCode{Exit::configuration, "configuration", exit_text("the configuration is wrong or incomplete")},
    ExitCode{Exit::temporary, "temporary", exit_text("temporary failure: trying again may succeed")},
    ExitCode{Exit::window_closed, "window-closed",
             exit_text("the window is closed: the next one goes on, what was copied is kept")},
    ExitCode{Exit::source_unreachable, "source-unreachable", exit_text("the source database cannot be read")},
    ExitCode{Exit::source_rights, "source-rights", exit_text("the source account lacks a right")},
    ExitCode{Exit::source_missing, "source-missing",
             exit_text("a table or column of the profile is not in the source")},
    ExitCode{Exit::source_data, "source-data",
             exit_text("a value of the source cannot be copied faithfully")},
    ExitCode{Exit::extract_invalid, "extract-invalid", exit_text("the file is not a readable extract")},
    ExitCode{Exit::extract_altered, "extract-altered",
             exit_text("the extract no longer matches its digests or its seal")},
    ExitCode{Exit::profile_invalid, "profile-invalid", exit_text("the profile is unknown or wrong")},
    ExitCode{Exit::extract_changed, "extract-changed", exit_text("the source changed while it was copied")},
    ExitCode{Exit::sip_build, "sip-build", exit_text("a SIP could not be built")},
    ExitCode{Exit::sip_refused, "sip-refused", exit_text("the platform would refuse the SIP")},
    ExitCode{Exit::sip_unreadable, "sip-unreadable", exit_text("the SIP cannot be read")},
    ExitCode{Exit::lot_state, "lot-state",
             exit_text("the lot or versement is not in a state that allows this")},
    ExitCode{Exit::signing, "signing", exit_text("signing or time-stamping failed")},
    ExitCode{Exit::visa_missing, "visa-missing", exit_text("no visa approves this lot")},
    ExitCode{Exit::visa_bad_signature, "visa-bad-signature",
             exit_text("the signature of the visa is not valid")},
    ExitCode{Exit::visa_untrusted, "visa-untrusted",
             exit_text("the signer of the visa is not trusted or lacks the role")},
    ExitCode{Exit::visa_other_versement, "visa-other-versement",
             exit_text("the visa is for another versement or lot")},
    ExitCode{Exit::visa_by_producer, "visa-by-producer",
             exit_text("the visa was signed by the producer of the SIP")},
    ExitCode{Exit::visa_expired, "visa-expired",
             exit_text("the visa or its certificate is expired or revoked")},
    ExitCode{Exit::visa_other_platform, "visa-other-platform",
             exit_text("the visa is for another platform or tenant")},
    ExitCode{Exit::visa_sip_changed, "visa-sip-changed", exit_text("the SIP changed since it was approved")},
    ExitCode{Exit::role_register, "role-register",
             exit_text("the role register is not signed by the archive service")},
    ExitCode{Exit::platform_unreachable, "platform-unreachable", exit_text("the platform cannot be reached")},
    ExitCode{Exit::transfer_in_doubt, "transfer-in-doubt",
             exit_text("the outcome of the transfer is in doubt")},
    ExitCode{Exit::platform_refused, "platform-refused", exit_text("the platform refused the request")},
    ExitCode{Exit::transfer_rejected, "transfer-rejected",
             exit_text("the platform rejected the SIP (ATR KO)")},
    ExitCode{Exit::reply_unreadable, "reply-unreadable",
             exit_text("the platform's reply cannot be understood")},
    ExitCode{Exit::platform_paused, "platform-paused",
             exit_text("the platform stopped the operation and waits for its operators")},
    ExitCode{Exit::journal_broken, "journal-broken", exit_text("the journal is broken")},
    ExitCode{Exit::evidence_broken, "evidence-broken", exit_text("a piece of evidence does not verify")},
    ExitCode{Exit::remainder, "remainder",
             exit_text("something of the application is neither transferred, kept nor eliminated")},
    ExitCode{Exit::disk, "disk", exit_text("a file cannot be read or written")},
    ExitCode{Exit::not_found, "not-found", exit_text("nothing matches the request")},
    ExitCode{Exit::interrupted, "interrupted", exit_text("interrupted")},
};

/// The stable identifier of an exit code.
std::string_view exit_name(Exit code) noexcept;

}  // namespace versoir::core
