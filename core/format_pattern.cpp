// Parser of the format table's byte patterns.
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
using Run = BytePattern::Run;
constexpr std::size_t unbounded = BytePattern::unbounded;

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
        a.push_back({Token::Kind::range, b, b});
      }
      text.remove_prefix(close + 1);
    } else if (eat(text, '[')) {
      a.push_back(bracket(text));
    } else {
      const auto b = byte(text);
      a.push_back({Token::Kind::range, b, b});
    }
  }
  if (a.empty()) refuse(text);
  return a;
}

std::pair<std::size_t, std::size_t> gap(std::string_view& text) {
  const auto min = number<std::size_t>(text, 10, 12);
  auto max = min;
  if (eat(text, '-')) max = eat(text, '*') ? unbounded : number<std::size_t>(text, 10, 12);
  if (!eat(text, '}') || max < min) refuse(text);
  return {min, max};
}

/// Fixed tokens in a row, as bytes.
std::string fixed_bytes(const Alternative& tokens, std::size_t from) {
  std::string bytes;
  for (auto i = from; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::range || tokens[i].low != tokens[i].high) break;
    bytes.push_back(static_cast<char>(tokens[i].low));
  }
  return bytes;
}

/// Shortest and longest of the alternatives of a step.
std::pair<std::size_t, std::size_t> width(const Step& step) {
  const auto [low, high] = std::ranges::minmax_element(step, {}, &Alternative::size);
  return {low->size(), high->size()};
}

/// How often files of all kinds hold a byte, roughly: only the order matters.
int commonness(unsigned char b) {
  if (b == 0x00 || b == 0xFF || b == ' ' || b == '\n' || b == '\r') return 4;
  if (b >= 'a' && b <= 'z') return 3;
  if ((b >= '0' && b <= '9') ||
      std::string_view("<>/\"=.,;").find(static_cast<char>(b)) != std::string_view::npos)
    return 2;
  return b >= 'A' && b <= 'Z' ? 1 : 0;
}

std::size_t rarest_in(std::string_view bytes) {
  const auto rank = [](char c) { return commonness(static_cast<unsigned char>(c)); };
  return static_cast<std::size_t>(std::ranges::min_element(bytes, {}, rank) - bytes.begin());
}

/// The longest fixed bytes of the run, and which bytes can stand first.
void prepare(Run& run) {
  std::size_t lead_min = 0, lead_max = 0;
  for (const auto& step : run.steps) {
    const auto [low, high] = width(step);
    if (step.size() == 1)
      for (std::size_t at = 0; at < step[0].size(); ++at)
        if (auto bytes = fixed_bytes(step[0], at); bytes.size() > run.anchor.size()) {
          run.anchor = std::move(bytes);
          run.lead_min = lead_min + at;
          run.lead_max = lead_max + at;
        }
    lead_min += low;
    lead_max += high;
  }
  run.min_width = lead_min;
  if (!run.anchor.empty()) run.rarest = rarest_in(run.anchor);
  for (const auto& alternative : run.steps.front()) {
    const auto& token = alternative.front();
    const bool range = token.kind == Token::Kind::range;
    const unsigned from = range ? token.low : 0, to = range ? token.high : 255;
    for (auto b = from; b <= to; ++b)
      if (token.accepts(static_cast<unsigned char>(b))) run.first.set(b);
  }
}

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
    Step step;
    if (eat(text, '(')) {
      do step.push_back(run(text));
      while (eat(text, '|'));
      if (!eat(text, ')')) refuse(text);
    } else {
      step.push_back(run(text));
    }
    p.add_step(trailing_min, trailing_max, std::move(step));
    trailing_min = trailing_max = 0;
  }
  if (p.runs_.empty()) refuse(text);
  if (p.from_end_) p.turn_round(trailing_min, trailing_max);
  for (auto& run : p.runs_) prepare(run);
  return p;
}

/// Without a gap it follows the step before in the same run.
void BytePattern::add_step(std::size_t min, std::size_t max, Step step) {
  if (runs_.empty() || max > 0) runs_.push_back({min, max, {}, {}, 0, 0, 0, 0, {}});
  runs_.back().steps.push_back(std::move(step));
}

/// Read from the end, a run comes after the gap that is on its right.
void BytePattern::turn_round(std::size_t last_min, std::size_t last_max) {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const bool last = i + 1 == runs_.size();
    runs_[i].min = last ? last_min : runs_[i + 1].min;
    runs_[i].max = last ? last_max : runs_[i + 1].max;
    std::ranges::reverse(runs_[i].steps);
    for (auto& step : runs_[i].steps)
      for (auto& alternative : step) std::ranges::reverse(alternative);
  }
  std::ranges::reverse(runs_);
}

bool BytePattern::bounded() const noexcept {
  return std::ranges::none_of(runs_, [](const Run& r) { return r.max == unbounded; });
}

std::bitset<256> BytePattern::first_bytes() const noexcept {
  const bool known = !from_end_ && runs_.front().max == 0;
  return known ? runs_.front().first : std::bitset<256>().set();
}

}  // namespace versoir::core
