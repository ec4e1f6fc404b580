// The ArchiveTransferReply, read leniently: early KO replies are not schema-valid.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::vitam {

struct AtrEvent {
  std::string code, type, date, outcome, detail, message;
  std::string object;  ///< unit, group or data object id of our manifest, "" for the operation
};
/// Events of one kind: a reply may repeat the same for each of 100 000 units.
struct AtrEventKind {
  std::string code, message;
  std::size_t count = 0;
  std::vector<std::string> first;  ///< identifiers of our manifest that bear it, five at most
};
/// What a reply says, but for the identifiers that it gives one after the other (AtrRow).
struct Atr {
  std::string operation;   ///< MessageIdentifier of the reply = operation GUID
  std::string request;     ///< MessageRequestIdentifier = our MessageIdentifier ("" in early KO)
  std::string reply_code;  ///< OK, WARNING, KO, FATAL, "Test OK"...
  std::string date, grant_date;
  std::string agreement;
  std::size_t units = 0, objects = 0;
  std::vector<AtrEvent> events;     ///< the first thousand
  std::vector<AtrEventKind> kinds;  ///< of all of them, in the order of their first; a thousand at most
};
/// A unit or a data object of our manifest, and what the platform calls it.
struct AtrRow {
  enum class Kind { unit, object };
  Kind kind = Kind::unit;
  std::string id, system_id;
  std::string group_system_id;  ///< of an object
};
using AtrRows = std::function<void(const AtrRow&)>;

/// By local names, any SEDA namespace, in memory that does not grow with the reply. Each row is given once,
/// in the order of the reply; one without its own identifier is passed over. Garbage (not XML, not an
/// ArchiveTransferReply, no ReplyCode) is Error(Exit::reply_unreadable).
[[nodiscard]] Atr read_atr_file(const std::filesystem::path& file, const AtrRows& rows = {});
/// The same of atr.xml in the folder of a lot.
[[nodiscard]] Atr read_atr(const std::filesystem::path& lot_folder, const AtrRows& rows = {});
/// The same of a reply in memory; `origin` names it in errors.
[[nodiscard]] Atr parse_atr(std::string_view xml, std::string_view origin, const AtrRows& rows = {});

}  // namespace versoir::vitam
