// What a drafted profile leaves to whoever knows the application: what is to be confirmed, and where an
// archive profile may begin. In French, as the rest of the profile.
#include "core/sqlite.hpp"
#include "core/text.hpp"
#include "extract/draft_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::extract::draft {

namespace {

using As = DraftGuess::As;

/// Text within a line of Markdown: no cell ends early, nothing is markup.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : xml_words(text)) {
    if (c == '|' || c == '`' || c == '*' || c == '<' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string meaning(const DraftGuess& g) {
  switch (g.as) {
    case As::surname:
      return "nom de famille ?";
    case As::given_name:
      return "prénom ?";
    case As::full_name:
      return "nom entier ou identifiant de connexion ?";
    case As::birth_date:
      return "date de naissance ?";
    case As::number:
      return "numéro par lequel on connaît la personne ?";
    case As::secret:
      return "mot de passe ou secret ? Aucune fiche ne le montre ; le laisser : `take=\"no\"` avec `reason`.";
    case As::sensitive:
      break;
  }
  return fmt::format("donnée sensible ({}) ?", profiles::sensitivity_name(g.sensitivity));
}

std::string upper_code(const std::string& record) {
  std::string out;
  for (const char c : record)
    if (c != '_' && out.size() < 12) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  while (out.size() < 2) out += 'X';
  return out;
}

std::string text_of(std::string_view value) {
  std::string out;
  core::append_markup(out, xml_words(value), core::Markup::text);
  return out;
}
std::string attribute_of(std::string_view value) {
  std::string out;
  core::append_markup(out, xml_words(value), core::Markup::attribute);
  return out;
}

void full_comments(std::string& out, const Drafting& d) {
  std::string list;
  const auto add = [&](const std::string& name, const std::string& comment) {
    const auto whole = xml_words(comment);
    if (whole != short_comment(comment)) list += fmt::format("- `{}` : {}\n", name, cell(whole));
  };
  for (const auto& t : d.tables) {
    add(t.source->name, t.source->comment);
    for (const auto& c : t.columns) add(t.source->name + "." + c.source->name, c.source->comment);
  }
  if (!list.empty()) out += "\n## Commentaires de la base trop longs pour un libellé\n\n" + list;
}

}  // namespace

std::string notes_file(const Drafting& d) {
  std::string out = fmt::format(
      "# {} : ce qui reste à confirmer\n\n"
      "Ce profil est une ébauche, faite du seul catalogue de la base : aucune ligne n’a été lue. Il extrait, "
      "exporte et se "
      "consulte tel quel. Tout y porte `evidence=\"inferred\"` ; écrire `evidence=\"confirmed\"` là où "
      "quelqu’un qui connaît "
      "l’application a relu.\n\n"
      "1. `tables.xml` : les libellés, ce qui est sensible, ce qui n’est pas à reprendre (`take=\"no\"` et "
      "`reason`).\n"
      "2. `consult.xml` : ce que l’on cherche, et par quelles colonnes.\n"
      "3. `records.xml` : les fiches, une par table ; {} liens déclarés y sont suivis dans les deux sens.\n"
      "4. `profil-archive.xml.modele` : d’où partir pour verser. Aucune durée, aucun sort final n’est "
      "proposé : c’est à "
      "l’archiviste de les dire.\n",
      cell(d.request.label), d.links.size());
  out += "\n## Personnes et données sensibles, devinées d’après les noms\n\n";
  if (d.result.guesses.empty()) {
    out += "Rien n’a été reconnu. Cela ne prouve pas qu’il n’y ait rien.\n";
  } else {
    out += "| table | colonne | à confirmer |\n|---|---|---|\n";
    for (const auto& g : d.result.guesses)
      out += fmt::format("| {} | {} | {} |\n", cell(g.table), cell(g.column), meaning(g));
  }
  out += "\n## Recherches\n\n";
  for (const auto i : d.searches)
    out += fmt::format("- {} (`{}`)\n", cell(d.tables[i].label), cell(d.tables[i].source->name));
  if (d.searches.empty())
    out += "Aucune : aucune table n’a de colonne par laquelle on appellerait ses lignes.\n";
  if (!d.left.empty()) {
    out += "\n## Tables et vues laissées\n\n";
    for (const auto& [table, reason] : d.left)
      out += fmt::format("- `{}` : {}\n", cell(table->name), cell(reason));
  }
  if (!d.result.left.empty()) {
    out += "\n## Noms qu’un profil ne peut pas porter : à décider par `versoir inspect`\n\n";
    for (const auto& m : d.result.left) out += fmt::format("- {}\n", cell(m.english()));
  }
  full_comments(out, d);
  return out;
}

std::string archive_model(const Drafting& d) {
  const auto& t = d.tables[d.searches.empty() ? 0 : d.searches.front()];
  const auto table = core::sql_name(t.source->name);
  std::string facts = key_list(t), title;
  for (const auto i : t.shown) {
    facts += fmt::format(", {} AS {}", core::sql_name(t.columns[i].source->name),
                         core::sql_name(t.columns[i].field));
    if (std::ranges::find(t.key, i) == t.key.end())
      title += (title.empty() ? "{" : " {") + t.columns[i].field + "}";
  }
  const auto key = key_names(t).front();
  if (title.empty()) title = "{" + key + "}";
  std::string order, select = key_list(t);
  for (const auto& k : key_names(t)) order += (order.empty() ? "" : ", ") + k;
  return fmt::format(
      R"(<?xml version="1.0" encoding="UTF-8"?>
<!-- D’où partir pour verser : copier ce fichier en NOM.xml dans ce dossier, puis le compléter. Tant qu’il se nomme .modele,
     rien ne le lit. Rien n’y est décidé : ni ce qui part, ni quand, ni pour combien de temps. -->
<archive xmlns="urn:versoir:profile:1" code="{code}" record="{record}" label="{label}">
  <description>À ÉCRIRE : ce que contiennent ces dossiers, qui les a produits.</description>
  <!-- Une ligne par dossier à verser : ici toutes. -->
  <select>SELECT {select} FROM {table} ORDER BY {order}</select>
  <!-- Ce qui ne part pas, et pourquoi :
  <leave-out reason="Dossier encore ouvert.">SELECT … FROM {said} WHERE …</leave-out> -->
  <facts>SELECT {facts} FROM {table} WHERE {condition}</facts>
  <root level="RecordGrp" title="{label}, {{etablissement}}"/>
  <documentation level="RecordGrp" title="Documentation des données de l’application {{application}}"/>
  <unit level="File" title="{title}">
    <!-- <start> et <end> : dates extrêmes, d’une colonne de <facts>. -->
    <!-- Règles, une fois dites par l’archiviste dans rules.xml :
    <rule category="AppraisalRule" code="DUA_…" start="{{…}}" action="Keep ou Destroy"/>
    <rule category="AccessRule" code="COM_…" start="{{…}}"/> -->
    <object file-name="{record}-{{{key}}}.xml"/>
  </unit>
</archive>
)",
      fmt::arg("code", upper_code(t.record)), fmt::arg("record", t.record),
      fmt::arg("label", attribute_of(t.label)), fmt::arg("select", text_of(select)),
      fmt::arg("table", text_of(table)), fmt::arg("said", comment_words(table)), fmt::arg("order", order),
      fmt::arg("facts", text_of(facts)), fmt::arg("condition", text_of(key_condition(t))),
      fmt::arg("title", title), fmt::arg("key", key));
}

}  // namespace versoir::extract::draft
