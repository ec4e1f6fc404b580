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
#include <unordered_set>
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

/// A leaf: data, value or list. A value that is no string has its blanks collapsed.
struct Leaf {
  std::string type, library, value;
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
  P a = nullptr, b = nullptr;            ///< of an attribute or list: its content in a
  const std::vector<P>* many = nullptr;  ///< of a choice: its branches, none of them a choice
  const Names* names = nullptr;
  const xmlNode* source = nullptr;  ///< of an element: where its content is built from, on demand
  const Leaf* leaf = nullptr;
};

/// What stands between blanks.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view text);
/// Words without the blanks around them, one blank between them.
[[nodiscard]] std::string collapse(std::string_view text);

/// What a reading may cost. A grammar is written by anybody: its patterns, the depth to which they nest and
/// the work that they ask for are bounded. Throws Error(Exit::unexpected) above.
class Budget {
 public:
  static constexpr std::size_t depth_most = 1'000;
  void spend(std::size_t steps);
  /// A piece of the document was read: large documents are given more.
  void piece_read() noexcept { left_ += for_a_piece; }

  /// One level deeper while it lives.
  class Level {
   public:
    explicit Level(Budget& budget);
    ~Level() { --budget_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Budget& budget_;
  };

 private:
  static constexpr std::size_t for_a_piece = 200;
  std::size_t left_ = 20'000'000;  ///< a few seconds
  std::size_t depth_ = 0;
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
  [[nodiscard]] Budget& budget() noexcept { return budget_; }

 private:
  friend class Builder;
  using Defines = std::unordered_map<std::string, std::vector<const xmlNode*>>;
  static constexpr std::size_t patterns_most = 1'000'000;
  static constexpr std::size_t branches_most = 4'000'000;  ///< of all choices together
  P intern(const Pattern& p);
  P intern_choice(std::vector<P> branches);
  P known(std::size_t hash, const Pattern& p) const;
  P keep(std::size_t hash, const Pattern& p);
  Budget budget_;
  std::deque<Pattern> patterns_;
  std::unordered_multimap<std::size_t, P> known_;
  std::deque<std::vector<P>> choices_;
  std::size_t branches_ = 0;
  std::deque<Names> names_;
  std::deque<Leaf> leaves_;
  std::map<P, P> contents_;
  std::map<const xmlNode*, Defines> components_;  ///< of each grammar, by name
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
  /// A text, and what a value is compared with.
  struct Value {
    std::string_view raw;
    std::string collapsed;
  };
  using Memory = std::unordered_map<P, P>;
  /// The listed values of a choice, to look them up, and its other branches.
  struct Listed {
    std::unordered_set<std::string_view> exact, collapsed;
    std::vector<P> others;
  };

  template <class Make>
  P apply_after(P p, const Make& make);
  template <class Make>
  P each_branch(P p, const Make& make);
  P open_fresh(P p, std::string_view ns, std::string_view local, Lenient lenient);
  P attribute(P p, const XmlAttribute& attribute, bool any_value, Memory& memory);
  P attribute_fresh(P p, const XmlAttribute& attribute, bool any_value, Memory& memory);
  P close_fresh(P p, bool lenient);
  P text(P p, const Value& value, Memory& memory);
  P text_fresh(P p, const Value& value, Memory& memory);
  P text_of_choice(P p, const Value& value, Memory& memory);
  const Listed& listed_in(P choice);
  bool allows(const Pattern& p, const Value& value);
  Grammar& g_;
  std::map<Key, P> opened_[2];
  Memory closed_[2];
  std::unordered_map<P, Listed> listed_;
};

/// What may come next in the innermost open element: names of elements ("*" for any), of attributes after
/// "@", listed values in quotes, types of data; "" for its end. Each once, in the order of the grammar, up to
/// expected_most of each sort: lists of codes run to tens of thousands.
inline constexpr std::size_t expected_most = 100;
struct Expected {
  std::vector<std::string> elements, attributes, values;
};
[[nodiscard]] Expected expected_in(P p, Budget& budget);

}  // namespace versoir::core::relax_ng
