// See before_sending.hpp.
#include "cli/before_sending.hpp"

#include "core/error.hpp"
#include "extract/store.hpp"
#include "sip/settings.hpp"

#include <algorithm>
#include <filesystem>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

[[noreturn]] void nothing_sent(core::Message what, const std::vector<core::Finding>& found) {
  constexpr std::size_t told = 20;
  Error e(Exit::platform_refused, std::move(what));
  for (std::size_t i = 0; i < std::min(told, found.size()); ++i)
    std::move(e).because(found[i].where.empty()
                             ? msg("{0}: {1}", found[i].code, found[i].message.text())
                             : msg("{0} ({1}): {2}", found[i].code, found[i].where, found[i].message.text()));
  throw std::move(e).hint(
      msg("Nothing was sent. Have the platform corrected, or correct and plan again; "
          "--no-preflight sends without asking."));
}

}  // namespace

void BeforeSending::require(const sip::MessageIdentifier& lot) {
  if (c_.words.has("no-preflight")) return;
  if (!asked_) ask();
  if (!preflight_) return;
  const auto found = preflight_->judge(versement_, plan_, lot);
  if (found.empty()) return;
  c_.journal().append("SEND_REFUSED", {{"versement", plan_.versement}, {"lot", lot.value}},
                      trust::Outcome::ko, {{"reason", core::exit_name(Exit::platform_refused)}});
  nothing_sent(msg("The platform {0}, as it is today, would reject the lot {1}.", plan_.platform, lot.value),
               found);
}

void BeforeSending::ask() {
  asked_ = true;
  preflight_ = vitam::Preflight::ask(client_, c_.clock);
  if (!preflight_) {
    c_.out.say(
        msg("The platform {0} does not show its referentials to this certificate: contracts, agencies and "
            "rules are not looked at before sending.",
            plan_.platform));
    return;
  }
  if (!plan_.is_of_extract()) return;
  const auto file = c_.workspace() / plan_.extract;
  if (!std::filesystem::exists(file)) {
    c_.out.say(
        msg("The extract {0} is not here: durations of rules are not compared.", plan_.extract.string()));
    return;
  }
  const auto settings = sip::Settings::from_json(plan_.settings);
  auto app = extract::Extract::open(file).profile();
  sip::apply_durations(app, settings.durations);
  if (const auto found = preflight_->compare(app, settings.rules); !found.empty())
    nothing_sent(msg("Rules of the platform {0} are not those of the versement.", plan_.platform), found);
}

}  // namespace versoir::cli
