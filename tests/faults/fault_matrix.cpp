// fault_matrix WORKSPACE VERSEMENT PROGRAM PORT [RUNS [SEED]]: many deposits, each with faults drawn from its
// number; after the recovery each lot is deposited exactly once, or in doubt with the right advice.
#include "fault_run.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

using namespace versoir::tests;

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("fault_matrix WORKSPACE VERSEMENT PROGRAM PORT [RUNS [SEED]]\n", stderr);
    return 2;
  }
  try {
    const Prepared prepared{argv[1], argv[3], argv[2], static_cast<std::uint16_t>(std::atoi(argv[4]))};
    const std::uint64_t runs = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 60;
    const std::uint64_t seed = argc > 6 ? std::strtoull(argv[6], nullptr, 10) : 1;
    const auto traffic = measure_traffic(prepared);
    std::map<std::string, std::uint64_t> ended;
    std::uint64_t bad = 0, sends = 0;
    for (std::uint64_t i = 0; i < runs; ++i) {
      const auto plan = draw_plan(seed + i, traffic);
      const auto result = play(prepared, plan);
      sends += static_cast<std::uint64_t>(result.sends);
      ++ended[result.ended];
      if (result.defects.empty()) continue;
      ++bad;
      fmt::print("run {}: {}\n", seed + i, plan.words);
      for (const auto& defect : result.defects) fmt::print("  {}\n", defect);
      fmt::print("  kept: {}\n", result.folder.string());
      std::fflush(stdout);
    }
    fmt::print("{} runs from seed {}, {} connections each: {} commands, {} bad\n", runs, seed,
               traffic.connections.size(), sends, bad);
    for (const auto& [how, count] : ended) fmt::print("  {}: {}\n", how, count);
    return bad == 0 ? 0 : 1;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
