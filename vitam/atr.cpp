// Reads an ArchiveTransferReply as it comes: streamed, by local names, with whatever an early KO leaves out.
#include "vitam/atr.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"

#include <array>
#include <utility>

namespace versoir::vitam {

namespace {

using core::Error;
using core::Exit;
using core::msg;
using core::XmlReader;

struct TextField {
  std::string_view name;
  std::string Atr::*member;
};
constexpr std::array head_fields{
    TextField{"MessageIdentifier", &Atr::operation}, TextField{"MessageRequestIdentifier", &Atr::request},
    TextField{"ReplyCode", &Atr::reply_code},        TextField{"Date", &Atr::date},
    TextField{"GrantDate", &Atr::grant_date},        TextField{"ArchivalAgreement", &Atr::agreement}};

struct EventField {
  std::string_view name;
  std::string AtrEvent::*member;
};
constexpr std::array event_fields{EventField{"EventTypeCode", &AtrEvent::type},
                                  EventField{"EventDateTime", &AtrEvent::date},
                                  EventField{"Outcome", &AtrEvent::outcome},
                                  EventField{"OutcomeDetail", &AtrEvent::code},
                                  EventField{"EventDetailData", &AtrEvent::detail},
                                  EventField{"OutcomeDetailMessage", &AtrEvent::message},
                                  EventField{"DataObjectReferenceId", &AtrEvent::object}};

class Reading {
 public:
  Reading(std::string_view xml, std::string_view origin)
      : reader_(XmlReader::from_memory(xml, std::string(origin), Exit::reply_unreadable)) {}

  Atr run(std::string_view origin) {
    if (!reader_.next() || reader_.name() != "ArchiveTransferReply")
      throw Error(Exit::reply_unreadable, msg("{0} is not an ArchiveTransferReply", origin));
    while (reader_.next()) {
      if (reader_.node() == XmlReader::Node::start)
        on_start();
      else if (reader_.node() == XmlReader::Node::end)
        on_end();
    }
    if (atr_.reply_code.empty())
      throw Error(Exit::reply_unreadable,
                  msg("{0} has no ReplyCode: it neither accepts nor rejects", origin));
    return std::move(atr_);
  }

 private:
  std::string take_text() { return core::trim(reader_.element_text()); }

  void on_start() {
    const std::string name(reader_.name());
    if (name == "Event") return read_event();
    if (reader_.depth() == 1)
      for (const auto& field : head_fields)
        if (field.name == name) {
          atr_.*field.member = take_text();
          return;
        }
    if (name == "DataObjectGroup") {
      group_ = reader_.attribute("id").value_or("");
    } else if (name == "BinaryDataObject" || name == "PhysicalDataObject") {
      object_ = reader_.attribute("id").value_or("");
      if (!object_.empty()) atr_.objects[object_];
    } else if (name == "ArchiveUnit") {
      unit_ = reader_.attribute("id").value_or("");
      if (!unit_.empty()) atr_.units[unit_];
    } else if (name == "Management") {
      ++management_;  // its UpdateOperation/SystemId is another unit's
    } else if (name == "DataObjectSystemId" && !object_.empty()) {
      atr_.objects[object_].system_id = take_text();
    } else if (name == "DataObjectGroupSystemId" && !object_.empty()) {
      atr_.objects[object_].group_system_id = take_text();
    } else if (name == "SystemId" && !unit_.empty() && management_ == 0) {
      atr_.units[unit_] = take_text();
    }
  }

  void on_end() {
    const auto name = reader_.name();
    if (name == "DataObjectGroup") group_.clear();
    if (name == "BinaryDataObject" || name == "PhysicalDataObject") object_.clear();
    if (name == "ArchiveUnit") unit_.clear();
    if (name == "Management") --management_;
  }

  void read_event() {
    const int depth = reader_.depth();
    AtrEvent event;
    while (reader_.next()) {
      if (reader_.node() == XmlReader::Node::end && reader_.depth() == depth) break;
      if (reader_.node() != XmlReader::Node::start) continue;
      const std::string name(reader_.name());
      for (const auto& field : event_fields)
        if (field.name == name) {
          event.*field.member = take_text();
          break;
        }
    }
    if (event.object.empty()) event.object = !unit_.empty() ? unit_ : !object_.empty() ? object_ : group_;
    if (event.code.empty()) event.code = event.type;
    atr_.events.push_back(std::move(event));
  }

  XmlReader reader_;
  Atr atr_;
  std::string group_, object_, unit_;
  int management_ = 0;
};

}  // namespace

Atr parse_atr(std::string_view xml, std::string_view origin) { return Reading(xml, origin).run(origin); }

Atr read_atr(const std::filesystem::path& lot_folder) {
  const auto file = lot_folder / "atr.xml";
  return parse_atr(core::read_file(file, 1u << 30), file.string());
}

}  // namespace versoir::vitam
