// Every fault of a document against a RELAX NG grammar, with what was expected: the slow and talkative second
// reading of a document that libxml2 refused.
#include "core/error.hpp"
#include "core/relax_ng.hpp"
#include "core/text.hpp"
#include "core/xml_grammar_state.hpp"

#include <fmt/format.h>

namespace versoir::core {

namespace {

using relax_ng::P;

constexpr std::size_t most_of_the_text = 80;

std::string shown_value(std::string_view text) {
  auto out = trim(text);
  for (char& c : out)
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
  if (out.size() <= most_of_the_text) return out;
  std::size_t end = most_of_the_text;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  return out.substr(0, end) + "…";
}

class Faults {
 public:
  Faults(relax_ng::Grammar& grammar, std::size_t most)
      : g_(grammar), d_(grammar), most_(most), now_(grammar.start()) {}

  void read(XmlReader& xml) {
    while (!full() && xml.next_piece()) {
      g_.budget().piece_read();
      line_ = xml.line();
      open_.drop_closed();
      switch (xml.node()) {
        case XmlReader::Node::start:
          start(xml);
          break;
        case XmlReader::Node::end:
          end();
          break;
        case XmlReader::Node::text:
          if (skipped_ == 0) text_ += xml.text_view();
          break;
      }
    }
  }

  [[nodiscard]] bool full() const noexcept { return issues_.size() >= most_; }
  [[nodiscard]] bool none() const noexcept { return issues_.empty(); }

  void report(Message what, std::vector<std::string> expected = {}) {
    if (full()) return;
    issues_.push_back({line_, what.text(), open_.text(), std::move(expected)});
  }

  [[nodiscard]] std::vector<XmlIssue> take() && { return std::move(issues_); }

 private:
  void start(const XmlReader& xml) {
    if (skipped_ > 0) {
      ++skipped_;
      return;
    }
    if (text_.find_first_not_of(" \t\r\n") != std::string::npos) take_text(text_);
    text_.clear();
    children_ = true;
    const std::string name(xml.name());
    const auto id = xml.attribute("id");
    P next = d_.open(now_, xml.ns(), name);
    if (next == g_.not_allowed()) {
      auto might_be = expected(now_).elements;
      open_.start(id ? name + "[" + *id + "]" : name);
      next = d_.open(now_, xml.ns(), name, relax_ng::Lenient::missing_elements);
      if (next == g_.not_allowed()) {
        report(msg("The element {0} does not belong here; it is passed over with all it holds.", name),
               might_be);
        skipped_ = 1;
        return;
      }
      report(msg("The element {0} comes too early: something is missing before it.", name), might_be);
    } else {
      open_.start(id ? name + "[" + *id + "]" : name);
    }
    now_ = take_attributes(next, xml.attribute_list());
    children_ = false;
  }

  relax_ng::Expected expected(P p) { return relax_ng::expected_in(p, g_.budget()); }

  P take_attributes(P p, std::span<const XmlAttribute> attributes) {
    for (const auto& a : attributes) {
      if (full()) return p;  // one tag may hold tens of thousands
      P next = d_.attribute(p, a, false);
      if (next == g_.not_allowed()) {
        next = d_.attribute(p, a, true);
        if (next == g_.not_allowed()) {
          report(msg("The attribute {0} does not belong here.", a.name), expected(p).attributes);
          continue;
        }
        report(msg("The value \"{1}\" of the attribute {0} is not one that the schema takes.", a.name,
                   shown_value(a.value)));
      }
      p = next;
    }
    P next = d_.close_tag(p, false);
    if (next != g_.not_allowed()) return next;
    report(msg("An attribute is missing."), expected(p).attributes);
    return d_.close_tag(p, true);
  }

  void take_text(std::string_view text) {
    P next = d_.text(now_, text);
    if (next != g_.not_allowed()) {
      now_ = next;
      return;
    }
    const auto might_be = expected(now_);
    if (might_be.values.empty()) {
      report(msg("The text \"{0}\" does not belong here.", shown_value(text)), might_be.elements);
      return;
    }
    report(msg("The value \"{0}\" is not one that the schema takes.", shown_value(text)), might_be.values);
    now_ = d_.satisfied(now_);
  }

  void end() {
    if (skipped_ > 0) {
      if (--skipped_ == 0) {
        open_.end();
        children_ = true;
      }
      return;
    }
    const bool blank = text_.find_first_not_of(" \t\r\n") == std::string::npos;
    if (!blank) {
      take_text(text_);
    } else if (!children_) {
      // An element without child holds a text, if only an empty one.
      now_ = g_.choice(now_, d_.text(now_, text_));
    }
    P next = d_.end(now_, false);
    if (next == g_.not_allowed()) {
      const auto might_be = expected(now_);
      if (might_be.elements.empty() && !might_be.values.empty())
        report(msg("The value \"{0}\" is not one that the schema takes.", shown_value(text_)),
               might_be.values);
      else
        report(msg("The element ends too early: something is missing."), might_be.elements);
      next = d_.end(now_, true);
    }
    text_.clear();
    now_ = next;
    open_.end();
    children_ = true;
  }

  relax_ng::Grammar& g_;
  relax_ng::Derivatives d_;
  std::size_t most_;
  P now_;
  OpenElements open_;
  std::string text_;
  bool children_ = false;    ///< the innermost open element has had a child
  std::size_t skipped_ = 0;  ///< open elements below the one passed over, itself included
  long line_ = 0;
  std::vector<XmlIssue> issues_;
};

}  // namespace

std::vector<XmlIssue> Grammar::explain_file(const std::filesystem::path& path, std::size_t most,
                                            XmlLimits limits) const {
  if (!s_->doc || !s_->schema) return {};
  constexpr Exit unreadable = Exit::sip_unreadable;
  try {
    relax_ng::Grammar grammar(s_->doc.get());
    Faults faults(grammar, most);
    auto xml = XmlReader::from_file(path, unreadable, limits);
    try {
      faults.read(xml);
    } catch (const Error& e) {
      if (e.code() == unreadable)
        faults.report(e.message());
      else if (faults.none())
        throw;
      else
        faults.report(msg("The schema is too intricate to tell the faults that follow."));
    }
    return std::move(faults).take();
  } catch (const Error& e) {
    if (e.code() != Exit::unexpected && e.code() != unreadable) throw;
    return {};  // too intricate a grammar, or a document that cannot be begun: libxml2 has said its word
  }
}

}  // namespace versoir::core
