// INDIVIDU, PERSONNEL and the tables that are not to be copied: each is filled, so that a leak shows.
#include "harpege_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::samples::harpege {

namespace {

/// Thirteen digits and their key, of nobody: the order number 000 is never given.
std::pair<std::string, int> social_number(const Person& p) {
  const std::chrono::year_month_day d{p.birth.value_or(day(1960, 1, 1))};
  const bool abroad = p.born_in != nullptr && p.born_in->code != "100";
  const auto place = abroad ? "99" + std::string{p.born_in->code} : std::string{p.town->insee};
  const auto number = fmt::format("{}{:02}{:02}{}000", p.name.woman ? 2 : 1, static_cast<int>(d.year()) % 100,
                                  static_cast<unsigned>(d.month()), place);
  return {number, static_cast<int>(97 - std::stoll(number) % 97)};
}

std::string upper(Text name) {
  std::string out{name};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

Text civility(const Person& p) {
  if (!p.name.woman) return "M.";
  return p.miss ? "MLLE" : "MME";
}

}  // namespace

Person draw_person(Random& r, std::int64_t number, int born_first, int born_last) {
  Person p;
  p.number = number;
  const auto origin = draw_origin(r);
  p.name = draw_name(r, origin);
  p.born_in = &draw_birth_country(r, origin);
  p.town = &draw_town(r);
  p.birth = day(r.between(born_first, born_last), static_cast<unsigned>(r.between(1, 12)),
                static_cast<unsigned>(r.between(1, 28)));
  if (p.name.woman && r.per_thousand(450)) p.usage = r.pick(family_names(draw_origin(r)));
  p.miss = p.name.woman && p.usage.empty() && r.per_thousand(300);
  p.town_as_text = r.per_thousand(60);
  return p;
}

void Agent::write_birth(Record& i) const {
  if (person.birth) i.set("D_NAISSANCE", *person.birth);
  const bool abroad = person.born_in != nullptr && person.born_in->code != "100";
  i.set("C_PAYS_NAISSANCE", abroad ? person.born_in->code : Text{"100"});
  if (abroad) {
    i.set("C_DEPT_NAISSANCE", "099").set("VILLE_DE_NAISSANCE", upper(person.born_in->town));
  } else if (person.town_as_text) {
    i.set("C_DEPT_NAISSANCE", person.town->department)
        .set("VILLE_DE_NAISSANCE", upper(person.town->name) + "   ");
  } else {
    i.set("C_DEPT_NAISSANCE", person.town->department).set("C_COMMUNE_NAISSANCE", person.town->insee);
  }
}

void Agent::write_person(Day known_since) {
  auto& i = c_.out.row("INDIVIDU");
  const auto& p = person;
  i.set("NO_INDIVIDU", p.number).set("C_CIVILITE", civility(p)).set("PRENOM", p.name.first);
  i.set("NOM_PATRONYMIQUE", p.name.family).set("NOM_USUEL", p.usage.empty() ? p.name.family : p.usage);
  i.set_if("PRENOM2", !p.name.second.empty(), p.name.second);
  write_birth(i);
  // One foreigner in two keeps the nationality of birth.
  const bool foreign = p.born_in != nullptr && p.born_in->code != "100" && random.per_thousand(500);
  i.set("C_PAYS_NATIONNALITE", foreign ? p.born_in->code : Text{"100"});
  i.set("NO_TEL_PORTABLE", draw_phone(random, true))
      .set("NO_E_MAIL", mail_name(p.name.first, p.name.family).substr(0, 40) + "@saint-aubin.example");
  if (p.death) i.set("D_DECES", *p.death);
  const auto created = std::max(known_since, opening) + std::chrono::days{random.between(0, 20)};
  i.set("D_CREATION", Moment{created, random.between(28'800, 64'800)});
  i.set("D_MODIFICATION",
        Moment{created + std::chrono::days{random.between(0, 900)}, random.between(28'800, 64'800)});
  c_.out.write(i);
}

void Agent::write_address() {
  auto& a = c_.out.row("ADRESSE_PERSONNELLE");
  a.set("ID_ADRESSE_PERSO", ++c_.address).set("NO_INDIVIDU", person.number);
  a.set("NO_VOIE", std::to_string(random.between(1, 140))).set("C_VOIE", "RUE");
  a.set_if("BIS_TER", random.per_thousand(60), "B").set("NOM_VOIE", random.pick(streets()));
  a.set("VILLE", upper(person.town->name) + "  ").set("CODE_POSTAL", person.town->post).set("C_PAYS", "100");
  a.set("TELEPHONE_DOMICILE", draw_phone(random, false)).set("TEM_ADR_PERS_PRINC", "O");
  c_.out.write(a.set("D_CREATION", opening));
}

void Agent::write_bank() {
  auto& b = c_.out.row("INDIVIDU_BANQUE");
  b.set("ID_IND_BANQUE", ++c_.bank).set("NO_DOSSIER_PERS", person.number);
  // Bank 99999 does not exist.
  b.set("C_BANQUE", "99999").set("C_GUICHET", "99999").set("NO_COMPTE", fmt::format("{:011}", person.number));
  b.set("CLE_RIB", "00").set("C_PAYS_ISO", "FR").set("CLE_CONTROLE", "00").set("C_BANQUE_BIC", "ZZZZ");
  b.set("C_PAYS_BIC", "FR").set("C_EMPLACEMENT", "2A").set("C_BRANCHE", "XXX");
  c_.out.write(b.set("D_CREATION", opening));
}

void Agent::write_file(bool civil_servant) {
  constexpr Text situations = "CMDP";
  auto& p = c_.out.row("PERSONNEL");
  p.set("NO_DOSSIER_PERS", person.number);
  p.set("C_SITUATION_FAMILLE", situations.substr(random.below(4), 1));
  p.set_if("NUMEN", civil_servant, fmt::format("14E99{:05}ZZZ", person.number % 100'000));
  c_.out.write(p);
  const auto [number, key] = social_number(person);
  auto& s = c_.out.row("CODE_INSEE");
  c_.out.write(s.set("NO_DOSSIER_PERS", person.number).set("NO_INSEE", number).set("CLE_INSEE", key));
  write_address();
  write_bank();
}

}  // namespace versoir::samples::harpege
