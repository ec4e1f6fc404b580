// What explains the data, for archive units of its own: dictionary, code lists, structure of the XML of a
// record.
#include "core/csv.hpp"
#include "core/xml.hpp"
#include "records/rendition.hpp"

#include <algorithm>

namespace versoir::records {

namespace {

// Archived in French beside French data, whatever the language of the session.
std::string_view sensitivity_label(profiles::Sensitivity s) {
  using profiles::Sensitivity;
  switch (s) {
    case Sensitivity::none:
      return "";
    case Sensitivity::identity:
      return "identité";
    case Sensitivity::contact:
      return "coordonnées";
    case Sensitivity::money:
      return "argent";
    case Sensitivity::health:
      return "santé";
    case Sensitivity::family:
      return "famille";
    case Sensitivity::national_number:
      return "numéro national";
    case Sensitivity::judgement:
      return "appréciation ou sanction";
  }
  return "";
}
std::string_view evidence_label(profiles::Evidence e) {
  switch (e) {
    case profiles::Evidence::confirmed:
      return "attesté";
    case profiles::Evidence::inferred:
      return "déduit";
    case profiles::Evidence::unknown:
      return "inconnu";
  }
  return "";
}
std::string_view type_label(profiles::FieldType t) {
  using profiles::FieldType;
  switch (t) {
    case FieldType::text:
      return "texte";
    case FieldType::date:
      return "date";
    case FieldType::datetime:
      return "date et heure";
    case FieldType::integer:
      return "entier";
    case FieldType::decimal:
      return "décimal";
    case FieldType::flag:
      return "indicateur";
  }
  return "";
}

std::string key_position(const profiles::Table& table, const std::string& column) {
  const auto it = std::ranges::find(table.key, column);
  return it == table.key.end() ? "" : std::to_string(it - table.key.begin() + 1);
}

void write_field(core::XmlWriter& xml, const profiles::Field& field) {
  // The order of attributes is fixed: the document is byte-stable.
  xml.empty("champ", {{"element", element_name(field.name)},
                      {"libelle", field.label},
                      {"type", type_label(field.type)},
                      {"sensibilite", sensitivity_label(field.sensitivity)},
                      {"codes", field.code_list}});
}

void write_node(core::XmlWriter& xml, const profiles::Node& node) {
  if (!node.archived) return;
  xml.open("noeud", {{"element", element_name(node.name)},
                     {"libelle", node.label},
                     {"repetable", node.list ? "oui" : "non"}});
  for (const auto& field : node.fields)
    if (!field.hidden) write_field(xml, field);
  xml.leaf("requete", node.sql);
  for (const auto& child : node.children) write_node(xml, child);
  xml.close();
}

void collect_lists(const profiles::Node& node, std::vector<std::string>& ids) {
  for (const auto& field : node.fields)
    if (!field.code_list.empty() && std::ranges::find(ids, field.code_list) == ids.end())
      ids.push_back(field.code_list);
  for (const auto& child : node.children) collect_lists(child, ids);
}

void write_list(core::XmlWriter& xml, const profiles::CodeList& list) {
  xml.open("liste", {{"id", list.id}, {"libelle", list.label}});
  for (const auto& code : list.values)
    xml.empty(
        "code",
        {{"valeur", code.value}, {"libelle", code.label}, {"fiabilite", evidence_label(code.evidence)}});
  xml.close();
}

}  // namespace

void write_dictionary_csv(const profiles::Application& app, core::ByteSink& sink) {
  core::CsvWriter csv(sink);
  csv.row({"table", "libelle_table", "colonne", "libelle", "type", "position_cle", "renvoi", "liste_codes",
           "sensibilite", "repris", "motif", "fiabilite"});
  for (const auto& table : app.tables) {
    if (table.columns.empty())
      csv.row({table.name, table.label, "", "", "", "", "", "", "", table.take ? "oui" : "non", table.reason,
               evidence_label(table.evidence)});
    for (const auto& column : table.columns) {
      const bool taken = table.take && column.take;
      csv.row({table.name, table.label, column.name, column.label, column.type,
               key_position(table, column.name), column.references, column.code_list,
               sensitivity_label(column.sensitivity), taken ? "oui" : "non",
               column.take ? table.reason : column.reason, evidence_label(column.evidence)});
    }
  }
}

void write_code_lists_csv(const profiles::Application& app, core::ByteSink& sink) {
  core::CsvWriter csv(sink);
  csv.row({"liste", "libelle_liste", "code", "libelle", "fiabilite"});
  for (const auto& list : app.code_lists)
    for (const auto& code : list.values)
      csv.row({list.id, list.label, code.value, code.label, evidence_label(code.evidence)});
}

void write_structure_xml(const profiles::Application& app, const profiles::RecordDef& def,
                         core::ByteSink& sink) {
  core::XmlWriter xml(sink);
  xml.declaration();
  xml.open("structure", {{"xmlns", "urn:versoir:structure:1"},
                         {"application", app.id},
                         {"version-profil", app.version},
                         {"dossier", def.id},
                         {"libelle", def.label},
                         {"espace-de-noms", record_namespace(app.id, def.id)}});
  write_node(xml, def.root);
  std::vector<std::string> ids;
  collect_lists(def.root, ids);
  for (const auto& id : ids)
    if (const auto* list = app.find_code_list(id)) write_list(xml, *list);
  if (!app.views.empty()) xml.leaf("vues", app.views);
  xml.close();
}

}  // namespace versoir::records
