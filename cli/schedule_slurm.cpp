// See schedule_slurm.hpp. A job is a shell script: sbatch runs it once for each number of the array.
#include "cli/schedule_slurm.hpp"

#include "core/csv.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "extract/source.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// MaxArraySize of Slurm is 1 001 unless its administrator says otherwise: numbers go to 1 000
/// (slurm.conf(5)).
constexpr int most_tasks = 1000;

std::string absolute_text(const fs::path& path) { return fs::absolute(path).lexically_normal().string(); }

std::string shell_word(std::string_view word) {
  if (std::ranges::any_of(word, [](unsigned char ch) { return ch < 0x20 || ch == 0x7f; }))
    throw Error(Exit::usage, msg("A control character cannot stand in the script of a job: {0}", word));
  std::string out = "'";
  for (const char c : word) c == '\'' ? out += "'\\''" : out += c;
  return out + '\'';
}

struct Job {
  std::string name;  ///< letters, digits and hyphens: #SBATCH lines have quotes of their own
  int tasks = 0;
  std::string words;  ///< shell text that sets "$@" from the number of the task
};

/// Warnings are no failure to wake anyone for; a folder that is not there on this machine is one.
std::string job_text(Context& c, const Job& job) {
  std::error_code ec;
  const auto self = fs::read_symlink("/proc/self/exe", ec);
  return fmt::format(
      "#!/bin/sh\n"
      "#SBATCH --job-name={0}\n"
      "#SBATCH --array=1-{1}\n"
      "#SBATCH --ntasks=1\n"
      "#SBATCH --output={0}-%A_%a.log\n"
      "set -eu\n"
      "cd {2}\n"
      "{3}"
      "code=0\n"
      "{4} \"$@\" --node \"{0}-$SLURM_ARRAY_TASK_ID\" --json || code=$?\n"
      "[ \"$code\" -ne {5} ] || code=0\n"
      "exit \"$code\"\n",
      job.name, job.tasks, shell_word(absolute_text(c.workspace())), job.words,
      shell_word(ec ? "versoir" : self.string()), static_cast<int>(Exit::with_warnings));
}

Job build_job(Context& c) {
  const auto versement = c.words.get("build");
  static_cast<void>(c.versement(versement).plan());  // a job that would fail a hundred times is refused once
  const int shards = static_cast<int>(c.words.integer("shards", 1, most_tasks));
  return {
      "versoir-build-" + core::slug(versement), shards,
      fmt::format("set -- build {} --shard \"$SLURM_ARRAY_TASK_ID/{}\"\n", shell_word(versement), shards)};
}

/// One line of the list as the words of an extract.
class ExtractLines {
 public:
  ExtractLines(Context& c, const std::vector<OptionDef>& options) : c_(c), options_(options) {}

  void header(const std::vector<std::optional<std::string>>& fields) {
    for (const auto& field : fields) {
      const auto name = field.value_or("");
      const auto known =
          std::ranges::find(options_, name, [](const OptionDef& o) { return std::string(o.name); });
      if (name != "source" && (known == options_.end() || !known->value))
        throw Error(Exit::usage,
                    msg("The list of extracts has a column {0}, which is no option of extract.", name))
            .hint(msg("Columns are source, application, and the options of extract that have a value."));
      columns_.push_back(name);
    }
    for (const auto* needed : {"source", "application"})
      if (std::ranges::find(columns_, needed) == columns_.end())
        throw Error(Exit::usage, msg("The list of extracts has no column {0}.", needed));
  }

  [[nodiscard]] std::string words(const std::vector<std::optional<std::string>>& fields,
                                  std::size_t line) const {
    std::string source, options;
    if (fields.size() != columns_.size())
      throw Error(Exit::usage,
                  msg("Line {0} of the list of extracts has not the columns of the first.", line));
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto value = fields[i].value_or("");
      if (columns_[i] == "source")
        source = source_text(value, line);
      else if (!value.empty())
        options += fmt::format(" --{} {}", columns_[i], shell_word(from_anywhere(columns_[i], value)));
      else if (columns_[i] == "application")
        throw Error(Exit::usage, msg("Line {0} of the list of extracts names no application.", line));
    }
    return "extract " + source + options + " --if-needed";
  }

 private:
  static std::string source_text(const std::string& text, std::size_t line) {
    if (text.empty())
      throw Error(Exit::usage, msg("Line {0} of the list of extracts names no source.", line));
    const auto uri = extract::parse_source(text);
    const bool path = uri.kind == "sqlite" || uri.kind == "csv" || uri.kind == "siard";
    return shell_word(path ? uri.kind + ":" + absolute_text(uri.rest) : text);
  }
  /// The job runs in the workspace, wherever this command is typed.
  [[nodiscard]] std::string from_anywhere(const std::string& option, const std::string& value) const {
    if (option == "decisions" || option == "password-file") return absolute_text(c_.input(value));
    if (option == "output") return absolute_text(value);
    std::error_code ec;
    return option == "application" && fs::is_directory(value, ec) ? absolute_text(value) : value;
  }

  Context& c_;
  const std::vector<OptionDef>& options_;
  std::vector<std::string> columns_;
};

Job extract_job(Context& c, const std::vector<OptionDef>& handed_on) {
  const auto file = c.input(c.words.get("extracts"));
  const auto text = core::read_file(file);
  core::CsvReader reader(text, file);
  ExtractLines lines(c, handed_on);
  std::vector<std::optional<std::string>> fields;
  if (reader.next(fields)) lines.header(fields);
  Job job{"versoir-extract", 0, "case $SLURM_ARRAY_TASK_ID in\n"};
  for (auto line = reader.line(); reader.next(fields); line = reader.line())
    job.words += fmt::format("{}) set -- {} ;;\n", ++job.tasks, lines.words(fields, line));
  if (job.tasks == 0 || job.tasks > most_tasks)
    throw Error(Exit::usage, msg("The list of extracts must have between 1 and {0} lines.", most_tasks));
  job.words += "esac\n";
  return job;
}

}  // namespace

std::vector<OptionDef> slurm_options() {
  return {{"slurm", nullptr, mark("write an array job of Slurm instead: --build or --extracts")},
          {"build", mark("VERSEMENT"), mark("with --slurm: build this versement, a shard for each task")},
          {"shards", mark("N"), mark("with --build: how many tasks"), "8"},
          {"extracts", mark("FILE"),
           mark("with --slurm: the extracts of this CSV list, one a task: columns source, application, and "
                "options of extract")}};
}

int write_slurm_job(Context& c, const std::vector<OptionDef>& handed_on) {
  if (c.words.has("build") == c.words.has("extracts"))
    throw Error(Exit::usage, msg("--slurm wants either --build or --extracts."));
  if (c.words.has("SOURCE") || c.words.has("cron"))
    throw Error(Exit::usage, msg("--slurm takes neither a source nor --cron: --extracts lists the sources."));
  const auto job = c.words.has("build") ? build_job(c) : extract_job(c, handed_on);
  const fs::path folder = c.words.has("units") ? fs::path(c.words.get("units")) : c.workspace();
  const auto file = folder / (job.name + ".sbatch");
  core::write_file(file, job_text(c, job), 0755);
  c.out.result(msg("Written: {0}.", file.string()));
  c.out.say(
      msg("To run it: sbatch {0}, where every machine sees the workspace under the same path. It is run "
          "again as it is: what is done is left alone.",
          file.string()));
  c.out.summary({{"job", file.string()}, {"tasks", job.tasks}});
  return 0;
}

}  // namespace versoir::cli
