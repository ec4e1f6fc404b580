// See access_index.hpp. One pass over the manifest, then what needs the whole: parents, groups, agencies.
#include "vitam/sandbox/access_index.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "vitam/sandbox/access_json.hpp"
#include "vitam/sandbox/reply.hpp"

#include <algorithm>
#include <deque>
#include <memory>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Json;
using core::Statement;

namespace {

constexpr const char* index_schema = R"(
CREATE TABLE operation(opi TEXT PRIMARY KEY, folder TEXT, register TEXT);
CREATE TABLE unit(seq INTEGER PRIMARY KEY, opi TEXT, local TEXT, id TEXT UNIQUE, agency TEXT, grp TEXT, obj TEXT,
                  place INTEGER, json TEXT, xml TEXT);
CREATE INDEX unit_of ON unit(opi, place);
CREATE INDEX unit_holding ON unit(opi, grp, place);
CREATE TABLE grp(seq INTEGER PRIMARY KEY, opi TEXT, local TEXT, id TEXT UNIQUE, json TEXT);
CREATE INDEX grp_of ON grp(opi, local);
CREATE TABLE obj(seq INTEGER PRIMARY KEY, opi TEXT, local TEXT, grp TEXT, size INTEGER, json TEXT, xml TEXT);
CREATE INDEX obj_of ON obj(opi, grp);
CREATE INDEX obj_named ON obj(opi, local);
CREATE TABLE local(local TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID;
CREATE TABLE link(child TEXT, parent TEXT);
CREATE TABLE edge(child TEXT, parent TEXT, PRIMARY KEY(child, parent)) WITHOUT ROWID;
CREATE INDEX edge_down ON edge(parent);
)";

core::Database new_database(const fs::path& file) {
  for (const char* rest : {"", "-journal", "-wal", "-shm"}) fs::remove(file.string() + rest);
  auto db = core::Database::create(file);
  // Thrown away at the next start: nothing has to survive a crash.
  db.exec("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY");
  db.exec(index_schema);
  return db;
}

std::string xml_of(std::initializer_list<const core::XmlElement*> elements) {
  core::StringSink sink;
  core::XmlWriter w(sink);
  w.open("source");
  for (const auto* e : elements)
    if (e) write_element(w, *e);
  w.close();
  return sink.text;
}

/// Dates of registers and records: VITAM writes milliseconds and no zone.
std::string register_date(std::string instant) {
  if (!instant.empty() && instant.back() == 'Z') instant.pop_back();
  return instant.empty() ? instant : instant + ".000";
}

std::string_view unit_type(check::Workflow w) {
  return w == check::Workflow::holding_scheme  ? "HOLDING_UNIT"
         : w == check::Workflow::filing_scheme ? "FILING_UNIT"
                                               : "INGEST";
}

void bind_one(Statement& st, int index, std::string_view text) { st.bind(index, text); }
void bind_one(Statement& st, int index, std::int64_t number) { st.bind(index, number); }

/// The values of ?1, ?2...
template <class... Values>
Statement& bound(Statement& st, const Values&... values) {
  int index = 0;
  (bind_one(st, ++index, values), ...);
  return st;
}

Json texts_of(Statement& st) {
  Json out = Json::array();
  while (st.step()) out.push_back(std::string(st.text(0)));
  st.reset();
  return out;
}

Json counted(std::int64_t n) { return {{"ingested", n}, {"deleted", 0}, {"remained", n}}; }

}  // namespace

AccessIndex::AccessIndex(const fs::path& file, fs::path referentials, std::int64_t tenant)
    : referentials_(std::move(referentials)), tenant_(tenant), db_(new_database(file)) {}

void AccessIndex::take(const std::vector<HeldOperation>& held) {
  std::deque<const HeldOperation*> waiting;
  for (const auto& operation : held)
    if (!taken_.contains(operation.id)) waiting.push_back(&operation);
  // One that attaches to units of another waits until that one is there.
  for (std::size_t put_off = 0; !waiting.empty() && put_off < waiting.size();) {
    const auto* operation = waiting.front();
    waiting.pop_front();
    if (take_one(*operation, held)) {
      taken_.insert(operation->id);
      put_off = 0;
    } else {
      waiting.push_back(operation);
      ++put_off;
    }
  }
}

bool AccessIndex::take_one(const HeldOperation& operation, const std::vector<HeldOperation>& held) {
  const auto referentials = check::Referentials::read(referentials_);
  std::vector<AttachedUnit> attached;
  db_.exec("BEGIN");
  try {
    auto link = db_.prepare("INSERT INTO link VALUES(?1, ?2)");
    const auto note_link = [&](const std::string& child, const std::string& parent) {
      bound(link, child, parent).run();
    };
    const auto head = read_declared(operation.manifest,
                                    {[&](const DeclaredObject& object) { take_object(operation, object); },
                                     [&](const DeclaredUnit& unit) {
                                       for (const auto& parent : unit.parents) note_link(unit.id, parent);
                                       if (unit.attached)
                                         attached.push_back(*unit.attached);
                                       else
                                         take_unit(operation, unit, referentials);
                                     },
                                     [&](const DeclaredLink& l) { note_link(l.child, l.parent); }});
    std::vector<HeldOperation> others;
    if (!attached.empty())
      std::ranges::copy_if(held, std::back_inserter(others),
                           [&](const HeldOperation& o) { return o.id != operation.id; });
    auto local = db_.prepare("INSERT OR REPLACE INTO local VALUES(?1, ?2)");
    for (const auto& [id, system] : resolve(attached, operation.workflow, others).units) {
      auto there = db_.prepare("SELECT 1 FROM unit WHERE id = ?1");
      bound(there, system);
      if (!there.step()) {
        there.reset();
        db_.exec("ROLLBACK");
        return false;
      }
      bound(local, id, system).run();
    }
    finish_groups(operation, head);
    finish_units(operation, head, referentials);
    note_register(operation, head);
  } catch (...) {
    db_.exec("ROLLBACK");
    throw;
  }
  db_.exec("COMMIT");
  return true;
}

void AccessIndex::take_object(const HeldOperation& operation, const DeclaredObject& object) {
  const auto group = system_id("aeba", operation.id, object.group);
  const auto json =
      object_json(object.element, system_id("aeaa", operation.id, object.id), group, operation.id);
  const auto size = json.find("Size");
  auto insert = db_.prepare("INSERT INTO obj(opi, local, grp, size, json, xml) VALUES(?1,?2,?3,?4,?5,?6)");
  const auto bytes = size != json.end() && size->is_number() ? size->get<std::int64_t>() : std::int64_t{0};
  bound(insert, operation.id, object.id, object.group, bytes, json.dump(), xml_of({&object.element})).run();
}

void AccessIndex::take_unit(const HeldOperation& operation, const DeclaredUnit& unit,
                            const check::Referentials& referentials) {
  Json json = unit.content ? content_json(*unit.content) : Json::object();
  const auto id = system_id("aeaq", operation.id, unit.id);
  json["#id"] = id;
  json["#management"] = unit.management ? management_json(*unit.management, referentials) : Json::object();
  auto insert = db_.prepare(
      "INSERT INTO unit(opi, local, id, grp, obj, place, json, xml) VALUES(?1,?2,?3,?4,?5,?6,?7,?8)");
  const auto xml =
      xml_of({unit.management ? &*unit.management : nullptr, unit.content ? &*unit.content : nullptr});
  bound(insert, operation.id, unit.id, id, unit.group, unit.object, static_cast<std::int64_t>(unit.place),
        json.dump(), xml)
      .run();
  auto local = db_.prepare("INSERT OR REPLACE INTO local VALUES(?1, ?2)");
  bound(local, unit.id, id).run();
}

void AccessIndex::finish_groups(const HeldOperation& operation, const DeclaredHead& head) {
  // A unit may name an object that is in no group: the group is then the object's own.
  db_.exec(
      "UPDATE unit SET grp = coalesce((SELECT grp FROM obj WHERE obj.opi = unit.opi AND obj.local = "
      "unit.obj), '')"
      " WHERE grp = '' AND obj <> '' AND opi = " +
      core::sql_text(operation.id));
  auto groups = db_.prepare("SELECT grp FROM obj WHERE opi = ?1 GROUP BY grp ORDER BY min(seq)");
  auto members = db_.prepare("SELECT json FROM obj WHERE opi = ?1 AND grp = ?2 ORDER BY seq");
  auto holders = db_.prepare("SELECT id FROM unit WHERE opi = ?1 AND grp = ?2 ORDER BY place");
  auto insert = db_.prepare("INSERT INTO grp(opi, local, id, json) VALUES(?1, ?2, ?3, ?4)");
  bound(groups, operation.id);
  while (groups.step()) {
    const std::string local(groups.text(0));
    const auto id = system_id("aeba", operation.id, local);
    Json qualifiers = Json::array(), info = Json::object();
    std::int64_t count = 0;
    bound(members, operation.id, local);
    for (; members.step(); ++count) {
      const auto object = core::parse_json(members.text(0), "index");
      const auto usage = usage_of(core::text_of(object, "DataObjectVersion")).usage;
      const auto at = std::ranges::find_if(
          qualifiers, [&](const Json& q) { return core::text_of(q, "qualifier") == usage; });
      if (info.empty() && object.contains("FileInfo")) info = object["FileInfo"];
      if (at == qualifiers.end())
        qualifiers.push_back({{"qualifier", usage}, {"#nbc", 1}, {"versions", Json::array({object})}});
      else
        (*at)["versions"].push_back(object);
    }
    members.reset();
    for (auto& q : qualifiers) q["#nbc"] = q["versions"].size();
    bound(holders, operation.id, local);
    const Json json{{"#id", id},
                    {"#tenant", tenant_},
                    {"#nbobjects", count},
                    {"#opi", operation.id},
                    {"#operations", Json::array({operation.id})},
                    {"#originating_agency", head.originating_agency},
                    {"#originating_agencies", Json::array({head.originating_agency})},
                    {"#unitups", texts_of(holders)},
                    {"#version", 0},
                    {"#sedaVersion", head.seda},
                    {"#storage", {{"strategyId", "default"}}},
                    {"FileInfo", info},
                    {"#qualifiers", qualifiers}};
    bound(insert, operation.id, local, id, json.dump()).run();
  }
}

void AccessIndex::finish_units(const HeldOperation& operation, const DeclaredHead& head,
                               const check::Referentials& referentials) {
  const auto quoted = core::sql_text(operation.id);
  db_.exec("UPDATE unit SET agency = " + core::sql_text(head.originating_agency) + " WHERE opi = " + quoted);
  db_.exec(
      "INSERT OR IGNORE INTO edge SELECT c.id, p.id FROM link JOIN local c ON c.local = link.child "
      "JOIN local p ON p.local = link.parent; DELETE FROM link; DELETE FROM local");
  const auto created = register_date(core::text_of(
      core::read_json(operation.manifest.parent_path().parent_path() / "status.json"), "updated"));
  const auto top_rules = management_json(head.rules, referentials);
  auto next = db_.prepare("SELECT seq, id, grp, json FROM unit WHERE seq > ?1 ORDER BY seq LIMIT 1");
  auto parents = db_.prepare("SELECT parent FROM edge WHERE child = ?1 ORDER BY parent");
  auto above = db_.prepare(
      "WITH RECURSIVE up(id, depth) AS (SELECT parent, 1 FROM edge WHERE child = ?1 UNION "
      "SELECT edge.parent, up.depth + 1 FROM edge JOIN up ON edge.child = up.id) "
      "SELECT up.id, max(up.depth), unit.agency FROM up LEFT JOIN unit ON unit.id = up.id "
      "GROUP BY up.id ORDER BY max(up.depth), up.id");
  auto store = db_.prepare("UPDATE unit SET json = ?1 WHERE seq = ?2");
  // Its units are the last ones of the table, one after the other.
  for (auto seq = db_.one_int(
           "SELECT coalesce(min(seq) - 1, (SELECT max(seq) FROM unit), 0) FROM unit WHERE opi = " + quoted);
       ;) {
    bound(next, seq);
    if (!next.step()) break;
    seq = next.integer(0);
    const std::string id(next.text(1)), group(next.text(2));
    auto json = core::parse_json(next.text(3), "index");
    next.reset();
    std::int64_t highest = 0;
    Json all = Json::array();
    std::set<std::string> agencies{head.originating_agency};
    bound(above, id);
    while (above.step()) {
      all.push_back(std::string(above.text(0)));
      highest = std::max(highest, above.integer(1));
      if (!above.is_null(2)) agencies.insert(std::string(above.text(2)));
    }
    above.reset();
    bound(parents, id);
    json["#unitups"] = texts_of(parents);
    if (all.empty()) add_management(json["#management"], top_rules);
    json["#allunitups"] = std::move(all);
    json["#min"] = 1;
    json["#max"] = highest + 1;
    json["#tenant"] = tenant_;
    json["#unitType"] = unit_type(operation.workflow);
    json["#opi"] = operation.id;
    json["#operations"] = Json::array({operation.id});
    json["#originating_agency"] = head.originating_agency;
    json["#originating_agencies"] = agencies;
    json["#version"] = 0;
    json["#sedaVersion"] = head.seda;
    json["#storage"] = {{"strategyId", "default"}};
    json["#approximate_creation_date"] = created;
    json["#approximate_update_date"] = created;
    if (!group.empty()) json["#object"] = system_id("aeba", operation.id, group);
    bound(store, json.dump(), seq).run();
  }
}

void AccessIndex::note_register(const HeldOperation& operation, const DeclaredHead& head) {
  auto add = db_.prepare("INSERT INTO operation VALUES(?1, ?2, ?3)");
  bound(add, operation.id, operation.manifest.parent_path().string());
  // The holding tree is no fonds.
  if (operation.workflow == check::Workflow::holding_scheme) return add.bind_null(3).run();
  const auto where = " WHERE opi = " + core::sql_text(operation.id);
  const auto units = db_.one_int("SELECT count(*) FROM unit" + where),
             groups = db_.one_int("SELECT count(*) FROM grp" + where),
             objects = db_.one_int("SELECT count(*) FROM obj" + where),
             size = db_.one_int("SELECT sum(size) FROM obj" + where);
  const auto status = core::read_json(operation.manifest.parent_path().parent_path() / "status.json");
  const auto started = register_date(core::text_of(status, "received")),
             ended = register_date(core::text_of(status, "updated"));
  const Json json{
      {"#id", system_id("aedq", operation.id, "register")},
      {"#tenant", tenant_},
      {"#version", 0},
      {"Opi", operation.id},
      {"Opc", operation.id},
      {"OpType", "INGEST"},
      {"OriginatingAgency", head.originating_agency},
      {"SubmissionAgency", head.submission_agency.empty() ? head.originating_agency : head.submission_agency},
      {"ArchivalAgreement", head.archival_agreement},
      {"ArchivalProfile", head.archival_profile},
      {"AcquisitionInformation", head.acquisition_information},
      {"LegalStatus", head.legal_status},
      {"Status", "STORED_AND_COMPLETED"},
      {"TotalUnits", counted(units)},
      {"TotalObjectGroups", counted(groups)},
      {"TotalObjects", counted(objects)},
      {"ObjectSize", counted(size)},
      {"StartDate", started},
      {"EndDate", ended},
      {"LastUpdate", ended},
      {"obIdIn", head.message_identifier},
      {"Comment", head.comment.empty() ? Json::array() : Json::array({head.comment})},
      {"OperationIds", Json::array({operation.id})}};
  const auto text = json.dump();
  add.bind(3, std::string_view(text));
  add.run();
}

}  // namespace versoir::vitam::sandbox
