// What an archive profile says in SEDA's names, against the element table.
#include "core/nearest.hpp"
#include "sip/seda_elements.hpp"
#include "sip/seda_fit.hpp"

#include <algorithm>
#include <array>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Message;
using core::msg;
using profiles::ElementDef;

namespace {

bool is_fixed(const profiles::Template& text) { return text.find('{') == std::string::npos; }

/// Elements of Content that the profile has other words for, or that the program writes itself.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> own_words{
    {{"DescriptionLevel", "level"}, {"StartDate", "start"}, {"EndDate", "end"}, {"SystemId", "-"}}};

/// Empty elements that the writer fills in.
constexpr std::array<std::string_view, 4> filled_in{
    "SignedObjectId", "SignedObjectDigest", "DataObjectGroupReferenceId", "SignedDocumentReferenceId"};

class ElementCheck {
 public:
  ElementCheck(const profiles::ArchiveDef& archive, SedaVersion version)
      : archive_(archive), schema_(version, SedaMode::written) {}

  std::vector<Message> run() {
    unit(archive_.root, "root");
    unit(archive_.documentation, "documentation");
    if (archive_.group) unit(*archive_.group, "group");
    unit(archive_.unit, "unit");
    return std::move(defects_);
  }

 private:
  [[nodiscard]] std::string at(const ElementDef& e) const {
    return archive_.id + ".xml:" + std::to_string(e.line);
  }

  void unit(const profiles::UnitDef& def, std::string_view part) {
    const auto& content = *schema_.structure("Content");
    for (const auto& e : def.elements) {
      if (in_content(e, part)) element(e, content);
    }
    for (const auto& e : def.physical) {
      element(e, *schema_.structure("DataObjectGroup"));
      if (std::ranges::none_of(e.children, [](const auto& c) { return c.name == "PhysicalId"; }))
        defects_.push_back(msg("{0}: a physical object needs a PhysicalId", at(e)));
      for (const auto& c : e.children)
        if (c.name == "DataObjectVersion")
          defects_.push_back(msg("{0}: DataObjectVersion is written by the program", at(c)));
    }
  }

  bool in_content(const ElementDef& e, std::string_view part) {
    for (const auto& [name, word] : own_words)
      if (e.name == name) {
        defects_.push_back(word == "-"
                               ? msg("{0}: {1} is given by the platform", at(e), e.name)
                               : msg("{0}: {1} has a word of its own in profiles: {2}", at(e), e.name, word));
        return false;
      }
    if (e.name == "OriginatingAgency" && part == "root") {
      defects_.push_back(msg("{0}: the OriginatingAgency of the root comes from versoir.conf", at(e)));
      return false;
    }
    const bool in_a_language =
        std::ranges::any_of(e.attributes, [](const auto& a) { return a.first == "xml:lang"; });
    if ((e.name == "Title" || e.name == "Description") && !in_a_language) {
      defects_.push_back(msg("{0}: a further {1} needs its language, xml:lang", at(e), e.name));
      return false;
    }
    return true;
  }

  void element(const ElementDef& e, const SedaStructure& parent) {
    if (!is_for(e.versions, schema_.version())) return;
    const auto* particle = parent.find(e.name);
    if (!particle) {
      defects_.push_back(msg("{0}: SEDA {1} has no element {2} inside {3}", at(e),
                             seda_name(schema_.version()), e.name, parent.name));
      std::vector<std::string> known;
      for (const auto& p : parent.particles) known.push_back(p.name);
      if (const auto near = core::nearest(e.name, known)) defects_.push_back(msg("Did you mean {0}?", *near));
      return;
    }
    const auto& type = *particle->type;
    attributes(e, type);
    if (type.text)
      leaf(e, *type.text);
    else
      structure(e, type);
  }

  void attributes(const ElementDef& e, const SedaStructure& type) {
    for (const auto& [name, value] : e.attributes) {
      const auto known = std::ranges::find(type.attributes, name, &SedaAttribute::name);
      if (known != type.attributes.end() && known->value.plain == PlainType::idref)
        defects_.push_back(msg("{0}: a profile cannot know what {1} would designate", at(e), name));
      else if (known == type.attributes.end() || known->value.plain == PlainType::id)
        defects_.push_back(msg("{0}: {1} takes no attribute {2}", at(e), e.name, name));
      else if (is_fixed(value) && !fit_value({}, known->value, value))
        defects_.push_back(msg("{0}: the attribute {1} cannot be \"{2}\"", at(e), name, value));
    }
    for (const auto& known : type.attributes)
      if (known.required && known.value.plain != PlainType::id && e.name != "SignedObjectDigest" &&
          std::ranges::none_of(e.attributes, [&](const auto& a) { return a.first == known.name; }))
        defects_.push_back(msg("{0}: {1} needs the attribute {2}", at(e), e.name, known.name));
  }

  void leaf(const ElementDef& e, const SedaValue& value) {
    if (!e.children.empty()) {
      defects_.push_back(msg("{0}: {1} holds a text and no element", at(e), e.name));
      return;
    }
    const bool filled = std::ranges::find(filled_in, e.name) != filled_in.end();
    if (value.plain == PlainType::idref && (!filled || !e.text.empty()) && value.one_of.empty())
      defects_.push_back(
          filled ? msg("{0}: {1} stays empty: the program writes what it designates", at(e), e.name)
                 : msg("{0}: a profile cannot know what {1} would designate", at(e), e.name));
    else if (e.text.empty() && !filled)
      defects_.push_back(msg("{0}: {1} is empty", at(e), e.name));
    else if (!e.text.empty() && is_fixed(e.text) && !fit_value(e.name, value, e.text))
      defects_.push_back(msg("{0}: {1} cannot be \"{2}\"", at(e), e.name, e.text));
  }

  /// What one element needs is needed whatever the data: a choice is taken as it is written.
  void structure(const ElementDef& e, const SedaStructure& type) {
    if (!e.text.empty()) defects_.push_back(msg("{0}: {1} holds elements and no text", at(e), e.name));
    if (e.children.empty()) {
      if (e.text.empty()) defects_.push_back(msg("{0}: {1} is empty", at(e), e.name));
      return;
    }
    const auto known = defects_.size();
    for (const auto& child : e.children) element(child, type);
    if (defects_.size() == known) order(e, type);
  }

  void order(const ElementDef& e, const SedaStructure& type) {
    if (type.any_order) return;
    std::vector<const ElementDef*> children;
    for (const auto& child : e.children)
      if (is_for(child.versions, schema_.version())) children.push_back(&child);
    std::ranges::stable_sort(children, {}, [&](const ElementDef* c) { return type.find(c->name)->rank; });
    std::size_t state = 0;
    for (const auto* child : children) {
      const auto& next = type.next[state];
      const auto found = std::ranges::find_if(
          next, [&](std::uint16_t particle) { return type.particles[particle].name == child->name; });
      if (found == next.end()) {
        defects_.push_back(
            msg("{0}: {1} does not fit in {2}: something that it needs is missing, or excludes it",
                at(*child), child->name, e.name));
        return;
      }
      state = *found + 1u;
    }
    if (type.may_end[state]) return;
    std::string missing;
    for (const auto particle : type.next[state])
      missing += (missing.empty() ? "" : ", ") + type.particles[particle].name;
    defects_.push_back(msg("{0}: {1} lacks one of: {2}", at(e), e.name, missing));
  }

  const profiles::ArchiveDef& archive_;
  SedaSchema schema_;
  std::vector<Message> defects_;
};

}  // namespace

void check_elements(const profiles::ArchiveDef& archive, SedaVersion version) {
  auto defects = ElementCheck(archive, version).run();
  if (defects.empty()) return;
  Error error(Exit::profile_invalid,
              msg("The archive profile {0} cannot be written in SEDA {1}.", archive.id, seda_name(version)));
  for (auto& defect : defects) error = Error(std::move(error)).because(std::move(defect));
  throw Error(std::move(error));
}

}  // namespace versoir::sip
