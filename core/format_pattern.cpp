// Parser and bounded backtracking search of the format table's byte patterns.
#include "core/format_pattern.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <utility>

namespace versoir::core {

namespace {

using Token = BytePattern::Token;
using Alternative = BytePattern::Alternative;
using Step = BytePattern::Step;
constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

[[noreturn]] void refuse(std::string_view rest) {
  throw std::invalid_argument("not a byte pattern: " + std::string(rest.substr(0, 40)));
}

bool eat(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

template <class Number>
Number number(std::string_view& text, int base, std::size_t digits) {
  Number n{};
  const auto* end = text.data() + std::min(digits, text.size());
  const auto [at, error] = std::from_chars(text.data(), end, n, base);
  if (error != std::errc{}) refuse(text);
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  return n;
}

unsigned char byte(std::string_view& text) { return number<unsigned char>(text, 16, 2); }

Token bracket(std::string_view& text) {
  Token token;
  if (eat(text, '!')) token.kind = Token::Kind::not_range;
  if (eat(text, '&')) token.kind = Token::Kind::mask;
  token.low = token.high = byte(text);
  if (eat(text, ':')) token.high = byte(text);
  if (!eat(text, ']')) refuse(text);
  return token;
}

bool ends_run(char c) {
  return std::string_view("(|){*").find(c) != std::string_view::npos || c == ' ' || c == '\t';
}

/// Fixed bytes, texts and brackets, up to a gap, an alternative or the end.
Alternative run(std::string_view& text) {
  Alternative a;
  while (!text.empty() && !ends_run(text.front())) {
    if (eat(text, '"')) {
      const auto close = text.find('"');
      if (close == std::string_view::npos) refuse(text);
      for (const char c : text.substr(0, close)) {
        const auto b = static_cast<unsigned char>(c);
        a.tokens.push_back({Token::Kind::range, b, b});
      }
      text.remove_prefix(close + 1);
    } else if (eat(text, '[')) {
      a.tokens.push_back(bracket(text));
    } else {
      const auto b = byte(text);
      a.tokens.push_back({Token::Kind::range, b, b});
    }
  }
  if (a.tokens.empty()) refuse(text);
  return a;
}

std::pair<std::size_t, std::size_t> gap(std::string_view& text) {
  const auto min = number<std::size_t>(text, 10, 12);
  auto max = min;
  if (eat(text, '-')) max = eat(text, '*') ? unbounded : number<std::size_t>(text, 10, 12);
  if (!eat(text, '}') || max < min) refuse(text);
  return {min, max};
}

void finish(Alternative& a, bool reverse) {
  if (reverse) std::ranges::reverse(a.tokens);
  const bool fixed = std::ranges::all_of(
      a.tokens, [](const Token& t) { return t.kind == Token::Kind::range && t.low == t.high; });
  if (fixed)
    for (const auto& t : a.tokens) a.literal.push_back(static_cast<char>(t.low));
}

bool accepts(const Token& t, unsigned char b) {
  const bool inside = b >= t.low && b <= t.high;
  switch (t.kind) {
    case Token::Kind::range:
      return inside;
    case Token::Kind::not_range:
      return !inside;
    case Token::Kind::mask:
      return (b & t.low) == t.low;
  }
  return false;
}

/// Tries the steps from the anchor on. A search without upper limit that finds nothing will find nothing from
/// any later place either, so the whole search then ends instead of starting again further on.
class Search {
 public:
  Search(std::string_view window, bool reverse, const std::vector<Step>& steps, PatternBudget& budget)
      : window_(window), reverse_(reverse), steps_(steps), budget_(budget) {}

  bool from(std::size_t step, std::size_t position) {
    if (step == steps_.size()) return true;
    const auto& s = steps_[step];
    if (s.min > window_.size() - position) return false;
    const auto first = position + s.min;
    const auto last = s.max > window_.size() - position ? window_.size() : position + s.max;
    for (auto at = first; at <= last && !hopeless_; ++at) {
      if (!reverse_ && s.alternatives.size() == 1 && !s.alternatives[0].literal.empty() && first != last) {
        at = next_literal(s.alternatives[0].literal, at, last);
        if (at == std::string_view::npos) break;
      }
      for (const auto& a : s.alternatives)
        if (fits(a, at) && from(step + 1, at + a.tokens.size())) return true;
    }
    if (s.max == unbounded) hopeless_ = true;
    return false;
  }

 private:
  std::size_t next_literal(const std::string& literal, std::size_t at, std::size_t last) {
    const auto room = window_.substr(0, std::min(window_.size(), last + literal.size()));
    const auto found = room.find(literal, at);
    const auto passed = (found == std::string_view::npos ? room.size() : found) - std::min(at, room.size());
    if (!budget_.spend(1 + passed / 32)) hopeless_ = true;
    return found;
  }

  bool fits(const Alternative& a, std::size_t at) {
    if (!budget_.spend()) {
      hopeless_ = true;
      return false;
    }
    if (a.tokens.size() > window_.size() - at) return false;
    if (!reverse_ && !a.literal.empty()) return window_.compare(at, a.literal.size(), a.literal) == 0;
    for (std::size_t i = 0; i < a.tokens.size(); ++i) {
      const auto place = reverse_ ? window_.size() - 1 - (at + i) : at + i;
      if (!accepts(a.tokens[i], static_cast<unsigned char>(window_[place]))) return false;
    }
    return true;
  }

  std::string_view window_;
  bool reverse_;
  const std::vector<Step>& steps_;
  PatternBudget& budget_;
  bool hopeless_ = false;
};

}  // namespace

BytePattern BytePattern::parse(std::string_view& text) {
  BytePattern p;
  p.from_end_ = text.starts_with("E:");
  if (!p.from_end_ && !text.starts_with("B:")) refuse(text);
  text.remove_prefix(2);
  std::size_t trailing_min = 0, trailing_max = 0;
  while (!text.empty() && text.front() != ' ' && text.front() != '\t') {
    std::pair<std::size_t, std::size_t> g{0, unbounded};
    if (eat(text, '*') || (eat(text, '{') && (g = gap(text), true))) {
      trailing_min += g.first;
      trailing_max = g.second == unbounded || trailing_max == unbounded ? unbounded : trailing_max + g.second;
      continue;
    }
    Step step{trailing_min, trailing_max, {}};
    trailing_min = trailing_max = 0;
    if (eat(text, '(')) {
      do step.alternatives.push_back(run(text));
      while (eat(text, '|'));
      if (!eat(text, ')')) refuse(text);
    } else {
      step.alternatives.push_back(run(text));
    }
    for (auto& a : step.alternatives) finish(a, p.from_end_);
    p.steps_.push_back(std::move(step));
  }
  if (p.steps_.empty()) refuse(text);
  if (p.from_end_) {
    // Read from the end, a step comes after the gap that is on its right.
    for (std::size_t i = 0; i + 1 < p.steps_.size(); ++i) {
      p.steps_[i].min = p.steps_[i + 1].min;
      p.steps_[i].max = p.steps_[i + 1].max;
    }
    p.steps_.back().min = trailing_min;
    p.steps_.back().max = trailing_max;
    std::ranges::reverse(p.steps_);
  }
  return p;
}

bool BytePattern::found_in(std::string_view window, PatternBudget& budget) const {
  return Search(window, from_end_, steps_, budget).from(0, 0);
}

int BytePattern::first_byte() const noexcept {
  const auto& s = steps_.front();
  if (from_end_ || s.max != 0 || s.alternatives.size() != 1 || s.alternatives[0].literal.empty()) return -1;
  return static_cast<unsigned char>(s.alternatives[0].literal[0]);
}

}  // namespace versoir::core
