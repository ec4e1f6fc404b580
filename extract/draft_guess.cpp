// What the names of tables and columns let one think, in French and in English. Nothing here is sure.
#include "core/text.hpp"
#include "extract/draft_parts.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace versoir::extract::draft {

namespace {

using As = DraftGuess::As;
using profiles::Sensitivity;
using Words = std::vector<std::string>;

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_word_character(char c) {
  return is_capital(c) || is_small(c) || core::is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

/// "dateOfBirth", "DATE_OF_BIRTH" and "date of birth" are three words each.
Words words_of(std::string_view name) {
  Words out;
  bool open = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_word_character(c)) {
      open = false;
      continue;
    }
    const bool hump = i > 0 && is_capital(c) && is_small(name[i - 1]);
    if (!open || hump) out.emplace_back();
    out.back() += c;
    open = true;
  }
  return out;
}

/// The words in capitals without accents, and all of them in one.
struct Folded {
  explicit Folded(std::string_view name) {
    for (const auto& w : words_of(name)) words.push_back(core::fold_name(w));
    for (const auto& w : words) joined += w;
  }
  [[nodiscard]] bool has_word(std::span<const std::string_view> list) const {
    return std::ranges::any_of(
        words, [&](const std::string& w) { return std::ranges::find(list, w) != list.end(); });
  }
  [[nodiscard]] bool contains(std::span<const std::string_view> list) const {
    return std::ranges::any_of(list, [&](std::string_view w) { return joined.find(w) != std::string::npos; });
  }
  [[nodiscard]] bool is(std::span<const std::string_view> list) const {
    return std::ranges::find(list, joined) != list.end();
  }
  Words words;
  std::string joined;
};

constexpr std::array<std::string_view, 5> given_parts{"PRENOM", "FIRSTNAME", "GIVENNAME", "FORENAME",
                                                      "VORNAME"};
constexpr std::array<std::string_view, 9> surname_parts{"SURNAME",    "LASTNAME",        "FAMILYNAME",
                                                        "NOMFAMILLE", "NOMDEFAMILLE",    "NOMNAISSANCE",
                                                        "NOMUSAGE",   "NOMPATRONYMIQUE", "MAIDENNAME"};
constexpr std::array<std::string_view, 3> plain_names{"NOM", "NAME", "LNAME"};
constexpr std::array<std::string_view, 6> full_parts{"FULLNAME", "DISPLAYNAME", "NOMCOMPLET",
                                                     "USERNAME", "REALNAME",    "NOMPRENOM"};
constexpr std::array<std::string_view, 4> full_words{"LOGIN", "NICKNAME", "PSEUDO", "IDENTIFIANT"};
constexpr std::array<std::string_view, 5> birth_parts{"BIRTHDATE", "DATEOFBIRTH", "NAISSANCE", "BIRTHDAY",
                                                      "BIRTH"};
constexpr std::array<std::string_view, 4> birth_words{"DOB", "DDN", "NAI", "NAIS"};
constexpr std::array<std::string_view, 6> number_words{"MATRICULE", "NUMERO", "NUMBER", "BADGE", "NUM", "NO"};
constexpr std::array<std::string_view, 30> person_words{
    "USER",     "USERS",    "PERSON",  "PERSONS",     "PEOPLE",    "PERSONNE",  "PERSONNES", "IDENTITY",
    "IDENTITE", "AGENT",    "AGENTS",  "ETUDIANT",    "ETUDIANTS", "STUDENT",   "STUDENTS",  "PATIENT",
    "PATIENTS", "MEMBER",   "MEMBERS", "CUSTOMER",    "CUSTOMERS", "CONTACT",   "CONTACTS",  "EMPLOYEE",
    "STAFF",    "ADHERENT", "USAGER",  "UTILISATEUR", "CANDIDAT",  "ENSEIGNANT"};
constexpr std::array<std::string_view, 12> label_words{"NAME",     "NOM",   "LABEL",   "LIBELLE",
                                                       "TITLE",    "TITRE", "SUBJECT", "OBJET",
                                                       "INTITULE", "MODEL", "MODELE",  "CODE"};

constexpr std::array<std::string_view, 5> national_words{"NIR", "INSEE", "SSN", "NNI", "NISS"};
constexpr std::array<std::string_view, 4> national_parts{"SOCIALSECURITY", "SECURITESOCIALE", "NUMSECU",
                                                         "NATIONALID"};
constexpr std::array<std::string_view, 18> contact_words{
    "MAIL",    "EMAIL",   "COURRIEL", "TEL", "TELEPHONE", "PHONE",    "MOBILE", "FAX",      "GSM",
    "ADRESSE", "ADDRESS", "STREET",   "RUE", "ZIP",       "POSTCODE", "POSTAL", "PORTABLE", "DOMICILE"};
constexpr std::array<std::string_view, 9> money_words{"IBAN",   "BIC",    "RIB",  "SALARY", "SALAIRE",
                                                      "INCOME", "REVENU", "BANK", "BANQUE"};
constexpr std::array<std::string_view, 10> health_words{"SANTE",      "HEALTH",  "MEDICAL",   "HANDICAP",
                                                        "DISABILITY", "MALADIE", "DIAGNOSIS", "DIAGNOSTIC",
                                                        "ALLERGY",    "BLOOD"};
constexpr std::array<std::string_view, 7> family_words{"CONJOINT", "SPOUSE",  "ENFANTS",     "CHILDREN",
                                                       "MARITAL",  "MARIAGE", "MATRIMONIALE"};
constexpr std::array<std::string_view, 3> judgement_words{"SANCTION", "SANCTIONS", "APPRECIATION"};
constexpr std::array<std::string_view, 4> secret_words{"PWD", "SECRET", "TOKEN", "SALT"};
constexpr std::array<std::string_view, 3> secret_parts{"PASSW", "MOTDEPASSE", "PASSPHRASE"};

bool is_date(const SourceColumn& c) { return c.kind == ColumnKind::date || c.kind == ColumnKind::timestamp; }
bool is_text(const SourceColumn& c) { return c.kind == ColumnKind::text || c.kind == ColumnKind::other; }

bool is_secret(const Folded& n) { return n.has_word(secret_words) || n.contains(secret_parts); }

std::optional<As> personal_meaning(const Folded& n, const SourceColumn& c, bool person) {
  if (is_text(c) && n.contains(given_parts)) return As::given_name;
  if (is_text(c) && n.contains(surname_parts)) return As::surname;
  if (is_date(c) && (n.contains(birth_parts) || n.has_word(birth_words))) return As::birth_date;
  if (!person) return std::nullopt;
  if (is_text(c) && n.is(plain_names)) return As::surname;
  if (is_text(c) && (n.contains(full_parts) || n.is(full_words))) return As::full_name;
  if (!is_date(c) && n.has_word(number_words)) return As::number;
  return std::nullopt;
}

Sensitivity sensitivity_of(const Folded& n) {
  if (n.has_word(national_words) || n.contains(national_parts)) return Sensitivity::national_number;
  if (n.has_word(health_words)) return Sensitivity::health;
  if (n.has_word(money_words)) return Sensitivity::money;
  if (n.has_word(family_words)) return Sensitivity::family;
  if (n.has_word(judgement_words)) return Sensitivity::judgement;
  if (n.has_word(contact_words)) return Sensitivity::contact;
  return Sensitivity::none;
}

/// A table of persons: by the names of two columns, by one that only persons have, or by its own name.
bool seems_person(const Table& table) {
  bool given = false, surname = false, plain = false, full = false, birth = false;
  for (const auto& c : table.columns) {
    const Folded n(c.source->name);
    birth = birth || (is_date(*c.source) && (n.contains(birth_parts) || n.has_word(birth_words)));
    if (!is_text(*c.source)) continue;
    given = given || n.contains(given_parts);
    surname = surname || n.contains(surname_parts);
    plain = plain || n.is(plain_names);
    full = full || n.contains(full_parts) || n.is(full_words);
  }
  if (surname || ((given || birth) && plain)) return true;
  const Folded name(table.source->name);
  const bool named =
      !name.words.empty() && std::ranges::find(person_words, name.words.back()) != person_words.end();
  return named && (given || plain || full);
}

}  // namespace

std::string Names::give(std::string_view wanted) {
  std::string folded = core::slug(wanted);
  for (char& c : folded) c = c == '-' ? '_' : is_capital(c) ? static_cast<char>(c + 32) : c;
  while (folded.starts_with('_')) folded.erase(0, 1);
  // An element whose name begins with xml is none of ours (XML 1.0, 2.3).
  if (folded.empty() || !is_small(folded.front()) || folded.starts_with("xml")) folded.insert(0, "c_");
  auto name = folded;
  for (int n = 2; !taken_.insert(name).second; ++n) name = folded + "_" + std::to_string(n);
  return name;
}

std::string readable(std::string_view name) {
  std::string out;
  for (auto w : words_of(name)) {
    // A word in capitals is small letters to whoever reads it; a short one may be an acronym.
    if (w.size() > 3 && std::ranges::none_of(w, is_small))
      for (char& c : w)
        if (is_capital(c)) c = static_cast<char>(c + 32);
    out += (out.empty() ? "" : " ") + w;
  }
  if (!out.empty() && is_small(out.front())) out.front() = static_cast<char>(out.front() - 32);
  return out;
}

std::string short_comment(std::string_view comment) {
  constexpr std::size_t longest = 120;
  auto text = core::single_line(core::xml_characters(core::repair_utf8(comment)));
  if (text.size() <= longest) return text;
  auto cut = text.rfind(' ', longest);
  if (cut == std::string::npos || cut < longest / 2) cut = longest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "…";
}

void guess_columns(Table& table) {
  table.person = seems_person(table);
  const bool has_surname = std::ranges::any_of(table.columns, [](const Column& c) {
    return is_text(*c.source) && Folded(c.source->name).contains(surname_parts);
  });
  for (auto& c : table.columns) {
    const Folded name(c.source->name);
    c.sensitivity = sensitivity_of(name);
    const bool holds_text = is_text(*c.source) || c.source->kind == ColumnKind::binary;
    if (holds_text && is_secret(name)) {
      c.guess = As::secret;
    } else if (const auto meaning = personal_meaning(name, *c.source, table.person)) {
      // Beside a surname, what is only called a name is the given one.
      c.guess = has_surname && name.is(plain_names) ? As::given_name : *meaning;
      c.sensitivity = Sensitivity::identity;
    } else if (c.sensitivity != Sensitivity::none) {
      c.guess = As::sensitive;
    }
  }
}

bool is_label_like(const Column& column) {
  return is_text(*column.source) && column.guess != As::secret &&
         Folded(column.source->name).has_word(label_words);
}

std::vector<std::size_t> shown_columns(const Table& table) {
  constexpr std::size_t most = 6;
  std::vector<std::size_t> out;
  const auto add = [&](std::size_t i) {
    const auto& c = table.columns[i];
    if (out.size() < most && c.readable() && c.source->kind != ColumnKind::binary &&
        std::ranges::find(out, i) == out.end())
      out.push_back(i);
  };
  for (const auto k : table.key) add(k);
  const auto keys = out.size();
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].guess && table.columns[i].guess != As::sensitive) add(i);
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (is_label_like(table.columns[i])) add(i);
  for (std::size_t i = 0; i < table.columns.size() && out.size() < keys + 2; ++i)
    if (is_text(*table.columns[i].source)) add(i);
  for (std::size_t i = 0; i < table.columns.size() && out.size() < keys + 1; ++i) add(i);
  return out;
}

}  // namespace versoir::extract::draft

namespace versoir::extract {

std::string_view guess_name(DraftGuess::As as) noexcept {
  static constexpr std::array<std::string_view, 7> names{"surname", "given_name", "full_name", "birth_date",
                                                         "number",  "sensitive",  "secret"};
  return names[static_cast<std::size_t>(as)];
}

}  // namespace versoir::extract
