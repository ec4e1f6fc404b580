// What holds for every shipped profile: its rules, what the law erases, what no query asks for.
#include "shipped.hpp"

#include <set>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

TEST_CASE("Shipped profiles: what may be erased by law is counted and not copied, or waits for a decision") {
  const auto apogee = profiles::load(source_dir() / "profiles" / "apogee");
  const auto* blocks = apogee.find_table("IND_SANCTIONNE_BLO");
  REQUIRE(blocks);
  // Which codes are light sanctions only the establishment knows: until it says so, no block is left.
  CHECK(blocks->left_rows.empty());
  auto files = apogee.files;
  files["local.xml"] =
      R"xml(<local xmlns="urn:versoir:profile:1" application="apogee"><table name="IND_SANCTIONNE_BLO">
        <left-rows reason="Avertissement, blâme : R811-36."><when column="DAT_FIN_BLO" older="P3Y"/>
          <when column="COD_BLO" in="AVT BLA"/></left-rows></table></local>)xml";
  const auto decided = profiles::load(files, "apogee");
  REQUIRE(decided.find_table("IND_SANCTIONNE_BLO")->left_rows.size() == 1);
  CHECK(decided.find_table("IND_SANCTIONNE_BLO")->left_rows[0].when.size() == 2);
  CHECK_FALSE(blocks->find("LIB_CMT_BLO")->take);
  // A block without a term would never lapse: not even its date is taken. Addresses are of use during the
  // studies.
  for (const auto* column : {"DAT_BLO_IND", "COD_UTI_BLO", "LIB_CMT_BLO"})
    CHECK_FALSE(apogee.find_table("INDIVIDU")->find(column)->take);
  CHECK_FALSE(apogee.find_table("ADRESSE")->take);
  // No table or column of sanctions is known of Harpège: inspect asks about any that a site has, and none is
  // taken.
  const auto harpege = profiles::load(source_dir() / "profiles" / "harpege");
  for (const auto& table : harpege.tables)
    for (const auto* word : {"SANCTION", "DISCIPLIN", "BLAME", "AVERTISS"}) {
      INFO(table.name);
      CHECK(table.name.find(word) == std::string::npos);
      for (const auto& column : table.columns) CHECK(column.name.find(word) == std::string::npos);
    }
}

TEST_CASE("Shipped profiles: every rule says what it rests on, how sure it is and who validates it") {
  for (const auto* name : {"apogee", "harpege"})
    for (const auto& rule : profiles::load(source_dir() / "profiles" / name).rules) {
      INFO(name << " " << rule.code);
      CHECK_FALSE(rule.label.empty());
      CHECK_FALSE(rule.trigger.empty());
      CHECK_FALSE(rule.source.empty());
      CHECK_FALSE(rule.validator.empty());
      CHECK((rule.confidence == "H" || rule.confidence == "M" || rule.confidence == "L"));
    }
}

TEST_CASE("Shipped profiles: no query asks for national numbers, health, parents or money") {
  using profiles::Sensitivity;
  const auto forbidden = [](Sensitivity s) {
    return s == Sensitivity::national_number || s == Sensitivity::health || s == Sensitivity::money ||
           s == Sensitivity::family;
  };
  for (const auto* name : {"apogee", "harpege"}) {
    const auto app = profiles::load(source_dir() / "profiles" / name);
    std::string queries = app.views;
    for (const auto& [file, text] : app.files)
      if (file.ends_with(".xml") && file != "tables.xml" && file != "rules.xml") queries += text;
    std::transform(queries.begin(), queries.end(), queries.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    std::set<std::string> words;
    for (std::size_t at = 0; at < queries.size();) {
      const auto end = queries.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", at);
      words.insert(queries.substr(at, end - at));
      at = end == std::string::npos ? queries.size() : end + 1;
    }
    // Names that other tables use for something else, and three exceptions. The index of a contract places
    // its holder on a scale, as grade and échelon do for others: a career, not an amount. Whether a
    // registration was paid decides whether it is valid: no amount is read. The nature of a leave, with its
    // dates, makes the service record of an agent: no reason and no diagnosis is read.
    std::set<std::string> allowed{"ETA_PMT_IAE", "C_CGE_MOD", "INDICE_CONTRAT"};
    for (const auto& table : app.tables)
      for (const auto& column : table.columns)
        if (!forbidden(column.sensitivity)) allowed.insert(column.name);
    int checked = 0;
    for (const auto& table : app.tables)
      for (const auto& column : table.columns)
        if (forbidden(column.sensitivity) && !allowed.contains(column.name)) {
          ++checked;
          INFO(name << " " << table.name << "." << column.name);
          // A word that is also the name of a column is not that column where its table is not read.
          CHECK_FALSE((words.contains(table.name) && words.contains(column.name)));
        }
    CHECK(checked > 5);
  }
}
