// What can be known before a copy.
#include "extract/preflight.hpp"

#include "extract/matching.hpp"

#include <algorithm>
#include <chrono>
#include <map>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::msg;
using core::Severity;

namespace {

/// Enough has been read.
struct Enough {};

class Sample final : public RowSink {
 public:
  void piece(std::size_t, std::string_view) override {}
  void rows(RowBlock&& block) override {
    rows_ += block.rows();
    if (rows_ >= sample_rows) throw Enough{};
  }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

 private:
  std::uint64_t rows_ = 0;
};

std::optional<double> measured_rate(Source& source, const TakenTable& table, std::stop_token stop) {
  ReadRequest request{*table.source, {}, ""};
  for (const auto& c : table.columns) request.columns.push_back(c.source->name);
  Sample sample;
  const auto begin = std::chrono::steady_clock::now();
  try {
    source.read(request, sample, stop);
  } catch (const Enough&) {
  }
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (sample.rows() == 0 || took <= 0) return std::nullopt;
  return static_cast<double>(sample.rows()) / took;
}

/// With `count`, what the source has no statistics of is counted.
Forecast forecast(Source& source, Matching& matching, std::map<const SourceTable*, std::uint64_t>& rows,
                  bool count) {
  Forecast out;
  for (const auto& t : matching.tables) {
    auto n = t.source->estimated_rows;
    if (!n && count) n = source.count(t.source->name);
    rows[t.source] = n.value_or(0);
    out.tables.push_back({t.profile->name, t.profile->label, n, t.source->bytes, t.columns.size()});
    out.rows += n.value_or(0);
    out.bytes += t.source->bytes.value_or(0);
  }
  return out;
}

/// An interrupted copy holds a part already.
std::uint64_t still_needed(std::uint64_t bytes, const fs::path& target) {
  std::error_code ec;
  const auto there = fs::file_size(target.string() + ".partial", ec);
  return ec || there > bytes ? (ec ? bytes : 0) : bytes - there;
}

}  // namespace

std::vector<std::string> absent_tables(const profiles::Application& profile,
                                       const std::vector<SourceTable>& catalogue) {
  std::vector<std::string> out;
  for (const auto& t : profile.tables)
    if (t.take &&
        std::ranges::none_of(catalogue, [&](const SourceTable& s) { return same_name(s.name, t.name); }))
      out.push_back(t.name);
  return out;
}

std::optional<std::chrono::seconds> Forecast::duration() const {
  if (!rows_per_second) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(static_cast<double>(rows) / *rows_per_second) + 1);
}

Preflight look_before(Source& source, const profiles::Application& profile,
                      const std::vector<Decision>& decisions, const fs::path& target,
                      const core::Clock& clock, bool measure, std::stop_token stop) {
  Preflight out;
  const auto catalogue = source.catalogue();
  const auto completed = complete(profile, catalogue, decisions);
  std::optional<Matching> matching;
  try {
    matching = match(completed, catalogue);
  } catch (const Error& e) {
    for (const auto& cause : e.causes()) out.findings.push_back({Severity::error, "MISSING", cause, ""});
  }
  if (matching) out.undecided = matching->undecided;
  std::vector<std::string> names;
  if (matching)
    for (const auto& t : matching->tables) names.push_back(t.source->name);
  for (auto& f : source.probe(names, clock.now())) out.findings.push_back(std::move(f));
  for (auto& f : source.probe_absent(absent_tables(completed, catalogue)))
    out.findings.push_back(std::move(f));
  if (!matching) return out;
  std::map<const SourceTable*, std::uint64_t> rows;
  // A table that may not be read cannot be counted: that would be the only thing to be told.
  const auto forbidden = [&] {
    return std::ranges::any_of(out.findings,
                               [](const core::Finding& f) { return f.severity == Severity::error; });
  };
  out.forecast = forecast(source, *matching, rows, measure && !forbidden());
  std::error_code ec;
  const auto space = fs::space(target.parent_path().empty() ? fs::path(".") : target.parent_path(), ec);
  if (ec)
    out.findings.push_back(
        {Severity::error, "DISK", msg("The free space for {0} cannot be known.", target.string()), ""});
  else if (const auto needed = still_needed(out.forecast->bytes, target); needed > space.available)
    out.findings.push_back({Severity::error, "DISK",
                            msg("The copy needs about {0} bytes more and the disk of {1} has {2} free.",
                                needed, target.string(), space.available),
                            ""});
  if (measure && !forbidden() && !matching->tables.empty()) {
    const auto largest =
        std::ranges::max_element(matching->tables, {}, [&](const TakenTable& t) { return rows[t.source]; });
    out.forecast->rows_per_second = measured_rate(source, *largest, stop);
  }
  return out;
}

}  // namespace versoir::extract
