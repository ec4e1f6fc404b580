// Seals a file and verifies its seal, each in a run of its own, for bench/seal.sh.
//   bench_seal seal|verify FILE PKI
#include "trust/seal.hpp"

#include "core/clock.hpp"
#include "core/error.hpp"
#include "trust/signer.hpp"

#include <filesystem>
#include <iostream>
#include <string_view>

using namespace versoir;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string_view what = argv[1];
  const std::filesystem::path file = argv[2], pki = argv[3];
  const core::SystemClock clock;
  try {
    if (what == "seal") {
      const auto signer = trust::load_signer({pki / "producer.pem", pki / "producer.key", {}, {}}, clock);
      std::cout << trust::seal_file(file, *signer, clock, nullptr).sha512.hex() << '\n';
      return 0;
    }
    const auto store = trust::load_trust_store(pki / "ca.pem", pki / "ca.pem", {});
    return trust::verify_seal(file, store, clock, trust::At::now).verdict == trust::Verdict::valid ? 0 : 1;
  } catch (const core::Error& e) {
    std::cerr << e.message().english() << '\n';
    return 1;
  }
}
