// The lists themselves. Streets and people are invented; towns and their codes are real, so that joins
// succeed.
#include "names.hpp"

#include "core/text.hpp"

#include <array>

namespace versoir::samples {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::array family_france{
    "MARTIN"sv,     "BERNARD"sv,   "DUBOIS"sv,       "LEFÈVRE"sv,    "MOREAU"sv,     "GARNIER"sv,
    "FAURE"sv,      "ROUSSEL"sv,   "BLANCHARD"sv,    "GUÉRIN"sv,     "BOUCHÉ"sv,     "NOËL"sv,
    "CHEVALIER"sv,  "FRANÇOIS"sv,  "MERCIER"sv,      "DUPRÉ"sv,      "LAMBERT"sv,    "BONNET"sv,
    "GIRARD"sv,     "ANDRÉ"sv,     "LEMOINE"sv,      "DE LA TOUR"sv, "D'HARCOURT"sv, "DU PLESSIS"sv,
    "DES ROCHES"sv, "L'HERMITE"sv, "VAN DE WALLE"sv, "LABBÉ"sv,      "MÂCHEFER"sv,   "PÂRIS"sv,
    "GRÉGOIRE"sv,   "THÉBAULT"sv,  "LŒUILLET"sv,     "CŒURDOUX"sv,   "BŒUF"sv,       "SAINT-GÉRAND"sv,
    "PETIT-JEAN"sv, "ROBIN"sv,     "COLIN"sv,        "MEUNIER"sv,    "CARPENTIER"sv, "HÉBERT"sv,
    "FONTAINE"sv,   "ROYER"sv,     "BARBIER"sv,      "PERRIN"sv,     "DUMAS"sv,      "MASSON"sv,
    "AÜBRY"sv,
};
constexpr std::array family_brittany{
    "LE GALL"sv, "LE GOFF"sv,   "KERMARREC"sv, "KERVELLA"sv,   "TANGUY"sv,       "GUÉGUEN"sv,   "PRIGENT"sv,
    "RIOU"sv,    "CADIOU"sv,    "LE BIHAN"sv,  "LE BRAS"sv,    "MORVAN"sv,       "QUÉMÉNEUR"sv, "ABGRALL"sv,
    "BOURHIS"sv, "CORRE"sv,     "LE ROUX"sv,   "TRÉGUIER"sv,   "PENNANEAC'H"sv,  "FLOC'H"sv,    "SALAÜN"sv,
    "QUÉRÉ"sv,   "L'HÉNORET"sv, "LE MEUR"sv,   "GOURVENNEC"sv, "DE KERSAUZON"sv, "CLOAREC"sv,   "LE FLOC'H"sv,
};
constexpr std::array family_basque{
    "ETCHEVERRY"sv, "IRIGARAY"sv, "HARISPE"sv,    "ELISSALDE"sv, "GOYHENETCHE"sv,   "IRIART"sv,
    "ARAMBURU"sv,   "BIDART"sv,   "ETCHEBERRY"sv, "OYHÉNART"sv,  "D'ARTIGUENAVE"sv, "URRUTIA"sv,
};
constexpr std::array family_maghreb{
    "BEN SAÏD"sv, "BENALI"sv,    "EL KHOURY"sv, "HADDAD"sv,   "ZÉROUAL"sv,   "MEZIANE"sv,
    "BOUAZIZ"sv,  "AÏT AHMED"sv, "CHERIF"sv,    "BELKACEM"sv, "EL-AMRANI"sv, "TRABELSI"sv,
    "GHARBI"sv,   "SAÏDI"sv,     "LAKHDAR"sv,   "AL MASRI"sv,
};
constexpr std::array family_vietnam{
    "NGUYỄN"sv, "TRẦN"sv, "LÊ"sv, "PHẠM"sv, "HOÀNG"sv, "VŨ"sv, "ĐẶNG"sv, "BÙI"sv, "ĐỖ"sv, "NGÔ"sv,
};
constexpr std::array family_portugal{
    "DA SILVA"sv, "PEREIRA"sv,     "D'ALMEIDA"sv, "GONÇALVES"sv, "DOS SANTOS"sv,      "MAGALHÃES"sv,
    "SIMÕES"sv,   "DE OLIVEIRA"sv, "CONCEIÇÃO"sv, "FERNANDES"sv, "VAZ DE CARVALHO"sv, "ARAÚJO"sv,
};

constexpr std::array men_france{
    "Antoine"sv,       "Benoît"sv,     "Clément"sv,   "Dominique"sv, "Étienne"sv,  "François"sv,
    "Gaëtan"sv,        "Hugo"sv,       "Jérôme"sv,    "Léo"sv,       "Mathieu"sv,  "Noé"sv,
    "Rémi"sv,          "Théo"sv,       "Sébastien"sv, "Loïc"sv,      "Camille"sv,  "Raphaël"sv,
    "Jean-Baptiste"sv, "Marc-André"sv, "Thomas"sv,    "Maxime"sv,    "Aurélien"sv, "Cédric"sv,
};
constexpr std::array women_france{
    "Aurélie"sv,     "Béatrice"sv,      "Chloé"sv,   "Dominique"sv, "Élodie"sv,  "Françoise"sv,
    "Gaëlle"sv,      "Héloïse"sv,       "Inès"sv,    "Joëlle"sv,    "Léa"sv,     "Maëlys"sv,
    "Noémie"sv,      "Océane"sv,        "Zoé"sv,     "Solène"sv,    "Camille"sv, "Raphaëlle"sv,
    "Anne-Sophie"sv, "Marie-Thérèse"sv, "Pauline"sv, "Manon"sv,     "Aliénor"sv, "Cécile"sv,
};
constexpr std::array men_brittany{"Yann"sv,   "Erwan"sv, "Gwénaël"sv,  "Ronan"sv,
                                  "Tanguy"sv, "Malo"sv,  "Corentin"sv, "Goulven"sv,
                                  "Ewen"sv,   "Fañch"sv, "Yann-Ber"sv, "Tristan"sv};
constexpr std::array women_brittany{"Nolwenn"sv,   "Gwenaëlle"sv, "Maëlle"sv,  "Rozenn"sv,
                                    "Soazig"sv,    "Enora"sv,     "Bleuenn"sv, "Morgane"sv,
                                    "Anne-Gaël"sv, "Tifenn"sv,    "Klervi"sv,  "Aziliz"sv};
constexpr std::array men_basque{"Iñaki"sv, "Beñat"sv, "Xabi"sv, "Peio"sv, "Ximun"sv, "Eneko"sv};
constexpr std::array women_basque{"Maialen"sv, "Nahia"sv, "Amaia"sv, "Maite"sv, "Itxaro"sv, "Ainhoa"sv};
constexpr std::array men_maghreb{"Mohamed"sv, "Karim"sv,        "Yacine"sv, "Saïd"sv,
                                 "Nabil"sv,   "Abd-el-Kader"sv, "Ismaël"sv};
constexpr std::array women_maghreb{"Amel"sv,    "Leïla"sv, "Naïma"sv, "Fatima-Zohra"sv,
                                   "Yasmine"sv, "Aïcha"sv, "Samira"sv};
constexpr std::array men_vietnam{"Minh Đức"sv, "Văn Hùng"sv, "Quốc Bảo"sv, "Anh Tuấn"sv, "Hữu Phước"sv};
constexpr std::array women_vietnam{"Thị Hương"sv, "Thùy Linh"sv, "Ngọc Ánh"sv, "Kim Ngân"sv, "Thị Mỹ Lệ"sv};
constexpr std::array men_portugal{"João"sv, "António"sv, "José Luís"sv, "Sebastião"sv, "Rúben"sv, "Tiago"sv};
constexpr std::array women_portugal{"Conceição"sv, "Inês"sv, "Mariana"sv, "Lúcia"sv, "Fátima"sv, "Beatriz"sv};

constexpr std::array town_list{
    Town{"Rennes", "35238", "35000", "035"},       Town{"Saint-Malo", "35288", "35400", "035"},
    Town{"Fougères", "35115", "35300", "035"},     Town{"Brest", "29019", "29200", "029"},
    Town{"Quimper", "29232", "29000", "029"},      Town{"Morlaix", "29151", "29600", "029"},
    Town{"Saint-Brieuc", "22278", "22000", "022"}, Town{"Lannion", "22113", "22300", "022"},
    Town{"Lorient", "56121", "56100", "056"},      Town{"Vannes", "56260", "56000", "056"},
    Town{"Nantes", "44109", "44000", "044"},       Town{"Angers", "49007", "49000", "049"},
    Town{"Laval", "53130", "53000", "053"},        Town{"Le Mans", "72181", "72000", "072"},
    Town{"Caen", "14118", "14000", "014"},         Town{"Paris", "75056", "75000", "075"},
    Town{"Bordeaux", "33063", "33000", "033"},     Town{"Bayonne", "64102", "64100", "064"},
    Town{"Pau", "64445", "64000", "064"},          Town{"Toulouse", "31555", "31000", "031"},
    Town{"Lyon", "69123", "69000", "069"},         Town{"Marseille", "13055", "13000", "013"},
    Town{"Lille", "59350", "59000", "059"},        Town{"Strasbourg", "67482", "67000", "067"},
    Town{"Saint-Denis", "97411", "97400", "974"},  Town{"Fort-de-France", "97209", "97200", "972"},
};
constexpr std::array country_list{
    Country{"100", "FRANCE", "FRANÇAIS(E)", "Rennes"},
    Country{"352", "ALGÉRIE", "ALGÉRIEN(NE)", "Tizi-Ouzou"},
    Country{"350", "MAROC", "MAROCAIN(E)", "Fès"},
    Country{"351", "TUNISIE", "TUNISIEN(NE)", "Sfax"},
    Country{"243", "VIÊT NAM", "VIETNAMIEN(NE)", "Huế"},
    Country{"139", "PORTUGAL", "PORTUGAIS(E)", "Viseu"},
    Country{"134", "ESPAGNE", "ESPAGNOL(E)", "Donostia"},
    Country{"127", "ITALIE", "ITALIEN(NE)", "Forlì"},
    Country{"109", "ALLEMAGNE", "ALLEMAND(E)", "Tübingen"},
    Country{"132", "ROYAUME-UNI", "BRITANNIQUE", "Exeter"},
    Country{"216", "CHINE", "CHINOIS(E)", "Jinan"},
    Country{"341", "SÉNÉGAL", "SÉNÉGALAIS(E)", "Thiès"},
    Country{"326", "CÔTE D'IVOIRE", "IVOIRIEN(NE)", "Bouaké"},
    Country{"205", "LIBAN", "LIBANAIS(E)", "Saïda"},
};
constexpr std::array street_list{
    "rue des Écoles"sv,     "rue de l'Abbé-Lemoine"sv, "avenue du Gal-Leclerc"sv,
    "place de la Mairie"sv, "allée des Camélias"sv,    "impasse du Vieux-Puits"sv,
    "rue Haute"sv,          "chemin de Kerlan"sv,      "boulevard de la Liberté"sv,
    "rue Saint-Hélier"sv,   "square du Guesclin"sv,    "rue de l'Île"sv,
    "route de Plœmeur"sv,   "rue Anatole-Le-Braz"sv,   "quai d'Aiguillon"sv,
    "cité des Hêtres"sv,
};

}  // namespace

std::span<const std::string_view> family_names(Origin o) {
  switch (o) {
    case Origin::brittany:
      return family_brittany;
    case Origin::basque:
      return family_basque;
    case Origin::maghreb:
      return family_maghreb;
    case Origin::vietnam:
      return family_vietnam;
    case Origin::portugal:
      return family_portugal;
    case Origin::france:
      break;
  }
  return family_france;
}

std::span<const std::string_view> first_names(Origin o, bool woman) {
  using List = std::span<const std::string_view>;
  switch (o) {
    case Origin::brittany:
      return woman ? List{women_brittany} : List{men_brittany};
    case Origin::basque:
      return woman ? List{women_basque} : List{men_basque};
    case Origin::maghreb:
      return woman ? List{women_maghreb} : List{men_maghreb};
    case Origin::vietnam:
      return woman ? List{women_vietnam} : List{men_vietnam};
    case Origin::portugal:
      return woman ? List{women_portugal} : List{men_portugal};
    case Origin::france:
      break;
  }
  return woman ? List{women_france} : List{men_france};
}

std::span<const Town> towns() { return town_list; }
std::span<const Country> countries() { return country_list; }
std::span<const std::string_view> streets() { return street_list; }

Origin draw_origin(Random& r) {
  const int n = r.between(1, 100);
  if (n <= 48) return Origin::france;
  if (n <= 78) return Origin::brittany;
  if (n <= 82) return Origin::basque;
  if (n <= 92) return Origin::maghreb;
  if (n <= 95) return Origin::vietnam;
  return Origin::portugal;
}

FullName draw_name(Random& r, Origin o) {
  FullName n;
  n.woman = r.per_thousand(560);
  n.family = r.pick(family_names(o));
  // Hyphenated double names; the longest columns of such applications hold 30 to 40 characters.
  if (r.per_thousand(35)) n.family.append("-").append(r.pick(family_names(Origin::france)));
  const auto firsts = first_names(o, n.woman);
  n.first = r.pick(firsts);
  if (r.per_thousand(550)) n.second = r.pick(first_names(Origin::france, n.woman));
  if (!n.second.empty() && r.per_thousand(400)) n.third = r.pick(first_names(Origin::france, n.woman));
  return n;
}

const Town& draw_town(Random& r) {
  // Two in three come from around the university: the first eleven towns.
  return r.per_thousand(660) ? town_list[r.below(11)] : r.pick(town_list);
}

const Country& draw_birth_country(Random& r, Origin o) {
  switch (o) {
    case Origin::maghreb:
      if (r.per_thousand(450)) return country_list[1 + r.below(3)];
      break;
    case Origin::vietnam:
      if (r.per_thousand(500)) return country_list[4];
      break;
    case Origin::portugal:
      if (r.per_thousand(350)) return country_list[5];
      break;
    default:
      if (r.per_thousand(25)) return country_list[6 + r.below(country_list.size() - 6)];
  }
  return country_list[0];
}

std::string draw_street(Random& r) {
  auto number = std::to_string(r.between(1, 140));
  if (r.per_thousand(60)) number += " bis";
  return number + " " + std::string{r.pick(street_list)};
}

std::string draw_phone(Random& r, bool mobile) {
  const auto two = [&r] {
    const int n = r.between(0, 99);
    return std::string(1, static_cast<char>('0' + n / 10)) + static_cast<char>('0' + n % 10);
  };
  const std::string a = two();
  const std::string b = two();
  return (mobile ? "06 39 98 " : "02 61 91 ") + a + " " + b;
}

std::string mail_name(std::string_view first, std::string_view family) {
  std::string out;
  for (const char c : core::slug(first))
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  out += '.';
  for (const char c : core::slug(family))
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace versoir::samples
