// XML: what the writer emits, what the reader refuses, what the grammars say. Oracle: xmllint.
#include "core/xml.hpp"

#include "core/error.hpp"
#include "core/file.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>

using namespace versoir::core;

namespace {

constexpr Exit code = Exit::sip_unreadable;

/// The events of a document, compactly: (name …text… ).
std::string trace(std::string_view xml, XmlLimits limits = {}) {
  auto reader = XmlReader::from_memory(xml, "test.xml", code, limits);
  std::string out;
  while (reader.next()) {
    switch (reader.node()) {
      case XmlReader::Node::start:
        out += '(' + std::string(reader.name());
        break;
      case XmlReader::Node::end:
        out += ')';
        break;
      case XmlReader::Node::text:
        out += '=' + reader.text();
        break;
    }
  }
  return out;
}

/// The message of the refusal, or "" when the document passes.
std::string refusal(std::string_view xml, XmlLimits limits = {}) {
  try {
    trace(xml, limits);
    return "";
  } catch (const Error& e) {
    CHECK(e.code() == code);
    return e.message().english();
  }
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string repeat(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

}  // namespace

TEST_CASE("the writer indents elements and leaves leaf text untouched") {
  StringSink sink;
  XmlWriter w(sink);
  w.declaration();
  w.open("a", {{"xmlns", "urn:x"}});
  w.leaf("b", "one\n two");
  w.empty("c", {{"k", "v"}});
  CHECK(w.depth() == 1);
  w.close();
  CHECK(sink.text ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<a xmlns=\"urn:x\">\n"
        "  <b>one\n two</b>\n"
        "  <c k=\"v\"/>\n"
        "</a>\n");
  CHECK_THROWS_AS(w.close(), Error);
}

TEST_CASE("what the writer escapes comes back identical through another parser") {
  const std::string hostile = "a&b<c>d\"e'f\rg\th\ni ]]> é \xF0\x9F\x93\x9C";
  StringSink sink;
  XmlWriter w(sink);
  w.declaration();
  w.open("r");
  w.leaf("t", hostile, {{"k", hostile}});
  w.close();

  const auto tree = parse_xml(sink.text, "test.xml", code);
  REQUIRE(tree.children.size() == 1);
  CHECK(tree.children[0].text == hostile);
  CHECK(tree.children[0].attribute("k") == hostile);

  const TemporaryDirectory dir;
  write_file(dir.path() / "t.xml", sink.text);
  const auto query = [&](const std::string& xpath) {
    const auto out = dir.path() / "out";
    const std::string command =
        "xmllint --xpath '" + xpath + "' " + (dir.path() / "t.xml").string() + " > " + out.string();
    REQUIRE(std::system(command.c_str()) == 0);
    return read_file(out);
  };
  CHECK(query("string(/r/t)") == hostile + "\n");
  CHECK(query("string(/r/t/@k)") == hostile + "\n");
}

TEST_CASE("the writer drops the characters that XML forbids") {
  StringSink sink;
  XmlWriter w(sink);
  w.leaf("t", std::string_view("a\x01\x1F\0b\xEF\xBF\xBE"
                               "c",
                               9));
  CHECK(sink.text == "<t>abc</t>\n");
}

TEST_CASE("the reader gives starts, ends and texts that are not blank") {
  CHECK(trace("<a>\n  <b/>x<c>1</c> </a>") == "(a(b)=x(c=1))");
  CHECK(trace("<a>x<!-- y -->z<![CDATA[<&]]></a>") == "(a=xz<&)");
  CHECK(trace("\xEF\xBB\xBF<a/>") == "(a)");
  CHECK(trace("<a>&amp;&lt;&gt;&quot;&apos;&#233;&#x1F4DC;</a>") == "(a=&<>\"'é\xF0\x9F\x93\x9C)");
}

TEST_CASE("the reader knows depth, namespace, line and attributes in document order") {
  auto r = XmlReader::from_memory(
      "<?xml version='1.0' encoding='utf-8'?>\n"
      "<a xmlns='urn:one' xmlns:p='urn:two'>\n<p:b zz='1' id='2' xml:id='3' aa='4'/>\n</a>",
      "test.xml", code);
  REQUIRE(r.next());
  CHECK((r.name() == "a" && r.ns() == "urn:one" && r.depth() == 0 && r.line() == 2));
  CHECK(r.attributes().empty());  // namespace declarations are not attributes
  REQUIRE(r.next());
  CHECK((r.name() == "b" && r.ns() == "urn:two" && r.depth() == 1 && r.line() == 3));
  using Pair = std::pair<std::string, std::string>;
  CHECK(r.attributes() == std::vector<Pair>{{"zz", "1"}, {"id", "2"}, {"xml:id", "3"}, {"aa", "4"}});
  CHECK(r.attribute("id") == "2");
  CHECK_FALSE(r.attribute("none"));
  REQUIRE(r.next());
  CHECK((r.node() == XmlReader::Node::end && r.depth() == 1));
  REQUIRE(r.next());
  CHECK((r.node() == XmlReader::Node::end && r.depth() == 0));
  CHECK_FALSE(r.next());
}

TEST_CASE("the text of an element is taken as it stands and consumes it") {
  auto r = XmlReader::from_memory("<a><t>  one <i>two</i>\n</t><u/></a>", "test.xml", code);
  REQUIRE((r.next() && r.next()));
  CHECK(r.element_text() == "  one two\n");
  REQUIRE(r.next());
  CHECK(r.name() == "u");
  CHECK(r.element_text().empty());
  REQUIRE(r.next());
  CHECK((r.node() == XmlReader::Node::end && r.depth() == 0));
}

TEST_CASE("lines are exact beyond 65535") {
  std::string xml = "<a>\n";
  for (int i = 0; i < 70000; ++i) xml += "<b><c>x</c>\n</b>\n";
  xml += "<last/></a>";
  auto r = XmlReader::from_memory(xml, "test.xml", code);
  long line = 0;
  while (r.next())
    if (r.node() == XmlReader::Node::start && r.name() == "last") line = r.line();
  CHECK(line == 140002);
}

TEST_CASE("a comment or processing instruction before the root is noticed, the declaration is not") {
  const auto extra = [](std::string_view xml) {
    return XmlReader::from_memory(xml, "test.xml", code).prolog_has_extra();
  };
  CHECK_FALSE(extra("<?xml version=\"1.0\"?>\n<a/>"));
  CHECK_FALSE(extra("<a><!-- inside --></a>"));
  CHECK(extra("<?xml version=\"1.0\"?><!-- c --><a/>"));
  CHECK(extra("<?xml-stylesheet href=\"x\"?><a/>"));
}

TEST_CASE("a DOCTYPE is refused wherever it hides") {
  const std::string bomb =
      "<!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
      "\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><lolz>&b;</lolz>";
  CHECK(contains(refusal(bomb), "line 1: a DOCTYPE"));
  CHECK(contains(refusal("<?xml version=\"1.0\"?>\n" + bomb), "line 2: a DOCTYPE"));
  CHECK(contains(refusal("<!-- > <a> -->\n<?pi <a> ?>\n\n" + bomb), "line 4: a DOCTYPE"));
  CHECK(contains(refusal("<!-- " + repeat("x", 100000) + " -->" + bomb), "a DOCTYPE"));
  CHECK(contains(refusal("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), "a DOCTYPE"));
  CHECK_FALSE(refusal("<a/><!DOCTYPE a>").empty());
  CHECK_FALSE(refusal("<a><!DOCTYPE a></a>").empty());
}

TEST_CASE("an external entity is never read") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "secret", "sentinel-8d1f");
  const std::string xml =
      "<!DOCTYPE a [<!ENTITY x SYSTEM \"file://" + (dir.path() / "secret").string() + "\">]><a>&x;</a>";
  const auto why = refusal(xml);
  CHECK(contains(why, "a DOCTYPE"));
  CHECK_FALSE(contains(why, "sentinel"));
  CHECK(contains(refusal("<a>&x;</a>"), "not well-formed"));
}

TEST_CASE("only UTF-8 is read") {
  CHECK(contains(refusal(std::string_view("\xFF\xFE<\0a\0/\0>\0", 10)), "UTF-16"));
  CHECK(contains(refusal(std::string_view("\xFE\xFF\0<\0a\0/\0>", 10)), "UTF-16"));
  CHECK(contains(refusal(std::string_view("<\0a\0/\0>\0", 8)), "UTF-16"));
  CHECK(contains(refusal("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>"), "ISO-8859-1"));
  CHECK(contains(refusal("<?xml version='1.0' encoding=\"UTF-7\"?><a/>"), "UTF-7"));
  CHECK(contains(refusal("<a>\n\xE9</a>"), "line 2: not well-formed"));
  CHECK(contains(refusal("<a k='\xC0\x80'/>"), "not well-formed"));
  CHECK(refusal("<?xml version='1.0' encoding='Utf-8'?><a/>").empty());
}

TEST_CASE("NUL bytes are refused") {
  CHECK(contains(refusal(std::string_view("<aaaa>\n\0</aaaa>", 15)), "line 2: a NUL byte"));
  CHECK(contains(refusal(std::string_view("<aaaa/>\0", 8)), "a NUL byte"));
}

TEST_CASE("malformed documents are refused with their line") {
  for (const std::string_view xml :
       {"", "   ", "x<a/>", "<a>", "<a></b>", "<a/><b/>", "<a k=1/>", "<a k='1' k='2'/>", "<p:a/>",
        "<a>\x01</a>", "<a>]]></a>", "<a><![CDATA[</a>", "<!-- x", "<?x", "<!", "<a/>x",
        " <?xml version='1.0'?><a/>", "<a>&#0;</a>", "<a>&#xFFFE;</a>"}) {
    INFO(xml);
    CHECK_FALSE(refusal(xml).empty());
  }
  CHECK(contains(refusal("<a>\n\n<b></a>"), "test.xml, line 3"));
}

TEST_CASE("a document cut at any byte is refused, never accepted and never a crash") {
  const std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- é -->\n<a xmlns=\"urn:x\" k=\"v&amp;\">\n"
      "<b>été &lt; \xF0\x9F\x93\x9C</b><![CDATA[x]]><?pi y?><c/>\n</a>";
  REQUIRE(refusal(xml).empty());
  for (std::size_t n = 0; n < xml.size(); ++n) {
    INFO(n);
    CHECK_FALSE(refusal(std::string_view(xml).substr(0, n)).empty());
  }
}

TEST_CASE("a piece of input may end inside any character") {
  // Pieces are 64 KiB: padding moves their border over every byte of the sequence.
  const std::string sequence = "é€\xF0\x9F\x93\x9C&amp;\r\n<b k=\"é\"/>";
  for (std::size_t shift = 0; shift < sequence.size() + 2; ++shift) {
    const std::string xml = "<a>" + repeat("x", 65536 - 3 - shift) + sequence + "</a>";
    INFO(shift);
    CHECK(trace(xml) == "(a=" + repeat("x", 65536 - 3 - shift) + "é€\xF0\x9F\x93\x9C&\n(b))");
  }
}

TEST_CASE("limits of depth, text, tag and size are enforced") {
  CHECK(refusal(repeat("<a>", 512) + repeat("</a>", 512)).empty());
  CHECK(contains(refusal(repeat("<a>", 513) + repeat("</a>", 513)), "nested deeper than 512"));
  CHECK(contains(refusal(repeat("<a>", 1000000)), "nested deeper"));
  XmlLimits limits;
  limits.text = 1000;
  CHECK(refusal("<a>" + repeat("é", 1000) + "</a>", limits).empty());
  CHECK(contains(refusal("<a>" + repeat("é", 1001) + "</a>", limits), "longer than 1000"));
  CHECK(contains(refusal("<a>" + repeat("<![CDATA[<<<]]>", 400) + "</a>", limits), "longer than 1000"));
  limits = {};
  limits.bytes = 100000;
  CHECK(refusal("<a>" + repeat("<b/>", 20000) + "</a>", limits).empty());
  CHECK(contains(refusal("<a>" + repeat("<b/>", 30000) + "</a>", limits), "larger than the limit of 100000"));
  CHECK(contains(refusal("<a k='" + repeat("x", 13000000) + "'/>"), "a tag or comment"));
  CHECK(refusal("<a>" + repeat("x", 9000000) + "</a>").empty());
  CHECK(refusal("<a><![CDATA[" + repeat("x", 9000000) + "]]></a>").empty());
  CHECK(contains(refusal("<!--" + repeat("x", 3000000)), "no element in the first"));
}

TEST_CASE("what stands before a defect is still delivered") {
  auto r = XmlReader::from_memory("<a><b>1</b><c></a>", "test.xml", code);
  REQUIRE((r.next() && r.next() && r.next()));
  CHECK(r.text() == "1");
  CHECK_THROWS_AS(
      [&] {
        while (r.next()) {
        }
      }(),
      Error);
  CHECK_THROWS_AS(r.next(), Error);  // and the refusal stays
}

TEST_CASE("a file is read like memory, a missing one is a disk error") {
  const TemporaryDirectory dir;
  const auto path = dir.path() / "doc.xml";
  write_file(path, "<a>\n<b></a>");
  auto r = XmlReader::from_file(path, code);
  try {
    while (r.next()) {
    }
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(contains(e.message().english(), path.string() + ", line 2"));
  }
  try {
    XmlReader::from_file(dir.path() / "none.xml", code);
    FAIL("opened");
  } catch (const Error& e) {
    CHECK(e.code() == Exit::disk);
  }
}

TEST_CASE("a small document becomes a tree with lines") {
  const auto root =
      parse_xml("<a k=\"v\">\n t <b>1</b>\n<b id='x'>  2 </b><c><d/></c></a>", "test.xml", code);
  CHECK(root.name == "a");
  CHECK(root.attribute("k") == "v");
  CHECK(root.attribute_or("none", "default") == "default");
  CHECK(root.children.size() == 3);
  CHECK(root.all("b").size() == 2);
  CHECK(root.all("b")[1]->line == 3);
  CHECK(root.all("b")[1]->text == "  2 ");
  CHECK(root.child_text("b") == "1");
  CHECK(root.child_text("none").empty());
  REQUIRE(root.child("c"));
  CHECK(root.child("c")->child("d"));
  CHECK(root.text == "\n t \n");
}

// ---------------------------------------------------------------------------------------------- grammars

namespace {

constexpr std::string_view simple = R"(<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="urn:g"
  datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="list"><attribute name="n"><data type="int"/></attribute>
    <zeroOrMore><ref name="item"/></zeroOrMore></element></start>
  <define name="item"><element name="item"><data type="date"/></element></define>
</grammar>)";

}  // namespace

TEST_CASE("a grammar accepts what follows it and gives the line of what does not") {
  const auto g = Grammar::from_text(simple, "simple.rng");
  CHECK(g.validate("<list xmlns='urn:g' n='1'>\n<item>2024-02-29</item>\n</list>").empty());
  const auto bad =
      g.validate("<list xmlns='urn:g' n='1'>\n<item>2024-02-29</item>\n<item>2023-02-29</item>\n</list>");
  REQUIRE(bad.size() == 1);
  CHECK(bad[0].line == 3);
  CHECK_FALSE(bad[0].message.empty());
  CHECK(g.validate("<list xmlns='urn:g' n='x'/>").size() == 1);
  CHECK(g.validate("<list n='1'/>").size() == 1);  // other namespace
  CHECK(g.validate("<list xmlns='urn:g' n='1'><other/></list>", 5).size() >= 1);
}

TEST_CASE("documents that are not well-formed or hostile are one issue") {
  const auto g = Grammar::from_text(simple, "simple.rng");
  const auto truncated = g.validate("<list xmlns='urn:g' n='1'>\n<item>");
  REQUIRE(truncated.size() == 1);
  CHECK(g.validate("").size() == 1);
  const auto doctype = g.validate("<!-- x -->\n<!DOCTYPE list><list xmlns='urn:g' n='1'/>");
  REQUIRE(doctype.size() == 1);
  CHECK(doctype[0].line == 2);
  CHECK(contains(doctype[0].message, "DOCTYPE"));
  CHECK(g.validate(std::string_view("<list xmlns='urn:g' n='1'>\0</list>", 34)).size() == 1);
  CHECK(g.validate("<?xml version='1.0' encoding='latin1'?><list xmlns='urn:g' n='1'/>").size() == 1);
  CHECK(g.validate(repeat("<list>", 2000), 1).size() == 1);
  const auto free_text = Grammar::from_text(
      "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><text/></element>", "text.rng");
  CHECK(free_text.validate("<a>" + repeat("x", 9000000) + "</a>").empty());
  CHECK(free_text.validate("<a>" + repeat("x", 60000000) + "</a>").size() == 1);
}

TEST_CASE("a grammar validates files, and a missing file is a disk error") {
  const auto g = Grammar::from_text(simple, "simple.rng");
  const TemporaryDirectory dir;
  write_file(dir.path() / "good.xml", "<list xmlns='urn:g' n='1'/>");
  CHECK(g.validate_file(dir.path() / "good.xml").empty());
  CHECK_THROWS_AS(g.validate_file(dir.path() / "none.xml"), Error);
}

TEST_CASE("an included grammar keeps its data types, takes the includer's namespace, and can be redefined") {
  constexpr std::string_view common = R"(<r:grammar xmlns:r="http://relaxng.org/ns/structure/1.0"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
    <r:start><r:element name="root"><r:ref name="a"/><r:ref name="b"/><r:ref name="c"/></r:element></r:start>
    <r:define name="a"><r:element name="a"><r:data type="int"/></r:element></r:define>
    <r:div><r:define name="b"><r:element name="b"><r:data type="int"/></r:element></r:define>
      <r:define name="c"><r:element name="c"><r:data type="int"/></r:element></r:define></r:div>
  </r:grammar>)";
  constexpr std::string_view version = R"(<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="urn:v2">
    <include href="common.rng">
      <define name="a"><element name="a"><text/></element></define>
      <define name="c"><element name="c"><text/></element></define>
    </include>
  </grammar>)";
  const auto resolve = [&](std::string_view href) {
    return href == "common.rng" ? common : std::string_view();
  };
  const auto g = Grammar::from_text(version, "version.rng", resolve);
  CHECK(g.validate("<root xmlns='urn:v2'><a>free</a><b>1</b><c>free</c></root>").empty());
  CHECK(g.validate("<root xmlns='urn:v2'><a>free</a><b>x</b><c>free</c></root>").size() == 1);
  CHECK(g.validate("<root><a>free</a><b>1</b><c>free</c></root>").size() == 1);
  CHECK_THROWS_AS(Grammar::from_text(version, "version.rng"), Error);  // nothing resolves the include
}

TEST_CASE("a wrong grammar is a defect of ours") {
  for (const std::string_view rng :
       {"", "<a/>",
        "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><start><ref name='none'/></start></grammar>"}) {
    try {
      Grammar::from_text(rng, "wrong.rng");
      FAIL("accepted");
    } catch (const Error& e) {
      CHECK(e.code() == Exit::unexpected);
      CHECK(contains(e.message().english(), "wrong.rng"));
    }
  }
}
