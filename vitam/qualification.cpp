// See qualification.hpp.
#include "vitam/qualification.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "vitam/diagnosis.hpp"
#include "vitam/exchange.hpp"

#include <algorithm>

namespace versoir::vitam {

using core::Error;
using core::Exit;
using core::Json;
using core::Message;
using core::msg;

namespace {

/// 36 characters, as VITAM's, that no platform gave.
const std::string& nowhere() {
  static const std::string id(36, 'a');
  return id;
}
constexpr const char* nobody = "VERSOIR-QUALIFY-NOBODY";

class Qualifier {
 public:
  Qualifier(const Qualifying& with, const std::stop_token& stop) : with_(with), stop_(stop) {}

  std::vector<TrialResult> run(const std::optional<BlankTrial>& blank) {
    if (!services()) return std::move(results_);
    configuration();
    missing_tenant();
    unknown_operation();
    unknown_reply();
    get_body();
    if (blank)
      dry_run(*blank);
    else
      add("blank-test", msg("a dry run (BLANK_TEST) of a lot is accepted"), Trial::skipped,
          msg("no versement was named"));
    return std::move(results_);
  }

 private:
  void add(std::string id, Message what, Trial outcome, Message found) {
    results_.push_back({std::move(id), std::move(what), outcome, std::move(found)});
  }
  void judge(std::string id, Message what, bool good, Message found) {
    add(std::move(id), std::move(what), good ? Trial::good : Trial::bad, std::move(found));
  }

  /// A question that another error than a wrong configuration ends is a trial that failed, and nothing more.
  template <class Act>
  void attempt(const char* id, const Message& what, Act&& act) {
    if (stop_.stop_requested()) throw Error(Exit::interrupted, msg("the qualification was stopped"));
    try {
      act();
    } catch (const Error& e) {
      if (e.code() == Exit::configuration || e.code() == Exit::interrupted) throw;
      add(id, what, Trial::bad, e.message());
    }
  }

  [[nodiscard]] const Platform& platform() const { return with_.client.platform(); }
  [[nodiscard]] std::string admin(const std::string& path) const {
    return platform().access_url + "/admin-external/v1/" + path;
  }

  bool services() {
    const auto down = with_.client.ping();
    const auto what = msg("both services answer");
    if (down.empty()) {
      add("services", what, Trial::good, msg("{0} and {1}", platform().ingest_url, platform().access_url));
      return true;
    }
    for (const auto& f : down) add("services", what, Trial::bad, f.message);
    return false;
  }

  /// Certificate, permissions, contracts, logbook: each line of the diagnosis that is no praise.
  void configuration() {
    const auto what = msg("certificate, permissions and contracts are those of the configuration");
    bool good = true;
    for (const auto& f : diagnose(with_.client, with_.contracts, with_.clock)) {
      if (f.severity != core::Severity::error) continue;
      add("configuration", what, Trial::bad, f.message);
      good = false;
    }
    if (good) add("configuration", what, Trial::good, msg("versoir vitam ping says it piece by piece"));
  }

  /// Shows that it is VITAM, or something that filters as it does, and not a page that says yes to all.
  void missing_tenant() {
    const auto what = msg("a question without a tenant is refused (412)");
    attempt("no-tenant", what, [&] {
      auto r = question(platform(), "GET", admin("operations/" + nowhere()));
      r.headers.erase("X-Tenant-Id");
      const auto status = with_.http.perform(r).status;
      judge("no-tenant", what, status == 412, msg("HTTP {0}", status));
    });
  }

  /// Documented as 404, read as 500 in the sources of VITAM 7.0.1; 204 is provided for. All three are
  /// understood: what the platform does is worth knowing.
  void unknown_operation() {
    const auto what = msg("an operation that does not exist is said so (404, 204 or 500)");
    attempt("unknown-operation", what, [&] {
      const auto status =
          with_.http.perform(question(platform(), "HEAD", admin("operations/" + nowhere()))).status;
      judge("unknown-operation", what, status == 404 || status == 204 || status == 500,
            msg("HTTP {0}", status));
    });
  }

  void unknown_reply() {
    const auto what = msg("an operation that does not exist has no reply (404)");
    attempt("unknown-reply", what, [&] {
      const core::TemporaryDirectory folder;
      try {
        with_.client.archive_transfer_reply({nowhere()}, folder.path() / "atr.xml");
        add("unknown-reply", what, Trial::bad, msg("a reply was given"));
      } catch (const Error& e) {
        judge("unknown-reply", what, e.code() == Exit::not_found, e.message());
      }
    });
  }

  /// VITAM's questions are GETs with a body; proxies drop it, and a selection that selects nothing gives all.
  void get_body() {
    const auto what = msg("the bodies of questions arrive: nothing is found under a name that nobody has");
    if (!with_.client.can_ask_logbook())
      return add("get-body", what, Trial::skipped, msg("no access_contract is configured"));
    attempt("get-body", what, [&] {
      auto r = question(platform(), "GET", platform().access_url + "/access-external/v1/logbookoperations");
      r.headers["Content-Type"] = "application/json";
      r.headers["X-Access-Contract-Id"] = platform().access_contract;
      r.body = Json{{"$query", {{"$eq", {{"obIdIn", nobody}}}}},
                    {"$filter", {{"$limit", 1}, {"$offset", 0}}},
                    {"$projection", Json::object()}}
                   .dump();
      const auto response = with_.http.perform(r);
      if (response.status == 404) return judge("get-body", what, true, msg("HTTP {0}", response.status));
      if (response.status != 200)
        return judge("get-body", what, false, msg("HTTP {0}: a proxy may drop them", response.status));
      const auto answer = core::parse_json(response.body, r.url, Exit::reply_unreadable);
      const bool empty = results_of(answer, r.url).empty();
      judge("get-body", what, empty,
            empty ? msg("none") : msg("something was found: a proxy on the way drops them"));
    });
  }

  void dry_run(const BlankTrial& blank) {
    const auto what = msg("a dry run (BLANK_TEST) of a lot is accepted");
    const auto lot = blank.sip.id();
    std::optional<Atr> atr;
    attempt("blank-test", what, [&] {
      atr = blank.ingest.blank_test(blank.versement, blank.sip, stop_);
      judge("blank-test", what, atr->reply_code == "Test OK",
            msg("{0}: {1}, operation {2}", lot.value, atr->reply_code, atr->operation));
    });
    if (!atr) return;
    judge("reply-names-lot", msg("its reply names the message that was sent"), atr->request == lot.value,
          msg("\"{0}\"", atr->request));
    reply_again(*atr, blank.versement.lot(lot) / "blank-test.xml");
    after_dry_run(*atr, lot);
  }

  /// A reply is evidence: asked for twice, it is the same.
  void reply_again(const Atr& atr, const std::filesystem::path& kept) {
    const auto what = msg("its reply is given again, byte for byte");
    attempt("same-reply", what, [&] {
      const core::TemporaryDirectory folder;
      with_.client.archive_transfer_reply({atr.operation}, folder.path() / "atr.xml");
      const bool same = core::digest_file(folder.path() / "atr.xml") == core::digest_file(kept);
      judge("same-reply", what, same, same ? msg("the same") : msg("another one"));
    });
  }

  /// What a lost answer would be recovered by must not take the dry run for the transfer.
  void after_dry_run(const Atr& atr, const sip::MessageIdentifier& lot) {
    const auto what = msg("the logbook knows the dry run, and does not take it for a transfer");
    if (!with_.client.can_ask_logbook())
      return add("logbook", what, Trial::skipped, msg("no access_contract is configured"));
    attempt("logbook", what, [&] {
      const auto known = with_.client.logged({atr.operation});
      const auto transfers = with_.client.find_ingests(lot.value);
      const bool mistaken = std::ranges::any_of(
          transfers, [&](const LoggedOperation& o) { return o.id.value == atr.operation; });
      judge("logbook", what, known && !mistaken,
            !known     ? msg("the logbook does not know operation {0}", atr.operation)
            : mistaken ? msg("it counts as an ingest")
                       : msg("{0}", known->outcome));
    });
  }

  const Qualifying& with_;
  const std::stop_token& stop_;
  std::vector<TrialResult> results_;
};

}  // namespace

std::string_view trial_name(Trial t) noexcept {
  return t == Trial::good ? "good" : t == Trial::bad ? "bad" : "skipped";
}

std::vector<TrialResult> qualify(const Qualifying& with, const std::optional<BlankTrial>& blank,
                                 const std::stop_token& stop) {
  return Qualifier(with, stop).run(blank);
}

Json qualification_json(const std::vector<TrialResult>& results, const Platform& platform,
                        const core::Clock& clock) {
  Json trials = Json::array();
  for (const auto& r : results)
    trials.push_back({{"id", r.id},
                      {"what", r.what.english()},
                      {"outcome", trial_name(r.outcome)},
                      {"found", r.found.english()}});
  return {{"format", "versoir-qualification/1"},
          {"platform", platform.name},
          {"ingest_url", platform.ingest_url},
          {"access_url", platform.access_url},
          {"tenant", platform.tenant},
          {"date", core::format_instant(clock.now())},
          {"trials", trials}};
}

}  // namespace versoir::vitam
