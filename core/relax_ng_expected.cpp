// What a pattern lets come next, as names.
#include "core/relax_ng.hpp"

#include <algorithm>
#include <unordered_set>

namespace versoir::core::relax_ng {

using Kind = Pattern::Kind;

namespace {

std::string shown(const NameClass& name) { return name.kind == NameClass::Kind::name ? name.local : "*"; }

std::string shown(const Pattern& p) {
  if (p.kind == Kind::value) return "\"" + p.leaf->value + "\"";
  if (p.kind == Kind::list || !p.leaf) return "*";
  std::string out = p.leaf->type;
  for (const auto& [name, limit] : p.leaf->params) out += " " + name + "=" + limit;
  return out;
}

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (list.size() < expected_most && std::ranges::find(list, name) == list.end()) list.push_back(name);
}

/// Walks a pattern in the order of the grammar, each part once, with a stack of its own: sequences of
/// thousands nest as deep.
class Walk {
 public:
  explicit Walk(Budget& budget) : budget_(budget) {}

  Expected from(P start) && {
    put(start, Seen::all);
    while (!todo_.empty()) {
      const auto [p, seen] = todo_.back();
      todo_.pop_back();
      if (seen == Seen::end)
        add_once(out_.elements, "");
      else if (met_[seen == Seen::all ? 0 : 1].insert(p).second)
        step(p, seen);
    }
    return std::move(out_);
  }

 private:
  /// Beyond what must come first only attributes can stand.
  enum class Seen { all, attributes, end };

  void put(P p, Seen seen) { todo_.emplace_back(p, seen); }

  /// What is put last is taken first.
  void step(P p, Seen seen) {
    budget_.spend(1);
    switch (p->kind) {
      case Kind::choice:
        for (auto it = p->many->rbegin(); it != p->many->rend(); ++it) put(*it, seen);
        return;
      case Kind::interleave:
        put(p->b, seen);
        return put(p->a, seen);
      case Kind::one_or_more:
        return put(p->a, seen);
      case Kind::group:
        put(p->b, p->a->nullable ? seen : Seen::attributes);
        return put(p->a, seen);
      case Kind::after:
        if (p->a->nullable && seen == Seen::all) put(p, Seen::end);
        return put(p->a, seen);
      case Kind::attribute:
        for (const auto& name : *p->names) add_once(out_.attributes, "@" + shown(name));
        return;
      default:
        if (seen == Seen::all) leaf(*p);
    }
  }

  void leaf(const Pattern& p) {
    if (p.kind == Kind::element)
      for (const auto& name : *p.names) add_once(out_.elements, shown(name));
    else if (p.kind == Kind::data || p.kind == Kind::value || p.kind == Kind::list)
      add_once(out_.values, shown(p));
  }

  Budget& budget_;
  Expected out_;
  std::vector<std::pair<P, Seen>> todo_;
  std::unordered_set<P> met_[2];
};

}  // namespace

Expected expected_in(P p, Budget& budget) { return Walk(budget).from(p); }

}  // namespace versoir::core::relax_ng
