// Who may read the pages of a workstation: whoever holds the link that the program printed, once. Behind a
// proxy, what ties the forms of a reader to the pages that he was shown.
#pragma once
#include "core/clock.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace versoir::consult {

struct WebSession {
  std::string id;           ///< the value of the cookie
  std::string form;         ///< what every form of the session carries, so that no other site can send one
  std::string reader = {};  ///< whose it is, behind a proxy
};

/// Sessions live in memory: they end with the program. Used by several threads.
class WebSessions {
 public:
  /// A session that is not used for `idle` ends. The clock outlives this.
  WebSessions(const core::Clock& clock, std::chrono::minutes idle);

  /// The secret of the one-time link.
  [[nodiscard]] const std::string& entry_token() const noexcept { return entry_; }
  /// Changes the token for a session; nullopt when it is another one, or was used before.
  [[nodiscard]] std::optional<WebSession> enter(std::string_view token);
  /// The living session of a cookie, which it keeps alive.
  [[nodiscard]] std::optional<WebSession> find(std::string_view cookie);
  /// The living session of this reader, or a new one: (session, whether it is new). The cookie of somebody
  /// else is of no use to him.
  [[nodiscard]] std::pair<WebSession, bool> of(std::string_view cookie, const std::string& reader);
  void end(std::string_view cookie);

 private:
  struct Kept {
    WebSession session;
    core::Instant used;
  };
  const core::Clock& clock_;
  std::chrono::minutes idle_;
  std::string entry_;
  std::mutex mutex_;
  bool entered_ = false;
  std::map<std::string, Kept> kept_;  ///< by the digest of the cookie: no comparison of secrets byte by byte
};

/// Equal, in a time that does not tell where they differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

}  // namespace versoir::consult
