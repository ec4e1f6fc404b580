// Loading a profile: what is read, and that every defect is reported with its file and line.
#include "core/file.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
using tests::biblio_files;
using tests::defects_of;
using tests::with_change;
namespace fs = std::filesystem;

TEST_CASE("a whole profile is loaded as written") {
  const auto app = profiles::load(tests::biblio_folder());
  CHECK(app.id == "biblio");
  CHECK(app.label == "Bibliothèque de quartier");
  CHECK(app.schema == "BIB");
  CHECK(app.version == "1.2");
  REQUIRE(app.tables.size() == 3);
  const auto* reader = app.find_table("lecteur");  // as SQL compares names
  REQUIRE(reader);
  CHECK(reader->key == std::vector<std::string>{"NUM_LEC"});
  CHECK(reader->indexes == std::vector<std::vector<std::string>>{{"NOM_LEC", "PRE_LEC"}});
  REQUIRE(reader->find("MOT_PAS"));
  CHECK_FALSE(reader->find("MOT_PAS")->take);
  CHECK(reader->find("MOT_PAS")->reason == "Secret sans utilité durable.");
  CHECK(reader->find("DAT_NAI")->optional);
  CHECK(reader->find("DAT_NAI")->sensitivity == profiles::Sensitivity::identity);
  CHECK(app.find_table("PRET")->evidence == profiles::Evidence::inferred);
  CHECK(app.find_table("PRET")->find("NUM_OUV")->references == "OUVRAGE.NUM_OUV");
  CHECK(app.find_code_list("etat-pret")->find("R")->label == "rendu");
  CHECK(app.find_code_list("etat-pret")->find("R")->evidence == profiles::Evidence::inferred);
  CHECK(app.find_code_list("etat-pret")->find("Z") == nullptr);

  REQUIRE(app.find_rule("DUA_LECTEUR"));
  CHECK(app.find_rule("DUA_LECTEUR")->duration == 5);
  CHECK(app.find_rule("DUA_LECTEUR")->unit == core::TimeUnit::year);
  CHECK(app.find_rule("COM_LIBRE")->duration == std::nullopt);
  CHECK(app.find_rule("COM_LIBRE")->category == profiles::RuleCategory::access);

  const auto* record = app.find_record("lecteur");
  REQUIRE(record);
  CHECK_FALSE(record->root.list);
  CHECK(record->root.line == 4);
  CHECK(record->root.fields.at(0).hidden);
  CHECK(record->root.fields.at(0).type == profiles::FieldType::integer);
  REQUIRE(record->root.children.size() == 1);
  CHECK(record->root.children[0].list);
  CHECK_FALSE(record->root.children[0].children.at(0).list);

  const auto* archive = app.find_archive("lecteurs");
  REQUIRE(archive);
  CHECK(archive->code == "LEC");
  CHECK(archive->leave_out.at(0).reason == "Aucun prêt.");
  CHECK_THAT(archive->leave_out.at(0).sql, StartsWith("SELECT num_lec"));
  REQUIRE(archive->group);
  CHECK(archive->group_by == "{annee}");
  CHECK(archive->unit.object);
  CHECK(archive->unit.file_name == "lecteur-{nom}.xml");
  CHECK_FALSE(archive->root.object);
  CHECK(archive->root.rules.at(0).prevent_inheritance);
  CHECK(archive->unit.rules.at(0).final_action == "Destroy");
  CHECK(archive->unit.keywords.at(0) == std::pair<std::string, std::string>{"subject", "lecture publique"});

  REQUIRE(app.searches.size() == 1);
  CHECK(app.searches[0].terms.at(1).kind == profiles::SearchDef::Term::Kind::date);
  CHECK(app.sheets.at(0).tabs.at(0).second == std::vector<std::string>{"pret"});
  CHECK_THAT(app.views, Contains("TEMP VIEW prets"));
  CHECK(app.files == biblio_files());
}

TEST_CASE("a profile with nothing but its dictionary is enough") {
  const auto app = profiles::load({{"tables.xml", biblio_files().at("tables.xml")}}, "mémoire");
  CHECK(app.tables.size() == 3);
  CHECK(app.records.empty());
  CHECK(app.archives.empty());
}

TEST_CASE("the copy of a profile kept in memory gives the same application and digest") {
  const auto from_disk = profiles::load(tests::biblio_folder());
  const auto again = profiles::load(from_disk.files, "copie");
  CHECK(again.archives.size() == from_disk.archives.size());
  CHECK(profiles::profile_digest(again.files) == profiles::profile_digest(from_disk.files));
  auto changed = from_disk.files;
  changed["views.sql"] += " ";
  CHECK(profiles::profile_digest(changed) != profiles::profile_digest(from_disk.files));
  auto moved = from_disk.files;  // the same bytes under another cut of names and contents
  moved["views.sq"] = "l" + moved.at("views.sql");
  moved.erase("views.sql");
  CHECK(profiles::profile_digest(moved) != profiles::profile_digest(from_disk.files));
}

TEST_CASE("a document that its grammar refuses is reported with file and line") {
  const auto defects =
      defects_of(with_change(biblio_files(), "records.xml", "type=\"date\"", "type=\"jour\""));
  REQUIRE_FALSE(defects.empty());
  CHECK_THAT(defects[0], StartsWith("records.xml:8:"));
}

TEST_CASE("every kind of file is checked by its grammar") {
  const auto [file, from, to, line] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"tables.xml", "sensitivity=\"identity\"/>", "sensitivity=\"secret\"/>", "tables.xml:9:"},
      {"rules.xml", "duration=\"5\"", "duration=\"cinq\"", "rules.xml:2:"},
      {"lecteurs.xml", "<group by=\"{annee}\" level=\"RecordGrp\"", "<group by=\"{annee}\" level=\"Tiroir\"",
       "lecteurs.xml:12:"},
      {"consult.xml", "kind=\"date\"", "kind=\"heure\"", "consult.xml:5:"},
  }));
  const auto defects = defects_of(with_change(biblio_files(), file, from, to));
  REQUIRE_FALSE(defects.empty());
  CHECK_THAT(defects[0], StartsWith(line));
}

TEST_CASE("a file that is not XML, or declares a DOCTYPE, is refused") {
  auto files = biblio_files();
  files["rules.xml"] = "<rules xmlns=\"urn:versoir:profile:1\"><rule";
  CHECK_FALSE(defects_of(files).empty());
  files["rules.xml"] = "<!DOCTYPE rules [<!ENTITY a 'b'>]>\n<rules xmlns=\"urn:versoir:profile:1\"/>";
  CHECK_FALSE(defects_of(files).empty());
}

TEST_CASE("what a grammar cannot say is reported with file and line") {
  const auto [file, from, to, expected] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"tables.xml", "<table name=\"OUVRAGE\"", "<table name=\"lecteur\"",
       "tables.xml:20: the table lecteur is declared twice"},
      {"tables.xml", "<column name=\"PRE_LEC\"", "<column name=\"nom_lec\"",
       "tables.xml:10: the column LECTEUR.nom_lec is declared twice"},
      {"tables.xml", " reason=\"Secret sans utilité durable.\"", "",
       "tables.xml:12: the column LECTEUR.MOT_PAS is left without a reason"},
      {"tables.xml", "<table name=\"OUVRAGE\"", "<table take=\"no\" name=\"OUVRAGE\"",
       "tables.xml:20: the table OUVRAGE is left without a reason"},
      {"tables.xml", "codes=\"etat-pret\"", "codes=\"etat\"",
       "tables.xml:18: the column PRET.ETA_PRE uses the code list etat, which is not declared"},
      {"tables.xml", "codes=\"etat-pret\"", "codes=\"etat-pret\" sources=\"catalogue inventaires\"",
       "tables.xml:18: PRET.ETA_PRE cites the source catalogue, which is not declared"},
      {"tables.xml", "references=\"LECTEUR\"", "references=\"USAGER\"",
       "tables.xml:15: the column PRET.NUM_LEC references USAGER, which is not declared"},
      {"tables.xml", "references=\"OUVRAGE.NUM_OUV\"", "references=\"OUVRAGE.NUM\"",
       "tables.xml:16: the column PRET.NUM_OUV references OUVRAGE.NUM, which is not declared"},
      {"tables.xml", "<index columns=\"NOM_LEC PRE_LEC\"/>",
       "<reference columns=\"NUM_LEC NUM\" table=\"PRET\" to=\"NUM_LEC NUM_OUV\"/>",
       "tables.xml:7: the reference of LECTEUR names NUM, which is not one of its columns"},
      {"tables.xml", "<index columns=\"NOM_LEC PRE_LEC\"/>",
       "<reference columns=\"NOM_LEC PRE_LEC\" table=\"OUVRAGE\"/>",
       "tables.xml:7: the reference of LECTEUR has 2 columns, that of OUVRAGE has 1"},
      {"tables.xml", "<index columns=\"NOM_LEC PRE_LEC\"/>",
       "<reference columns=\"NOM_LEC PRE_LEC\" table=\"REVUE\"/>",
       "tables.xml:7: the column LECTEUR.NOM_LEC, PRE_LEC references REVUE, which is not declared"},
      {"tables.xml", "key=\"NUM_LEC\"", "key=\"NUM\"",
       "tables.xml:6: the key or index of LECTEUR names NUM, which is not one of its columns"},
      {"tables.xml", "key=\"NUM_LEC\"", "key=\"MOT_PAS\"",
       "tables.xml:6: the column LECTEUR.MOT_PAS is in a key or index: it must be taken"},
      {"tables.xml", "value=\"R\"", "value=\"C\"",
       "tables.xml:4: the code list etat-pret has the value C twice"},
      {"tables.xml", "name=\"OUVRAGE\"", "name=\"VERSOIR_RUN\"",
       "tables.xml:20: the name VERSOIR_RUN is reserved in an extract"},
      {"rules.xml", "code=\"COM_LIBRE\"", "code=\"DUA_LECTEUR\"",
       "rules.xml:3: the rule DUA_LECTEUR is declared twice"},
      {"rules.xml", " unit=\"YEAR\"", "",
       "rules.xml:2: the rule DUA_LECTEUR needs both a duration and its unit, or neither"},
      {"records.xml", "codes=\"etat-pret\"", "codes=\"etat\"",
       "records.xml:13: field eta_pre uses the code list etat, which tables.xml does not declare"},
      {"records.xml", "<field name=\"pre_lec\"", "<field name=\"nom_lec\"",
       "records.xml:7: the node lecteur of record lecteur has the field nom_lec twice"},
      {"records.xml", "<node name=\"pret\"", "<node name=\"nom-lec\"",
       "records.xml:9: the node lecteur of record lecteur already has a field or node named nom-lec"},
      {"lecteurs.xml", "record=\"lecteur\"", "record=\"usager\"",
       "lecteurs.xml:1: the record usager is not declared in records.xml"},
      {"lecteurs.xml", "code=\"COM_LIBRE\"", "code=\"COM\"",
       "lecteurs.xml:9: the rule COM is not declared in rules.xml"},
      {"lecteurs.xml", "category=\"AccessRule\"", "category=\"ReuseRule\"",
       "lecteurs.xml:9: the rule COM_LIBRE is declared as AccessRule, not as ReuseRule"},
      {"lecteurs.xml", " action=\"Destroy\"", "",
       "lecteurs.xml:19: the rule DUA_LECTEUR needs an action: AppraisalRule always has a final action"},
      {"lecteurs.xml", "action=\"Destroy\"", "action=\"Copy\"",
       "lecteurs.xml:19: the action Copy does not exist for AppraisalRule"},
      {"lecteurs.xml", " title=\"{nom} {prenom}, né(e) le {naissance:date}\"", "",
       "lecteurs.xml:13: the unit needs a title"},
      {"lecteurs.xml", "title=\"Année {annee}\"", "title=\" \"", "lecteurs.xml:12: the unit needs a title"},
      {"lecteurs.xml", "action=\"Destroy\"", "action=\"Destroy\" optional=\"yes\"",
       "lecteurs.xml:19: the rule DUA_LECTEUR cannot be optional: AppraisalRule is said of every unit"},
      {"lecteurs.xml", "action=\"Destroy\"", "action=\"Destroy\" when=\"{nom\"",
       "lecteurs.xml:19: the template \"{nom\" has a brace that is not closed"},
      {"lecteurs.xml", "{etablissement}", "{universite}",
       "lecteurs.xml:8: the template \"Dossiers des lecteurs, {universite}\" asks for universite, which is "
       "not known here"},
      {"lecteurs.xml", "{premier}", "{premier",
       "lecteurs.xml:16: the template \"{premier\" has a brace that is not closed"},
      {"consult.xml", "search id=\"lecteur\" label=\"Lecteurs\" record=\"lecteur\"",
       "search id=\"lecteur\" label=\"Lecteurs\" record=\"usager\"",
       "consult.xml:2: the record usager is not declared in records.xml"},
      {"consult.xml", "nodes=\"pret\"", "nodes=\"pret retard\"",
       "consult.xml:9: the record lecteur has no node retard under its root"},
      {"consult.xml", "<tab label=\"Prêts\" nodes=\"pret\"/>",
       "<tab label=\"Prêts\" nodes=\"pret\"/><zone name=\"loans\" label=\"prêts\" nodes=\"retard\"/>",
       "consult.xml:9: the record lecteur has no node retard under its root"},
      {"consult.xml", "{pre_lec}", "{prenom}",
       "consult.xml:8: the template \"{nom_lec} {prenom}\" asks for prenom, which is not known here"},
  }));
  const auto defects = defects_of(with_change(biblio_files(), file, from, to));
  CHECK_THAT(defects, Catch::Matchers::VectorContains(expected));
}

TEST_CASE("under a name that nothing has stands the one that was probably meant") {
  const auto [file, from, to, expected] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"tables.xml", "codes=\"etat-pret\"", "codes=\"etat-prte\"", "tables.xml:18: did you mean etat-pret?"},
      {"tables.xml", "references=\"LECTEUR\"", "references=\"LECTUER\"",
       "tables.xml:15: did you mean LECTEUR?"},
      {"tables.xml", "references=\"LECTEUR\"", "references=\"lecteurs\"",
       "tables.xml:15: did you mean LECTEUR?"},
      {"tables.xml", "references=\"OUVRAGE.NUM_OUV\"", "references=\"OUVRAGE.NUM_OVU\"",
       "tables.xml:16: did you mean NUM_OUV?"},
      {"tables.xml", "key=\"NUM_LEC\"", "key=\"NUM_LECT\"", "tables.xml:6: did you mean NUM_LEC?"},
      {"tables.xml", "<index columns=\"NOM_LEC PRE_LEC\"/>",
       "<reference columns=\"NUM_LE\" table=\"LECTEUR\"/>", "tables.xml:7: did you mean NUM_LEC?"},
      {"tables.xml", "<index columns=\"NOM_LEC PRE_LEC\"/>",
       "<left-rows reason=\"Inutile.\"><when column=\"DAT_NAISS\" empty=\"yes\"/></left-rows>",
       "tables.xml:7: did you mean DAT_NAI?"},
      {"records.xml", "codes=\"etat-pret\"", "codes=\"etat_pret\"",
       "records.xml:13: did you mean etat-pret?"},
      {"lecteurs.xml", "record=\"lecteur\"", "record=\"lecteurs\"", "lecteurs.xml:1: did you mean lecteur?"},
      {"lecteurs.xml", "code=\"COM_LIBRE\"", "code=\"COM_LIBER\"", "lecteurs.xml:9: did you mean COM_LIBRE?"},
      {"lecteurs.xml", "code=\"COM_LIBRE\"", "code=\"COM\"", "lecteurs.xml:9: did you mean COM_LIBRE?"},
      {"lecteurs.xml", "{etablissement}", "{etablisement}", "lecteurs.xml:8: did you mean etablissement?"},
      {"consult.xml", "search id=\"lecteur\" label=\"Lecteurs\" record=\"lecteur\"",
       "search id=\"lecteur\" label=\"Lecteurs\" record=\"lecteurs\"",
       "consult.xml:2: did you mean lecteur?"},
      {"consult.xml", "nodes=\"pret\"", "nodes=\"prets\"", "consult.xml:9: did you mean pret?"},
      {"consult.xml", "{pre_lec}", "{pre_lect}", "consult.xml:8: did you mean pre_lec?"},
  }));
  const auto defects = defects_of(with_change(biblio_files(), file, from, to));
  CHECK_THAT(defects, Catch::Matchers::VectorContains(expected));
}

TEST_CASE("a unit without title and a rule without final action are refused at load, with file and line") {
  const auto refused = [](const std::string& from, const std::string& to, const std::string& place) {
    const auto defects = defects_of(with_change(biblio_files(), "lecteurs.xml", from, to));
    INFO(from << " -> " << to);
    REQUIRE_FALSE(defects.empty());
    CHECK_THAT(defects[0], StartsWith(place));
  };
  for (const std::string title : {"", " title=\"\"", " title=\"  \""}) {
    refused(" title=\"{nom} {prenom}, né(e) le {naissance:date}\"", title, "lecteurs.xml:13:");
    refused(" title=\"Année {annee}\"", title, "lecteurs.xml:12:");
    refused(" title=\"Dossiers des lecteurs, {etablissement}\"", title, "lecteurs.xml:8:");
    refused(" title=\"Documentation de l'application {application}\"", title, "lecteurs.xml:11:");
  }
  refused(" action=\"Destroy\"", "", "lecteurs.xml:19: the rule DUA_LECTEUR needs an action");
  // A storage rule too, and its actions are others.
  auto stored =
      with_change(biblio_files(), "rules.xml", "category=\"AppraisalRule\"", "category=\"StorageRule\"");
  stored = with_change(stored, "lecteurs.xml", "category=\"AppraisalRule\"", "category=\"StorageRule\"");
  CHECK_THAT(
      defects_of(with_change(stored, "lecteurs.xml", " action=\"Destroy\"", "")).at(0),
      Equals("lecteurs.xml:19: the rule DUA_LECTEUR needs an action: StorageRule always has a final action"));
  CHECK_THAT(defects_of(stored).at(0),
             Equals("lecteurs.xml:19: the action Destroy does not exist for StorageRule"));
  CHECK(defects_of(with_change(stored, "lecteurs.xml", "action=\"Destroy\"", "action=\"Copy\"")).empty());
}

TEST_CASE("all defects of all files are reported at once") {
  auto files = with_change(biblio_files(), "tables.xml", "references=\"LECTEUR\"", "references=\"USAGER\"");
  files = with_change(files, "rules.xml", " unit=\"YEAR\"", "");
  files = with_change(files, "consult.xml", "nodes=\"pret\"", "nodes=\"retard\"");
  CHECK(defects_of(files).size() == 3);
}

TEST_CASE("a profile without tables.xml is not a profile") {
  try {
    static_cast<void>(profiles::load({{"rules.xml", "<rules/>"}}, "vide"));
    FAIL("loaded");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    CHECK_THAT(e.what(), Contains("tables.xml"));
  }
}

TEST_CASE("a profile is found by name or by path, and the others are listed when it is not") {
  const auto dir = tests::biblio_folder().parent_path();
  CHECK(profiles::find_profile("biblio", {"/nonexistent", dir}) == dir / "biblio");
  CHECK(profiles::find_profile((dir / "biblio").string(), {}) == dir / "biblio");
  try {
    static_cast<void>(profiles::find_profile("gestion", {dir}));
    FAIL("found");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    REQUIRE(e.hints().size() == 1);
    CHECK_THAT(e.hints()[0].english(), Contains("biblio"));
  }
}

TEST_CASE("the grammars are compiled into the program") {
  for (const char* name : {"profile-tables.rng", "profile-rules.rng", "profile-records.rng",
                           "profile-archive.rng", "profile-consult.rng"}) {
    INFO(name);
    CHECK(profiles::embedded_schema(name) ==
          core::read_file(tests::source_dir() / "profiles/schemas" / name));
  }
  CHECK(profiles::embedded_schema("autre.rng").empty());
}

namespace {

std::map<std::string, std::string> with_local(const std::string& inside,
                                              const std::string& application = "biblio") {
  auto files = biblio_files();
  files["local.xml"] =
      "<local xmlns=\"urn:versoir:profile:1\" application=\"" + application + "\">\n" + inside + "\n</local>";
  return files;
}

}  // namespace

TEST_CASE("a site completes a profile without touching its files") {
  const auto app = profiles::load(
      with_local(
          "<codes id=\"etat-pret\"><code value=\"Z\" label=\"égaré\"/><code value=\"R\" "
          "label=\"revenu\"/></codes>"
          "<codes id=\"salle\"><code value=\"1\" label=\"rez-de-chaussée\"/></codes>"
          "<table name=\"lecteur\"><column name=\"NOM_LEC\" type=\"VARCHAR2(80)\"/>"
          "<column name=\"DAT_NAI\" take=\"no\" reason=\"Décision de l'archiviste.\"/>"
          "<column name=\"SALLE\" type=\"VARCHAR2(1)\" label=\"Salle préférée\" codes=\"salle\"/></table>"
          "<table name=\"PRET\"><column name=\"NUM_OUV\" references=\"REVUE\"/></table>"
          "<table name=\"OUVRAGE\" take=\"no\" reason=\"Catalogue versé ailleurs.\"/>"
          "<table name=\"REVUE\" label=\"Revue\" key=\"NUM\"><column name=\"NUM\" type=\"NUMBER(8)\" "
          "label=\"Numéro\"/></table>"),
      "biblio");
  const auto* reader = app.find_table("LECTEUR");
  REQUIRE(reader);
  CHECK(reader->label == profiles::load(biblio_files(), "biblio").find_table("LECTEUR")->label);
  CHECK(reader->find("NOM_LEC")->type == "VARCHAR2(80)");
  CHECK(reader->find("NOM_LEC")->sensitivity == profiles::Sensitivity::identity);
  CHECK_FALSE(reader->find("DAT_NAI")->take);
  CHECK(reader->find("DAT_NAI")->reason == "Décision de l'archiviste.");
  CHECK(reader->columns.back().name == "SALLE");
  CHECK_FALSE(app.find_table("OUVRAGE")->take);
  const auto& references = app.find_table("PRET")->references;
  CHECK(std::ranges::none_of(references, [](const auto& r) { return r.table == "OUVRAGE"; }));
  CHECK(std::ranges::any_of(references, [](const auto& r) { return r.table == "REVUE"; }));
  CHECK(app.find_table("REVUE")->key == std::vector<std::string>{"NUM"});
  CHECK(app.find_code_list("etat-pret")->find("Z")->label == "égaré");
  CHECK(app.find_code_list("etat-pret")->find("R")->label == "revenu");
  CHECK(app.find_code_list("salle")->find("1"));
  CHECK(app.files.contains("local.xml"));  // goes with the extract
}

TEST_CASE("a day of the profile is what views read, and a site sets its own") {
  auto files = biblio_files();
  const auto at = files["tables.xml"].find("<codes");
  REQUIRE(at != std::string::npos);
  files["tables.xml"].insert(at, "<day name=\"cloture\" label=\"Clôture\" day=\"08-31\"/>");
  CHECK_THAT(profiles::load(files, "biblio").views, Contains("SELECT 'cloture' AS nom, '08-31' AS jour"));
  const auto local = [&](const std::string& inside) {
    auto with = files;
    with["local.xml"] = with_local(inside).at("local.xml");
    return with;
  };
  const auto set = profiles::load(local("<day name=\"cloture\" day=\"09-30\"/>"), "biblio");
  REQUIRE(set.days.size() == 1);
  CHECK(set.days[0].label == "Clôture");
  CHECK_THAT(set.views, Contains("'09-30'"));
  for (const auto* none : {"02-30", "02-29", "13-01", "00-10"})
    CHECK_THAT(defects_of(local(fmt::format("<day name=\"cloture\" day=\"{}\"/>", none))).at(0),
               Equals(fmt::format("local.xml:2: {} is not a day of every year", none)));
  const auto unknown = defects_of(local("<day name=\"clture\" day=\"09-30\"/>"));
  CHECK_THAT(unknown.at(0), Equals("local.xml:2: the profile has no day clture"));
  CHECK_THAT(unknown.at(1), Equals("local.xml:2: did you mean cloture?"));
}

TEST_CASE("what a site adds is checked as the profile is") {
  const auto defect = [](const std::string& inside) {
    const auto defects = defects_of(with_local(inside));
    return defects.empty() ? std::string() : defects[0];
  };
  CHECK_THAT(defect("<table name=\"LECTEUR\"><column name=\"NEUF\" label=\"Neuf\"/></table>"),
             Equals("local.xml:2: the column LECTEUR.NEUF needs a type and a label"));
  CHECK_THAT(defect("<table name=\"NEUVE\"><column name=\"A\" type=\"DATE\" label=\"A\"/></table>"),
             Equals("local.xml:2: the table NEUVE needs a label"));
  CHECK_THAT(defect("<table name=\"LECTEUR\"><column name=\"NOM_LEC\" take=\"no\"/></table>"),
             Equals("local.xml:2: the column LECTEUR.NOM_LEC is left without a reason"));
  CHECK_THAT(defect("<table name=\"LECTEUR\"><column name=\"NUM_LEC\" take=\"no\" reason=\"x\"/></table>"),
             StartsWith("local.xml:2: the column LECTEUR.NUM_LEC is in a key or index"));
  CHECK_THAT(defects_of(with_local("", "apogee")).at(0),
             StartsWith("local.xml:1: this completes the profile apogee, not biblio"));
}

TEST_CASE("the first local.xml of the folders belongs to the profile of that name") {
  core::TemporaryDirectory dir;
  const auto a = dir.path() / "a", b = dir.path() / "b";
  fs::create_directories(a / "autre");
  fs::create_directories(b / "biblio");
  CHECK_FALSE(profiles::find_local(tests::biblio_folder(), {a, b}));
  core::write_file(a / "autre/local.xml", "x");
  core::write_file(b / tests::biblio_folder().filename() / "local.xml", "x");
  CHECK(profiles::find_local(tests::biblio_folder(), {a, b}) ==
        b / tests::biblio_folder().filename() / "local.xml");
}

TEST_CASE("a profile says which records a selection may look at, and which are deferred") {
  const std::string sampling = "</facts><sampling order=\"{nom}\" year=\"{annee}\" initial=\"{nom}\"/>";
  const auto without = profiles::load(biblio_files(), "biblio");
  CHECK_FALSE(without.find_archive("lecteurs")->sampling);
  CHECK_FALSE(without.find_archive("lecteurs")->leave_out.at(0).deferred);
  auto files = with_change(biblio_files(), "lecteurs.xml", "</facts>", sampling);
  const auto app = profiles::load(
      with_change(files, "lecteurs.xml", "<leave-out ", "<leave-out deferred=\"yes\" "), "biblio");
  const auto& archive = *app.find_archive("lecteurs");
  REQUIRE(archive.sampling);
  CHECK(archive.sampling->order == "{nom}");
  CHECK(archive.sampling->year == "{annee}");
  CHECK(archive.sampling->stratum.empty());
  CHECK(archive.leave_out.at(0).deferred);
  CHECK_FALSE(archive.leave_out.at(0).cited);
  const auto cited = profiles::load(
      with_change(biblio_files(), "lecteurs.xml", "<leave-out ", "<leave-out deferred=\"cited\" "), "biblio");
  CHECK(cited.find_archive("lecteurs")->leave_out.at(0).deferred);
  CHECK(cited.find_archive("lecteurs")->leave_out.at(0).cited);
  // What a selection decides is the action of an appraisal rule.
  files = with_change(
      files, "lecteurs.xml",
      "<rule category=\"AppraisalRule\" code=\"DUA_LECTEUR\" start=\"{dernier}\" action=\"Destroy\"/>", "");
  CHECK_THAT(defects_of(files).at(0), Contains("needs an AppraisalRule"));
  CHECK_FALSE(
      defects_of(with_change(biblio_files(), "lecteurs.xml", "</facts>", "</facts><sampling/>")).empty());
}

TEST_CASE("what is left out is counted by a year that is a column of the key, or the profile is refused") {
  const auto app = profiles::load(
      with_change(biblio_files(), "lecteurs.xml", "<select>", "<select year=\"num_lec\">"), "biblio");
  CHECK(app.find_archive("lecteurs")->year == "num_lec");
  const auto defects =
      defects_of(with_change(biblio_files(), "lecteurs.xml", "<select>", "<select year=\"num_lek\">"));
  CHECK_THAT(defects.at(0), Contains("num_lek") && Contains("lecteurs.xml:3"));
}

TEST_CASE("the shipped files of persons may be selected and are deferred, deliberations are exhaustive") {
  for (const auto& [name, id, person] :
       {std::tuple{"apogee", "dossiers-etudiants", true}, std::tuple{"harpege", "dossiers-agents", true},
        std::tuple{"apogee", "deliberations", false}}) {
    INFO(id);
    const auto app = profiles::load(tests::source_dir() / "profiles" / name);
    const auto& archive = *app.find_archive(id);
    CHECK(archive.sampling.has_value() == person);
    // Persons are deferred until they are gone; a deliberation, until a signed paper is cited.
    CHECK(std::ranges::any_of(archive.leave_out, [](const auto& l) { return l.deferred && !l.cited; }) ==
          person);
  }
}
