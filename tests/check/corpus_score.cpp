// Scores the checker on the labelled SIPs of the VITAM programme: corpus_score FOLDER [--all]. Not a test: a
// measure.
#include "check/checker.hpp"
#include "core/error.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <vector>

using namespace versoir;
namespace fs = std::filesystem;

namespace {

using Row = std::map<std::string, std::string>;

std::vector<Row> read_labels(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> header;
  std::vector<Row> rows;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells;
    std::size_t from = 0;
    for (;;) {
      const auto tab = line.find('\t', from);
      cells.push_back(line.substr(from, tab == std::string::npos ? tab : tab - from));
      if (tab == std::string::npos) break;
      from = tab + 1;
    }
    if (header.empty()) {
      header = cells;
      continue;
    }
    Row row;
    for (std::size_t i = 0; i < header.size() && i < cells.size(); ++i) row[header[i]] = cells[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

/// What the README of the corpus asks of each kind of label.
bool status_agrees(const Row& row, const check::Report& report) {
  const std::string got(check::status_name(report.status));
  if (row.at("status_basis") == "accept-only") return got == "OK" || got == "WARNING";
  return got == row.at("expected");
}

bool step_agrees(const Row& row, const check::Report& report) {
  const auto& step = row.at("expected_step");
  for (const auto& event : report.events)
    if (event.status != check::Status::ok && event.code.starts_with(step)) return true;
  return step.empty();
}

struct Score {
  int rows = 0, status = 0, stepped = 0, step = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "corpus_score FOLDER [--all]\n";
    return 2;
  }
  const fs::path corpus = argv[1];
  const bool all = argc > 2 && std::string(argv[2]) == "--all";
  std::map<std::string, check::Referentials> sets;
  std::map<std::string, Score> scores;
  int skipped = 0;
  for (const auto& row : read_labels(corpus / "labels.tsv")) {
    if (row.at("template") == "yes" || row.at("needs_state") == "yes") {
      ++skipped;
      continue;
    }
    const auto& basis = row.at("status_basis");
    const auto& set = row.at("set");
    if (!set.empty() && !sets.contains(set))
      sets.emplace(set, check::Referentials::read(corpus / "referential/sets" / set));
    const auto workflow =
        check::parse_workflow(row.at("context")).value_or(check::Workflow::default_workflow);
    const auto report = check::check_sip(corpus / row.at("file"), set.empty() ? nullptr : &sets.at(set),
                                         std::nullopt, workflow);
    auto& score = scores[basis == "exact" || basis == "code" ? "gated" : basis];
    const bool status = status_agrees(row, report);
    const bool asserted = row.at("step_basis").starts_with("asserted");
    const bool step = step_agrees(row, report);
    ++score.rows;
    score.status += status;
    score.stepped += asserted;
    score.step += asserted && step;
    if (status && (step || !(asserted || all))) continue;
    std::string got;
    for (const auto& event : report.events)
      if (event.status != check::Status::ok)
        got += fmt::format("\n      {} {} [{}]", event.code, event.message.english(), event.where);
    fmt::print("{} {}: expected {} {} ({}, {}, {}), got {}{}\n", status ? "step  " : "status", row.at("file"),
               row.at("expected"), row.at("expected_step"), basis, row.at("step_basis"), row.at("decidable"),
               check::status_name(report.status), got);
  }
  for (const auto& [basis, score] : scores)
    fmt::print("{}: {} of {} statuses, {} of {} asserted steps\n", basis, score.status, score.rows,
               score.step, score.stepped);
  fmt::print("skipped (template or state): {}\n", skipped);
}
