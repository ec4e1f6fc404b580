// The exception type, its rendering for people and for programs.
#include "core/error.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>

namespace versoir::core {

namespace {

nlohmann::json texts(const std::vector<Message>& messages) {
  auto list = nlohmann::json::array();
  for (const auto& m : messages) list.push_back(m.english());
  return list;
}

}  // namespace

std::string_view exit_name(Exit code) noexcept {
  for (const auto& e : exit_codes)
    if (e.code == code) return e.name;
  return "unexpected";
}

Error::Error(Exit code, Message what) : code_(code), message_(std::move(what)) { refresh(); }

Error& Error::operator=(Error&& other) noexcept {
  if (this == &other) return *this;
  code_ = other.code_;
  message_ = std::move(other.message_);
  contexts_ = std::move(other.contexts_);
  causes_ = std::move(other.causes_);
  hints_ = std::move(other.hints_);
  what_ = std::move(other.what_);
  return *this;
}

Error&& Error::hint(Message advice) && {
  hints_.push_back(std::move(advice));
  return std::move(*this);
}

Error&& Error::because(Message cause) && {
  causes_.push_back(std::move(cause));
  refresh();
  return std::move(*this);
}

Error&& Error::because(const std::exception& cause) && {
  if (const auto* e = dynamic_cast<const Error*>(&cause)) {
    causes_.push_back(e->message());
    causes_.insert(causes_.end(), e->causes().begin(), e->causes().end());
  } else {
    causes_.push_back(msg("{0}", cause.what()));
  }
  refresh();
  return std::move(*this);
}

void Error::while_doing(Message context) { contexts_.push_back(std::move(context)); }

bool Error::retryable() const noexcept {
  return code_ == Exit::temporary || code_ == Exit::platform_unreachable || code_ == Exit::source_unreachable;
}

void Error::refresh() {
  what_ = message_.english();
  for (const auto& c : causes_) what_ += ": " + c.english();
}

std::string Error::render() const {
  std::string out = message_.text();
  for (const auto& c : contexts_) out += "\n  " + c.text();
  for (const auto& c : causes_) out += fmt::format("\n  {} {}", tr("because:"), c.text());
  for (const auto& h : hints_) out += fmt::format("\n  → {}", h.text());
  return out;
}

nlohmann::json Error::to_json() const {
  return {{"code", static_cast<int>(code_)}, {"name", exit_name(code_)}, {"message", message_.english()},
          {"contexts", texts(contexts_)},    {"causes", texts(causes_)}, {"hints", texts(hints_)}};
}

void throw_errno(const char* action, const std::string& path) {
  const int number = errno;
  Error e(Exit::disk, msg("{0}: {1} failed: {2}", path, action, std::strerror(number)));
  if (number == ENOSPC || number == EDQUOT)
    e = std::move(e).hint(msg("Make room on this disk, or choose another place."));
  throw std::move(e);
}

}  // namespace versoir::core
