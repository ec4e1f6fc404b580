// Person search over the index, and the records behind the hits.
#include "consult/archive.hpp"

#include "consult/index.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace versoir::consult {

namespace {

/// Candidates examined for one query: homonyms of the commonest French name stay below.
constexpr int candidate_limit = 5000;

/// What a query says, told apart word by word.
struct Query {
  std::vector<std::string> words;    ///< folded
  std::vector<std::string> numbers;  ///< bare
  std::string grouped;               ///< the same typed in groups, put together: 1234 056 789
  std::vector<std::string> dates;    ///< YYYY-MM-DD or YYYY, the likeliest first
};

bool all_digits(std::string_view s) {
  return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::string> iso_date(int y, int m, int d) {
  const auto text = fmt::format("{:04}-{:02}-{:02}", y, m, d);
  return core::parse_date(text) ? std::optional(text) : std::nullopt;
}

/// 01/02/1980, 1-2-1980, 1980-02-01, 1980: the date as written, then day and month swapped.
std::vector<std::string> dates_of(std::string_view word) {
  std::vector<std::string> parts(1);
  for (char c : word) {
    if (c == '/' || c == '-' || c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  std::vector<std::string> dates;
  if (!std::all_of(parts.begin(), parts.end(),
                   [](const std::string& p) { return all_digits(p) && p.size() <= 4; }))
    return dates;
  if (parts.size() == 1) {
    if (word.size() == 4 && (word.starts_with("19") || word.starts_with("20"))) dates.emplace_back(word);
    return dates;
  }
  if (parts.size() != 3) return dates;
  if (parts[0].size() == 4) std::swap(parts[0], parts[2]);
  if (parts[2].size() != 4) return dates;
  const int d = std::stoi(parts[0]), m = std::stoi(parts[1]), y = std::stoi(parts[2]);
  if (auto as_written = iso_date(y, m, d)) dates.push_back(*as_written);
  if (d != m)
    if (auto swapped = iso_date(y, d, m)) dates.push_back(*swapped);
  return dates;
}

Query understand(std::string_view text) {
  Query q;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find_first_of(" \t\n", at), text.size());
    const auto word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    const auto dates = dates_of(word);
    const bool digits = word.find_first_of("0123456789") != std::string_view::npos;
    if (!dates.empty()) q.dates.insert(q.dates.end(), dates.begin(), dates.end());
    if (digits && dates.size() <= 1 && (dates.empty() || dates.front().size() == 4)) {
      q.numbers.push_back(bare_number(word));
      q.grouped += word;
    }
    if (!digits)
      for (auto& w : name_words(core::fold_name(word))) q.words.push_back(std::move(w));
  }
  return q;
}

/// FTS5 expression: every word, whole or as a beginning.
std::string expression(const std::vector<std::string>& words, bool prefix) {
  std::string out;
  for (const auto& w : words) {
    std::string quoted;
    for (char c : w) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    out += fmt::format("{}\"{}\"{}", out.empty() ? "" : " AND ", quoted, prefix ? "*" : "");
  }
  return out;
}

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
  profiles::Application app;
  records::RecordReader reader;
  core::Database index;

  State(extract::Extract e, core::Progress& progress)
      : extract(std::move(e)),
        app(extract.profile()),
        reader(extract.database(), app),
        index(open_index(extract, app, progress)) {}

  using Ranks = std::map<std::int64_t, int>;  ///< hit → rank, the best kept

  void gather(core::Statement st, int rank, Ranks& into) {
    while (st.step()) {
      const auto [it, fresh] = into.emplace(st.integer(0), rank);
      if (!fresh) it->second = std::min(it->second, rank);
    }
  }

  Ranks by_words(const std::vector<std::string>& words) {
    Ranks found;
    const auto select = [&](bool prefix) {
      const std::string terms = expression(words, prefix);
      auto st = index.prepare("SELECT rowid FROM word WHERE word MATCH ?1 LIMIT ?2");
      st.bind(1, std::string_view(terms)).bind(2, std::int64_t{candidate_limit});
      return st;
    };
    // Whole words first: the limit must not leave out the best.
    gather(select(false), 2, found);
    gather(select(true), 2, found);
    auto names = index.prepare("SELECT names FROM hit WHERE id = ?1");
    for (auto& [hit, rank] : found) {
      names.bind(1, hit);
      if (names.step()) rank = name_rank(words, names.text(0));
      names.reset();
    }
    return found;
  }

  Ranks by_number(const std::string& number) {
    Ranks found;
    auto exact = index.prepare("SELECT hit FROM number WHERE value = ?1 LIMIT ?2");
    exact.bind(1, std::string_view(number)).bind(2, std::int64_t{candidate_limit});
    gather(std::move(exact), 0, found);
    return found;
  }

  Ranks by_dates(const std::vector<std::string>& dates) {
    Ranks found;
    int rank = 0;
    for (const auto& d : dates) {
      auto st = index.prepare(
          d.size() == 4
              ? "SELECT hit FROM date WHERE value >= ?1 || '-01-01' AND value <= ?1 || '-12-31' LIMIT ?2"
              : "SELECT hit FROM date WHERE value = ?1 LIMIT ?2");
      st.bind(1, std::string_view(d)).bind(2, std::int64_t{candidate_limit});
      gather(std::move(st), rank, found);
      rank = 3;  // day and month swapped
    }
    return found;
  }

  static void keep_common(std::optional<Ranks>& all, Ranks more) {
    if (!all) {
      all = std::move(more);
      return;
    }
    Ranks common;
    for (const auto& [hit, rank] : *all)
      if (const auto it = more.find(hit); it != more.end()) common.emplace(hit, std::max(rank, it->second));
    all = std::move(common);
  }

  Ranks run(const Query& q) {
    std::optional<Ranks> found;
    if (!q.words.empty()) keep_common(found, by_words(q.words));
    Ranks numeric;
    if (q.numbers.size() > 1) numeric = by_number(bare_number(q.grouped));
    if (numeric.empty())
      for (const auto& n : q.numbers) numeric.merge(by_number(n));
    if (!q.dates.empty()) {
      auto dated = by_dates(q.dates);
      numeric.merge(dated);
    }
    if (!q.numbers.empty() || !q.dates.empty()) keep_common(found, std::move(numeric));
    return found.value_or(Ranks{});
  }

  Hit hit(std::int64_t id, int rank) {
    auto st = index.prepare("SELECT search, key, shown FROM hit WHERE id = ?1");
    st.bind(1, id);
    Hit h;
    if (!st.step()) return h;
    h.search = st.text(0);
    h.key = records::Key::parse(st.text(1));
    h.rank = rank;
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

Archive Archive::open(const std::filesystem::path& extract, core::Progress& progress) {
  return Archive(std::make_unique<State>(extract::Extract::open(extract), progress));
}

std::vector<Hit> Archive::search(std::string_view query, std::size_t limit) {
  const auto ranks = s_->run(understand(query));
  // Among equals, as in a register: by name, then in the order of the extract.
  std::vector<std::tuple<int, std::string, std::int64_t>> order;
  auto names = s_->index.prepare("SELECT names FROM hit WHERE id = ?1");
  for (const auto& [hit, rank] : ranks) {
    names.bind(1, hit);
    order.emplace_back(rank, names.step() ? std::string(names.text(0)) : std::string(), hit);
    names.reset();
  }
  std::sort(order.begin(), order.end());
  std::vector<Hit> hits;
  for (const auto& [rank, name, id] : order) {
    if (hits.size() == limit) break;
    hits.push_back(s_->hit(id, rank));
  }
  return hits;
}

std::optional<records::Record> Archive::show(std::string_view record, const records::Key& key) {
  const auto* def = s_->app.find_record(record);
  if (!def) return std::nullopt;
  return s_->reader.read(*def, key);
}

const profiles::Application& Archive::application() const { return s_->app; }
extract::Extract& Archive::extract() { return s_->extract; }

std::vector<std::string> Archive::records() const {
  std::vector<std::string> ids;
  for (const auto& r : s_->app.records) ids.push_back(r.id);
  return ids;
}

}  // namespace versoir::consult
