// See sound.hpp.
#include "consult/sound.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace versoir::consult {

namespace {

/// Spellings of one sound, longest first. Small letters are sounds that no letter of the alphabet writes
/// alone: n nasal, x of CH.
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> sounds{{
    {"EAU", "O"},  {"AIN", "in"}, {"EIN", "in"}, {"OEU", "E"}, {"SCH", "x"}, {"TCH", "x"}, {"GUE", "GE"},
    {"GUI", "GI"}, {"ILL", "I"},  {"CH", "x"},   {"SH", "x"},  {"PH", "F"},  {"QU", "K"},  {"CK", "K"},
    {"AU", "O"},   {"AI", "E"},   {"EI", "E"},   {"OE", "E"},  {"EU", "E"},  {"OU", "U"},  {"AN", "an"},
    {"EN", "an"},  {"AM", "an"},  {"EM", "an"},  {"IN", "in"}, {"IM", "in"}, {"YN", "in"}, {"ON", "on"},
    {"OM", "on"},  {"BV", "V"},   {"TH", "T"},   {"GN", "N"},  {"RH", "R"},  {"LH", "L"},
}};

bool is_vowel(char c) { return std::string_view("AEIOUY").find(c) != std::string_view::npos; }
bool is_soft(char c) { return c == 'E' || c == 'I' || c == 'Y'; }

char one_letter(char c, char next) {
  switch (c) {
    case 'C':
      return is_soft(next) ? 'S' : 'K';
    case 'G':
      return is_soft(next) ? 'J' : 'G';
    case 'Q':
      return 'K';
    case 'W':
      return 'V';
    case 'Y':
      return 'I';
    case 'Z':
    case 'X':
      return 'S';
    default:
      return c;
  }
}

/// A nasal is one only before a consonant or at the end: ANNE and ANE are not.
bool holds_here(std::string_view spelling, std::string_view sound, std::string_view word, std::size_t at) {
  const auto after = at + spelling.size();
  const char next = after < word.size() ? word[after] : '\0';
  if (sound.size() == 2 && sound[1] == 'n') return !is_vowel(next) && next != 'N' && next != 'M';
  return true;
}

}  // namespace

std::string sound_key(std::string_view word) {
  std::string key;
  // What is mute at the end, as far as a name goes: DUPONT, DUPOND; LEBRUNS, LEBRUN.
  auto end = word.size();
  while (end > 2 && std::string_view("STDXZEP").find(word[end - 1]) != std::string_view::npos) --end;
  const auto heard = word.substr(0, end);
  for (std::size_t i = 0; i < heard.size();) {
    const auto spelling = std::ranges::find_if(sounds, [&](const auto& s) {
      return heard.substr(i).starts_with(s.first) && holds_here(s.first, s.second, heard, i);
    });
    std::string sound;
    if (spelling != sounds.end()) {
      sound = spelling->second;
      i += spelling->first.size();
    } else {
      if (heard[i] != 'H') sound = one_letter(heard[i], i + 1 < heard.size() ? heard[i + 1] : '\0');
      ++i;
    }
    if (!sound.empty() && !key.empty() && key.back() == sound.front()) sound.erase(0, 1);  // doubled
    key += sound;
  }
  return key.empty() ? std::string(word) : key;
}

std::vector<std::string> sound_keys(std::string_view word) {
  std::vector<std::string> keys;
  const auto add = [&](std::string key) {
    if (!key.empty() && std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
  };
  for (const auto& text : {sound_key(word), std::string(word)}) {
    add(text);
    if (text.size() < 4) continue;  // shorter ones are near to everything
    for (std::size_t i = 0; i < text.size(); ++i) add(std::string(text).erase(i, 1));
  }
  return keys;
}

}  // namespace versoir::consult
