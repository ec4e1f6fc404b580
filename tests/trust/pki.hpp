// The test PKI, the openssl program as an independent oracle, and time-stamping authorities without network.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "shell.hpp"
#include "toy_tsa.hpp"
#include "trust/cades.hpp"
#include "trust/seal.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <sys/wait.h>

namespace versoir::tests {

inline const core::SystemClock now;

inline std::filesystem::path pki(std::string_view name) {
  return std::filesystem::path(VERSOIR_TEST_PKI) / name;
}

inline std::string quoted(const std::filesystem::path& p) { return "'" + p.string() + "'"; }

inline core::Instant instant(std::string_view text) { return core::parse_instant(text).value(); }

inline std::unique_ptr<trust::Signer> signer(const std::string& name,
                                             const core::Clock& clock = core::SystemClock()) {
  return trust::load_signer({pki(name + ".pem"), pki(name + ".key"), {}, {}}, clock);
}

inline std::vector<trust::Certificate> anchors() {
  return trust::Certificate::list_from_pem_file(pki("ca.pem"));
}

inline trust::TrustStore store() { return trust::load_trust_store(pki("ca.pem"), pki("ca.pem"), {}); }
inline trust::TrustStore store_with_crl() {
  return trust::load_trust_store(pki("ca.pem"), pki("ca.pem"), {pki("ca.crl.pem")});
}

inline bool has(const trust::Verification& v, std::string_view code) {
  return std::any_of(v.findings.begin(), v.findings.end(),
                     [&](const core::Finding& f) { return f.code == code; });
}
inline std::string told(const trust::Verification& v) {
  std::string text;
  for (const auto& f : v.findings) text += f.code + ": " + f.message.english() + "\n";
  return text;
}

/// What the openssl program signs: `options` come after the usual ones and may override them.
inline std::string openssl_sign(const std::filesystem::path& content, const std::string& who,
                                const std::string& options = "-cades -md sha256") {
  core::TemporaryDirectory dir;
  const auto out = dir.path() / "s.p7s";
  const auto ran = run("openssl cms -sign -binary -outform DER -nosmimecap -in " + quoted(content) +
                       " -signer " + quoted(pki(who + ".pem")) + " -inkey " + quoted(pki(who + ".key")) +
                       " " + options + " -out " + quoted(out));
  if (ran.code != 0) throw std::runtime_error(ran.output);
  return core::read_file(out);
}

/// The openssl program's opinion of a detached CAdES signature.
inline Ran openssl_verify(const std::filesystem::path& content, const std::filesystem::path& signature,
                          const std::string& ca = "ca.pem") {
  return run("openssl cms -verify -cades -binary -inform DER -in " + quoted(signature) + " -content " +
             quoted(content) + " -CAfile " + quoted(pki(ca)) + " -purpose any -out /dev/null");
}

/// The authority of the test PKI, whose clock can be set.
class LocalTsa final : public ToyTsa {
 public:
  explicit LocalTsa(std::string_view time = {}, std::string name = "tsa")
      : ToyTsa(VERSOIR_TEST_PKI, time, std::move(name)) {}
};

}  // namespace versoir::tests
