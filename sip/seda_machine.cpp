// States, faults and what was expected.
#include "sip/seda_machine.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace versoir::sip {

using core::msg;

namespace {

constexpr std::string_view xsi = "http://www.w3.org/2001/XMLSchema-instance";
constexpr std::string_view xlink = "http://www.w3.org/1999/xlink";
constexpr std::string_view xml = "http://www.w3.org/XML/1998/namespace";
constexpr std::size_t most_expected = 12;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// The name by which the table knows an attribute; "" for one of a namespace that it does not use.
std::string table_name(const core::XmlAttribute& attribute) {
  const auto local = std::string(attribute.local());
  if (attribute.ns.empty()) return local;
  if (attribute.ns == xml) return "xml:" + local;
  if (attribute.ns == xlink) return "xlink:" + local;
  if (attribute.ns == xsi) return "xsi:" + local;
  return {};
}

std::string listed(const std::vector<std::string>& names, std::string_view end_of) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == most_expected) return out + ", …";
    if (i > 0) out += ", ";
    out += names[i].empty() ? "</" + std::string(end_of) + ">" : names[i];
  }
  return out;
}

/// Particles to pass from a state to one that is wanted, by the shortest way, never through `closed`; none
/// when there is no way.
template <class Wanted>
std::optional<std::vector<std::uint16_t>> way(const SedaStructure& in, std::uint16_t from, Wanted wanted,
                                              int closed = -1) {
  std::vector<int> before(in.next.size(), -1);
  std::deque<std::uint16_t> queue{from};
  before[from] = from;
  while (!queue.empty()) {
    const auto state = queue.front();
    queue.pop_front();
    if (wanted(state)) {
      std::vector<std::uint16_t> passed;
      for (auto s = state; s != from; s = static_cast<std::uint16_t>(before[s]))
        passed.insert(passed.begin(), static_cast<std::uint16_t>(s - 1));
      return passed;
    }
    for (const auto p : in.next[state])
      if (before[p + 1u] < 0 && p != closed) {
        before[p + 1u] = state;
        queue.push_back(static_cast<std::uint16_t>(p + 1));
      }
  }
  return {};
}

std::vector<std::string> names_of(const SedaStructure& in, const std::vector<std::uint16_t>& particles) {
  std::vector<std::string> out;
  for (const auto p : particles)
    if (!in.particles[p].name.empty()) out.push_back(in.particles[p].name);
  return out;
}

/// Those of the particles passed that no other way avoids.
template <class Wanted>
std::vector<std::string> required(const SedaStructure& in, std::uint16_t from,
                                  const std::vector<std::uint16_t>& passed, Wanted wanted) {
  std::vector<std::uint16_t> out;
  for (const auto p : passed)
    if (!way(in, from, wanted, p)) out.push_back(p);
  return names_of(in, out);
}

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t most = 80;
  std::string out;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (out.size() >= most && !continues) return out + "…";
    out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  return out;
}

SedaMachine::SedaMachine(const SedaSchema& schema, SedaListener* listener, std::size_t most_issues)
    : schema_(schema), listener_(listener), most_issues_(most_issues) {}

SedaMachine::SedaMachine(const SedaSchema& schema, const SedaStructure& inside, std::string_view name)
    : schema_(schema), most_issues_(1) {
  push(&inside, name);
}

const SedaStructure* SedaMachine::inside() const noexcept {
  return used_ == 0 ? nullptr : frames_[used_ - 1].type;
}

void SedaMachine::push(const SedaStructure* type, std::string_view name) {
  if (used_ == frames_.size()) frames_.emplace_back();
  auto& frame = frames_[used_++];
  frame.type = type;
  frame.name = name.size() > 80 ? shown(name) : name;
  frame.state = 0;
  frame.seen = 0;
  frame.stray_text = frame.nil = false;
  frame.text.clear();
}

void SedaMachine::start(std::string_view name, std::string_view ns,
                        std::span<const core::XmlAttribute> attributes, long line) {
  const auto* type = used_ == 0 ? open_root(name, ns, line) : open_child(frames_[used_ - 1], name, ns, line);
  push(type, name);
  if (!type) return;
  if (name == "ArchiveUnit") {
    const auto id = std::ranges::find(attributes, "id", &core::XmlAttribute::name);
    units_.push_back(
        {id == attributes.end() ? std::string() : shown(id->value), {}, used_ - 1, issues_.size()});
  }
  check_attributes(attributes, line);
}

void SedaMachine::text(std::string_view piece, long line) {
  if (used_ == 0) return;
  auto& frame = frames_[used_ - 1];
  if (!frame.type) return;
  if (frame.type->text) {
    frame.text += piece;
  } else if (!frame.stray_text && !is_blank(piece)) {
    frame.stray_text = true;
    report(line,
           msg("{0} holds elements: text cannot stand directly in it (“{1}”).", frame.name, shown(piece)));
  }
}

void SedaMachine::end(long line) {
  if (used_ == 0) return;
  if (frames_[used_ - 1].type) check_end(line);
  if (!units_.empty() && units_.back().frame == used_ - 1) units_.pop_back();
  --used_;
}

// ---------------------------------------------------------------- elements

const SedaStructure* SedaMachine::open_root(std::string_view name, std::string_view ns, long line) {
  if (ns != seda_namespace(schema_.version())) {
    report(line,
           msg("The namespace “{0}” is not that of SEDA {1}.", shown(ns), seda_name(schema_.version())));
    return nullptr;
  }
  std::vector<std::string> expected;
  for (const auto& message : schema_.messages()) {
    if (message.name == name) return message.type;
    expected.push_back(message.name);
  }
  auto text = listed(expected, {});
  report(line, msg("{0} is not a message of SEDA. Expected: {1}", shown(name), text), std::move(expected));
  return nullptr;
}

const SedaStructure* SedaMachine::open_child(Frame& parent, std::string_view name, std::string_view ns,
                                             long line) {
  if (!parent.type) return nullptr;
  const auto& in = *parent.type;
  if (in.text) {
    if (!parent.stray_text)
      report(line, msg("{0} holds text only: the element {1} cannot stand in it.", parent.name, shown(name)));
    parent.stray_text = true;
    return nullptr;
  }
  const bool ours = ns == seda_namespace(schema_.version());
  const auto* known = ours ? in.find(name) : nullptr;
  if (in.any_order && known) return in_any_order(parent, *known, line);
  const SedaParticle* wildcard = nullptr;
  std::uint16_t wildcard_state = 0;
  for (const auto p : in.next[parent.state]) {
    const auto& particle = in.particles[p];
    const auto state = static_cast<std::uint16_t>(p + 1);
    if (particle.kind == SedaParticle::Kind::element) {
      if (!ours || particle.name != name) continue;
      parent.state = state;
      return particle.type;
    }
    // XSD: "other" is neither the target namespace nor none.
    const bool takes = particle.kind == SedaParticle::Kind::any ? !known : !ours && !ns.empty();
    if (!takes) continue;
    wildcard = &particle;
    wildcard_state = state;
  }
  if (wildcard) {
    parent.state = wildcard_state;
    return nullptr;
  }
  if (known) return misplaced(parent, name, line);
  auto expected = expected_in(parent);
  auto text = listed(expected, parent.name);
  if (ours) {
    report(line, msg("{0} does not exist in {1}. Expected here: {2}", shown(name), parent.name, text),
           std::move(expected));
  } else {
    report(line,
           msg("{0}, of the namespace “{1}”, cannot stand in {2}. Expected here: {3}", shown(name), shown(ns),
               parent.name, text),
           std::move(expected));
  }
  return nullptr;
}

const SedaStructure* SedaMachine::in_any_order(Frame& parent, const SedaParticle& particle, long line) {
  const auto bit = std::uint64_t{1} << (&particle - parent.type->particles.data());
  if ((parent.seen & bit) != 0)
    report(line, msg("{0} may stand only once in {1}.", particle.name, parent.name));
  parent.seen |= bit;
  return particle.type;
}

/// The structure has such an element, but not here: too early when it can still come, else too late.
const SedaStructure* SedaMachine::misplaced(Frame& parent, std::string_view name, long line) {
  const auto& in = *parent.type;
  const auto is_named = [&](std::uint16_t state) {
    return state > 0 && state != parent.state && in.particles[state - 1u].name == name;
  };
  auto expected = expected_in(parent);
  const auto text = listed(expected, parent.name);
  const bool repeated = parent.state > 0 && in.particles[parent.state - 1u].name == name;
  if (const auto passed = way(in, parent.state, is_named); passed && !repeated) {
    const auto target = passed->back();
    auto missing = required(in, parent.state, {passed->begin(), passed->end() - 1}, is_named);
    if (missing.empty()) {
      report(line, msg("{0} comes too early in {1}. Expected here: {2}", shown(name), parent.name, text),
             std::move(expected));
    } else {
      auto list = listed(missing, {});
      report(line, msg("Before {0}, {1} is missing in {2}.", shown(name), list, parent.name),
             std::move(missing));
    }
    parent.state = static_cast<std::uint16_t>(target + 1);
    return in.particles[target].type;
  }
  if (repeated) {
    report(line, msg("{0} may not be repeated in {1}. Expected here: {2}", shown(name), parent.name, text),
           std::move(expected));
  } else {
    report(line, msg("{0} comes too late in {1}. Expected here: {2}", shown(name), parent.name, text),
           std::move(expected));
  }
  return in.find(name)->type;
}

std::vector<std::string> SedaMachine::expected_in(const Frame& frame) const {
  if (!frame.type) return {};
  const auto& in = *frame.type;
  std::vector<std::string> out;
  if (in.any_order) {
    for (std::size_t i = 0; i < in.particles.size(); ++i)
      if ((frame.seen >> i & 1) == 0) out.push_back(in.particles[i].name);
  } else {
    out = names_of(in, in.next[frame.state]);
  }
  if (in.any_order || in.may_end[frame.state]) out.emplace_back();
  return out;
}

void SedaMachine::check_end(long line) {
  auto& frame = frames_[used_ - 1];
  const auto& in = *frame.type;
  if (in.text) {
    if (frame.stray_text) return;
    if (frame.nil) {
      if (!frame.text.empty()) report(line, msg("{0} is declared nil: it must be empty.", frame.name));
    } else {
      check_value(*in.text, frame.text, line);
    }
    unit_titled();
    return;
  }
  if (in.any_order || in.may_end[frame.state]) return;
  const auto may_end = [&](std::uint16_t state) { return in.may_end[state]; };
  const auto passed = way(in, frame.state, may_end);
  auto missing = required(in, frame.state, passed.value_or(std::vector<std::uint16_t>()), may_end);
  if (missing.empty()) {  // one of several
    auto expected = expected_in(frame);
    auto list = listed(expected, frame.name);
    report(line, msg("{0} ends too early. Expected here: {1}", frame.name, list), std::move(expected));
  } else {
    auto list = listed(missing, {});
    report(line, msg("At the end of {0}, {1} is missing.", frame.name, list), std::move(missing));
  }
}

// ---------------------------------------------------------------- values

void SedaMachine::check_attributes(std::span<const core::XmlAttribute> attributes, long line) {
  const auto& in = *frames_[used_ - 1].type;
  std::uint64_t met = 0;
  for (const auto& attribute : attributes) {
    const auto name = table_name(attribute);
    const auto rule = std::ranges::find(in.attributes, name, &SedaAttribute::name);
    if (!name.empty() && rule != in.attributes.end()) {
      met |= std::uint64_t{1} << (rule - in.attributes.begin());
      check_value(rule->value, attribute.value, line, rule->name);
    } else if (attribute.ns != xsi || !check_instance_attribute(attribute, line)) {
      report(line, msg("{0} has no attribute {1}.", frames_[used_ - 1].name, shown(attribute.name)));
    }
  }
  for (std::size_t i = 0; i < in.attributes.size(); ++i)
    if (in.attributes[i].required && (met >> i & 1) == 0)
      report(line,
             msg("The attribute {0} of {1} is missing.", in.attributes[i].name, frames_[used_ - 1].name));
}

/// What XML Schema lets any element have (part 1, 2.6).
bool SedaMachine::check_instance_attribute(const core::XmlAttribute& attribute, long line) {
  const auto local = attribute.local();
  if (local == "schemaLocation" || local == "noNamespaceSchemaLocation") return true;
  auto& frame = frames_[used_ - 1];
  if (local != "nil" || !frame.type->nillable) return false;
  const auto value = collapsed(attribute.value);
  frame.nil = value == "true" || value == "1";
  if (!conforms(PlainType::boolean, value)) report(line, not_of_type(PlainType::boolean, shown(value)));
  return true;
}

void SedaMachine::check_value(const SedaValue& value, std::string_view text, long line,
                              std::string_view attribute) {
  const bool good = value.accepts(text);
  if (!good) {
    auto message = value.one_of.empty()
                       ? not_of_type(value.plain, shown(collapsed(text)))
                       : msg("“{0}” is not one of: {1}", shown(text), listed(value.one_of, {}));
    report(line, std::move(message));
    if (!attribute.empty() && issues_.size() == issue_count_)
      issues_.back().path += "/@" + std::string(attribute);
  }
  if (!good || !listener_ || !value.one_of.empty()) return;
  if (value.plain == PlainType::id) listener_->identifier(collapsed(text), line);
  if (value.plain == PlainType::idref) listener_->reference(collapsed(text), line);
}

// ---------------------------------------------------------------- issues

/// The first title of a unit's own content: faults met before it (rules come first) get it too.
void SedaMachine::unit_titled() {
  if (units_.empty() || used_ < 3 || frames_[used_ - 1].name != "Title") return;
  auto& unit = units_.back();
  if (unit.frame != used_ - 3 || frames_[used_ - 2].name != "Content" || !unit.title.empty()) return;
  unit.title = shown(collapsed(frames_[used_ - 1].text));
  for (auto i = unit.first_issue; i < issues_.size(); ++i) issues_[i].title = unit.title;
}

void SedaMachine::report(long line, core::Message message, std::vector<std::string> expected) {
  if (++issue_count_ <= most_issues_) issues_.push_back(here(line, std::move(message), std::move(expected)));
}

SedaIssue SedaMachine::here(long line, core::Message message, std::vector<std::string> expected) const {
  SedaIssue issue;
  issue.line = line;
  issue.path = path();
  if (!units_.empty()) {
    issue.unit = units_.back().id;
    issue.title = units_.back().title;
  }
  issue.message = std::move(message);
  issue.expected = std::move(expected);
  return issue;
}

/// Names of the open elements, units with their id. What is very deep is cut in the middle.
std::string SedaMachine::path() const {
  constexpr std::size_t first = 3, last = 8;
  std::string out;
  for (std::size_t i = 0; i < used_; ++i) {
    if (used_ > first + last + 1 && i == first) {
      out += "/…";
      i = used_ - last;
    }
    if (i > 0) out += '/';
    out += frames_[i].name;
    const auto unit = std::ranges::find(units_, i, &Unit::frame);
    if (unit != units_.end() && !unit->id.empty()) out += "[" + unit->id + "]";
  }
  return out;
}

}  // namespace versoir::sip
