// Source URIs: what is accepted, what is refused, what is shown.
#include "sites.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

TEST_CASE("the text before the first colon chooses the source") {
  const auto uri = extract::parse_source("sqlite:C:/dossier/base.sqlite");
  CHECK(uri.kind == "sqlite");
  CHECK(uri.rest == "C:/dossier/base.sqlite");
  CHECK(uri.redacted() == "sqlite:C:/dossier/base.sqlite");
}

TEST_CASE("sources that do not exist are usage errors that say so") {
  const auto [text, part] =
      GENERATE(table<std::string, std::string>({{"odbc:DSN", "cannot be understood"},
                                                {"csv:", "names no folder"},
                                                {"siard:", "no SIARD archive"},
                                                {"mysql:host=a", "no kind of source named mysql"},
                                                {"base.sqlite", "KIND:ADDRESS"},
                                                {":x", "KIND:ADDRESS"},
                                                {"sqlite:", "no SQLite file"},
                                                {"postgresql:host", "cannot be understood"}}));
  const auto error = error_of([t = text] { static_cast<void>(extract::parse_source(t)); });
  CHECK(error.code() == core::Exit::usage);
  CHECK_THAT(error.message().english(), Contains(part));
}

TEST_CASE("a password in a connection is refused with advice, and never repeated") {
  const auto text = GENERATE(as<std::string>{}, "postgresql:host=h dbname=d user=u password=s3cret",
                             "postgresql:password='s3cret' host=h", "postgresql://u:s3cret@h/d",
                             "postgresql://u@h/d?password=s3cret", "postgresql:host=h sslpassword=s3cret");
  const auto error = error_of([&] { static_cast<void>(extract::parse_source(text)); });
  CHECK(error.code() == core::Exit::usage);
  REQUIRE_FALSE(error.hints().empty());
  CHECK_THAT(error.hints()[0].english(), Contains(".pgpass"));
  CHECK_THAT(error.render(), !Contains("s3cret"));
  // Whoever makes a SourceUri by hand does not get further, and shows nothing.
  const extract::SourceUri by_hand{"postgresql", text.substr(text.find(':') + 1)};
  CHECK_THAT(by_hand.redacted(), !Contains("s3cret"));
  CHECK(error_of([&] { static_cast<void>(extract::open_source(by_hand, {})); }).code() == core::Exit::usage);
}

TEST_CASE("a redacted PostgreSQL source says where, and nothing else") {
  CHECK(extract::parse_source("postgresql:user=u dbname=d host=h application_name=x").redacted() ==
        "postgresql:host=h dbname=d user=u");
  CHECK(extract::parse_source("postgresql://u@h:5433/d?sslkey=/cle").redacted() ==
        "postgresql:host=h port=5433 dbname=d user=u");
}

TEST_CASE("a file that is absent or is not a database is unreachable") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "base.sqlite";
  const auto open = [&] {
    static_cast<void>(extract::open_source(extract::parse_source("sqlite:" + file.string()), {}));
  };
  CHECK(error_of(open).code() == core::Exit::source_unreachable);
  core::write_file(file, "ce n'est pas une base de données, mais alors pas du tout");
  CHECK(error_of(open).code() == core::Exit::source_unreachable);
}

TEST_CASE("a source is read without being written") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "base.sqlite";
  core::Database::create(file).exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  const auto before = core::read_file(file);
  copy_from("sqlite:" + file.string(), profile_of(table("T", column("A"))), folder.path() / "e.extract");
  CHECK(core::read_file(file) == before);
  CHECK(names_in(folder.path()) == std::vector<std::string>{"base.sqlite", "e.extract"});
}
