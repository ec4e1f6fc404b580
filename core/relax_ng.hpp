// RELAX NG by derivatives (J. Clark, "An algorithm for RELAX NG validation"): unlike libxml2's automata it
// can go on after a fault and tell what might have stood there. Private to core.
#pragma once
#include "core/xml.hpp"

#include <libxml/tree.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace versoir::core::relax_ng {

/// A set of names (§4, name classes): `ns` and `local` where they are fixed, the same without what `except`
/// holds.
struct NameClass {
  enum class Kind { name, any_ns, any } kind = Kind::name;
  std::string ns, local;
  std::vector<NameClass> except;
  [[nodiscard]] bool holds(std::string_view ns_, std::string_view local_) const;
};
using Names = std::vector<NameClass>;  ///< a choice of them

struct Pattern;
using P = const Pattern*;

/// A leaf: data, value or list.
struct Leaf {
  std::string type, library, value, ns;
  std::vector<std::pair<std::string, std::string>> params;
  P except = nullptr;
};

struct Pattern {
  enum class Kind : std::uint8_t {
    empty,
    not_allowed,
    text,
    choice,
    group,
    interleave,
    one_or_more,
    after,
    element,
    attribute,
    data,
    value,
    list
  };
  Kind kind = Kind::empty;
  bool nullable = false;
  P a = nullptr, b = nullptr;  ///< of an attribute or list: its content in a
  const Names* names = nullptr;
  const xmlNode* source = nullptr;  ///< of an element: where its content is built from, on demand
  const Leaf* leaf = nullptr;
};

/// Patterns made once each: equal patterns have equal addresses. Throws Error(Exit::unexpected) for what is
/// no grammar, or when there would be more than `patterns_most`.
class Grammar {
 public:
  /// `doc` is a grammar whose includes are in place; it outlives this.
  explicit Grammar(const xmlDoc* doc);
  [[nodiscard]] P start() const noexcept { return start_; }
  [[nodiscard]] P content(P element);

  [[nodiscard]] P empty() const noexcept { return empty_; }
  [[nodiscard]] P not_allowed() const noexcept { return not_allowed_; }
  [[nodiscard]] P choice(P a, P b);
  [[nodiscard]] P choice_of(const std::vector<P>& parts);
  [[nodiscard]] P group(P a, P b);
  [[nodiscard]] P interleave(P a, P b);
  [[nodiscard]] P one_or_more(P a);
  [[nodiscard]] P after(P a, P b);

 private:
  friend class Builder;
  static constexpr std::size_t patterns_most = 1'000'000;
  P intern(Pattern p);
  std::deque<Pattern> patterns_;
  std::unordered_multimap<std::size_t, P> known_;
  std::deque<Names> names_;
  std::deque<Leaf> leaves_;
  std::map<P, P> contents_;
  std::map<std::pair<const xmlNode*, std::string>, P> defines_;
  P empty_, not_allowed_, text_, start_;
};

/// How far a derivative goes beyond the grammar, to go on after a fault.
enum class Lenient { no, missing_elements };

/// The derivatives, remembered.
class Derivatives {
 public:
  explicit Derivatives(Grammar& grammar) : g_(grammar) {}
  [[nodiscard]] P open(P p, std::string_view ns, std::string_view local, Lenient lenient = Lenient::no);
  /// `any_value`: the value is not looked at.
  [[nodiscard]] P attribute(P p, const XmlAttribute& attribute, bool any_value);
  /// No more attribute. `lenient`: those that are missing are done without.
  [[nodiscard]] P close_tag(P p, bool lenient);
  [[nodiscard]] P text(P p, std::string_view value);
  /// `lenient`: what is missing is done without.
  [[nodiscard]] P end(P p, bool lenient);
  /// The innermost open element has all it needs.
  [[nodiscard]] P satisfied(P p);

 private:
  struct Key {
    P p;
    std::string name;
    bool operator<(const Key& o) const { return p != o.p ? p < o.p : name < o.name; }
  };
  template <class Make>
  P apply_after(P p, const Make& make);
  P open_fresh(P p, std::string_view ns, std::string_view local, Lenient lenient);
  bool allows(const Pattern& p, std::string_view value);
  Grammar& g_;
  std::map<Key, P> opened_[2];
  std::map<P, P> closed_[2];
};

/// What may come next in the innermost open element: names of elements ("*" for any), of attributes after
/// "@", listed values in quotes, types of data; "" for its end. Each once, in the order of the grammar.
struct Expected {
  std::vector<std::string> elements, attributes, values;
};
[[nodiscard]] Expected expected_in(P p);

}  // namespace versoir::core::relax_ng
