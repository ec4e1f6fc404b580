// What a profile says about an application: plain data, loaded from profiles/<application>/.
// Nothing about Apogée or Harpège exists in C++; this model is all that the other rooms know.
#pragma once
#include "core/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::profiles {

/// How sure we are that a table, column, rule or label is right; kept in the product.
enum class Evidence { confirmed, inferred, unknown };
enum class Sensitivity { none, identity, contact, money, health, family, national_number, judgement };
[[nodiscard]] std::string_view sensitivity_name(Sensitivity s) noexcept;
[[nodiscard]] std::string_view evidence_name(Evidence e) noexcept;

struct CodeValue {
  std::string value, label;
  Evidence evidence = Evidence::confirmed;
};
/// A list of codes fixed by the product (local lists stay in the application's own tables).
struct CodeList {
  std::string id, label;
  std::vector<CodeValue> values;
  [[nodiscard]] const CodeValue* find(std::string_view value) const;
};

/// What tables and columns are known by: a catalogue, programs in service… For people, not for the program.
struct KnownBy {
  std::string id, label;
};

struct Column {
  std::string name;        ///< as in the source catalogue, upper case for Oracle
  std::string type;        ///< declared source type: NUMBER(8), VARCHAR2(40), DATE...
  std::string label;       ///< French, for people who never saw the database
  std::string code_list;   ///< id, may be empty
  std::string references;  ///< "TABLE" (its key) or "TABLE.COLUMN", alone or with other columns; may be empty
  Sensitivity sensitivity = Sensitivity::none;
  Evidence evidence = Evidence::confirmed;
  bool take = true;
  bool optional = false;  ///< absent on some sites: its absence is a note, not an error
  std::string reason;     ///< why it is left (always present when take is false)
};
/// A condition on a row. Exactly one of values, older and empty says what is asked of the column.
struct RowCondition {
  struct Age {
    int count = 0;
    core::TimeUnit unit = core::TimeUnit::year;
  };
  std::string column;               ///< a taken column of the same table
  std::vector<std::string> values;  ///< it has one of these
  std::optional<Age> older;         ///< it is a date further back than that on the day of the extract
  bool empty = false;               ///< it has no value
};
/// Rows that are counted and not copied: those for which all conditions hold.
struct LeftRows {
  std::string reason;  ///< French: the text that commands it
  std::vector<RowCondition> when;
};
/// Columns whose values together stand in another table. A row where one of them is NULL refers to nothing.
struct Reference {
  std::vector<std::string> columns;
  std::string table;
  std::vector<std::string> to;  ///< columns of `table`, in the order of `columns`
};
struct Table {
  std::string name, label;
  std::vector<std::string> key;                   ///< declared primary key columns, may be empty
  std::vector<std::vector<std::string>> indexes;  ///< further column lists that queries need
  std::vector<Reference> references;              ///< those of one column, and those of several
  std::vector<Column> columns;
  std::vector<LeftRows> left_rows;
  Evidence evidence = Evidence::confirmed;
  bool take = true, optional = false;
  std::string reason;
  [[nodiscard]] const Column* find(std::string_view column) const;
  /// Known to exist, and nothing more: what a site has of it waits for a decision.
  [[nodiscard]] bool only_named() const noexcept { return take && columns.empty(); }
};

enum class FieldType { text, date, datetime, integer, decimal, flag };
struct Field {
  std::string name;   ///< column of the query = XML element, [a-z][a-z0-9-]*  ('_' of SQL becomes '-')
  std::string label;  ///< French
  FieldType type = FieldType::text;
  Sensitivity sensitivity = Sensitivity::none;
  std::string code_list;  ///< resolved into an attribute "libelle" and shown to people
  bool hidden = false;    ///< feeds children or templates, not rendered
};
/// Does a table have a further column that says what the values of the field mean?
[[nodiscard]] inline bool has_label_column(const Field& field) {
  return !field.code_list.empty() || field.type == FieldType::flag;
}
[[nodiscard]] inline std::string label_column(const Field& field) { return field.name + "_libelle"; }

/// A named query and, under each of its rows, other queries: a tree of rows.
/// Parameters :name take the value of the nearest ancestor row's column, then of the record's key.
struct Node {
  std::string name;   ///< XML element of one row
  std::string label;  ///< French heading
  std::string sql;
  long line = 0;         ///< in records.xml, for errors
  bool list = true;      ///< false: exactly zero or one row
  bool archived = true;  ///< false: read in consultation, never in what is transferred
  std::vector<Field> fields;
  std::vector<Node> children;
};
struct RecordDef {
  std::string id, label;
  std::vector<std::string> key;  ///< names of the key columns; every node may use them as parameters
  Node root;
};

enum class RuleCategory { storage, appraisal, access, dissemination, reuse, classification, hold };
[[nodiscard]] std::string_view rule_element(RuleCategory c) noexcept;  ///< "AppraisalRule"...
/// A logical rule. Its id on a platform comes from the configuration ([rules] logical = RuleId).
struct RuleDef {
  std::string code;  ///< DUA_ETUDIANT_50
  RuleCategory category = RuleCategory::appraisal;
  std::optional<int> duration;  ///< nullopt = unlimited / undefined
  core::TimeUnit unit = core::TimeUnit::year;
  std::string label, trigger;  ///< what it is; from which event it runs (French)
  std::string source;          ///< text or study it rests on
  std::string confidence;      ///< H, M or L as in the retention study
  std::string validator;       ///< who must validate it: "archiviste", "DPO"...

  // Decided by the establishment for its versements, never by rules.xml.
  bool bounded_start = false;      ///< a unit without start takes UnitRule::start_bound
  bool round_to_year_end = false;  ///< starts on 31 December of the year of the start date
};

/// Codes of the establishment's own nomenclature on which archive profiles rest: it confirms them, or its
/// versements say something else than its documents ([confirmed.<id>]).
struct CodesToConfirm {
  std::string id, label;  ///< what these codes are held for (French)
  std::string sql;        ///< over the extract: code, label, 1 when it is held for that
  std::string source;     ///< why the profile holds them for that
  std::string validator;  ///< who must confirm them
  long line = 0;
};

/// "{column}" templates over the row of facts. "{column:date}" prints 25/11/2026. "{{" is a brace.
using Template = std::string;

struct UnitRule {
  RuleCategory category = RuleCategory::appraisal;
  std::string code;
  Template start;  ///< a date template; empty value = no StartDate (never destroyable, flagged)
  /// A date that the start cannot be later than, for units whose start is not known: only used when the
  /// establishment decides so.
  Template start_bound;
  std::string
      final_action;  ///< Keep/Destroy, RestrictAccess/Transfer/Copy; required by appraisal and storage
  bool prevent_inheritance = false;
  Template when;          ///< the rule is of units where this gives something; empty = of all
  bool optional = false;  ///< of those establishments alone that ask for it ([optional_rules])
};
/// An element of SEDA's description, or of a physical object, as the profile says it: names are those of the
/// standard, values are templates.
struct ElementDef {
  std::string name;
  Template text;  ///< of an element without children
  std::vector<std::pair<std::string, Template>> attributes;
  std::vector<ElementDef> children;
  /// Column of the facts whose value is a JSON array of objects: one element for each, where the templates
  /// know the object's names too. "" = once.
  std::string each;
  std::vector<std::string> versions;  ///< of SEDA that it is for: 2.2; empty = all
  long line = 0;
};
struct UnitDef {
  std::string level = "File";  ///< SEDA DescriptionLevel
  Template title, description;
  Template identifier;  ///< OriginatingAgencyArchiveUnitIdentifier, may be empty
  Template start, end;  ///< extreme dates
  std::vector<std::pair<std::string, Template>> keywords;  ///< (KeywordType, content)
  std::vector<ElementDef> elements;                        ///< further elements of the description
  std::vector<UnitRule> rules;
  std::vector<ElementDef> physical;  ///< PhysicalDataObject: what stands on a shelf
  bool object = false;               ///< has the record as its XML object
  Template file_name;                ///< FileInfo/Filename of the object
  std::string table;  ///< child of the record's root whose rows also go as a CSV table; "" = none
  long line = 0;
};
struct LeaveOut {
  std::string reason;     ///< French, one sentence, goes to left-out.csv and to the review
  std::string sql;        ///< keys
  bool deferred = false;  ///< for now only: the record is transferred once it is closed (plan --closed)
  bool cited = false;     ///< ...by a list that cites, for each record, the signed paper it rests on
  long line = 0;
};
/// What a selection among the records (tri) may look at: templates over the facts, empty when not declared.
struct SamplingDef {
  Template order;    ///< stable number or name that the records are ranked by
  Template year;     ///< a year, or a date of it
  Template initial;  ///< a name
  Template stratum;  ///< what the counts are broken down by; the year when not declared
};
/// One archive profile: which records become which archive units, with which dates and rules.
struct ArchiveDef {
  std::string id;    ///< file name without .xml: dossiers-etudiants
  std::string code;  ///< short code used in MessageIdentifier, [A-Z0-9]{2,12}
  std::string label, description;
  std::string record;                ///< RecordDef id
  std::string select;                ///< SQL: keys of the candidate records, in order
  std::vector<std::string> confirm;  ///< ids of the codes to confirm on which it rests
  std::string year;                  ///< column of the key by which what is left out is counted; may be empty
  std::vector<LeaveOut> leave_out;   ///< evaluated in order; the first that holds gives the reason
  std::string facts;                 ///< SQL with the key as parameters: one row, feeds templates
  UnitDef root;  ///< the unit that holds a lot (facts of the versement: {establishment} {application})
  UnitDef documentation;  ///< unit of the data's documentation in each lot
  /// The unit's final action may depend on a selection; without it, the records are kept or not as a whole.
  std::optional<SamplingDef> sampling;
  std::optional<UnitDef> group;  ///< optional level between root and records...
  Template group_by;  ///< ...one per distinct value of this template, records must come in that order
  UnitDef unit;
  long line = 0, select_line = 0, facts_line = 0, sampling_line = 0;
};

/// A day of the year that the views rest on and that each establishment sets for itself in local.xml.
struct DayParameter {
  std::string name, label;
  std::string day;  ///< 08-31
};

struct SearchDef {
  std::string id, label;
  std::string record;  ///< the record that a hit opens
  std::string sql;     ///< rows to index: key columns first, then the fields below
  struct Term {
    std::string column;
    std::string label;
    enum class Kind { name, number, date } kind = Kind::name;
  };
  std::vector<Term> terms;
  std::vector<Field> shown;  ///< columns of the list of hits
};
/// What a ready-made list asks before it is made.
struct ListParameter {
  enum class Kind { text, number, date };
  std::string name;  ///< :name in the query
  std::string label;
  Kind kind = Kind::text;
  std::string choices;  ///< SQL: value and label of what may be asked; empty: anything of its kind
  /// Of what is asked about: the rows of the list tell it of each person, whatever its columns say.
  Sensitivity sensitivity = Sensitivity::none;
};
/// A ready-made list of records: a promotion, the graduates of a year.
struct ListDef {
  std::string id, label, description;
  std::string record;  ///< the record that a row opens
  std::string sql;     ///< rows in their order: key columns first, then the columns below
  std::vector<ListParameter> parameters;
  std::vector<Field> columns;
};
/// A row that has one of these values in this field.
struct FieldTest {
  std::string field;
  std::vector<std::string> values;
  std::string refusal;       ///< what is said of a row that fails (French); may be empty
  bool overridable = false;  ///< a reasoned decision may set it aside (documents' tables only)
};
/// Rows of a sheet that prove nothing, or not yet: said in words beside them.
struct RowMark {
  std::vector<std::string> path;  ///< names of nodes from a child of the root to the row
  FieldTest when;
  std::string label;       ///< "inscription annulée"
  bool cancelled = false;  ///< its values are struck through as well
};
using LabelledTemplate =
    std::pair<std::string, std::string>;  ///< (label, Template); an empty value is not said
/// A table of a document: rows under the chosen one.
struct DocumentTable {
  std::string node, label;
  std::vector<std::string> columns;  ///< fields, in the order of the document
  std::vector<FieldTest> when;       ///< rows that fail are left out, and counted under the table
};
/// A document that needs another row of the record: a transcript needs a registration of its year.
struct DocumentNeed {
  std::vector<std::string> path;
  std::string same;  ///< field (of the rows or of those above them) that has one value for both
  FieldTest when;
};
/// A draft that is printed from a record and signed by whoever answers for it.
struct DocumentDef {
  std::string id, label;
  std::vector<std::string> path;  ///< the rows of which one is chosen; empty: the record itself
  std::string choice,
      text;  ///< Templates over the row and those above it: how it is called; what is attested
  std::vector<FieldTest> when;
  std::vector<DocumentNeed> needs;
  std::vector<LabelledTemplate> facts;
  std::vector<DocumentTable> tables;
};
/// Sections of a sheet that only some readers see, whatever their fields are.
struct SheetZone {
  std::string name, label;         ///< "results", "résultats"
  std::vector<std::string> nodes;  ///< names of root children
};
struct SheetDef {
  std::string record, title;  ///< title is a Template over the root row
  std::vector<std::pair<std::string, std::vector<std::string>>> tabs;  ///< (label, names of root children)
  std::vector<SheetZone> zones;
  std::vector<RowMark> marks;
  std::vector<LabelledTemplate> identity;  ///< whom a document is about, over the root row
  std::vector<DocumentDef> documents;
  /// (kind of annotation, field of the root row): what may change after the shutdown.
  std::vector<std::pair<std::string, std::string>> amendable;
};

struct Application {
  std::string id;       ///< apogee
  std::string label;    ///< Apogée
  std::string schema;   ///< owner in the source catalogue, "" = current
  std::string version;  ///< of the profile
  std::vector<KnownBy> sources;
  std::vector<Table> tables;
  std::vector<CodeList> code_lists;
  std::vector<DayParameter> days;
  std::string views;  ///< SQL of TEMP VIEWs, run before any query
  std::vector<RecordDef> records;
  std::vector<RuleDef> rules;
  std::vector<CodesToConfirm> to_confirm;
  std::vector<ArchiveDef> archives;
  std::vector<SearchDef> searches;
  std::vector<ListDef> lists;
  std::vector<SheetDef> sheets;
  /// Every file of the profile as read, by relative name: copied into the extract.
  std::map<std::string, std::string> files;

  [[nodiscard]] const Table* find_table(std::string_view name) const;
  [[nodiscard]] const RecordDef* find_record(std::string_view id) const;
  /// How the record is laid out for people; nullptr when consult.xml says nothing of it.
  [[nodiscard]] const SheetDef* find_sheet(std::string_view record) const;
  [[nodiscard]] const ListDef* find_list(std::string_view id) const;
  [[nodiscard]] const ArchiveDef* find_archive(std::string_view id) const;
  [[nodiscard]] const RuleDef* find_rule(std::string_view code) const;
  [[nodiscard]] const CodesToConfirm* find_to_confirm(std::string_view id) const;
  [[nodiscard]] const CodeList* find_code_list(std::string_view id) const;
};

}  // namespace versoir::profiles
