// What is looked at before a copy.
#include "cli/before_copy.hpp"

#include "cli/source_options.hpp"
#include "core/display.hpp"
#include "extract/preflight.hpp"
#include "extract/seal.hpp"

#include <algorithm>
#include <map>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Message;
using core::msg;
using core::Severity;

namespace {

constexpr std::chrono::days ends_soon{30};

Exit exit_of(const Finding& f) {
  static const std::map<std::string_view, Exit> codes{{"RIGHTS", Exit::source_rights},
                                                      {"DISK", Exit::disk},
                                                      {"TARGET", Exit::disk},
                                                      {"CSV_CONTENT", Exit::source_data},
                                                      {"UNDECIDED", Exit::profile_invalid},
                                                      {"SIGNING", Exit::signing},
                                                      {"CONFIGURATION", Exit::configuration}};
  const auto it = codes.find(f.code);
  return it == codes.end() ? Exit::source_missing : it->second;
}

class Workspace {
 public:
  explicit Workspace(Context& c) : c_(c) {}

  std::vector<Finding> look(const fs::path& target, bool ask_tsa) {
    std::error_code ec;
    if (!c_.words.has("replace") && fs::exists(target, ec))
      add(Severity::error, "TARGET",
          msg("{0} already exists: another name, or --replace, is needed.", target.string()));
    guarded([&] { look_at_signing(ask_tsa); });
    return std::move(findings_);
  }

 private:
  void add(Severity severity, const char* code, Message message) {
    findings_.push_back({severity, code, std::move(message), ""});
  }
  template <class F>
  void guarded(F&& f) {
    try {
      f();
    } catch (const Error& e) {
      const char* code = e.code() == Exit::configuration ? "CONFIGURATION" : "SIGNING";
      add(Severity::error, code, e.message());
      for (const auto& cause : e.causes()) add(Severity::error, code, cause);
    }
  }

  void look_at_signing(bool ask_tsa) {
    auto& signer = c_.signer("producer");  // its key, its dates, what it may be used for
    const auto& certificate = signer.certificate();
    if (certificate.not_after() - c_.clock.now() < ends_soon)
      add(Severity::warning, "CERTIFICATE_ENDS",
          msg("The certificate of {0} ends on {1}: a copy that lasts longer could not be sealed.",
              certificate.common_name(), core::show_instant(certificate.not_after())));
    look_at_role(certificate);
    trust::TimestampAuthority* tsa = nullptr;
    guarded([&] { tsa = c_.tsa(); });
    if (!c_.config().find_path("trust", "anchors"))
      return add(Severity::warning, "NO_ANCHORS",
                 msg("[trust] anchors is not configured: whether the seal will be accepted is not known."));
    rehearse(signer, ask_tsa ? tsa : nullptr);
  }

  /// `plan` asks for it; the register is the archivists' and may be completed after the copy.
  void look_at_role(const trust::Certificate& certificate) {
    const auto name = certificate.common_name();
    if (!c_.config().find_path("trust", "roles"))
      return add(
          Severity::warning, "NO_ROLES",
          msg("[trust] roles is not configured: versoir plan will ask whether {0} is a producer.", name));
    guarded([&] {
      if (!c_.roles().is_producer(certificate))
        add(Severity::warning, "NOT_A_PRODUCER",
            msg("{0} is no producer of the role register: versoir plan will refuse the extract.", name));
    });
  }

  /// Signs a few bytes and judges the signature as that of the seal will be.
  void rehearse(trust::Signer& signer, trust::TimestampAuthority* tsa) {
    const std::string_view content = "versoir";
    auto store = c_.trust_store();
    if (!tsa) store.require_timestamp = false;
    const auto signature =
        trust::sign_detached(signer, content, c_.clock, {trust::Commitment::proof_of_origin, tsa});
    const auto verified =
        trust::verify_detached(signature, content, store, c_.clock, trust::At::signing_time);
    const auto before = findings_.size();
    for (const auto& f : verified.findings)
      if (f.severity == Severity::error) add(Severity::error, "SIGNING", f.message);
    if (verified.verdict != trust::Verdict::valid && findings_.size() == before)
      add(Severity::error, "SIGNING", msg("The signature of the seal is not valid."));
  }

  Context& c_;
  std::vector<Finding> findings_;
};

void show_forecast(Context& c, const extract::Forecast& f) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& t : f.tables) {
    rows.push_back({t.name, t.label, std::to_string(t.columns),
                    t.rows ? core::show_count(*t.rows) : core::tr("unknown"),
                    t.bytes ? core::show_size(*t.bytes) : ""});
    core::Json facts{{"name", t.name}, {"columns", t.columns}};
    if (t.rows) facts["rows"] = *t.rows;
    if (t.bytes) facts["bytes"] = *t.bytes;
    c.out.event("table", facts);
  }
  c.out.table({core::tr("table"), core::tr("content"), core::tr("columns"), core::tr("rows (about)"),
               core::tr("size")},
              rows);
  const bool sized = std::ranges::any_of(f.tables, [](const auto& t) { return t.bytes.has_value(); });
  c.out.result(msg("About {0}, {1}, in {2}.", core::ntr("{0} row", "{0} rows", f.rows),
                   sized ? core::show_size(f.bytes) : core::tr("size unknown"),
                   core::ntr("{0} table", "{0} tables", f.tables.size())));
  core::Json facts{{"rows", f.rows}, {"tables", f.tables.size()}};
  if (sized) facts["bytes"] = f.bytes;
  if (const auto took = f.duration()) {
    c.out.result(msg("At the rate measured on the largest table ({0} rows a second): about {1} min.",
                     core::show_count(static_cast<std::uint64_t>(*f.rows_per_second)),
                     (took->count() + 59) / 60));
    facts["rows_per_second"] = static_cast<std::uint64_t>(*f.rows_per_second);
    facts["seconds"] = took->count();
  }
  c.out.summary(facts);
}

extract::Preflight look(Context& c, extract::Source& source, const profiles::Application& profile,
                        const std::vector<extract::Decision>& decisions, const fs::path& target,
                        bool measure) {
  auto found = extract::look_before(source, profile, decisions, target, c.clock, measure, c.stop);
  if (!c.words.has("final")) return found;
  for (const auto& m : found.undecided) found.findings.push_back({Severity::error, "UNDECIDED", m, ""});
  for (auto& f : source.probe_writable()) found.findings.push_back(std::move(f));
  return found;
}

}  // namespace

std::vector<Finding> look_at_workspace(Context& c, const fs::path& target, bool ask_tsa) {
  return Workspace(c).look(target, ask_tsa);
}

int dry_run(Context& c, const profiles::Application& profile, const std::vector<extract::Decision>& decisions,
            const fs::path& target) {
  auto findings = look_at_workspace(c, target, true);
  for (const auto& f : findings) c.out.finding(f);  // at once: the source may not answer
  const auto opened = open_source(c, c.words.get("SOURCE"), profile);
  const auto result = look(c, *opened.source, profile, decisions, target, true);
  for (const auto& f : result.findings) c.out.finding(f);
  if (result.forecast) show_forecast(c, *result.forecast);
  findings.insert(findings.end(), result.findings.begin(), result.findings.end());
  for (const auto& f : findings)
    if (f.severity == Severity::error) return static_cast<int>(exit_of(f));
  return static_cast<int>(findings.empty() ? Exit::ok : Exit::with_warnings);
}

void check_before(Context& c, extract::Source& source, const profiles::Application& profile,
                  const std::vector<extract::Decision>& decisions, const fs::path& target,
                  const std::vector<Finding>& known) {
  auto findings = known;
  std::ranges::move(look(c, source, profile, decisions, target, false).findings,
                    std::back_inserter(findings));
  std::optional<Error> refused;
  for (const auto& f : findings) {
    if (f.severity != Severity::error) {
      c.out.finding(f);
      continue;
    }
    if (f.code == "MISSING") continue;
    if (!refused) refused.emplace(exit_of(f), msg("The copy cannot begin."));
    std::move(*refused).because(f.message);
  }
  if (refused) throw std::move(*refused).hint(msg("versoir extract --dry-run looks again without copying."));
}

bool already_made(Context& c, const profiles::Application& profile, const fs::path& target) {
  std::error_code ec;
  if (!fs::exists(target, ec)) return false;
  auto extract = extract::Extract::open(target);
  static_cast<void>(extract::require_sealed(extract, c.trust_store(), c.roles(), c.clock));
  const auto& run = extract.run();
  const auto other = msg("Move it away first, or give another name with --output.");
  if (run.application != profile.id)
    throw Error(Exit::lot_state,
                msg("{0} is an extract of {1}, not of {2}.", target.string(), run.application, profile.id))
        .hint(other);
  if (c.words.has("final") && run.kind != extract::kind_name(extract::Kind::final_))
    throw Error(Exit::lot_state,
                msg("{0} is a rehearsal, and a final extract is asked for.", target.string()))
        .hint(other);
  c.out.result(msg("Nothing to do: {0} is there, whole and sealed (made on {1}, root {2}).", target.string(),
                   core::show_instant(run.finished), extract.root().hex().substr(0, 16)));
  c.out.summary({{"extract", target.string()}, {"root", extract.root().hex()}, {"already_made", true}});
  return true;
}

}  // namespace versoir::cli
