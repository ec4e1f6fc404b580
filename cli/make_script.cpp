// versoir extract --make-script: the script for sites that will not open a connection.
#include "cli/make_script.hpp"

#include "cli/source_options.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "extract/make_script.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

int make_script(Context& c) {
  if (c.words.has("SOURCE"))
    throw Error(Exit::usage, msg("--make-script reads no source: the script is run on the server."));
  const auto kind = extract::script_kind(c.words.get("make-script"));
  if (!kind) throw Error(Exit::usage, msg("A script is for psql or sqlplus."));
  const auto profile = chosen_profile(c);
  const auto script = extract::make_script(profile, *kind, c.words.get("schema"),
                                           extract::read_decisions(decision_file(c, profile)));
  if (!c.words.has("output")) {
    c.out.result(script);
    c.out.summary({{"script", script}});
    return static_cast<int>(Exit::ok);
  }
  const std::filesystem::path file = c.words.get("output");
  core::write_file(file, script);
  c.out.result(
      msg("Script written: {0}. The administrator runs it in an empty folder; its first lines say how.",
          file.string()));
  c.out.summary({{"script", file.string()}});
  return static_cast<int>(Exit::ok);
}

}  // namespace versoir::cli
