// Person search over the index, and the records behind the hits.
#include "consult/archive.hpp"

#include "consult/index.hpp"
#include "consult/query.hpp"
#include "consult/sound.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace versoir::consult {

using core::msg;

namespace {

/// Hits examined at each step of a search, in the order of the register: far more than anybody reads.
constexpr std::int64_t step_limit = 500;
/// A query gives one list, whatever part of it is asked: the pages of a list agree.
constexpr std::size_t enough_hits = 1001;
constexpr std::size_t most_near_words = 8;
/// Shorter words are near to everything.
constexpr std::size_t least_near_word = 3;

/// Full-text expression: every word in the names, whole or as a beginning, and one of the facts where it
/// belongs.
class Expression {
 public:
  Expression(const std::vector<std::string>& words, bool beginnings) {
    for (const auto& w : words)
      text_ += fmt::format("{}names : \"{}\"{}", text_.empty() ? "" : " AND ", w, beginnings ? " *" : "");
  }
  /// Each time one of the words, the first of them as a beginning too.
  static Expression of_any(const std::vector<std::vector<std::string>>& any) {
    Expression e({}, false);
    for (const auto& words : any) {
      std::string one;
      for (const auto& w : words)
        one += fmt::format("{}names : \"{}\"{}", one.empty() ? "" : " OR ", w, one.empty() ? " *" : "");
      e.text_ += fmt::format("{}({})", e.text_.empty() ? "" : " AND ", one);
    }
    return e;
  }
  Expression& facts(const std::vector<std::string>& numbers, const std::vector<std::string>& dates) {
    std::string any;
    for (const auto& n : numbers) any += fmt::format("{}numbers : \"{}\"", any.empty() ? "" : " OR ", n);
    for (const auto& d : dates) any += fmt::format("{}dates : \"{}\"", any.empty() ? "" : " OR ", d);
    if (!any.empty()) text_ += fmt::format("{}({})", text_.empty() ? "" : " AND ", any);
    return *this;
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// How well names (one a line, folded) answer words that are all in them, at least as beginnings: 0 when
/// every word typed is whole and one of the names is complete, 1 when a name begins with what was typed,
/// else 2.
int name_rank(const std::vector<std::string>& typed, std::string_view names) {
  const auto present = name_words(names);
  const auto among = [](const std::vector<std::string>& words, const std::string& w) {
    return std::find(words.begin(), words.end(), w) != words.end();
  };
  const bool whole =
      std::all_of(typed.begin(), typed.end(), [&](const std::string& w) { return among(present, w); });
  const std::string text = fmt::format("{}", fmt::join(typed, " "));
  int rank = 2;
  for (std::size_t at = 0; at <= names.size();) {
    const auto end = std::min(names.find('\n', at), names.size());
    const auto name = names.substr(at, end - at);
    at = end + 1;
    const auto words = name_words(name);
    if (whole && !words.empty() &&
        std::all_of(words.begin(), words.end(), [&](const std::string& w) { return among(typed, w); }))
      return 0;
    if (name.starts_with(text)) rank = 1;
  }
  return rank;
}

}  // namespace

struct Archive::State {
  extract::Extract extract;
  std::shared_ptr<const profiles::Application> shared;
  const profiles::Application& app;
  std::shared_ptr<const Annotations> annotations;
  records::RecordReader reader;
  core::Database index;

  State(extract::Extract e, Annotations a, core::Progress& progress)
      : extract(std::move(e)),
        shared(std::make_shared<const profiles::Application>(extract.profile())),
        app(*shared),
        annotations(std::make_shared<const Annotations>(std::move(a))),
        reader(extract.database(), app),
        index(open_index(extract, app, *annotations, progress)) {}
  State(extract::Extract e, const State& like)
      : extract(std::move(e)),
        shared(like.shared),
        app(*shared),
        annotations(like.annotations),
        reader(extract.database(), app),
        index(core::Database::open_read(like.index.path())) {}

  using Ranks = std::map<std::int64_t, int>;  ///< hit → rank

  /// Hits called `text`, or whose name begins so.
  void by_name(const std::string& text, bool beginnings, Ranks& into) {
    auto st = index.prepare(
        beginnings ? "SELECT hit FROM name WHERE value >= ?1 AND value < ?2 ORDER BY value, hit LIMIT ?3"
                   : "SELECT hit FROM name WHERE value = ?1 ORDER BY hit LIMIT ?3");
    const std::string after = text + "\xff";  // no byte of UTF-8 comes after
    st.bind(1, std::string_view(text)).bind(3, step_limit);
    if (beginnings) st.bind(2, std::string_view(after));
    while (st.step()) into.emplace(st.integer(0), beginnings ? 1 : 0);
  }

  /// Hits of a full-text expression; `least` is the best rank that they can have.
  void by_text(const Expression& expression, const std::vector<std::string>& words, int least, Ranks& into) {
    if (expression.text().empty()) return;
    auto st = index.prepare("SELECT rowid FROM word WHERE word MATCH ?1 ORDER BY rowid LIMIT ?2");
    st.bind(1, std::string_view(expression.text())).bind(2, step_limit);
    auto names = index.prepare("SELECT names FROM hit WHERE id = ?1");
    while (st.step()) {
      const auto id = st.integer(0);
      if (into.contains(id)) continue;
      int rank = 0;
      if (!words.empty()) {
        names.bind(1, id);
        if (names.step()) rank = name_rank(words, names.text(0));
        names.reset();
      }
      into.emplace(id, std::max(rank, least));
    }
  }

  /// From the best kind of answer to the least, until there are enough.
  Ranks run(const Query& q) {
    Ranks found;
    const auto enough = [&] { return found.size() >= enough_hits; };
    auto numbers = q.numbers;
    if (numbers.size() > 1) {  // one number in groups, rather than several numbers
      by_text(Expression({}, false).facts({bare_number(q.grouped)}, {}), {}, 0, found);
      if (!found.empty()) numbers = {bare_number(q.grouped)};
      found.clear();
    }
    const bool names_only = numbers.empty() && q.written.empty();
    const std::string text = fmt::format("{}", fmt::join(q.words, " "));
    if (names_only && !q.words.empty()) by_name(text, false, found);
    if (!enough()) by_text(Expression(q.words, false).facts(numbers, q.written), q.words, 0, found);
    if (names_only && !q.words.empty() && !enough()) by_name(text, true, found);
    if (!q.words.empty() && !enough())
      by_text(Expression(q.words, true).facts(numbers, q.written), q.words, 0, found);
    // LE GALL typed for LEGALL: two neighbours in one word.
    for (std::size_t i = 0; i + 1 < q.words.size() && !enough(); ++i) {
      auto words = q.words;
      words[i] += words[i + 1];
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      by_text(Expression(words, true).facts(numbers, q.written), words, 0, found);
    }
    if (!q.swapped.empty() && !enough())
      by_text(Expression(q.words, true).facts({}, q.swapped), q.words, 3, found);
    if (found.empty() && !q.words.empty()) by_sound(q, numbers, found);
    return found;
  }

  bool someone_bears(const std::string& word) {
    auto st = index.prepare("SELECT 1 FROM word WHERE word MATCH ?1 LIMIT 1");
    st.bind(1, std::string_view(Expression({word}, true).text()));
    return st.step();
  }

  /// Words of names that sound nearly as `word`, or are spelt nearly so; nearest first.
  std::vector<std::string> near_words(const std::string& word) {
    std::map<std::string, std::size_t, std::less<>> found;
    auto st = index.prepare("SELECT word FROM sound WHERE key = ?1");
    const auto own = sound_key(word);
    for (const auto& key : sound_keys(word)) {
      st.bind(1, std::string_view(key));
      while (st.step()) {
        std::string candidate(st.text(0));
        if (candidate.size() < least_near_word) continue;
        auto away = core::edit_distance(word, candidate);
        if (away > std::max<std::size_t>(2, word.size() / 3)) continue;
        if (sound_key(candidate) == own) away = std::min<std::size_t>(away, 1);  // one sound: nearly one name
        found.emplace(std::move(candidate), away);
      }
      st.reset();
    }
    std::vector<std::pair<std::size_t, std::string>> order;
    for (const auto& [candidate, away] : found) order.emplace_back(away, candidate);
    std::sort(order.begin(), order.end());
    std::vector<std::string> words;
    for (std::size_t i = 0; i < order.size() && i < most_near_words; ++i) words.push_back(order[i].second);
    return words;
  }

  /// When nothing answers as it was typed: each word or one near to it, in order of how far they are in all.
  void by_sound(const Query& q, const std::vector<std::string>& numbers, Ranks& into) {
    std::vector<std::vector<std::string>> any;
    for (const auto& w : q.words) {
      any.push_back({w});
      if (w.size() >= least_near_word)
        for (auto& near : near_words(w))
          if (near != w) any.back().push_back(std::move(near));
    }
    const auto expression = Expression::of_any(any).facts(numbers, q.written);
    auto st = index.prepare("SELECT rowid FROM word WHERE word MATCH ?1 ORDER BY rowid LIMIT ?2");
    st.bind(1, std::string_view(expression.text())).bind(2, step_limit);
    auto names = index.prepare("SELECT names FROM hit WHERE id = ?1");
    while (st.step()) {
      const auto id = st.integer(0);
      names.bind(1, id);
      const auto present = names.step() ? name_words(names.text(0)) : std::vector<std::string>{};
      names.reset();
      int away = 0;
      for (const auto& w : q.words) away += distance_to(w, present);
      into.emplace(id, near_rank + away);
    }
  }

  static int distance_to(const std::string& word, const std::vector<std::string>& present) {
    std::size_t least = word.size();
    for (const auto& p : present)
      least = std::min(least, p.starts_with(word) ? std::size_t{0} : core::edit_distance(word, p));
    return static_cast<int>(least);
  }

  Hit hit(std::int64_t id, int rank) {
    auto st = index.prepare("SELECT search, key, shown FROM hit WHERE id = ?1");
    st.bind(1, id);
    Hit h;
    if (!st.step()) return h;
    h.search = st.text(0);
    h.key = records::Key::parse(st.text(1));
    h.rank = std::min(rank, near_rank);
    for (const auto& s : app.searches)
      if (s.id == h.search) h.record = s.record;
    for (const auto& pair : core::parse_json(st.text(2), "index"))
      h.shown.emplace_back(pair.at(0), pair.at(1));
    return h;
  }
};

Archive::Archive(std::unique_ptr<State> s) : s_(std::move(s)) {}
Archive::~Archive() = default;
Archive::Archive(Archive&&) noexcept = default;

Archive Archive::open(const std::filesystem::path& extract, core::Progress& progress,
                      Annotations annotations) {
  return Archive(std::make_unique<State>(extract::Extract::open(extract), std::move(annotations), progress));
}

std::optional<Archive> Archive::again() const {
  if (s_->index.path().empty()) return std::nullopt;
  return Archive(std::make_unique<State>(extract::Extract::open(s_->extract.path()), *s_));
}

std::vector<Hit> Archive::search(std::string_view query, std::size_t limit, std::size_t first) {
  if (limit == 0) return {};
  // Hits are numbered in the order of the register: equal ranks come in it.
  std::vector<std::pair<int, std::int64_t>> order;
  for (const auto& [hit, rank] : s_->run(understand(query))) order.emplace_back(rank, hit);
  std::sort(order.begin(), order.end());
  std::vector<Hit> hits;
  for (std::size_t i = first; i < order.size() && hits.size() < limit; ++i)
    hits.push_back(s_->hit(order[i].second, order[i].first));
  return hits;
}

std::vector<core::Message> Archive::advice(std::string_view text) {
  std::vector<core::Message> list;
  const auto q = understand(text);
  for (const auto& date : q.impossible) list.push_back(msg("{0} is no date of the calendar.", date));
  bool known = true;
  for (const auto& word : q.words) {
    if (s_->someone_bears(word)) continue;
    known = false;
    const auto near = word.size() < least_near_word ? std::vector<std::string>{} : s_->near_words(word);
    list.push_back(near.empty() ? msg("No name contains {0}.", word)
                                : msg("No name contains {0}. Near it: {1}.", word,
                                      fmt::format("{}", fmt::join(near, ", "))));
  }
  const bool facts = !q.numbers.empty() || !q.written.empty();
  if (known && q.words.size() + (facts ? 1 : 0) > 1)
    list.push_back(msg("What you typed is not found in one record together: try with less."));
  if (q.words.empty() && facts) list.push_back(msg("A birth date is typed 14/03/1987; a number, whole."));
  list.push_back(msg("Try the name at birth, the beginning of a name, the number, or the birth date alone."));
  return list;
}

std::optional<records::Record> Archive::show(std::string_view record, const records::Key& key) {
  const auto* def = s_->app.find_record(record);
  if (!def) return std::nullopt;
  return s_->reader.read(*def, key);
}

const profiles::Application& Archive::application() const { return s_->app; }
const std::shared_ptr<const profiles::Application>& Archive::shared_application() const { return s_->shared; }
const Annotations& Archive::annotations() const { return *s_->annotations; }
const std::shared_ptr<const Annotations>& Archive::shared_annotations() const { return s_->annotations; }
extract::Extract& Archive::extract() { return s_->extract; }

std::vector<std::pair<std::string, std::uint64_t>> Archive::counts() {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  auto st = s_->index.prepare("SELECT count(*) FROM hit WHERE search = ?1");
  for (const auto& search : s_->app.searches) {
    st.bind(1, std::string_view(search.id));
    out.emplace_back(search.label, st.step() ? static_cast<std::uint64_t>(st.integer(0)) : 0);
    st.reset();
  }
  return out;
}

bool Archive::is_searched(std::string_view record) const {
  return std::ranges::any_of(s_->app.searches,
                             [&](const profiles::SearchDef& s) { return s.record == record; });
}

std::vector<std::string> Archive::records() const {
  std::vector<std::string> ids;
  for (const auto& r : s_->app.records) ids.push_back(r.id);
  return ids;
}

}  // namespace versoir::consult
