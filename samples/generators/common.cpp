// The command line that every generator of sample data has.
#include "common.hpp"

#include "core/error.hpp"
#include "lists.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <iostream>

namespace versoir::samples {

namespace {

namespace po = boost::program_options;
using core::Error;
using core::Exit;
using core::msg;

struct Parsed {
  Options options;
  bool help = false;
};

Parsed parse(int argc, char** argv, const Program& program, po::options_description& declared) {
  Parsed parsed;
  Options& o = parsed.options;
  const auto profile = std::string{VERSOIR_SOURCE_DIR "/profiles/"} + program.application;
  std::string out, folder;
  // clang-format off
  declared.add_options()
    ("help,h", "this text")
    ("out", po::value(&out)->value_name("FILE"), "SQLite file to make")
    ("postgresql", po::value(&o.postgresql)->value_name("CONNINFO"), "PostgreSQL database to fill instead")
    ("schema", po::value(&o.schema)->value_name("NAME")->default_value(program.application), "schema to create there")
    (program.people.c_str(), po::value(&o.people)->value_name("N")->default_value(program.default_people), "how many people")
    ("seed", po::value(&o.seed)->value_name("S")->default_value(1), "another seed, other people")
    ("probed", po::bool_switch(&o.probed), "also the tables and columns known by name only, in a shape of ours")
    ("profile", po::value(&folder)->value_name("DIR")->default_value(profile), "folder of the profile whose tables.xml is the dictionary");
  // clang-format on
  try {
    po::variables_map seen;
    po::store(po::command_line_parser(argc, argv)
                  .options(declared)
                  .positional({})
                  .style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing)
                  .run(),
              seen);
    po::notify(seen);
    parsed.help = seen.count("help") > 0;
  } catch (const po::error& e) {
    throw Error(Exit::usage, msg("the command line is wrong")).because(e);
  }
  o.out = out;
  o.profile = folder;
  if (parsed.help) return parsed;
  if (o.out.empty() == o.postgresql.empty())
    throw Error(Exit::usage, msg("give either {0} or {1}", "--out", "--postgresql"));
  if (o.people < program.least_people || o.people > 5'000'000)
    throw Error(Exit::usage,
                msg("{0} is between {1} and {2}", "--" + program.people, program.least_people, 5'000'000));
  return parsed;
}

}  // namespace

int run(int argc, char** argv, const Program& program,
        const std::function<void(const Options&, Output&)>& generate) {
  try {
    core::set_language("");
    po::options_description declared(program.name);
    const auto [options, help] = parse(argc, argv, program, declared);
    if (help) {
      std::cout << declared;
      return 0;
    }
    const auto lists = read_lists(VERSOIR_SOURCE_DIR "/samples/lists/" + program.application + ".txt");
    auto specs = read_dictionary(options.profile);
    lists.complete(specs, options.probed);
    Output output(std::move(specs), options.out.empty() ? postgresql_sink(options.postgresql, options.schema)
                                                        : sqlite_sink(options.out));
    lists.write(output);
    generate(options, output);
    output.finish();
    std::uint64_t rows = 0, tables = 0;
    for (const auto& [table, n] : output.counts()) {
      rows += n;
      tables += n > 0 ? 1 : 0;
    }
    fmt::print("{}: {} rows in {} tables\n", program.name, rows, tables);
    return 0;
  } catch (const Error& e) {
    std::cerr << program.name << ": " << e.render() << '\n';
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    std::cerr << program.name << ": " << e.what() << '\n';
    return static_cast<int>(Exit::unexpected);
  }
}

}  // namespace versoir::samples
