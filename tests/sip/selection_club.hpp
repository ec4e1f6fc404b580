// A club among whose records one may select, or declare some closed; and what another program reads in its
// lists.
#pragma once
#include "club_fixture.hpp"
#include "core/file.hpp"
#include "sip/plan.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace versoir::tests {

using KeySet = std::set<std::string>;

/// The line of a section [tri.…] that somebody validated.
inline const std::string decided =
    "validation = Tableau de gestion 2026, 4.2; Mme Roux, archiviste; 2026-03-12\n";

inline void replace_in(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  INFO("looked for: " << from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

/// Members may be selected; those who are still there are deferred. Number 7 is both: still there (so the
/// profile says) and without a licence.
inline void selectable(std::map<std::string, std::string>& files) {
  auto& text = files.at("membres.xml");
  replace_in(text, "</facts>", "</facts><sampling order=\"{num_mem}\" year=\"{sortie}\" initial=\"{nom}\"/>");
  replace_in(text, "<leave-out reason=\"Encore", "<leave-out deferred=\"yes\" reason=\"Encore");
  replace_in(text, "sortie IS NULL</leave-out>", "sortie IS NULL OR num_mem = 7</leave-out>");
}

/// The club whose members may be selected, planned with what a test adds to its configuration.
struct SelectionClub : Club {
  explicit SelectionClub(extract::Kind kind = extract::Kind::rehearsal) : Club(kind, selectable) {}

  /// Plans the members with this text at the end of the configuration.
  sip::Plan with(const std::string& text, const std::string& id,
                 const std::function<void(sip::PlanOptions&)>& change = {}) {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = "sandbox";
    options.profiles = {"membres"};
    if (change) change(options);
    const auto config = core::Config::parse(config_text() + "\n" + text, folder() / "versoir.conf");
    return sip::make_plan(extract(), config, versement(id), options, clock, progress);
  }
  sip::Plan keeping(const std::string& keep, const std::string& id) {
    return with("[tri.membres]\nkeep = " + keep + "\n" + decided, id);
  }

  /// What Python sees in kept.csv: `expression` over `rows`, one key a line.
  [[nodiscard]] KeySet python(const std::string& id, const std::string& expression) const {
    const auto lines = output_of(
        "python3 -c 'import csv,hashlib,json,sys; rows = list(csv.DictReader(open(sys.argv[1], newline=\"\", "
        "encoding=\"utf-8\"))); print(\"\\n\".join(" +
        expression + "))' '" + versement(id).file("kept.csv").string() + "'");
    KeySet set;
    for (std::size_t at = 0; at < lines.size();) {
      const auto end = lines.find('\n', at);
      if (end > at) set.insert(lines.substr(at, end - at));
      at = end + 1;
    }
    return set;
  }
  [[nodiscard]] KeySet kept(const std::string& id) const {
    return python(id, "r[\"key\"] for r in rows if r[\"final_action\"] == \"Keep\"");
  }
  [[nodiscard]] KeySet all(const std::string& id) const { return python(id, "r[\"key\"] for r in rows"); }
  std::filesystem::path list(const std::string& name, const std::string& text) {
    core::write_file(folder() / name, text);
    return folder() / name;
  }
};

}  // namespace versoir::tests
