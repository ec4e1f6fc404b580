// Reads an ArchiveTransferReply as it comes: streamed, by local names, with whatever an early KO leaves out.
#include "vitam/atr.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"

#include <array>
#include <map>
#include <utility>

namespace versoir::vitam {

namespace {

using core::Error;
using core::Exit;
using core::msg;
using core::XmlLimits;
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

constexpr std::size_t events_most = 1000, kinds_most = 1000, bearers_most = 5;
/// What is kept of a text: a reply of any size must not fill the memory.
constexpr std::size_t head_most = 512, event_text_most = 4096;

class Reading {
 public:
  Reading(XmlReader reader, const AtrRows& rows) : reader_(std::move(reader)), rows_(rows) {}

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
  std::string take_text(std::size_t most) {
    auto text = take_text();
    return text.size() <= most ? text : core::repair_utf8(text.substr(0, most)) + "…";
  }

  void on_start() {
    const auto name = reader_.name();
    if (name == "Event") return read_event();
    if (reader_.depth() == 1)
      for (const auto& field : head_fields)
        if (field.name == name) {
          atr_.*field.member = take_text(head_most);
          return;
        }
    if (name == "DataObjectGroup") {
      group_ = reader_.attribute("id").value_or("");
    } else if (name == "BinaryDataObject" || name == "PhysicalDataObject") {
      object_ = {AtrRow::Kind::object, reader_.attribute("id").value_or(""), {}, {}};
    } else if (name == "ArchiveUnit") {
      unit_ = {AtrRow::Kind::unit, reader_.attribute("id").value_or(""), {}, {}};
    } else if (name == "Management") {
      ++management_;  // its UpdateOperation/SystemId is another unit's
    } else if (name == "DataObjectSystemId") {
      object_.system_id = take_text();
    } else if (name == "DataObjectGroupSystemId") {
      object_.group_system_id = take_text();
    } else if (name == "SystemId" && management_ == 0) {
      unit_.system_id = take_text();
    }
  }

  void on_end() {
    const auto name = reader_.name();
    if (name == "DataObjectGroup") group_.clear();
    if (name == "BinaryDataObject" || name == "PhysicalDataObject") give(object_, atr_.objects);
    if (name == "ArchiveUnit") give(unit_, atr_.units);
    if (name == "Management") --management_;
  }

  void give(AtrRow& row, std::size_t& count) {
    if (!row.id.empty()) {
      ++count;
      if (rows_) rows_(row);
    }
    row = {};
  }

  void read_event() {
    const int depth = reader_.depth();
    AtrEvent event;
    while (reader_.next()) {
      if (reader_.node() == XmlReader::Node::end && reader_.depth() == depth) break;
      if (reader_.node() != XmlReader::Node::start) continue;
      const auto name = reader_.name();
      for (const auto& field : event_fields)
        if (field.name == name) {
          event.*field.member = take_text(event_text_most);
          break;
        }
    }
    if (event.object.empty())
      event.object = !unit_.id.empty() ? unit_.id : !object_.id.empty() ? object_.id : group_;
    if (event.code.empty()) event.code = event.type;
    count(event);
    if (atr_.events.size() < events_most) atr_.events.push_back(std::move(event));
  }

  void count(const AtrEvent& event) {
    auto [at, is_new] = kind_of_.try_emplace({event.code, event.message}, atr_.kinds.size());
    if (is_new) {
      if (atr_.kinds.size() == kinds_most) {
        kind_of_.erase(at);
        return;
      }
      atr_.kinds.push_back({event.code, event.message, 0, {}});
    }
    auto& kind = atr_.kinds[at->second];
    ++kind.count;
    if (!event.object.empty() && kind.first.size() < bearers_most) kind.first.push_back(event.object);
  }

  XmlReader reader_;
  const AtrRows& rows_;
  Atr atr_;
  std::map<std::pair<std::string, std::string>, std::size_t> kind_of_;
  std::string group_;
  AtrRow object_, unit_;
  int management_ = 0;
};

XmlLimits reply_limits() {
  XmlLimits limits;
  limits.bytes = 1ull << 32;
  return limits;
}

}  // namespace

Atr parse_atr(std::string_view xml, std::string_view origin, const AtrRows& rows) {
  return Reading(XmlReader::from_memory(xml, std::string(origin), Exit::reply_unreadable), rows).run(origin);
}

Atr read_atr_file(const std::filesystem::path& file, const AtrRows& rows) {
  return Reading(XmlReader::from_file(file, Exit::reply_unreadable, reply_limits()), rows).run(file.string());
}

Atr read_atr(const std::filesystem::path& lot_folder, const AtrRows& rows) {
  return read_atr_file(lot_folder / "atr.xml", rows);
}

}  // namespace versoir::vitam
