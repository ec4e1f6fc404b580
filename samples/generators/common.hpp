// What the generators of sample applications share: options, random numbers, names, output.
#pragma once
#include "names.hpp"
#include "output.hpp"
#include "random.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace versoir::samples {

struct Options {
  std::filesystem::path out;  ///< SQLite file
  std::string postgresql;     ///< or a PostgreSQL connection string
  std::string schema;
  std::filesystem::path profile;  ///< folder with tables.xml
  bool probed = false;            ///< also what the dictionary knows by name only, in a shape of ours
  std::uint64_t seed = 1;
  int people = 0;
};
/// What distinguishes one generator's command line from another's.
struct Program {
  std::string name;         ///< sample-apogee
  std::string application;  ///< apogee: default profile folder and schema
  std::string people;       ///< name of the option that counts people: students
  int default_people = 0, least_people = 1;
};
/// Parses, opens the output, runs `generate`, prints how many rows were made. Returns the exit code.
[[nodiscard]] int run(int argc, char** argv, const Program& program,
                      const std::function<void(const Options&, Output&)>& generate);

}  // namespace versoir::samples
