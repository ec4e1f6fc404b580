// A profile drafted from a catalogue: it loads, its queries compile, and it extracts as it is.
#include "extract/draft.hpp"

#include "sites.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using As = extract::DraftGuess::As;
using Lines = std::vector<std::string>;

namespace {

/// Two tables of people, a composite key, a table that names itself, one without key, a view, and names that
/// are no identifiers.
constexpr const char* odd_site = R"(
CREATE TABLE "Users" (id INTEGER PRIMARY KEY, "first name" TEXT, surname TEXT, "date_of_birth" DATE, passwd TEXT, "e-mail" TEXT, photo BLOB,
                      chief INTEGER REFERENCES "Users"(id), "order" TEXT, "naïve {x}" TEXT);
CREATE TABLE page (site TEXT NOT NULL, num INTEGER NOT NULL, title TEXT, PRIMARY KEY (site, num));
CREATE TABLE visit (who INTEGER REFERENCES users, site TEXT, num INTEGER, id INTEGER, note TEXT, FOREIGN KEY (site, num) REFERENCES page(site, num));
CREATE TABLE "order details" (id INTEGER PRIMARY KEY, "-- >" TEXT, page_site TEXT, by INTEGER REFERENCES Users(id), again INTEGER REFERENCES USERS(ID));
CREATE TABLE "dotted.name" (a TEXT);
CREATE TABLE _hidden (_row TEXT, cle TEXT, cle_1 TEXT, lien_1 TEXT, xml TEXT);
CREATE VIEW everybody AS SELECT surname FROM "Users";
CREATE TABLE nowhere (a INTEGER REFERENCES gone(b), b INTEGER REFERENCES page(absent));
INSERT INTO "Users" VALUES (1, 'Anaëlle', 'LE GOFF', '1987-03-14', 'x', 'a@b.fr', x'0102', NULL, 'z', '{y}'), (2, 'Maddi', 'ETCHEGARAY', NULL, '', NULL, NULL, 1, NULL, NULL);
INSERT INTO page VALUES ('a', 1, 'Accueil'), ('a', 2, 'Suite');
INSERT INTO visit VALUES (1, 'a', 2, 77, 'première'), (1, 'a', 1, 78, NULL), (2, 'a', 2, 79, 'autre');
INSERT INTO "order details" VALUES (9, 'x', 'a', 1, 2);
INSERT INTO _hidden VALUES ('r', 'c', 'd', 'l', '<x/>');
INSERT INTO nowhere VALUES (3, 4);
)";

extract::ProfileDraft draft_of(const SqliteSite& site) {
  return extract::draft_profile({"essai", "", "", {}, ""}, open(site.uri())->catalogue());
}

Lines guesses(const extract::ProfileDraft& draft, As as) {
  Lines out;
  for (const auto& g : draft.guesses)
    if (g.as == as) out.push_back(g.table + "." + g.column);
  return out;
}

extract::SourceTable catalogued(std::string name, const Lines& columns) {
  extract::SourceTable t;
  t.name = std::move(name);
  for (const auto& c : columns) {
    auto& column = t.columns.emplace_back();
    column.name = c;
    column.type = "VARCHAR(10)";
  }
  return t;
}

}  // namespace

TEST_CASE("a drafted profile of an odd database loads, and every query of it compiles") {
  SqliteSite site;
  site.sql(odd_site);
  const auto draft = draft_of(site);
  const auto app = profiles::load(draft.files, "draft");
  CHECK(profiles::check_queries(app).empty());
  CHECK(app.label == "Essai");
  CHECK(draft.tables == 6);
  CHECK(draft.references == 5);
  REQUIRE(draft.left.size() == 1);
  CHECK_THAT(draft.left.front().english(), Contains("dotted.name"));

  const auto* users = app.find_table("Users");
  REQUIRE(users != nullptr);
  CHECK(users->key == Lines{"id"});
  CHECK(users->evidence == profiles::Evidence::inferred);
  CHECK(users->find("first name")->label == "First name");
  CHECK(users->find("chief")->references == "Users.id");
  CHECK(users->find("e-mail")->sensitivity == profiles::Sensitivity::contact);
  CHECK(users->find("surname")->sensitivity == profiles::Sensitivity::identity);
  const auto* visit = app.find_table("visit");
  REQUIRE(visit->references.size() == 2);
  CHECK(visit->find("who")->references == "Users.id");
  CHECK(std::ranges::any_of(visit->references, [](const auto& r) {
    return r.table == "page" && r.columns == Lines{"site", "num"} && r.to == Lines{"site", "num"};
  }));
  CHECK_FALSE(app.find_table("everybody")->take);
  CHECK_FALSE(app.find_table("_hidden")->find("_row")->take);
}

TEST_CASE(
    "a draft has a record and a sheet for each table, with the rows that it names and those that name it") {
  SqliteSite site;
  site.sql(odd_site);
  const auto app = profiles::load(draft_of(site).files, "draft");
  const auto children = [&](const char* record) {
    std::set<std::string> out;
    for (const auto& n : app.find_record(record)->root.children) out.insert(n.name);
    return out;
  };
  CHECK(app.records.size() == 6);
  CHECK(app.sheets.size() == 6);
  CHECK(children("users") == std::set<std::string>{"vers_users", "de_users", "de_visit", "de_order_details",
                                                   "de_order_details_2"});
  CHECK(children("page") == std::set<std::string>{"de_visit"});
  CHECK(children("visit") == std::set<std::string>{"vers_users", "vers_page"});
  CHECK(app.find_record("page")->key == Lines{"cle_1", "cle_2"});
  CHECK(app.find_record("visit")->key == Lines{"cle"});
  REQUIRE(app.searches.size() == 1);
  CHECK(app.searches.front().record == "users");
}

TEST_CASE("an extract made with a draft holds every row, and its records are whole") {
  SqliteSite site;
  site.sql(odd_site);
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "a.extract";
  const auto report = copy_from(site.uri(), profiles::load(draft_of(site).files, "draft"), file);
  auto extract = extract::Extract::open(file);
  CHECK(plain_rows(extract.database(), "SELECT count(*) FROM visit") == Lines{"3"});
  CHECK(plain_rows(extract.database(), "SELECT \"first name\" FROM \"Users\" WHERE id = 1") ==
        Lines{"Anaëlle"});
}

TEST_CASE("what is a person, a birth date, a secret is guessed by names, and said to be a guess") {
  SqliteSite site;
  site.sql(odd_site);
  const auto draft = draft_of(site);
  CHECK(guesses(draft, As::surname) == Lines{"Users.surname"});
  CHECK(guesses(draft, As::given_name) == Lines{"Users.first name"});
  CHECK(guesses(draft, As::birth_date) == Lines{"Users.date_of_birth"});
  CHECK(guesses(draft, As::secret) == Lines{"Users.passwd"});
  CHECK(guesses(draft, As::sensitive) == Lines{"Users.e-mail"});
  CHECK(draft.people);
  CHECK(draft.searched == Lines{"Users"});
  CHECK_THAT(draft.files.at("a-confirmer.md"), Contains("| Users | passwd |"));
  CHECK_THAT(draft.files.at("consult.xml"), Contains("À CONFIRMER"));

  SECTION("a column called name makes no person of a thing") {
    const auto things = extract::draft_profile(
        {"essai", "", "", {}, ""},
        {catalogued("colour", {"name", "code"}), catalogued("country", {"nom", "capitale"})});
    CHECK(things.guesses.empty());
    CHECK_FALSE(things.people);
    CHECK(things.searched == Lines{"colour", "country"});
    CHECK(profiles::check_queries(profiles::load(things.files, "draft")).empty());
  }
  SECTION("beside a surname a plain name is the given one; a number is no secret") {
    auto user = catalogued("users", {"name", "surname", "passwd_min"});
    user.columns[2].kind = extract::ColumnKind::integer;
    const auto people = extract::draft_profile({"e", "", "", {}, ""}, {user});
    CHECK(guesses(people, As::given_name) == Lines{"users.name"});
    CHECK(guesses(people, As::secret).empty());
  }
  SECTION("a name and a date of birth make a person") {
    auto t = catalogued("IDENT", {"NUM_IDENT", "NOM", "DAT_NAI"});
    CHECK_FALSE(extract::draft_profile({"e", "", "", {}, ""}, {t}).people);
    t.columns[2].kind = extract::ColumnKind::date;
    const auto people = extract::draft_profile({"e", "", "", {}, ""}, {t});
    CHECK(people.people);
    CHECK(guesses(people, As::birth_date) == Lines{"IDENT.DAT_NAI"});
  }
  SECTION("a table of persons is told by its own name when a column says how they are called") {
    CHECK(extract::draft_profile({"e", "", "", {}, ""}, {catalogued("app_user", {"login", "lang"})}).people);
    CHECK_FALSE(
        extract::draft_profile({"e", "", "", {}, ""}, {catalogued("user_preference", {"value", "lang"})})
            .people);
  }
}

TEST_CASE("labels come from comments in one line, and what is cut stands whole in the notes") {
  auto t = catalogued("T_ETB", {"COD_ETB", "libelleCourt", "x"});
  t.comment = "Établissement\n d'origine";
  t.columns[0].comment = std::string(150, 'a') + " fin |";
  const auto draft = extract::draft_profile({"essai", "", "", {}, ""}, {t});
  const auto app = profiles::load(draft.files, "draft");
  CHECK(app.tables[0].label == "Établissement d'origine");
  CHECK(app.tables[0].columns[1].label == "Libelle Court");
  CHECK_THAT(app.tables[0].columns[0].label, Catch::Matchers::EndsWith("…"));
  CHECK_THAT(draft.files.at("a-confirmer.md"), Contains("fin \\|"));
}

TEST_CASE("the model of an archive profile decides nothing, and is one once it is renamed") {
  SqliteSite site;
  site.sql(odd_site);
  auto draft = draft_of(site);
  CHECK(profiles::load(draft.files, "draft").archives.empty());
  draft.files["depart.xml"] = draft.archive_model;
  const auto app = profiles::load(draft.files, "draft");
  REQUIRE(app.archives.size() == 1);
  CHECK(app.archives.front().unit.rules.empty());
  CHECK(profiles::check_queries(app).empty());
}

TEST_CASE("hostile names of a catalogue give a profile all the same") {
  std::vector<extract::SourceTable> catalogue;
  for (const auto* name : {"a\"b",     "c'; DROP TABLE x; --",
                           "<x>&amp;", "tab\tle",
                           "\xff\xfe", "",
                           "  ",       "a.b",
                           "T",        "t",
                           "sqlite_x", "versoir_run",
                           "é",        "日本",
                           "select",   "xml",
                           "0",        "-",
                           "--",       "]]>",
                           "{a}",      "#",
                           "A B  C"}) {
    auto t = catalogued(name, {"a\"b", "c'; --", "<y>", "", "K", "k", "{b}", "select", "xml", "日", "--",
                               "a b", "cle", "ligne"});
    t.key = {"K"};
    t.references.push_back({{"K"}, "T", {"K"}});
    t.comment = std::string("--> ]]> <!-- {x} \x01 \xff ") + name;
    catalogue.push_back(t);
  }
  const auto draft = extract::draft_profile({"essai", "<&\">", "{s}", {}, ""}, catalogue);
  const auto app = profiles::load(draft.files, "draft");
  CHECK(profiles::check_queries(app).empty());
  CHECK(draft.left.size() >= 8);
  CHECK(draft.tables + draft.left.size() >= 20);
}

TEST_CASE("an identifier is made of any name, and one that is given is judged") {
  CHECK(extract::draft_identifier("Gestion des Prêts") == "gestion-des-prets");
  CHECK(extract::draft_identifier("1_base") == "base-1-base");
  CHECK(extract::draft_identifier("") == "base");
  for (const auto* wrong : {"", "A", "1a", "a_b", "a b", "é"})
    CHECK_THROWS_AS(extract::check_identifier(wrong), core::Error);
  CHECK_NOTHROW(extract::check_identifier("ma-base-2"));
}

TEST_CASE("what is left at once is in no query, and has its reason") {
  SqliteSite site;
  site.sql(odd_site);
  const auto draft =
      extract::draft_profile({"essai", "", "", {"users.e-*", "VISIT", "page.num"}, "Sans <utilité>."},
                             open(site.uri())->catalogue());
  const auto app = profiles::load(draft.files, "draft");
  CHECK(profiles::check_queries(app).empty());
  CHECK_FALSE(app.find_table("visit")->take);
  CHECK(app.find_table("visit")->reason == "Sans <utilité>.");
  CHECK_FALSE(app.find_table("Users")->find("e-mail")->take);
  // Half a key is none: the row is found by its number.
  CHECK(app.find_table("page")->key.empty());
  CHECK(app.find_record("page")->key == Lines{"cle"});
  const auto error = error_of([&] {
    static_cast<void>(
        extract::draft_profile({"essai", "", "", {"users", "nobody*"}, "x"}, open(site.uri())->catalogue()));
  });
  CHECK(error.code() == core::Exit::usage);
  CHECK_THAT(error.message().english(), Contains("nobody*"));
}

TEST_CASE("a secret is copied until somebody decides, and shown by no sheet") {
  SqliteSite site;
  site.sql(odd_site);
  const auto draft = draft_of(site);
  CHECK(profiles::load(draft.files, "draft").find_table("Users")->find("passwd")->take);
  CHECK_THAT(draft.files.at("records.xml"), !Contains("passwd"));
  CHECK_THAT(draft.files.at("consult.xml"), !Contains("passwd"));
  CHECK_THAT(draft.archive_model, !Contains("passwd"));
}

TEMPLATE_TEST_CASE("the catalogue of PostgreSQL gives comments, views and the foreign keys of its schema", "",
                   PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "CREATE SCHEMA other; CREATE TABLE other.far (a int PRIMARY KEY);"
      "CREATE TABLE composante (code char(3), annee int, nom text, PRIMARY KEY (annee, code));"
      "CREATE TABLE dossier (num int PRIMARY KEY, c char(3), a int, chef int REFERENCES dossier, loin int "
      "REFERENCES other.far, "
      "FOREIGN KEY (a, c) REFERENCES composante (annee, code)) ; CREATE VIEW tout AS SELECT * FROM dossier;"
      "CREATE TABLE mesure (jour date, num int REFERENCES dossier) PARTITION BY RANGE (jour);"
      "CREATE TABLE mesure_1 PARTITION OF mesure FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');"
      "COMMENT ON TABLE dossier IS 'Dossier suivi'; COMMENT ON COLUMN dossier.c IS 'Composante d''accueil';"
      "INSERT INTO composante VALUES ('abc', 2020, 'Lettres'); INSERT INTO dossier VALUES (1, 'abc', 2020, "
      "1, NULL);");
  const auto catalogue = open(site.uri())->catalogue();
  const auto find = [&](const char* name) {
    return *std::ranges::find(catalogue, name, &extract::SourceTable::name);
  };
  const auto dossier = find("dossier");
  CHECK(dossier.comment == "Dossier suivi");
  CHECK(dossier.find("c")->comment == "Composante d'accueil");
  CHECK(find("tout").view);
  CHECK_FALSE(dossier.view);
  REQUIRE(dossier.references.size() == 2);
  CHECK(dossier.references[0].table == "composante");
  CHECK(dossier.references[0].columns == Lines{"a", "c"});
  CHECK(dossier.references[0].to == Lines{"annee", "code"});
  CHECK(dossier.references[1].to == Lines{"num"});
  CHECK(find("mesure").references.size() == 1);

  const auto draft = extract::draft_profile({"essai", "", "", {}, ""}, catalogue);
  const auto app = profiles::load(draft.files, "draft");
  CHECK(profiles::check_queries(app).empty());
  CHECK(app.find_table("dossier")->label == "Dossier suivi");
  core::TemporaryDirectory folder;
  copy_from(site.uri(), app, folder.path() / "a.extract");
  auto extract = extract::Extract::open(folder.path() / "a.extract");
  CHECK(plain_rows(extract.database(), "SELECT nom FROM composante") == Lines{"Lettres"});
}
