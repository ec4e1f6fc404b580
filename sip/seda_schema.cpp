// From the element table to automata: the lines that apply to a version and a mode, then Glushkov's
// construction (one state per particle; SEDA's content models are deterministic, as XML Schema demands).
#include "sip/seda_schema.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;

std::string_view seda_table(std::string_view name);  // embedded: seda.table

namespace {

constexpr std::string_view blanks = " \t";

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> out;
  for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;) {
    const auto end = std::min(line.find_first_of(blanks, at), line.size());
    out.emplace_back(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
  return out;
}

struct Cardinality {
  bool optional = false, many = false;
};

/// A node of a content model as written: an element, a wildcard, a fragment, or a group of them.
struct Model {
  enum class Kind { element, any, foreign, include, sequence, choice } kind = Kind::sequence;
  Cardinality times;
  std::string name, type;
  std::vector<Model> parts;
};

struct Definition {
  std::string base;  ///< of a text: its plain type or enumeration
  bool nillable = false, any_order = false, is_text = false;
  std::vector<std::pair<std::string, std::pair<bool, std::string>>> attributes;  ///< name, required, type
  std::vector<std::string> includes;  ///< at the top level: their attributes come along
  Model model;
};

struct Enumeration {
  std::vector<std::string> values;
  bool exact = false;
};

std::string_view mode_name(SedaMode mode) {
  switch (mode) {
    case SedaMode::published:
      return "published";
    case SedaMode::ingest:
      return "ingest";
    case SedaMode::written:
      return "written";
  }
  return {};
}

}  // namespace

/// Reads the table once, line by line.
class SedaTableReader {
 public:
  SedaTableReader(SedaSchema& schema, std::string_view table) : schema_(schema), rest_(table) {}

  void run() {
    while (read_line()) {
      if (line_.empty()) continue;
      if (!indented_) {
        open();
      } else if (enumeration_) {
        enumeration_->values.push_back(line_);
      } else {
        particle();
      }
    }
    if (open_.size() > 1) fail("a group is not closed");
    for (const auto& [name, definition] : definitions_) schema_.structures_.emplace_back().name = name;
    const auto count = schema_.structures_.size();  // compiling adds the structures of plain texts
    for (std::size_t i = 0; i < count; ++i) compile(schema_.structures_[i]);
    for (auto& [element, type] : messages_) {
      SedaParticle message;
      message.name = element;
      message.type = schema_.structure(type);
      if (!message.type) fail("no structure " + type);
      schema_.messages_.push_back(std::move(message));
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Exit::unexpected, msg("The element table is wrong, line {0}: {1}", number_, what));
  }

  /// The next line without comment; its conditions are cut off into applies_.
  bool read_line() {
    if (rest_.empty()) return false;
    ++number_;
    const auto end = std::min(rest_.find('\n'), rest_.size());
    auto line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (const auto comment = line.find('#'); comment != std::string_view::npos)
      line = line.substr(0, comment);
    indented_ = !line.empty() && line.front() == ' ';
    applies_ = true;
    if (const auto bracket = line.find('['); bracket != std::string_view::npos) {
      const auto close = line.find(']', bracket);
      if (close == std::string_view::npos) fail("a condition is not closed");
      applies_ = applies(line.substr(bracket + 1, close - bracket - 1));
      line = line.substr(0, bracket);
    }
    const auto from = line.find_first_not_of(blanks);
    line_ = from == std::string_view::npos
                ? std::string()
                : std::string(line.substr(from, line.find_last_not_of(blanks) + 1 - from));
    return true;
  }

  [[nodiscard]] bool applies(std::string_view conditions) const {
    for (const auto& condition : words_of(conditions))
      if (!(condition.front() == '2' ? version_applies(condition) : mode_applies(condition))) return false;
    return true;
  }
  /// 2.1, 2.2+, 2.1-2.2
  [[nodiscard]] bool version_applies(std::string_view condition) const {
    const auto from = parse_seda(condition.substr(0, 3));
    const auto rest = condition.substr(std::min<std::size_t>(3, condition.size()));
    const auto to = rest == "+"           ? std::optional(SedaVersion::v2_3)
                    : rest.empty()        ? from
                    : rest.front() == '-' ? parse_seda(rest.substr(1))
                                          : std::nullopt;
    if (!from || !to) fail("no version: " + std::string(condition));
    return schema_.version_ >= *from && schema_.version_ <= *to;
  }
  [[nodiscard]] bool mode_applies(std::string_view condition) const {
    bool found = false;
    for (;;) {
      const auto mode = condition.substr(0, condition.find(','));
      if (mode != "published" && mode != "ingest" && mode != "written") fail("no mode: " + std::string(mode));
      found = found || mode == mode_name(schema_.mode_);
      if (mode.size() == condition.size()) return found;
      condition.remove_prefix(mode.size() + 1);
    }
  }

  void open() {
    if (open_.size() > 1) fail("a group is not closed");
    const auto words = words_of(line_);
    enumeration_ = nullptr;
    definition_ = nullptr;
    open_.clear();
    if (words.size() == 3 && words[0] == "message") {
      if (applies_) messages_.emplace_back(words[1], words[2]);
    } else if (words.size() == 2 && words[0] == "structure") {
      const auto [at, fresh] = definitions_.try_emplace(words[1]);
      if (!fresh) fail("twice: " + words[1]);
      definition_ = &at->second;
      open_.push_back({&definition_->model, true});
    } else if (words.size() >= 2 && words[0] == "enumeration") {
      enumeration_ = &enumerations_[words[1]];
      enumeration_->exact = words.size() == 3 && words[2] == "exact";
    } else {
      fail(line_);
    }
  }

  [[nodiscard]] Cardinality cardinality(std::string_view text) const {
    if (text == "1") return {};
    if (text == "?") return {true, false};
    if (text == "*") return {true, true};
    if (text == "+") return {false, true};
    fail("no cardinality: " + std::string(text));
  }

  /// A line inside a structure. What does not apply is read all the same: the table is checked whole.
  void particle() {
    if (!definition_) fail("outside a structure");
    const auto words = words_of(line_);
    const auto& kind = words[0];
    if (kind == "end" && words.size() == 1) {
      if (open_.size() < 2) fail("nothing to close");
      open_.pop_back();
      return;
    }
    const bool alive = applies_ && open_.back().alive;
    if ((kind == "sequence" || kind == "choice") && words.size() == 2) {
      Model group;
      group.kind = kind == "choice" ? Model::Kind::choice : Model::Kind::sequence;
      group.times = cardinality(words[1]);
      add_group(std::move(group), alive);
    } else if (kind == "any-order" && words.size() == 1) {
      definition_->any_order = definition_->any_order || alive;
    } else if (kind == "nillable" && words.size() == 1) {
      definition_->nillable = definition_->nillable || alive;
    } else if (kind == "text" && words.size() == 2) {
      if (!alive) return;
      if (definition_->is_text) fail("text twice");
      definition_->is_text = true;
      definition_->base = words[1];
    } else if (kind == "include" && words.size() == 2) {
      if (!alive) return;
      Model part;
      part.kind = Model::Kind::include;
      part.name = words[1];
      if (open_.size() == 1) definition_->includes.push_back(words[1]);
      open_.back().model->parts.push_back(std::move(part));
    } else if ((kind == "any" || kind == "foreign") && words.size() == 2) {
      Model part;
      part.kind = kind == "any" ? Model::Kind::any : Model::Kind::foreign;
      part.times = cardinality(words[1]);
      if (alive) open_.back().model->parts.push_back(std::move(part));
    } else if (words.size() == 3 && kind.front() == '@') {
      const auto times = cardinality(words[1]);
      if (alive) definition_->attributes.push_back({kind.substr(1), {!times.optional, words[2]}});
    } else if (words.size() == 3) {
      Model part;
      part.kind = Model::Kind::element;
      part.name = kind;
      part.times = cardinality(words[1]);
      part.type = words[2];
      if (alive) open_.back().model->parts.push_back(std::move(part));
    } else {
      fail(line_);
    }
  }

  /// A group that does not apply is filled on the side and forgotten.
  void add_group(Model group, bool alive) {
    Model* place = nullptr;
    if (alive) {
      place = &open_.back().model->parts.emplace_back(std::move(group));
    } else {
      dropped_.push_back(std::make_unique<Model>(std::move(group)));
      place = dropped_.back().get();
    }
    open_.push_back({place, alive});
  }

  // -------------------------------------------------------------- compilation

  /// A part of an automaton: what may come first, what may come last, whether nothing will do.
  struct Fragment {
    bool nullable = true;
    std::vector<std::uint16_t> first, last;
  };

  void compile(SedaStructure& out) {
    const auto& definition = definitions_.at(out.name);
    add_attributes(out, definition);
    out.nillable = definition.nillable;
    out.any_order = definition.any_order;
    if (definition.is_text) out.text = value(definition.base);
    out.next.assign(1, {});
    const auto whole = build(out, definition.model, -1, 0);
    out.next[0] = whole.first;
    out.may_end.assign(out.next.size(), false);
    out.may_end[0] = whole.nullable;
    for (const auto last : whole.last) out.may_end[last + 1u] = true;
    for (auto& state : out.next) settle(out, state);
  }

  /// In the order of the standard; two particles of one name, or two wildcards, would be ambiguous.
  void settle(const SedaStructure& in, std::vector<std::uint16_t>& state) const {
    std::ranges::sort(state);
    const auto [from, to] = std::ranges::unique(state);
    state.erase(from, to);
    std::set<std::string> seen;
    for (const auto p : state)
      if (!seen.insert(in.particles[p].name).second)
        throw Error(Exit::unexpected,
                    msg("The element table is ambiguous in {0}: {1}", in.name, in.particles[p].name));
  }

  void add_attributes(SedaStructure& out, const Definition& from, int depth = 0) {
    if (depth > 20) fail("a fragment includes itself");
    for (const auto& [name, rule] : from.attributes)
      out.attributes.push_back({name, rule.first, value(rule.second)});
    for (const auto& included : from.includes) add_attributes(out, definition(included), depth + 1);
  }

  [[nodiscard]] const Definition& definition(const std::string& name) const {
    const auto found = definitions_.find(name);
    if (found == definitions_.end()) fail("no structure " + name);
    return found->second;
  }

  [[nodiscard]] SedaValue value(const std::string& type) const {
    SedaValue out;
    if (const auto listed = enumerations_.find(type); listed != enumerations_.end()) {
      out.one_of = listed->second.values;
      out.exact = listed->second.exact;
    } else if (const auto plain = plain_type(type)) {
      out.plain = *plain;
    } else {
      fail("no type " + type);
    }
    return out;
  }

  /// The structure of an element: one of the table, or text of a plain type or enumeration.
  const SedaStructure* type_of(const std::string& type) {
    if (definitions_.contains(type))
      return &*std::ranges::find(schema_.structures_, type, &SedaStructure::name);
    const auto [known, fresh] = texts_.try_emplace(type, nullptr);
    if (fresh) {
      auto& plain = schema_.structures_.emplace_back();
      plain.text = value(type);
      plain.next.assign(1, {});
      plain.may_end.assign(1, true);
      known->second = &plain;
    }
    return known->second;
  }

  Fragment build(SedaStructure& out, const Model& model, int shared_rank, int depth) {
    if (depth > 20) fail("a fragment includes itself");
    if (model.kind == Model::Kind::include)
      return build(out, definition(model.name).model, shared_rank, depth + 1);
    Fragment whole;
    if (model.kind == Model::Kind::sequence || model.kind == Model::Kind::choice) {
      whole = group(out, model, shared_rank, depth);
    } else {
      whole = leaf(out, model, shared_rank);
    }
    if (model.times.many)
      for (const auto last : whole.last) append(out.next[last + 1u], whole.first);
    whole.nullable = whole.nullable || model.times.optional;
    return whole;
  }

  Fragment leaf(SedaStructure& out, const Model& model, int shared_rank) {
    const auto index = static_cast<std::uint16_t>(out.particles.size());
    SedaParticle particle;
    particle.kind = model.kind == Model::Kind::any       ? SedaParticle::Kind::any
                    : model.kind == Model::Kind::foreign ? SedaParticle::Kind::foreign
                                                         : SedaParticle::Kind::element;
    particle.name = model.name;
    if (particle.kind == SedaParticle::Kind::element) particle.type = type_of(model.type);
    particle.rank = shared_rank >= 0 ? shared_rank : index;
    out.particles.push_back(std::move(particle));
    out.next.emplace_back();
    return {false, {index}, {index}};
  }

  Fragment group(SedaStructure& out, const Model& model, int shared_rank, int depth) {
    const int rank = shared_rank >= 0   ? shared_rank
                     : model.times.many ? static_cast<int>(out.particles.size())
                                        : -1;
    Fragment whole;
    whole.nullable = model.kind == Model::Kind::sequence || model.parts.empty();
    for (const auto& part : model.parts) {
      const auto piece = build(out, part, rank, depth + 1);
      if (model.kind == Model::Kind::choice) {
        append(whole.first, piece.first);
        append(whole.last, piece.last);
        whole.nullable = whole.nullable || piece.nullable;
        continue;
      }
      for (const auto last : whole.last) append(out.next[last + 1u], piece.first);
      if (whole.nullable) append(whole.first, piece.first);
      if (!piece.nullable) whole.last.clear();
      append(whole.last, piece.last);
      whole.nullable = whole.nullable && piece.nullable;
    }
    return whole;
  }

  static void append(std::vector<std::uint16_t>& to, const std::vector<std::uint16_t>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  struct Open {
    Model* model;
    bool alive;
  };

  SedaSchema& schema_;
  std::string_view rest_;
  long number_ = 0;
  std::string line_;
  bool indented_ = false, applies_ = true;
  std::map<std::string, Definition> definitions_;
  std::map<std::string, Enumeration> enumerations_;
  std::vector<std::pair<std::string, std::string>> messages_;
  Definition* definition_ = nullptr;
  Enumeration* enumeration_ = nullptr;
  std::vector<Open> open_;
  std::vector<std::unique_ptr<Model>> dropped_;
  std::map<std::string, const SedaStructure*> texts_;
};

SedaSchema::SedaSchema(SedaVersion version, SedaMode mode)
    : SedaSchema(seda_table("seda.table"), version, mode) {}

SedaSchema::SedaSchema(std::string_view table, SedaVersion version, SedaMode mode)
    : version_(version), mode_(mode) {
  SedaTableReader(*this, table).run();
}

const SedaStructure* SedaSchema::structure(std::string_view name) const {
  const auto found = std::ranges::find(structures_, name, &SedaStructure::name);
  return found == structures_.end() ? nullptr : &*found;
}

const SedaParticle* SedaStructure::find(std::string_view element) const {
  const auto found = std::ranges::find_if(particles, [&](const SedaParticle& p) {
    return p.kind == SedaParticle::Kind::element && p.name == element;
  });
  return found == particles.end() ? nullptr : &*found;
}

bool SedaValue::accepts(std::string_view text) const {
  if (one_of.empty()) return conforms(plain, text);
  if (std::ranges::find(one_of, text) != one_of.end()) return true;
  return !exact && std::ranges::find(one_of, collapsed(text)) != one_of.end();
}

std::string_view seda_namespace(SedaVersion v) noexcept {
  switch (v) {
    case SedaVersion::v2_1:
      return "fr:gouv:culture:archivesdefrance:seda:v2.1";
    case SedaVersion::v2_2:
      return "fr:gouv:culture:archivesdefrance:seda:v2.2";
    case SedaVersion::v2_3:
      return "fr:gouv:culture:archivesdefrance:seda:v2.3";
  }
  return {};
}

std::string_view seda_name(SedaVersion v) noexcept {
  const auto ns = seda_namespace(v);
  return ns.substr(ns.size() - 3);
}

std::optional<SedaVersion> parse_seda(std::string_view text) {
  for (const auto v : {SedaVersion::v2_1, SedaVersion::v2_2, SedaVersion::v2_3})
    if (text == seda_name(v)) return v;
  return std::nullopt;
}

}  // namespace versoir::sip
