// INDIVIDU and what describes the person: addresses, baccalauréat, other diplomas, blocks, photograph.
#include "apogee_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::samples::apogee {

namespace {

constexpr std::string_view ine_letters = "ABCDEFGHJKLMNPRSTUVWXYZ";

std::string ine(Random& r, int entry) {
  auto text = fmt::format("{:07}", r.below(10'000'000));
  text += ine_letters[r.below(static_cast<std::uint32_t>(ine_letters.size()))];
  return text + fmt::format("{:02}", entry % 100);
}

/// Thirteen digits and their key, of nobody: the order number 000 is never given.
std::pair<std::string, std::string> social_number(const Person& p) {
  const std::chrono::year_month_day d{p.birth.value_or(day(1990, 1, 1))};
  const bool abroad = p.born_in != nullptr && p.born_in->code != "100";
  const auto place = abroad ? "99" + std::string{p.born_in->code} : std::string{p.town->insee};
  const auto number = fmt::format("{}{:02}{:02}{}000", p.name.woman ? 2 : 1, static_cast<int>(d.year()) % 100,
                                  static_cast<unsigned>(d.month()), place);
  const auto key = 97 - std::stoll(number) % 97;
  return {number, fmt::format("{:02}", key)};
}

std::string cut(std::string_view text, std::size_t characters) {
  std::size_t i = 0, n = 0;
  while (i < text.size() && n < characters) {
    ++i;
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) ++i;
    ++n;
  }
  return std::string{text.substr(0, i)};
}

void set_birth(Record& i, const Person& p) {
  if (p.birth) i.set("DATE_NAI_IND", *p.birth).set("TEM_DATE_NAI_REL", p.birth_estimated ? "N" : "O");
  if (p.born_in != nullptr && p.born_in->code != "100") {
    i.set("COD_TYP_DEP_PAY_NAI", "P")
        .set("COD_DEP_PAY_NAI", p.born_in->code)
        .set("LIB_VIL_NAI_ETU", p.born_in->town);
  } else {
    i.set("COD_TYP_DEP_PAY_NAI", "D")
        .set("COD_DEP_PAY_NAI", p.town->department)
        .set("LIB_VIL_NAI_ETU", p.town->name);
    i.set("COD_COM_NAI_ETU", p.town->insee);
  }
}

/// What the archive profile must leave: filled here so that a leak would show.
void set_private(Record& i, const Person& p, Random& r) {
  if (r.per_thousand(800)) {
    const auto [number, key] = social_number(p);
    i.set("COD_NNI_ETU", number).set("COD_CLE_NNI_ETU", key);
  }
  if (r.per_thousand(300)) i.set("NUM_BRS_ETU", fmt::format("BRS{:010}", r.below(1'000'000'000)));
  if (r.per_thousand(20))
    i.set("COD_THP", "01").set("TEM_TIER_IND", "O").set("DAT_DEB_TIER_IND", day(p.entry, 10, 1));
  if (r.per_thousand(400)) {
    i.set("LIB_NOM_PAT_PER", cut(p.name.family, 30))
        .set("LIB_PRE_PER", r.pick(first_names(Origin::france, false)));
    i.set("LIB_NOM_PAT_MER", cut(r.pick(family_names(Origin::france)), 30));
    i.set("LIB_PRE_MER", r.pick(first_names(Origin::france, true)));
  }
  i.set("COD_FAM", r.per_thousand(80) ? "2" : "1").set("COD_SIM", "1").set("TEM_CRT_SSO_ETU", "N");
}

void write_individual(Context& c, const Person& p, Random& r) {
  auto& i = c.out.row("INDIVIDU");
  i.set("COD_IND", p.ind).set_if("COD_ETU", p.etu != 0, p.etu).set("LIB_NOM_PAT_IND", p.name.family);
  i.set_if("LIB_NOM_USU_IND", !p.usage.empty(), p.usage).set("LIB_PR1_IND", p.name.first);
  i.set_if("LIB_PR2_IND", !p.name.second.empty(), p.name.second)
      .set_if("LIB_PR3_IND", !p.name.third.empty(), p.name.third);
  i.set("COD_SEX_ETU", p.name.woman ? "F" : "M").set("COD_CIV", p.name.woman ? "2" : "1");
  set_birth(i, p);
  i.set("TEM_PR_USAGE", p.civil_first.empty() ? "N" : "O");
  i.set_if("LIB_PR_ETA_CIV", !p.civil_first.empty(), p.civil_first);
  i.set_if("COD_SEX_ETA_CIV", !p.civil_first.empty(), p.name.woman ? "M" : "F");
  const bool foreigner = p.born_in != nullptr && p.born_in->code != "100" && !r.per_thousand(300);
  i.set("COD_PAY_NAT", foreigner ? p.born_in->code : std::string_view{"100"});
  i.set("DAT_CRE_IND",
        Moment{day(p.entry, 7, 1) + std::chrono::days{r.between(0, 80)}, 9 * 3600 + r.between(0, 28'000)});
  i.set_if("DAT_MOD_IND", p.exit != 0, day(std::max(p.exit, p.entry), 9, 12));
  i.set("ETA_PRS_ETU", p.exit == 0 && p.etu != 0 ? "O" : "N")
      .set("TEM_NNE_PRV_IND", "N")
      .set("TEM_RGL_SIT_MIL", "O");
  if (p.etu != 0) {
    i.set("COD_NNE_IND", ine(r, p.entry)).set("COD_CLE_NNE_IND", fmt::format("{}", r.between(0, 9)));
    i.set("DAA_ETB", year_text(p.entry))
        .set("DAA_ENS_SUP", year_text(p.entry))
        .set("DAA_ENT_ETB", year_text(p.entry));
    i.set("COD_ETB", university);
    i.set_if("COD_ANU_SRT_IND", p.exit != 0 && r.per_thousand(900), year_text(p.exit));
  } else {
    i.set("COD_IND_OPI", p.ind);
  }
  i.set("ETA_COH_DOS_IND", "VAIA").set("COD_UTI", user);
  set_private(i, p, r);
  c.out.write(i);
}

void write_address(Context& c, const Person& p, Random& r) {
  auto& a = c.out.row("ADRESSE");
  a.set("COD_ADR", ++c.address).set("COD_IND", p.ind).set("LIB_AD1", draw_street(r));
  const bool abroad = p.born_in != nullptr && p.born_in->code != "100" && r.per_thousand(300);
  if (abroad)
    a.set("COD_PAY", p.born_in->code).set("LIB_ADE", "1000 " + std::string{p.born_in->town});
  else
    a.set("COD_PAY", "100")
        .set("COD_BDI", p.town->post)
        .set("COD_COM", p.town->insee)
        .set("COD_DEP", p.town->department);
  a.set("NUM_TEL", draw_phone(r, false)).set("NUM_TEL_PORT", draw_phone(r, true));
  a.set("ADR_MAIL", mail_name(p.name.first, p.name.family) + "@courriel.example");
  c.out.write(a);
}

void write_titles(Context& c, const Person& p, Random& r) {
  if (!p.bac.empty()) {
    auto& b = c.out.row("IND_BAC");
    b.set("COD_IND", p.ind).set("COD_BAC", p.bac).set("TEM_INS_ADM", "O");
    // Some years were typed as four blanks: neither NULL nor a year.
    b.set("DAA_OBT_BAC_IBA", p.bac_year == 0 ? std::string{"    "} : year_text(p.bac_year));
    if (p.bac != "0031") {
      constexpr std::array schools{"0351991A", "0291992B", "0561993C"};
      b.set("COD_ETB", r.pick(schools)).set("COD_TPE", "10").set("COD_DEP", "035");
      b.set("COD_MNB", p.bac_mention);
    }
    if (p.bac == "NBGE") b.set("COD_SPE1_BAC_TER", "NSI").set("COD_SPE2_BAC_TER", "HGGP");
    c.out.write(b);
  }
  // Declared by the person at the desk, sometimes twice over: the table has no key.
  const int copies = p.bac == "0031" || r.per_thousand(60) ? 1 + (r.per_thousand(100) ? 1 : 0) : 0;
  for (int n = 0; n < copies; ++n) {
    auto& d = c.out.row("IND_DAC");
    d.set("COD_IND", p.ind)
        .set("DAA_UNI_DAC", year_text(p.entry - 1))
        .set("COD_DAC", p.bac == "0031" ? "ETRANG" : "BTS");
    d.set("TEM_OBT_DAC", "O").set("LIB_CMT_DAC", "Déclaré à l'inscription");
    c.out.write(d);
  }
}

void write_block(Context& c, const Person& p, Random& r) {
  if (!p.block) return;
  const bool library = r.per_thousand(600);
  auto& b = c.out.row("IND_SANCTIONNE_BLO");
  const auto from = day(p.entry + 1, 5, 20);
  b.set("COD_IND", p.ind)
      .set("COD_ETU", p.etu)
      .set("COD_BLO", library ? "BIB" : "PAI")
      .set("DAT_DEB_BLO", from);
  b.set_if("DAT_FIN_BLO", library, from + std::chrono::days{90})
      .set("LIB_CMT_BLO", library ? "Deux ouvrages" : "Chèque rejeté");
  c.out.write(b);
}

void write_photo(Context& c, const Person& p) {
  if (!p.photo) return;
  auto& f = c.out.row("PHO_ETU");
  // The first bytes of a JPEG file: enough for a binary column.
  f.set("COD_IND", p.ind).set("PHO_ETU", Bytes{std::string{"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01", 12}});
  c.out.write(f);
}

/// The pre-registration of those who never came; the others' were purged.
void write_preregistration(Context& c, const Person& p) {
  if (p.etu != 0) return;
  auto& o = c.out.row("IND_OPI");
  o.set("COD_IND_OPI", p.ind).set("COD_IND", p.ind).set("LIB_NOM_PAT_IND_OPI", cut(p.name.family, 30));
  o.set("LIB_PR1_IND_OPI", cut(p.name.first, 20)).set("COD_SEX_OPI", p.name.woman ? "F" : "M");
  if (p.birth) o.set("DATE_NAI_IND_OPI", *p.birth);
  c.out.write(o.set("COD_PAY_NAT", "100"));
}

}  // namespace

Person draw_person(Random& r, int entry, int age) {
  Person p;
  const auto origin = draw_origin(r);
  p.name = draw_name(r, origin);
  p.entry = entry;
  p.born_in = &draw_birth_country(r, origin);
  p.town = &draw_town(r);
  const int year = entry - age - r.between(0, 1);
  if (r.per_thousand(8)) {
    p.birth.reset();  // unknown
  } else if (p.born_in->code != "100" && r.per_thousand(120)) {
    p.birth = day(year, 1, 1);  // only the year is known
    p.birth_estimated = true;
  } else {
    p.birth = day(year, 1, 1) + std::chrono::days{r.between(0, 364)};
  }
  if (p.name.woman && age > 20 && r.per_thousand(250)) p.usage = r.pick(family_names(Origin::brittany));
  if (r.per_thousand(6)) p.civil_first = r.pick(first_names(Origin::france, !p.name.woman));
  if (p.born_in->code != "100" && r.per_thousand(700)) {
    p.bac = "0031";
  } else {
    constexpr std::array series{"S", "ES", "L", "STG"};
    p.bac = entry - (age - 18) >= 2021 ? "NBGE" : r.pick(series);
    constexpr std::array mentions{"P", "P", "AB", "AB", "B", "TB"};
    p.bac_mention = r.pick(mentions);
  }
  p.bac_year = r.per_thousand(30) ? 0 : entry - (age - 18);
  p.block = r.per_thousand(15);
  p.photo = r.per_thousand(20);
  return p;
}

void write_person(Context& c, const Person& p, Random& r) {
  write_individual(c, p, r);
  write_address(c, p, r);
  write_titles(c, p, r);
  write_block(c, p, r);
  write_photo(c, p);
  write_preregistration(c, p);
}

}  // namespace versoir::samples::apogee
