// The fuzz targets without libFuzzer, for continuous integration: the seeds, then mutants of them, the same
// at each run.
//   fuzz_replay TARGET SEEDS [ROUNDS]    from the folder SEEDS, 1000 mutants
// Meant for the preset asan. What breaks a target is kept in the working folder as found-TARGET.
// The targets are included here, each under its own name: their headers are then compiled once.
#define LLVMFuzzerTestOneInput replay_atr
#include "atr.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput replay_container
#include "container.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput replay_format
#include "format.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput replay_manifest
#include "manifest.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput replay_profile
#include "profile.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput replay_referentials
#include "referentials.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput replay_schema
#include "schema.cpp"
#undef LLVMFuzzerTestOneInput

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

/// There when a sanitizer is.
extern "C" void __sanitizer_set_death_callback(void (*)()) __attribute__((weak));

namespace {

constexpr std::size_t most_bytes = 65'536;

struct Target {
  std::string_view name;
  int (*run)(const std::uint8_t*, std::size_t);
};
constexpr std::array<Target, 7> targets{{{"atr", replay_atr},
                                         {"container", replay_container},
                                         {"format", replay_format},
                                         {"manifest", replay_manifest},
                                         {"profile", replay_profile},
                                         {"referentials", replay_referentials},
                                         {"schema", replay_schema}}};

/// What is being tried, for whoever ends the process: plain data, since it may be a signal.
struct Tried {
  const char* data = nullptr;
  std::size_t size = 0;
  const char* kept_as = nullptr;
} tried;

void keep_tried() {
  const int fd = ::open(tried.kept_as, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || ::write(fd, tried.data, tried.size) < 0) return;
  ::close(fd);
}

void on_signal(int number) {
  keep_tried();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    auto bytes = seeds_[below(seeds_.size())];
    for (auto n = 1 + below(4); n > 0; --n) mutate(bytes);
    if (bytes.size() > most_bytes) bytes.resize(most_bytes);
    return bytes;
  }

 private:
  /// Not std::uniform_int_distribution, whose numbers differ from one library to the other.
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void mutate(std::string& bytes) {
    static constexpr std::array<std::string_view, 14> words{"\xFF\xFF\xFF\xFF",
                                                            std::string_view("\0\0\0\0", 4),
                                                            "\x7F",
                                                            "-1",
                                                            "18446744073709551615",
                                                            "<a>",
                                                            "</a>",
                                                            "&#0;",
                                                            "<!--",
                                                            "]]>",
                                                            "{",
                                                            "[",
                                                            "\"",
                                                            "\n"};
    const auto at = below(bytes.size() + 1), length = below(bytes.size() - at + 1);
    switch (below(7)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random_());
        break;
      case 2:
        bytes.erase(at, std::min<std::size_t>(length, 1 + below(64)));
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, std::min<std::size_t>(length, 256)));
        break;
      case 4:
        bytes.insert(at, words[below(words.size())]);
        break;
      case 5: {  // what another seed holds
        const auto& other = seeds_[below(seeds_.size())];
        bytes.insert(at, other.substr(below(other.size() + 1), 1 + below(128)));
        break;
      }
      default:
        if (below(8) == 0) bytes.resize(at);
        break;
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937 random_{20'260'101};
};

/// In the order of their names, whatever the folder's.
std::vector<std::string> read_seeds(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<std::string> seeds;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return seeds;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string name = count > 1 ? arguments[1] : "";
  const auto target = std::ranges::find(targets, name, &Target::name);
  if (count < 3 || target == targets.end()) {
    std::fprintf(stderr, "fuzz_replay TARGET SEEDS [ROUNDS]\n");
    return 2;
  }
  const auto seeds = read_seeds(arguments[2]);
  if (seeds.empty()) {
    std::fprintf(stderr, "no seed in %s\n", arguments[2]);
    return 2;
  }
  const auto kept_as = "found-" + name;
  tried.kept_as = kept_as.c_str();
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS}) std::signal(number, on_signal);
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(keep_tried);
  const auto attempt = [&](const std::string& bytes) {
    tried.data = bytes.data();
    tried.size = bytes.size();
    // A copy that ends where the bytes end: one step further is seen by the sanitizer.
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[bytes.size()]);
    std::ranges::copy(bytes, exact.get());
    target->run(exact.get(), bytes.size());
  };
  for (const auto& seed : seeds) attempt(seed);
  Mutator mutator(seeds);
  const long rounds = count > 3 ? std::atol(arguments[3]) : 1000;
  for (long round = 0; round < rounds; ++round) attempt(mutator.next());
  std::printf("%s: %zu seeds, %ld mutants\n", name.c_str(), seeds.size(), rounds);
  return 0;
}
