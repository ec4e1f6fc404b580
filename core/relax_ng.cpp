// Patterns, made once each, and what they may cost.
#include "core/relax_ng.hpp"

#include "core/error.hpp"

#include <algorithm>

namespace versoir::core::relax_ng {

using Kind = Pattern::Kind;

bool NameClass::holds(std::string_view ns_, std::string_view local_) const {
  if (kind == Kind::name) return ns == ns_ && local == local_;
  if (kind == Kind::any_ns && ns != ns_) return false;
  return std::ranges::none_of(except, [&](const NameClass& e) { return e.holds(ns_, local_); });
}

// ------------------------------------------------------------------------------------------- making

namespace {

std::size_t mixed_with(std::size_t hash, const void* part) {
  return hash * 1'000'003u + std::hash<const void*>()(part);
}

std::size_t hash_of(const Pattern& p) {
  auto h = static_cast<std::size_t>(p.kind);
  for (const void* part :
       {static_cast<const void*>(p.a), static_cast<const void*>(p.b), static_cast<const void*>(p.names),
        static_cast<const void*>(p.source), static_cast<const void*>(p.leaf)})
    h = mixed_with(h, part);
  if (p.many)
    for (P branch : *p.many) h = mixed_with(h, branch);
  return h;
}

bool same(const Pattern& x, const Pattern& y) {
  if (!x.many != !y.many || (x.many && *x.many != *y.many)) return false;
  return x.kind == y.kind && x.a == y.a && x.b == y.b && x.names == y.names && x.source == y.source &&
         x.leaf == y.leaf;
}

[[noreturn]] void too_intricate() {
  throw Error(Exit::unexpected, msg("the grammar is too intricate to tell every fault"));
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (auto from = text.find_first_not_of(" \t\r\n"); from != std::string_view::npos;) {
    const auto to = std::min(text.find_first_of(" \t\r\n", from), text.size());
    out.push_back(text.substr(from, to - from));
    from = text.find_first_not_of(" \t\r\n", to);
  }
  return out;
}

std::string collapse(std::string_view text) {
  std::string out;
  for (const auto& word : words_of(text)) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

void Budget::spend(std::size_t steps) {
  if (steps > left_) too_intricate();
  left_ -= steps;
}

Budget::Level::Level(Budget& budget) : budget_(budget) {
  if (budget_.depth_ >= depth_most) too_intricate();
  ++budget_.depth_;
}

P Grammar::known(std::size_t hash, const Pattern& p) const {
  const auto [from, to] = known_.equal_range(hash);
  for (auto it = from; it != to; ++it)
    if (same(*it->second, p)) return it->second;
  return nullptr;
}

P Grammar::keep(std::size_t hash, const Pattern& p) {
  if (patterns_.size() >= patterns_most) too_intricate();
  patterns_.push_back(p);
  known_.emplace(hash, &patterns_.back());
  return &patterns_.back();
}

P Grammar::intern(const Pattern& p) {
  const auto hash = hash_of(p);
  P before = known(hash, p);
  return before ? before : keep(hash, p);
}

P Grammar::intern_choice(std::vector<P> branches) {
  Pattern p{.kind = Kind::choice, .many = &branches};
  p.nullable = std::ranges::any_of(branches, [](P branch) { return branch->nullable; });
  const auto hash = hash_of(p);
  if (P before = known(hash, p)) return before;
  branches_ += branches.size();
  if (branches_ > branches_most) too_intricate();
  p.many = &choices_.emplace_back(std::move(branches));
  return keep(hash, p);
}

P Grammar::choice(P a, P b) {
  if (a == b || b == not_allowed_) return a;
  if (a == not_allowed_) return b;
  return choice_of({a, b});
}

P Grammar::choice_of(const std::vector<P>& parts) {
  // Each branch once, in the order met: equal sets made in the same order are equal patterns.
  std::vector<P> once;
  std::unordered_set<P> met{not_allowed_};
  const auto take = [&](P p) {
    if (met.insert(p).second) once.push_back(p);
  };
  for (P p : parts) {
    budget_.spend(p->many ? p->many->size() : 1);
    if (p->kind == Kind::choice)
      std::ranges::for_each(*p->many, take);
    else
      take(p);
  }
  if (once.empty()) return not_allowed_;
  return once.size() == 1 ? once.front() : intern_choice(std::move(once));
}

P Grammar::group(P a, P b) {
  if (a == not_allowed_ || b == not_allowed_) return not_allowed_;
  if (a == empty_) return b;
  if (b == empty_) return a;
  return intern({.kind = Kind::group, .nullable = a->nullable && b->nullable, .a = a, .b = b});
}

P Grammar::interleave(P a, P b) {
  if (a == not_allowed_ || b == not_allowed_) return not_allowed_;
  if (a == empty_) return b;
  if (b == empty_) return a;
  return intern({.kind = Kind::interleave, .nullable = a->nullable && b->nullable, .a = a, .b = b});
}

P Grammar::one_or_more(P a) {
  if (a == not_allowed_ || a == empty_ || a->kind == Kind::one_or_more) return a;
  return intern({.kind = Kind::one_or_more, .nullable = a->nullable, .a = a});
}

P Grammar::after(P a, P b) {
  if (a == not_allowed_ || b == not_allowed_) return not_allowed_;
  return intern({.kind = Kind::after, .a = a, .b = b});
}

}  // namespace versoir::core::relax_ng
