// See stray_names.hpp.
#include "sip/stray_names.hpp"

#include "core/nearest.hpp"

#include <fmt/format.h>

#include <optional>

namespace versoir::sip {

using core::msg;

namespace {

class Strays {
 public:
  Strays(const core::Config& config, const profiles::Application& app, const NamesElsewhere& elsewhere)
      : config_(config), app_(app), elsewhere_(elsewhere) {}

  /// `known`: the codes that may have been meant.
  void rule(const std::string& code, const std::string& where, const std::vector<std::string>& known) {
    if (app_.find_rule(code)) return;
    add(
        code, "CONFIG_RULE", known,
        [&](const std::string& near) {
          return msg("{0}: the application {1} has no rule of this code; did you mean {2}?", where, app_.id,
                     near);
        },
        msg("{0}: no application at hand has a rule of this code, nothing follows from it.", where));
  }

  void archive(const std::string& name, const std::string& where, const char* kind) {
    if (app_.find_archive(name)) return;
    std::vector<std::string> known;
    for (const auto& archive : app_.archives) known.push_back(archive.id);
    add(
        name, kind, known,
        [&](const std::string& near) {
          return msg("{0}: the application {1} has no archive profile of this name; did you mean {2}?", where,
                     app_.id, near);
        },
        msg("{0}: no application at hand has an archive profile of this name, nothing follows from it.",
            where));
  }

  void confirmed(const std::string& name, const std::string& where) {
    if (app_.find_to_confirm(name)) return;
    std::vector<std::string> known;
    for (const auto& codes : app_.to_confirm) known.push_back(codes.id);
    add(
        name, "CONFIG_CONFIRMED", known,
        [&](const std::string& near) {
          return msg("{0}: the application {1} has no codes to confirm of this name; did you mean {2}?",
                     where, app_.id, near);
        },
        msg("{0}: no application at hand has codes to confirm of this name, nothing follows from it.",
            where));
  }

  [[nodiscard]] std::vector<core::Finding> take() && { return std::move(found_); }

 private:
  bool is_elsewhere(const std::string& name) {
    if (!names_) names_ = elsewhere_ ? elsewhere_() : std::set<std::string>();
    return names_->contains(name);
  }
  template <class Meant>
  void add(const std::string& name, const char* kind, const std::vector<std::string>& known,
           const Meant& meant, core::Message nothing) {
    if (is_elsewhere(name)) return;
    const auto near = core::nearest(name, known);
    found_.push_back(
        {core::Severity::warning, kind, near ? meant(*near) : std::move(nothing), config_.file().string()});
  }

  const core::Config& config_;
  const profiles::Application& app_;
  const NamesElsewhere& elsewhere_;
  std::optional<std::set<std::string>> names_;
  std::vector<core::Finding> found_;
};

/// Codes that a section does not have: one beside its own line was not meant for it.
std::vector<std::string> lacking(const core::Config& config, const profiles::Application& app,
                                 std::string_view section) {
  std::vector<std::string> codes;
  for (const auto& rule : app.rules)
    if (!config.find(section, rule.code)) codes.push_back(rule.code);
  return codes;
}

}  // namespace

std::vector<core::Finding> stray_names(const core::Config& config, const profiles::Application& app,
                                       const NamesElsewhere& elsewhere) {
  Strays strays(config, app, elsewhere);
  for (const std::string section : {"rules", "validation", "durations", "optional_rules"})
    for (const auto& [code, value] : config.section(section))
      strays.rule(code, fmt::format("[{}] {}", section, code), lacking(config, app, section));
  for (const auto& name : config.names("tri"))
    strays.archive(name, fmt::format("[tri.{}]", name), "CONFIG_SELECTION");
  for (const auto& [name, node] : config.section("attach"))
    strays.archive(name, fmt::format("[attach] {}", name), "CONFIG_ATTACHMENT");
  for (const auto& [name, contract] : config.section("agreements"))
    strays.archive(name, fmt::format("[agreements] {}", name), "CONFIG_AGREEMENT");
  for (const auto& [name, page] : config.section("html"))
    strays.archive(name, fmt::format("[html] {}", name), "CONFIG_HTML");
  for (const auto& name : config.names("files"))
    strays.archive(name, fmt::format("[files.{}]", name), "CONFIG_FILES");
  for (const auto& name : config.names("confirmed"))
    strays.confirmed(name, fmt::format("[confirmed.{}]", name));
  std::vector<std::string> codes;
  for (const auto& rule : app.rules) codes.push_back(rule.code);
  for (const auto& code : config.names("start")) strays.rule(code, fmt::format("[start.{}]", code), codes);
  return std::move(strays).take();
}

}  // namespace versoir::sip
