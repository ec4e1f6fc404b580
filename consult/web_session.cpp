// See web_session.hpp.
#include "consult/web_session.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace versoir::consult {

namespace {

/// A browser that keeps no cookie gets a new one with each page: memory has an end.
constexpr std::size_t most_sessions = 4096;

std::string new_secret() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw core::Error(core::Exit::unexpected, core::msg("The machine gives no random numbers."));
  std::string text;
  for (const auto b : bytes) text += fmt::format("{:02x}", b);
  return text;
}

std::string digest_of(std::string_view secret) { return core::sha256(secret).hex(); }

}  // namespace

bool same_secret(std::string_view a, std::string_view b) { return core::sha256(a) == core::sha256(b); }

WebSessions::WebSessions(const core::Clock& clock, std::chrono::minutes idle)
    : clock_(clock), idle_(idle), entry_(new_secret()) {}

std::optional<WebSession> WebSessions::enter(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  if (entered_ || !same_secret(token, entry_)) return std::nullopt;
  entered_ = true;
  WebSession session{new_secret(), new_secret(), {}};
  kept_[digest_of(session.id)] = {session, clock_.now()};
  return session;
}

std::optional<WebSession> WebSessions::find(std::string_view cookie) {
  const std::scoped_lock lock(mutex_);
  const auto it = kept_.find(digest_of(cookie));
  if (it == kept_.end()) return std::nullopt;
  const auto now = clock_.now();
  if (now - it->second.used >= idle_) {
    kept_.erase(it);
    return std::nullopt;
  }
  it->second.used = now;
  return it->second.session;
}

std::pair<WebSession, bool> WebSessions::of(std::string_view cookie, const std::string& reader) {
  if (auto known = find(cookie); known && known->reader == reader) return {std::move(*known), false};
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.now();
  std::erase_if(kept_, [&](const auto& entry) { return now - entry.second.used >= idle_; });
  if (kept_.size() >= most_sessions)
    kept_.erase(std::ranges::min_element(kept_, {}, [](const auto& entry) { return entry.second.used; }));
  WebSession session{new_secret(), new_secret(), reader};
  kept_[digest_of(session.id)] = {session, now};
  return {std::move(session), true};
}

void WebSessions::end(std::string_view cookie) {
  const std::scoped_lock lock(mutex_);
  kept_.erase(digest_of(cookie));
}

}  // namespace versoir::consult
