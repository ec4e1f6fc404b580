// Criteria are read from text, each record of the population is marked by those that hold, and what needs the
// whole population (ranks, chance, specimens) is decided between the two passes.
#include "sip/sampling.hpp"

#include "core/digest.hpp"
#include "core/nearest.hpp"
#include "core/text.hpp"
#include "profiles/loader.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <sstream>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::size_t most_criteria = 32;  ///< bits of a mask
constexpr std::uint64_t whole = 1'000'000;

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), core::is_digit);
}

std::optional<std::uint64_t> number_of(const std::string& word) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc{} || end != word.data() + word.size() || n == 0 || n > 1'000'000'000)
    return std::nullopt;
  return n;
}

/// "5%", "12.5%", "0,25%" in millionths; nullopt beyond four decimals.
std::optional<std::uint64_t> millionths_of(std::string word) {
  if (!word.ends_with('%')) return std::nullopt;
  word.pop_back();
  const auto point = word.find_first_of(".,");
  auto fraction = point == std::string::npos ? std::string() : word.substr(point + 1);
  const auto integer = word.substr(0, point);
  if (!all_digits(integer) || integer.size() > 3 || fraction.size() > 4 ||
      (point != std::string::npos && !all_digits(fraction)))
    return std::nullopt;
  fraction.resize(4, '0');
  const auto n = std::stoull(integer + fraction);
  if (n == 0 || n > whole) return std::nullopt;
  return n;
}

/// Single characters, each once: "0 5", or two digits together: "05". A year or a name is a mistake, which
/// would keep other records than those meant.
std::optional<std::string> marks_of(const std::vector<std::string>& words, std::size_t from, bool digits) {
  std::string marks;
  for (std::size_t i = from; i < words.size(); ++i) {
    const auto word = core::fold_name(words[i]);
    if (word.size() > (digits ? 2u : 1u)) return std::nullopt;
    for (const char c : word) {
      if (marks.find(c) != std::string::npos) return std::nullopt;
      marks += c;
    }
  }
  const bool fit = std::all_of(marks.begin(), marks.end(),
                               [&](char c) { return digits ? core::is_digit(c) : c >= 'A' && c <= 'Z'; });
  if (marks.empty() || !fit) return std::nullopt;
  return marks;
}

bool read_systematic(const std::vector<std::string>& w, Criterion& c) {
  if (w.size() != 4 || w[2] != "from") return false;
  const auto every = number_of(w[1]), from = number_of(w[3]);
  if (!every || !from || *from > *every) return false;
  c.every = *every;
  c.from = *from;
  return true;
}

bool read_random(const std::vector<std::string>& w, Criterion& c) {
  if (w.size() != 4 || w[2] != "seed") return false;
  const auto share = millionths_of(w[1]);
  if (!share) return false;
  c.millionths = *share;
  c.seed = w[3];
  return true;
}

bool read_marks(const std::vector<std::string>& w, std::size_t from, Criterion& c) {
  const auto marks = marks_of(w, from, c.kind == Criterion::Kind::years);
  if (!marks) return false;
  c.marks = *marks;
  return true;
}

bool read_specimen(const std::vector<std::string>& w, Criterion& c) {
  const auto count = w.size() < 2 ? std::nullopt : number_of(w[1]);
  if (!count || (w.size() != 2 && (w.size() != 4 || w[2] != "by"))) return false;
  c.count = *count;
  if (w.size() == 4) c.per = w[3];
  return c.per.empty() || c.per == "year" || c.per == "initial" || c.per == "stratum";
}

bool read_words(const std::vector<std::string>& w, Criterion& c) {
  using Kind = Criterion::Kind;
  if (w[0] == "systematic") return c.kind = Kind::systematic, read_systematic(w, c);
  if (w[0] == "random") return c.kind = Kind::random, read_random(w, c);
  if (w[0] == "years") return c.kind = Kind::years, w.size() > 2 && w[1] == "ending" && read_marks(w, 2, c);
  if (w[0] == "initial") return c.kind = Kind::initial, read_marks(w, 1, c);
  if (w[0] == "specimen") return c.kind = Kind::specimen, read_specimen(w, c);
  return false;
}

/// What a criterion looks at that the profile does not declare; "" when all is there.
std::string missing_facet(const Criterion& c, const profiles::SamplingDef& def) {
  const auto needs = c.kind == Criterion::Kind::years     ? "year"
                     : c.kind == Criterion::Kind::initial ? "initial"
                                                          : c.per;
  if (needs == "year" && def.year.empty()) return "year";
  if (needs == "initial" && def.initial.empty()) return "initial";
  if (needs == "stratum" && def.stratum.empty()) return "stratum";
  return {};
}

/// 2005 of "2005" and "2005-09-30"; "" of anything else.
std::string year_in(const std::string& text) {
  const bool fits = text.size() >= 4 && all_digits(std::string_view(text).substr(0, 4)) &&
                    (text.size() == 4 || !core::is_digit(text[4]));
  return fits ? text.substr(0, 4) : std::string();
}

std::string initial_in(const std::string& name) {
  const auto folded = core::fold_name(name);
  return folded.empty() ? std::string() : folded.substr(0, 1);
}

/// Sorts numbers as numbers, before other texts; equal ones by key.
std::string rank_text(const std::string& order, const std::string& key) {
  auto out = "1" + order;
  if (all_digits(order)) {
    const auto first = std::min(order.find_first_not_of('0'), order.size() - 1);
    out = fmt::format("0{:04}{}", order.size() - first, order.substr(first));
  }
  return out + '\0' + key;
}

std::uint64_t first_bytes(const core::Sha256& digest) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 8; ++i) n = n << 8 | digest.bytes[i];
  return n;
}

std::string spaced(const std::string& marks) {
  std::string out;
  for (const char c : marks) (out += out.empty() ? "" : ", ") += c;
  return out;
}

core::Message specimen_label(const Criterion& c) {
  if (c.per == "year") return msg("specimens: {0} a year", c.count);
  if (c.per == "initial") return msg("specimens: {0} for each initial", c.count);
  if (c.per == "stratum") return msg("specimens: {0} for each stratum", c.count);
  return msg("specimens: {0} in all", c.count);
}

core::Message label_of(const Criterion& c) {
  switch (c.kind) {
    case Criterion::Kind::systematic:
      return msg("systematic: one in {0}, beginning with number {1}", c.every, c.from);
    case Criterion::Kind::random: {
      auto share = fmt::format("{}.{:04}", c.millionths / 10'000, c.millionths % 10'000);
      share.erase(share.find_last_not_of('0') + 1);
      if (share.ends_with('.')) share.pop_back();
      return msg("random: {0} %, seed {1}", share, c.seed);
    }
    case Criterion::Kind::years:
      return msg("years that end with {0}", spaced(c.marks));
    case Criterion::Kind::initial:
      return msg("initial {0}", spaced(c.marks));
    case Criterion::Kind::list:
      return msg("list of the archivist: {0}", c.file);
    case Criterion::Kind::specimen:
      return specimen_label(c);
  }
  return msg("{0}", c.text);
}

[[noreturn]] void refuse_profile(const KeyList& list, const profiles::Application& app,
                                 const std::string& profile) {
  std::vector<std::string> known;
  for (const auto& archive : app.archives) known.push_back(archive.id);
  Error e(Exit::configuration,
          msg("{0}: the application {1} has no archive profile {2}.", list.file().string(), app.id, profile));
  if (const auto near = core::nearest(profile, known)) std::move(e).hint(msg("Did you mean {0}?", *near));
  throw e;
}

}  // namespace

std::optional<Criterion> parse_criterion(std::string_view text) {
  const auto words = words_of(text);
  if (words.empty()) return std::nullopt;
  Criterion c;
  c.text = fmt::format("{}", fmt::join(words, " "));
  if (words[0] == "list") {
    c.file = core::trim(core::trim(text).substr(4));  // a name may hold blanks
    if (c.file.empty()) return std::nullopt;
    c.text = "list " + c.file;
    return c;
  }
  if (!read_words(words, c)) return std::nullopt;
  return c;
}

std::vector<Criterion> parse_criteria(const std::string& keep, const profiles::ArchiveDef& archive,
                                      std::vector<core::Message>& defects) {
  std::vector<Criterion> criteria;
  std::istringstream in(keep);
  for (std::string text; std::getline(in, text, ';');) {
    auto criterion = parse_criterion(text);
    if (!criterion)
      defects.push_back(
          msg("[tri.{0}] keep: \"{1}\" is no criterion. A criterion is written as: systematic 10 from 3; "
              "random 5% seed 2027; years ending 0 5; initial B; list FILE; specimen 2 by year.",
              archive.id, core::trim(text)));
    else if (const auto facet = missing_facet(*criterion, *archive.sampling); !facet.empty())
      defects.push_back(
          msg("[tri.{0}] keep: \"{1}\" looks at {2}, which this archive profile does not declare.",
              archive.id, criterion->text, facet));
    else
      criteria.push_back(std::move(*criterion));
  }
  if (criteria.size() > most_criteria)
    defects.push_back(msg("[tri.{0}] keep: more than {1} criteria.", archive.id, most_criteria));
  return criteria;
}

std::string criterion_label(const std::string& text) {
  const auto criterion = parse_criterion(text);
  return criterion ? label_of(*criterion).text() : text;
}

Sampler::Sampler(const profiles::ArchiveDef& archive, const SamplingDecision& decision,
                 const std::filesystem::path& folder)
    : archive_(archive), decision_(decision) {
  std::vector<core::Message> defects;
  criteria_ = parse_criteria(decision.keep, archive, defects);
  if (!defects.empty()) throw Error(Exit::configuration, defects.front());
  for (std::size_t i = 0; i < criteria_.size(); ++i) {
    const auto kind = criteria_[i].kind;
    if (kind == Criterion::Kind::list)
      lists_.emplace(i, KeyList::read(folder / criteria_[i].file, Exit::configuration));
    ranked_ = ranked_ || kind == Criterion::Kind::systematic || kind == Criterion::Kind::specimen;
  }
  kept_by_.resize(criteria_.size());
}

std::string Sampler::facet(const std::string& name, const profiles::Row& facts) const {
  const auto& def = *archive_.sampling;
  const auto text = [&](const profiles::Template& tmpl) {
    return core::trim(profiles::expand(tmpl, facts, archive_.id));
  };
  if (name == "year") return year_in(text(def.year));
  if (name == "initial") return initial_in(text(def.initial));
  if (name == "stratum") return def.stratum.empty() ? facet("year", facts) : text(def.stratum);
  return name == "order" ? text(def.order) : std::string();
}

std::uint32_t Sampler::intern(const std::string& stratum) {
  return names_.emplace(stratum, static_cast<std::uint32_t>(names_.size())).first->second;
}

void Sampler::meet(const records::Key& key, bool planned) {
  for (auto& [i, list] : lists_) list.meet(archive_.id, key, planned);
}

void Sampler::see(const records::Candidate& candidate) {
  meet(candidate.key, !candidate.left_out);
  if (candidate.left_out) return;
  const auto position = static_cast<std::uint32_t>(masks_.size());
  const auto key = candidate.key.text();
  masks_.push_back(0);
  checks_.push_back(static_cast<std::uint32_t>(first_bytes(core::sha256(key))));
  strata_.push_back(intern(facet("stratum", candidate.facts)));
  if (ranked_) orders_.push_back(rank_text(facet("order", candidate.facts), key));
  for (std::size_t i = 0; i < criteria_.size(); ++i)
    see_criterion(i, position, candidate.facts, candidate.key);
}

void Sampler::see_criterion(std::size_t i, std::uint32_t position, const profiles::Row& facts,
                            const records::Key& key) {
  const auto& c = criteria_[i];
  switch (c.kind) {
    case Criterion::Kind::systematic:
      break;  // by rank, once all are known
    case Criterion::Kind::random:
      chances_[i].push_back(first_bytes(core::sha256(c.seed + '\n' + key.text())));
      break;
    case Criterion::Kind::years:  // what is not known is not decided, and undecided means Keep
      if (const auto year = facet("year", facts);
          year.empty() || c.marks.find(year.back()) != std::string::npos)
        mark(position, i);
      break;
    case Criterion::Kind::initial:
      if (const auto initial = facet("initial", facts);
          initial.empty() || c.marks.find(initial) != std::string::npos)
        mark(position, i);
      break;
    case Criterion::Kind::list:
      if (lists_.at(i).contains(archive_.id, key)) mark(position, i);
      break;
    case Criterion::Kind::specimen:
      facets_[i].push_back(intern(facet(c.per, facts)));
      break;
  }
}

void Sampler::choose(const profiles::Application& app, bool closed) {
  if (closed) check_criteria_of_closed();
  check_lists(app, closed);
  std::vector<std::uint32_t> ranked(ranked_ ? masks_.size() : 0);
  std::iota(ranked.begin(), ranked.end(), 0u);
  std::sort(ranked.begin(), ranked.end(), [&](auto a, auto b) { return orders_[a] < orders_[b]; });
  for (std::size_t i = 0; i < criteria_.size(); ++i) {
    if (criteria_[i].kind == Criterion::Kind::systematic) choose_systematic(i, ranked);
    if (criteria_[i].kind == Criterion::Kind::random) choose_random(i);
    if (criteria_[i].kind == Criterion::Kind::specimen) choose_specimens(i, ranked);
  }
  std::vector<const std::string*> names(names_.size());
  for (const auto& [name, number] : names_) names[number] = &name;
  for (std::size_t at = 0; at < masks_.size(); ++at) {
    auto& stratum = counts_[*names[strata_[at]]];
    ++stratum.population;
    if (masks_[at] == 0) continue;
    ++stratum.kept;
    ++kept_;
    for (std::size_t i = 0; i < criteria_.size(); ++i)
      if (masks_[at] >> i & 1u) ++kept_by_[i];
  }
  if (keeps_nothing() && decision_.validation && !closed)
    throw Error(Exit::configuration,
                core::nmsg("[tri.{1}] keeps nothing: its {0} record would be destroyed.",
                           "[tri.{1}] keeps nothing: its {0} records would all be destroyed.", masks_.size(),
                           archive_.id))
        .hint(msg("Correct keep, or remove the section to keep every record."));
}

/// The rate at which closed files are kept must not depend on how the archivist cuts the lists.
void Sampler::check_criteria_of_closed() const {
  using Kind = Criterion::Kind;
  for (const auto& c : criteria_)
    if (c.kind == Kind::systematic || c.kind == Kind::random || c.kind == Kind::specimen)
      throw Error(
          Exit::configuration,
          msg("[tri.{0}] keep: \"{1}\" ranks or draws among all records; it means nothing among those "
              "of a list of closed records.",
              archive_.id, c.text))
          .hint(msg("For this plan, write years, initial or list."));
}

/// The smallest numbers win: the n of a share p are always ceil(p × population), whatever the seed.
void Sampler::choose_random(std::size_t i) {
  const auto& chances = chances_[i];
  std::vector<std::uint32_t> drawn(masks_.size());
  std::iota(drawn.begin(), drawn.end(), 0u);
  std::stable_sort(drawn.begin(), drawn.end(), [&](auto a, auto b) { return chances[a] < chances[b]; });
  drawn.resize((drawn.size() * criteria_[i].millionths + whole - 1) / whole);
  for (const auto position : drawn) mark(position, i);
}

void Sampler::choose_systematic(std::size_t i, const std::vector<std::uint32_t>& ranked) {
  for (auto rank = criteria_[i].from - 1; rank < ranked.size(); rank += criteria_[i].every)
    mark(ranked[rank], i);
}

void Sampler::choose_specimens(std::size_t i, const std::vector<std::uint32_t>& ranked) {
  std::map<std::uint32_t, std::uint64_t> taken;
  for (const auto position : ranked)
    if (taken[facets_.at(i)[position]]++ < criteria_[i].count) mark(position, i);
}

void Sampler::check_lists(const profiles::Application& app, bool closed) const {
  for (const auto& [i, list] : lists_) {
    check_list(list, app);
    // A list may name records that are left out, but one that names only those is another list.
    const auto names = [&](std::uint32_t mask) { return (mask >> i & 1u) != 0; };
    if (!closed && std::none_of(masks_.begin(), masks_.end(), names))
      throw Error(Exit::configuration,
                  msg("{0} names no record of {1} that is planned.", list.file().string(), archive_.id))
          .hint(msg("The keys of the records that are planned are in kept.csv of a plan without [tri.{0}].",
                    archive_.id));
  }
}

void Sampler::check_list(const KeyList& list, const profiles::Application& app) const {
  std::string keys;
  std::size_t n = 0;
  for (const auto& [profile, key] : list.unmet()) {
    if (!profile.empty() && !app.find_archive(profile)) refuse_profile(list, app, profile);
    if (!profile.empty() && profile != archive_.id) continue;
    if (++n <= 10) keys += (keys.empty() ? "" : ", ") + key;
  }
  if (n > 0)
    throw Error(Exit::configuration, core::nmsg("{1} names {0} record that {2} does not know: {3}.",
                                                "{1} names {0} records that {2} does not know, such as: {3}.",
                                                n, list.file().string(), archive_.id, keys));
}

std::vector<core::Finding> Sampler::remarks(bool closed) const {
  std::vector<core::Finding> found;
  if (keeps_nothing())
    found.push_back({core::Severity::warning, "SELECTION_KEEPS_NOTHING",
                     msg("[tri.{0}] keeps none of the records of this plan.", archive_.id), archive_.id});
  for (const auto& [i, list] : lists_)
    if (const auto n = list.unplanned(); n > 0 && !closed)
      found.push_back({core::Severity::info, "SELECTION_LIST",
                       core::nmsg("{0} line of {1} names a record of {2} that this plan leaves out.",
                                  "{0} lines of {1} name records of {2} that this plan leaves out.", n,
                                  list.file().string(), archive_.id),
                       archive_.id});
  return found;
}

std::string Sampler::next(const records::Key& key) {
  if (next_ >= masks_.size() ||
      checks_[next_] != static_cast<std::uint32_t>(first_bytes(core::sha256(key.text()))))
    throw Error(Exit::profile_invalid,
                msg("The select of {0} does not give the same records in the same order twice.", archive_.id))
        .hint(msg("Complete its ORDER BY with the key."));
  std::string criteria;
  for (std::size_t i = 0; i < criteria_.size(); ++i)
    if (masks_[next_] >> i & 1u) criteria += (criteria.empty() ? "" : "; ") + criteria_[i].text;
  ++next_;
  return criteria;
}

std::string Sampler::action(const std::string& criteria) const {
  return criteria.empty() && decision_.validation ? "Destroy" : "Keep";
}

Json Sampler::report() const {
  Json criteria = Json::array(), strata = Json::array();
  for (std::size_t i = 0; i < criteria_.size(); ++i) {
    const auto& c = criteria_[i];
    Json item = {{"text", c.text}, {"kept", kept_by_[i]}};
    if (!c.seed.empty()) item["seed"] = c.seed;
    if (const auto at = lists_.find(i); at != lists_.end())
      item["list"] = {{"file", c.file}, {"sha512", at->second.sha512()}, {"keys", at->second.size()}};
    criteria.push_back(std::move(item));
  }
  for (const auto& [name, count] : counts_)
    strata.push_back({{"stratum", name}, {"population", count.population}, {"kept", count.kept}});
  return {{"profile", archive_.id},
          {"criteria", std::move(criteria)},
          {"applied", decision_.validation.has_value()},
          {"population", masks_.size()},
          {"kept", kept_},
          {"strata", std::move(strata)}};
}

void set_final_action(records::Described& unit, const std::string& action) {
  for (auto& rule : unit.rules)
    if (rule.category == profiles::RuleCategory::appraisal) rule.final_action = action;
}

}  // namespace versoir::sip
