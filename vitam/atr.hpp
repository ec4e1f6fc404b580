// The ArchiveTransferReply, read leniently: early KO replies are not schema-valid.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::vitam {

struct AtrEvent {
  std::string code, type, date, outcome, detail, message;
  std::string object;  ///< unit, group or data object id of our manifest, "" for the operation
};
struct Atr {
  std::string operation;   ///< MessageIdentifier of the reply = operation GUID
  std::string request;     ///< MessageRequestIdentifier = our MessageIdentifier ("" in early KO)
  std::string reply_code;  ///< OK, WARNING, KO, FATAL, "Test OK"...
  std::string date, grant_date;
  std::string agreement;
  std::map<std::string, std::string> units;  ///< our unit id → SystemId
  struct Object {
    std::string system_id, group_system_id;
  };
  std::map<std::string, Object> objects;  ///< our data object id → ids
  std::vector<AtrEvent> events;
};
/// By local names, any SEDA namespace. Garbage (not XML, not an ArchiveTransferReply, no ReplyCode) is
/// Error(Exit::reply_unreadable).
[[nodiscard]] Atr parse_atr(std::string_view xml, std::string_view origin);
/// The same of atr.xml in the folder of a lot, up to 1 GiB.
[[nodiscard]] Atr read_atr(const std::filesystem::path& lot_folder);

}  // namespace versoir::vitam
