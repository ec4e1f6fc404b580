// Invented people: lists of names, first names, streets and towns, written for this project.
#pragma once
#include "random.hpp"

#include <span>
#include <string>
#include <string_view>

namespace versoir::samples {

enum class Origin { france, brittany, basque, maghreb, vietnam, portugal };

struct Town {
  std::string_view name;        ///< as printed: Saint-Brieuc
  std::string_view insee;       ///< commune code
  std::string_view post;        ///< post code
  std::string_view department;  ///< three characters: 022
};
struct Country {
  std::string_view code;  ///< three digits, INSEE: 351
  std::string_view name, nationality;
  std::string_view town;  ///< a town where somebody may be born
};

/// Names as an officer types them: family names in capitals with their accents, first names in mixed case.
struct FullName {
  std::string family, first, second, third;
  bool woman = false;
};

[[nodiscard]] std::span<const std::string_view> family_names(Origin o);
[[nodiscard]] std::span<const std::string_view> first_names(Origin o, bool woman);
[[nodiscard]] std::span<const Town> towns();         ///< French towns, the first ones near the university
[[nodiscard]] std::span<const Country> countries();  ///< France first
[[nodiscard]] std::span<const std::string_view> streets();

[[nodiscard]] Origin draw_origin(Random& r);
/// Double names, particles and apostrophes included.
[[nodiscard]] FullName draw_name(Random& r, Origin o);
[[nodiscard]] const Town& draw_town(Random& r);
/// A country that goes with the origin, France most of the time.
[[nodiscard]] const Country& draw_birth_country(Random& r, Origin o);
/// "12 bis rue des Écoles": at most 32 characters.
[[nodiscard]] std::string draw_street(Random& r);
/// 06 00 00 00 00 to 06 39 98 xx xx: numbers kept for fiction by the French regulator.
[[nodiscard]] std::string draw_phone(Random& r, bool mobile);
/// Lower case ASCII for addresses: "maelle.kermarrec".
[[nodiscard]] std::string mail_name(std::string_view first, std::string_view family);

}  // namespace versoir::samples
