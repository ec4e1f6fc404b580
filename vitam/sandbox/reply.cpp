// Writes ArchiveTransferReply documents: OK, WARNING and KO have the same order of elements and different
// contents.
#include "vitam/sandbox/reply.hpp"

#include "core/digest.hpp"
#include "core/xml.hpp"
#include "vitam/sandbox/quick_file.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace versoir::vitam::sandbox {

namespace {

using check::Event;
using check::Report;
using check::Status;
using core::XmlWriter;

std::string reply_date(core::Instant now) {
  std::string text = core::format_instant(now);  // ...SSZ; VITAM writes milliseconds and an offset
  text.pop_back();
  return text + ".000+00:00";
}

std::string event_date(core::Instant now) {
  std::string text = core::format_instant(now);
  text.pop_back();
  return text + ".000";
}

std::string name_space(const std::string& seda) {
  // The SIP's version when VITAM could read it, 2.2 otherwise.
  const bool known = seda == "2.1" || seda == "2.2" || seda == "2.3";
  return "fr:gouv:culture:archivesdefrance:seda:v" + (known ? seda : std::string("2.2"));
}

/// `CHECK_SEDA.NOT_XSD_VALID.KO` → CHECK_SEDA
std::string action_of(const Event& e) { return e.code.substr(0, e.code.find('.')); }

class Reply {
 public:
  Reply(XmlWriter& w, std::string_view operation, const Report& report, check::Workflow workflow,
        core::Instant now, const std::map<std::string, std::string>& attached)
      : w_(w), operation_(operation), report_(report), workflow_(workflow), now_(now), attached_(attached) {
    sort_events();
  }

  void write() {
    const auto& m = report_.manifest;
    w_.declaration();
    w_.open("ArchiveTransferReply", {{"xmlns", name_space(m.seda)}});
    w_.leaf("Date", reply_date(now_));
    w_.leaf("MessageIdentifier", operation_);
    if (!m.archival_agreement.empty()) w_.leaf("ArchivalAgreement", m.archival_agreement);
    // Empty, as VITAM writes them: SEDA's schemas want a value, so its replies are not valid, and nor is
    // this.
    w_.open("CodeListVersions");
    for (const auto* name :
         {"ReplyCodeListVersion", "MessageDigestAlgorithmCodeListVersion", "FileFormatCodeListVersion"})
      w_.empty(name);
    w_.close();
    if (!m.units.empty() || !m.objects.empty()) package();
    const bool dry = workflow_ == check::Workflow::blank_test;
    w_.leaf("ReplyCode", (dry ? "Test " : "") + std::string(check::status_name(report_.status)));
    if (report_.status != Status::ok) {
      w_.open("Operation");
      for (const auto* e : of_operation_) event(*e, {});
      w_.close();
    }
    w_.leaf("MessageRequestIdentifier", m.message_identifier);
    if (!dry) w_.leaf("GrantDate", reply_date(now_));
    agency("ArchivalAgency", m.archival_agency);
    agency("TransferringAgency", m.transferring_agency);
    w_.close();
  }

 private:
  using Events = std::vector<const Event*>;

  /// A reply lists what weighs as much as its verdict; an event that names a unit or an object goes with it.
  void sort_events() {
    std::map<std::string_view, Events*> owners;
    for (const auto& unit : report_.manifest.units) owners[unit] = &of_unit_[unit];
    for (const auto& object : report_.manifest.objects) {
      owners[object.id] = &of_object_[object.id];
      if (!object.group.empty()) owners[object.group] = &of_object_[object.group];
    }
    const auto least = report_.status >= Status::ko ? Status::ko : Status::warning;
    for (const auto& e : report_.events) {
      if (e.status < least) continue;
      const auto owner = owners.find(e.where);
      if (owner != owners.end()) owner->second->push_back(&e);
      of_operation_.push_back(&e);
    }
  }

  void event(const Event& e, std::string_view object) {
    w_.open("Event");
    w_.leaf("EventTypeCode", action_of(e));
    w_.leaf("EventType", action_of(e));
    w_.leaf("EventDateTime", event_date(now_));
    w_.leaf("Outcome", check::status_name(e.status));
    w_.leaf("OutcomeDetail", e.code);
    w_.leaf("OutcomeDetailMessage", e.message.text());
    if (!object.empty()) w_.leaf("DataObjectReferenceId", object);
    w_.close();
  }

  void package() {
    w_.open("DataObjectPackage");
    groups();
    w_.open("DescriptiveMetadata");
    for (const auto& unit : report_.manifest.units) archive_unit(unit);
    w_.close();
    if (report_.manifest.archival_profile.empty()) {
      w_.empty("ManagementMetadata");
    } else {
      w_.open("ManagementMetadata");
      w_.leaf("ArchivalProfile", report_.manifest.archival_profile);
      w_.close();
    }
    w_.close();
  }

  void groups() {
    using Object = check::ManifestObject;
    std::map<std::string, std::vector<const Object*>> members;
    std::vector<std::string> order;
    for (const auto& object : report_.manifest.objects) {
      // An object outside of any group gets one of its own.
      const auto& key = object.group.empty() ? object.id : object.group;
      auto& list = members[key];
      if (list.empty()) order.push_back(key);
      list.push_back(&object);
    }
    for (const auto& group : order) {
      w_.open("DataObjectGroup", {{"id", group}});
      for (const auto* object : members[group]) data_object(*object, group);
      log_book(group, members[group]);
      w_.close();
    }
  }

  void data_object(const check::ManifestObject& object, const std::string& group) {
    const bool physical = object.version.starts_with("Physical");
    w_.open(physical ? "PhysicalDataObject" : "BinaryDataObject", {{"id", object.id}});
    if (report_.status < Status::ko) {
      w_.leaf("DataObjectSystemId", system_id("aeaa", operation_, object.id));
      w_.leaf("DataObjectGroupSystemId", system_id("aeba", operation_, group));
    }
    if (!object.version.empty())
      w_.leaf("DataObjectVersion",
              object.version.find('_') == std::string::npos ? object.version + "_1" : object.version);
    w_.close();
  }

  void log_book(const std::string& group, const std::vector<const check::ManifestObject*>& members) {
    Events events = of_object_[group];
    std::vector<std::pair<const Event*, std::string>> all;
    for (const auto* e : events) all.emplace_back(e, std::string());
    for (const auto* object : members)
      if (object->id != group)
        for (const auto* e : of_object_[object->id]) all.emplace_back(e, object->id);
    if (all.empty()) return;
    w_.open("LogBook");
    for (const auto& [e, object] : all) event(*e, object);
    w_.close();
  }

  void archive_unit(const std::string& unit) {
    w_.open("ArchiveUnit", {{"id", unit}});
    if (const auto& events = of_unit_[unit]; !events.empty()) {
      w_.open("Management");
      w_.open("LogBook");
      for (const auto* e : events) event(*e, {});
      w_.close();
      w_.close();
    }
    if (report_.status < Status::ko) {
      w_.open("Content");
      const auto held = attached_.find(unit);
      w_.leaf("SystemId", held == attached_.end() ? system_id("aeaq", operation_, unit) : held->second);
      w_.close();
    }
    w_.close();
  }

  void agency(std::string_view element, const std::string& identifier) {
    if (identifier.empty()) return;
    w_.open(element);
    w_.leaf("Identifier", identifier);
    w_.close();
  }

  XmlWriter& w_;
  std::string operation_;
  const Report& report_;
  check::Workflow workflow_;
  core::Instant now_;
  const std::map<std::string, std::string>& attached_;
  Events of_operation_;
  std::map<std::string, Events> of_unit_, of_object_;
};

}  // namespace

std::string system_id(std::string_view kind, std::string_view operation, std::string_view local_id) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text(operation);
  text += '\0';
  text += local_id;
  const auto digest = core::sha256(text);
  std::string id(kind);
  // Five bits a character: 20 bytes of the digest make 32 characters.
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    bits = (bits << 8) | digest.bytes[i];
    for (count += 8; count >= 5; count -= 5) id += alphabet[(bits >> (count - 5)) & 31u];
  }
  return id;
}

void write_reply(const std::filesystem::path& file, std::string_view operation, const check::Report& report,
                 check::Workflow workflow, core::Instant now,
                 const std::map<std::string, std::string>& attached) {
  QuickFile out(file);
  XmlWriter writer(out);
  Reply(writer, operation, report, workflow, now, attached).write();
  out.commit();
}

std::string reply_for_unknown_workflow(std::string_view operation, core::Instant now) {
  core::StringSink sink;
  XmlWriter w(sink);
  w.declaration();
  w.open("ArchiveTransferReply", {{"xmlns", name_space("")}});
  w.leaf("Date", reply_date(now));
  w.leaf("MessageIdentifier", operation);
  w.leaf("ReplyCode", "KO");
  w.open("Operation");
  w.open("Event");
  w.leaf("EventTypeCode", "STP_INGEST_CONTROL_SIP");
  w.leaf("Outcome", "FATAL");
  w.leaf("OutcomeDetail", "STP_INGEST_CONTROL_SIP.FATAL");
  w.leaf("OutcomeDetailMessage", core::tr("unknown workflow"));
  w.close();
  w.close();
  w.leaf("MessageRequestIdentifier", "Unknown");
  for (const auto* agency : {"ArchivalAgency", "TransferringAgency"}) {
    w.open(agency);
    w.leaf("Identifier", std::string(agency) + "ToBeDefined");
    w.close();
  }
  w.close();
  return sink.text;
}

}  // namespace versoir::vitam::sandbox
