// The seal of an extract: signed, verified by OpenSSL too, and what it finds afterwards.
#include "extract/seal.hpp"

#include "core/json.hpp"
#include "shell.hpp"
#include "sites.hpp"
#include "trust/signer.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

void must_run(const std::string& command) {
  INFO(command);
  REQUIRE(exit_code(command) == 0);
}

/// An extract, a key with a certificate of an authority of its own, and the trust store that knows it.
class Sealed {
 public:
  Sealed() {
    SqliteSite site;
    site.sql("CREATE TABLE t (a NUMBER(8)); INSERT INTO t VALUES (1), (2), (3);");
    copy_from(site.uri(), profile_of(table("T", column("A", "NUMBER(8)"))), path);
    make_authority("ca");
    make_authority("other");
    must_run(
        "cd " + dir() +
        " && openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem "
        "-subj '/C=FR/O=Essai/CN=Chaine de versement' -out req.pem && printf "
        "'basicConstraints=critical,CA:FALSE\\nkeyUsage=critical,digitalSignature\\nsubjectKeyIdentifier="
        "hash\\n"
        "authorityKeyIdentifier=keyid\\n' > ext.cnf && openssl x509 -req -in req.pem -CA ca.pem -CAkey "
        "ca.key "
        "-CAcreateserial -days 3000 -extfile ext.cnf -out cert.pem && chmod 600 key.pem");
    trust::KeySource key;
    key.certificate = folder_.path() / "cert.pem";
    key.key = folder_.path() / "key.pem";
    signer_ = trust::load_signer(key, clock);
    auto extract = extract::Extract::open(path);
    extract::write_seal(extract, *signer_, nullptr, clock);
  }
  std::vector<core::Finding> verify(const std::string& authority = "ca") {
    auto extract = extract::Extract::open(path);
    return extract::verify_seal(
        extract, trust::load_trust_store(folder_.path() / (authority + ".pem"), {}, {}), clock);
  }
  std::string dir() const { return folder_.path().string(); }
  trust::Signer* signer() const { return signer_.get(); }

 private:
  void make_authority(const std::string& name) {
    must_run("cd " + dir() +
             " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name +
             ".key -subj '/C=FR/O=Essai/CN=Autorite " + name +
             "' -days 3650 -addext 'keyUsage=critical,keyCertSign,cRLSign' -out " + name + ".pem");
  }
  core::TemporaryDirectory folder_;
  std::unique_ptr<trust::Signer> signer_;

 public:
  core::SystemClock clock;
  std::filesystem::path path = folder_.path() / "essai.extract";
};

bool says(const std::vector<core::Finding>& findings, const std::string& part) {
  for (const auto& f : findings)
    if (f.severity == core::Severity::error && f.message.english().find(part) != std::string::npos)
      return true;
  return false;
}
bool no_error(const std::vector<core::Finding>& findings) {
  for (const auto& f : findings)
    if (f.severity == core::Severity::error) {
      UNSCOPED_INFO(f.message.english());
      return false;
    }
  return true;
}

}  // namespace

TEST_CASE("a seal says what the extract is, and verifies") {
  Sealed sealed;
  CHECK(no_error(sealed.verify()));
  const auto seal = core::read_json(extract::seal_file(sealed.path));
  auto extract = extract::Extract::open(sealed.path);
  CHECK(seal.at("format") == "versoir-extract-seal/1");
  CHECK(seal.at("file").at("name") == "essai.extract");
  CHECK(seal.at("file").at("size") == std::filesystem::file_size(sealed.path));
  CHECK(seal.at("root") == extract.root().hex());
  CHECK(seal.at("run").at("application") == "essai");
  CHECK(seal.at("tables").at(0).at("name") == "T");
  CHECK(seal.at("tables").at(0).at("rows") == 3);
  CHECK(seal.at("tables").at(0).at("root") == extract.tables().at(0).root.hex());
  // sha512sum as the other witness
  must_run("cd " + sealed.dir() + " && test \"$(sha512sum essai.extract | cut -d' ' -f1)\" = " +
           seal.at("file").at("sha512").get<std::string>());
}

TEST_CASE("OpenSSL verifies the signature of a seal") {
  Sealed sealed;
  must_run("cd " + sealed.dir() +
           " && openssl cms -verify -cades -binary -inform DER -in essai.extract.seal.json.p7s "
           "-content essai.extract.seal.json -CAfile ca.pem -purpose any -out /dev/null");
}

TEST_CASE("an altered extract is found by its seal, fact by fact") {
  Sealed sealed;
  core::Database::open_write(sealed.path).exec("UPDATE versoir_run SET value = 'final' WHERE key = 'kind'");
  auto findings = sealed.verify();
  CHECK(says(findings, "SHA-512"));
  CHECK(says(findings, "facts of the run"));
  CHECK_FALSE(says(findings, "tables of the extract"));
  core::Database::open_write(sealed.path).exec("UPDATE versoir_table SET copied_rows = 4");
  findings = sealed.verify();
  CHECK(says(findings, "tables of the extract"));
  CHECK(says(findings, "root of the extract"));
}

TEST_CASE("an altered seal, a foreign signature and a missing one are found") {
  Sealed sealed;
  CHECK_FALSE(no_error(sealed.verify("other")));
  const auto file = extract::seal_file(sealed.path);
  auto text = core::read_file(file);
  text.replace(text.find("\"rows\":3"), 8, "\"rows\":4");
  core::write_file(file, text);
  const auto findings = sealed.verify();
  CHECK(says(findings, "tables of the extract"));
  CHECK(findings.size() >= 2);  // and the signature
  std::filesystem::remove(file.string() + ".p7s");
  CHECK_FALSE(no_error(sealed.verify()));
  std::filesystem::remove(file);
  CHECK(says(sealed.verify(), "has no seal"));
}

TEST_CASE("a seal that is not JSON is a finding, not a crash") {
  Sealed sealed;
  for (const char* text :
       {"", "{", "[]", "{\"format\":\"autre\"}", "{\"format\":\"versoir-extract-seal/1\",\"file\":3}"}) {
    core::write_file(extract::seal_file(sealed.path), text);
    CHECK_FALSE(no_error(sealed.verify()));
  }
}

TEST_CASE("a renamed extract with its seal still verifies") {
  Sealed sealed;
  const auto moved = std::filesystem::path(sealed.dir()) / "autre.extract";
  std::filesystem::rename(sealed.path, moved);
  std::filesystem::rename(extract::seal_file(sealed.path), extract::seal_file(moved));
  std::filesystem::rename(extract::seal_file(sealed.path).string() + ".p7s",
                          extract::seal_file(moved).string() + ".p7s");
  sealed.path = moved;
  CHECK(no_error(sealed.verify()));
}

TEST_CASE("a seal that cannot be signed leaves the one that was there") {
  Sealed sealed;
  const auto seal = core::read_file(extract::seal_file(sealed.path));
  const auto before = names_in(sealed.path.parent_path());
  class BrokenSigner final : public trust::Signer {
   public:
    explicit BrokenSigner(trust::Certificate c) : certificate_(std::move(c)) {}
    const trust::Certificate& certificate() const override { return certificate_; }
    const std::vector<trust::Certificate>& chain() const override { return chain_; }
    std::string sign(std::string_view) override {
      throw core::Error(core::Exit::signing, core::msg("No card."));
    }

   private:
    trust::Certificate certificate_;
    std::vector<trust::Certificate> chain_;
  } broken(trust::Certificate::list_from_pem_file(std::filesystem::path(sealed.dir()) / "cert.pem").at(0));
  auto extract = extract::Extract::open(sealed.path);
  CHECK(error_of([&] { extract::write_seal(extract, broken, nullptr, sealed.clock); }).code() ==
        core::Exit::signing);
  CHECK(core::read_file(extract::seal_file(sealed.path)) == seal);
  CHECK(names_in(sealed.path.parent_path()) == before);

  // A whole copy that cannot be sealed does not take the place of the sealed one; its rows are kept, and the
  // next run only seals.
  auto source = sealed.path.parent_path() / "s.sqlite";
  core::Database::create(source).exec("CREATE TABLE t (a); INSERT INTO t VALUES ('autre'), ('encore');");
  const auto profile = profile_of(table("T", column("A")));
  const auto old = core::read_file(sealed.path);
  extract::CopyOptions options;
  options.replace = true;
  options.signer = &broken;
  CHECK(error_of([&] { copy_from("sqlite:" + source.string(), profile, sealed.path, options); }).code() ==
        core::Exit::signing);
  CHECK(core::read_file(sealed.path) == old);
  CHECK(core::read_file(extract::seal_file(sealed.path)) == seal);
  options.signer = sealed.signer();
  CHECK(copy_from("sqlite:" + source.string(), profile, sealed.path, options).rows == 2);
  CHECK(sealed.verify().empty());
}

TEST_CASE(
    "an authority that fails leaves the extract that was there, with its seal, and a retry needs no copy") {
  Sealed sealed;
  const auto old = core::read_file(sealed.path);
  const auto seal = core::read_file(extract::seal_file(sealed.path));
  const auto signature = core::read_file(extract::seal_file(sealed.path).string() + ".p7s");
  const auto source = sealed.path.parent_path() / "s.sqlite";
  core::Database::create(source).exec("CREATE TABLE t (a); INSERT INTO t VALUES ('autre');");
  const auto profile = profile_of(table("T", column("A")));
  class DownTsa final : public trust::TimestampAuthority {
   public:
    std::string token(std::string_view) override {
      throw core::Error(core::Exit::signing, core::msg("No answer."));
    }
  } down;
  extract::CopyOptions options;
  options.replace = true;
  options.signer = sealed.signer();
  options.tsa = &down;
  CHECK(error_of([&] { copy_from("sqlite:" + source.string(), profile, sealed.path, options); }).code() ==
        core::Exit::signing);
  CHECK(core::read_file(sealed.path) == old);
  CHECK(core::read_file(extract::seal_file(sealed.path)) == seal);
  CHECK(core::read_file(extract::seal_file(sealed.path).string() + ".p7s") == signature);
  CHECK(sealed.verify().empty());
  std::filesystem::remove(source);  // the rows are kept: only the seal is missing
  core::Database::create(source).exec("CREATE TABLE t (a); INSERT INTO t VALUES ('autre');");
  options.tsa = nullptr;
  CHECK(copy_from("sqlite:" + source.string(), profile, sealed.path, options).rows == 1);
  CHECK(sealed.verify().empty());
}

TEST_CASE("an extract that cannot take its name leaves the seal that was there") {
  Sealed sealed;
  const auto seal = core::read_file(extract::seal_file(sealed.path));
  const auto signature = core::read_file(extract::seal_file(sealed.path).string() + ".p7s");
  const auto before = names_in(sealed.path.parent_path());
  auto extract = extract::Extract::open(sealed.path);
  const auto publish = [&](const std::function<void()>& rest) {
    extract::StagedSeal(extract, sealed.path, *sealed.signer(), nullptr, sealed.clock).publish(rest);
  };
  CHECK_THROWS_AS(publish([&] {
                    CHECK(core::read_file(extract::seal_file(sealed.path).string() + ".p7s") != signature);
                    throw core::Error(core::Exit::disk, core::msg("No room."));
                  }),
                  core::Error);
  CHECK(core::read_file(extract::seal_file(sealed.path)) == seal);
  CHECK(core::read_file(extract::seal_file(sealed.path).string() + ".p7s") == signature);
  CHECK(names_in(sealed.path.parent_path()) == before);
  publish({});
  CHECK(core::read_file(extract::seal_file(sealed.path).string() + ".p7s") != signature);
  CHECK(names_in(sealed.path.parent_path()) == before);
  CHECK(sealed.verify().empty());
}

TEST_CASE("what uses an extract asks for the seal of a registered producer first") {
  Sealed sealed;
  const auto fingerprint = sealed.signer()->certificate().fingerprint().hex();
  const auto roles = [&](const std::string& role) {
    return trust::RoleRegister::parse(R"({"roles":[{"certificate":")" + fingerprint +
                                          R"(","name":"n","quality":"q","role":")" + role +
                                          R"(","from":"2020-01-01T00:00:00Z","to":"2040-01-01T00:00:00Z"}]})",
                                      "roles.json");
  };
  const auto require = [&](const std::string& role, const std::string& authority = "ca") {
    auto extract = extract::Extract::open(sealed.path);
    return extract::require_sealed(
        extract, trust::load_trust_store(std::filesystem::path(sealed.dir()) / (authority + ".pem"), {}, {}),
        roles(role), sealed.clock);
  };
  const auto refused = [&](const std::string& role = "producer", const std::string& authority = "ca") {
    return error_of([&] { static_cast<void>(require(role, authority)); }).code();
  };
  CHECK(require("producer") == core::digest_file(sealed.path).sha512);
  CHECK(refused("archivist") == core::Exit::extract_altered);
  CHECK(refused("producer", "other") == core::Exit::extract_altered);
  const auto file = extract::seal_file(sealed.path);
  for (const auto& gone : {file, std::filesystem::path(file.string() + ".p7s")}) {
    std::filesystem::rename(gone, gone.string() + ".away");
    CHECK(refused() == core::Exit::extract_invalid);
    std::filesystem::rename(gone.string() + ".away", gone);
  }
  core::Database::open_write(sealed.path).exec("UPDATE T SET a = 4 WHERE a = 3");
  CHECK(refused() == core::Exit::extract_altered);
}
