// Validates the manifest of a SIP against the published SEDA, for bench/build.sh.
//   bench_validate MANIFEST
#include "core/error.hpp"
#include "sip/seda_validator.hpp"

#include <iostream>

using namespace versoir;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    const auto report = sip::validate_seda(argv[1], sip::SedaMode::published);
    for (const auto& issue : report.issues) std::cerr << sip::issue_message(issue).english() << '\n';
    return report.valid() ? 0 : 1;
  } catch (const core::Error& e) {
    std::cerr << e.message().english() << '\n';
    return 1;
  }
}
