// RELAX NG by derivatives: grammars that are large or made to explode cost what they are worth, and no more.
#include "core/relax_ng.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"

#include <catch2/catch.hpp>
#include <libxml/parser.h>

using namespace versoir;
using core::relax_ng::Derivatives;
using core::relax_ng::P;

namespace {

struct Held {
  core::Handle<xmlDoc, xmlFreeDoc> doc;
  core::relax_ng::Grammar grammar;
  explicit Held(const std::string& inside)
      : doc(parsed("<grammar xmlns='http://relaxng.org/ns/structure/1.0'>" + inside + "</grammar>")),
        grammar(doc.get()) {}
  static xmlDoc* parsed(const std::string& text) {
    return xmlReadMemory(text.data(), static_cast<int>(text.size()), "test.rng", "UTF-8", XML_PARSE_HUGE);
  }
  /// Inside the root element a, its attributes behind it.
  P inside(Derivatives& d) { return d.close_tag(d.open(grammar.start(), "", "a"), false); }
  std::vector<std::string> expected(P p) { return core::relax_ng::expected_in(p, grammar.budget()).elements; }
};

/// start = element a { d0 }, d<i> = kind { d<i+1> }, perhaps twice; the last is an optional element z.
std::string chain(int links, const std::string& kind, bool twice) {
  std::string out = "<start><element name='a'><ref name='d0'/></element></start>";
  for (int i = 0; i < links; ++i) {
    const auto next = "<ref name='d" + std::to_string(i + 1) + "'/>";
    out += "<define name='d" + std::to_string(i) + "'><" + kind + ">" + next + (twice ? next : "") + "</" +
           kind + "></define>";
  }
  return out + "<define name='d" + std::to_string(links) +
         "'><optional><element name='z'><empty/></element></optional><optional><attribute "
         "name='q'/></optional></define>";
}

}  // namespace

TEST_CASE("definitions that each use the next one twice are walked once each") {
  for (const auto* kind : {"group", "interleave", "choice"}) {
    INFO(kind);
    // 2 to the 60 as a tree. (The attribute would stand 2 to the 60 times: it is dropped by the tag's end.)
    Held held(chain(60, kind, true));
    Derivatives d(held.grammar);
    const P opened = d.open(held.grammar.start(), "", "a");
    CHECK(d.attribute(opened, {"other", "", "1"}, false) == held.grammar.not_allowed());
    const P p = d.close_tag(opened, false);
    CHECK(held.expected(p) == std::vector<std::string>{"z", ""});
    CHECK(d.text(p, "words") == held.grammar.not_allowed());
    CHECK(d.open(p, "", "y") == held.grammar.not_allowed());
  }
}

TEST_CASE("definitions that lead to one another for ever so long are given up, not followed") {
  const auto refused = [](const std::string& inside) {
    try {
      Held held(inside);
      Derivatives d(held.grammar);
      static_cast<void>(held.inside(d));
    } catch (const core::Error& e) {
      return e.code() == core::Exit::unexpected;
    }
    return false;
  };
  CHECK_FALSE(refused(chain(100, "optional", false)));
  CHECK(refused(chain(200'000, "optional", false)));
}

TEST_CASE("long sequences: what may come is told without a call inside a call") {
  std::string inside = "<start><element name='a'>";
  for (int i = 0; i < 200'000; ++i) inside += "<element name='e" + std::to_string(i) + "'><empty/></element>";
  Held held(inside + "</element></start>");
  Derivatives d(held.grammar);
  // The end of the tag asks for each element of the sequence: too deep, and said so.
  CHECK_THROWS_AS(held.inside(d), core::Error);
  const P content = held.grammar.content(held.grammar.start());
  CHECK(held.expected(content) == std::vector<std::string>{"e0"});
}
