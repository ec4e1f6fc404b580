// The search of byte patterns: run after run, by their fixed bytes.
#include "core/format_search.hpp"

#include <algorithm>
#include <cstring>

namespace versoir::core {

namespace {

using Run = BytePattern::Run;
constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t bytes_per_step = 64;  ///< of a scan, which is much faster than a comparison

std::size_t plus(std::size_t a, std::size_t b) { return b == BytePattern::unbounded ? b : a + b; }

}  // namespace

bool PatternSearch::finds(const BytePattern& pattern) {
  const Window w{pattern.from_end() ? tail_ : head_, pattern.from_end()};
  const auto& runs = pattern.runs();
  starts_.assign(1, 0);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto* next = i + 1 < runs.size() ? &runs[i + 1] : nullptr;
    ends_.clear();
    if (!find_run(w, runs[i], next)) return false;
    if (!std::ranges::is_sorted(ends_)) std::ranges::sort(ends_);
    ends_.erase(std::unique(ends_.begin(), ends_.end()), ends_.end());
    std::swap(starts_, ends_);
  }
  return true;
}

/// Tries the places that the gap allows after every start, each once. False: the run stands nowhere.
bool PatternSearch::find_run(const Window& w, const Run& run, const Run* next) {
  if (w.size() < run.min_width) return false;
  const auto last = w.size() - run.min_width;
  std::size_t untried = 0;
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    const auto from = std::max(untried, starts_[i] + run.min);
    const auto to = std::min(last, plus(starts_[i], run.max));
    if (from > to) continue;
    if (try_interval(w, run, next, from, to)) return true;
    untried = to + 1;
  }
  return !ends_.empty() && budget_.steps > 0;
}

/// True: nothing more has to be tried.
bool PatternSearch::try_interval(const Window& w, const Run& run, const Run* next, std::size_t from,
                                 std::size_t to) {
  std::size_t place = from;
  while (place <= to) {
    if (from == to) return try_place(w, run, next, place);
    if (run.anchor.empty()) {
      const auto start = place;
      while (place <= to && !run.first[w.at(place)]) ++place;
      if (!budget_.spend(1 + (place - start) / bytes_per_step) || place > to) return false;
      if (try_place(w, run, next, place++)) return true;
      continue;
    }
    const auto anchor = next_anchor(w, run, place + run.lead_min, plus(to, run.lead_max));
    if (anchor == npos) return false;
    // The bytes found can belong to a run that begins at any of these places.
    const auto first = std::max(place, anchor - std::min(anchor, run.lead_max));
    const auto past = std::min(to, anchor - run.lead_min);
    for (auto at = first; at <= past; ++at)
      if (try_place(w, run, next, at)) return true;
    if (!budget_.spend()) return false;
    place = past + 1;
  }
  return false;
}

bool PatternSearch::try_place(const Window& w, const Run& run, const Run* next, std::size_t place) {
  if (!run.first[w.at(place)]) return done(run, next, place);
  return follow(w, run, next, 0, place) || done(run, next, place);
}

/// When what follows has no upper limit, only the first end counts.
bool PatternSearch::done(const Run& run, const Run* next, std::size_t place) const {
  if (!next || next->max != BytePattern::unbounded || ends_.empty()) return false;
  return *std::ranges::min_element(ends_) <= place + 1 + run.min_width;
}

/// Notes where the steps can end. True: it was the last run, one place is enough.
bool PatternSearch::follow(const Window& w, const Run& run, const Run* next, std::size_t step,
                           std::size_t place) {
  if (step == run.steps.size()) {
    ends_.push_back(place);
    return next == nullptr;
  }
  for (const auto& tokens : run.steps[step]) {
    if (!budget_.spend()) return false;
    if (tokens.size() > w.size() - place) continue;
    std::size_t i = 0;
    while (i < tokens.size() && tokens[i].accepts(w.at(place + i))) ++i;
    if (i == tokens.size() && follow(w, run, next, step + 1, place + i)) return true;
  }
  return false;
}

/// The first place, from `from` to `to`, of the fixed bytes of a run; npos when there is none.
std::size_t PatternSearch::next_anchor(const Window& w, const Run& run, std::size_t from, std::size_t to) {
  if (w.reverse || run.max != BytePattern::unbounded) return scan(w, run, from, to);
  const auto [at, fresh] = known_.try_emplace(run.anchor);
  auto& known = at->second;
  if (fresh || from < known.from || (known.first != npos && from > known.first)) {
    known.from = from;
    known.first = scan(w, run, from, w.size());
  }
  return known.first <= to ? known.first : npos;
}

/// By its rarest byte, which takes vector instructions over what does not hold it; where that byte is common
/// after all, by the whole.
std::size_t PatternSearch::scan(const Window& w, const Run& run, std::size_t from, std::size_t to) {
  constexpr std::size_t bytes_per_miss = 32;  // one in so many
  const auto& anchor = run.anchor;
  if (anchor.size() > w.size()) return npos;
  to = std::min(to, w.size() - anchor.size());
  // Over a long way even a rare byte comes back often, and the whole jumps by its length.
  if (!w.reverse && anchor.size() > 8 && from < to && to - from > 65'536)
    return scan_all(w, anchor, from, to);
  std::size_t misses = 0;
  for (auto place = from; place <= to;) {
    const auto byte =
        next_byte(w, static_cast<unsigned char>(anchor[run.rarest]), place + run.rarest, to + run.rarest);
    const auto at = byte == npos ? npos : byte - run.rarest;
    if (!budget_.spend(1 + (std::min(at, to) - place) / bytes_per_step) || at == npos) return npos;
    std::size_t i = 0;
    while (i < anchor.size() && w.at(at + i) == static_cast<unsigned char>(anchor[i])) ++i;
    if (i == anchor.size()) return at;
    place = at + 1;
    if (!w.reverse && anchor.size() > 3 && ++misses > 8 && (place - from) / misses < bytes_per_miss)
      return scan_all(w, anchor, place, to);
  }
  return npos;
}

std::size_t PatternSearch::scan_all(const Window& w, const std::string& anchor, std::size_t from,
                                    std::size_t to) {
  if (from > to) return npos;
  const char* const begin = w.bytes.data();
  const auto* found = static_cast<const char*>(
      ::memmem(begin + from, to - from + anchor.size(), anchor.data(), anchor.size()));
  const auto place = found ? static_cast<std::size_t>(found - begin) : npos;
  return budget_.spend(1 + ((found ? place : to) - from) / bytes_per_step) ? place : npos;
}

std::size_t PatternSearch::next_byte(const Window& w, unsigned char byte, std::size_t from, std::size_t to) {
  const char* const begin = w.bytes.data();
  // Backwards, `from` is the higher address.
  const auto lowest = w.reverse ? w.size() - 1 - to : from;
  const auto* found = static_cast<const char*>(w.reverse ? ::memrchr(begin + lowest, byte, to - from + 1)
                                                         : ::memchr(begin + lowest, byte, to - from + 1));
  if (!found) return npos;
  const auto index = static_cast<std::size_t>(found - begin);
  return w.reverse ? w.size() - 1 - index : index;
}

}  // namespace versoir::core
