// What a person or a program sees: results on standard output, talk and progress on standard error.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/progress.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::cli {

/// Of the lines of --json: a field may be added without changing it, never renamed or removed.
inline constexpr int json_lines_version = 1;

/// Progress on a terminal (one line, at most ten times a second, with rate, remaining time and the end of the
/// window); elsewhere one plain line a minute; with --json an event for each phase and one a minute.
class ConsoleProgress final : public core::Progress {
 public:
  enum class Form { none, text, json };
  explicit ConsoleProgress(Form form);
  ~ConsoleProgress() override;
  void begin(std::string_view label, std::optional<std::uint64_t> total, std::string_view unit) override;
  void advance(std::uint64_t n) override;
  void end() override;
  void already(std::uint64_t n) override;
  void overall(std::uint64_t done, std::uint64_t total) override;
  /// When the work must stop whatever is left.
  void until(std::optional<core::Instant> closes) { closes_ = closes; }
  void clear();  ///< wipes the line before other output

 private:
  using Time = std::chrono::steady_clock::time_point;
  /// Where one count is, and since when it has been counted.
  struct Count {
    std::uint64_t done = 0, before = 0;
    std::optional<std::uint64_t> total;
    Time started{};
    [[nodiscard]] double rate(Time now) const;
    [[nodiscard]] std::optional<std::chrono::seconds> left(Time now) const;
  };
  void draw(Time now);
  void tell(Time now);
  [[nodiscard]] std::string line(Time now) const;
  Form form_;
  bool terminal_;
  std::string label_, unit_;
  Count phase_, all_;
  std::optional<core::Instant> closes_;
  Time drawn_{};
  bool line_ = false;
};

class Console {
 public:
  Console(bool json, bool quiet, bool progress);

  [[nodiscard]] bool json() const noexcept { return json_; }
  [[nodiscard]] ConsoleProgress& progress() noexcept { return progress_; }

  /// A result line for people; nothing in --json.
  void result(std::string_view line);
  void result(const core::Message& m) { result(m.text()); }
  /// Talk on standard error, unless --quiet or --json.
  void say(const core::Message& m);
  void warn(const core::Message& m);
  void finding(const core::Finding& f);
  /// A result table with aligned columns, for people.
  void table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
  /// One JSON line of the given type; nothing without --json.
  void event(std::string_view type, core::Json object);
  /// Facts of the last line of --json.
  void summary(core::Json facts) { summary_ = std::move(facts); }
  void failure(const core::Error& e);
  /// Writes the final summary line of --json.
  void finish(int exit_code);

 private:
  bool json_, quiet_;
  ConsoleProgress progress_;
  core::Json summary_ = core::Json::object();
};

/// Display width of UTF-8 text: one column per code point, which holds for French.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace versoir::cli
