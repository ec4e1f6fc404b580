// The exception type, its rendering for people and for programs.
#include "core/error.hpp"

#include "core/disk.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <optional>

namespace versoir::core {

namespace {

/// Shown to people; a program gets all of them.
constexpr std::size_t most_causes = 20;

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
  for (std::size_t i = 0; i < causes_.size() && i < most_causes; ++i)
    out += fmt::format("\n  {} {}", tr("because:"), causes_[i].text());
  if (causes_.size() > most_causes)
    out += "\n  " + nmsg("… and {0} other cause; --json lists them all.",
                         "… and {0} other causes; --json lists them all.", causes_.size() - most_causes)
                        .text();
  for (const auto& h : hints_) out += fmt::format("\n  → {}", h.text());
  return out;
}

nlohmann::json Error::to_json() const {
  return {{"code", static_cast<int>(code_)}, {"name", exit_name(code_)}, {"message", message_.english()},
          {"contexts", texts(contexts_)},    {"causes", texts(causes_)}, {"hints", texts(hints_)}};
}

namespace {

Message disk_full() { return msg("the disk is full"); }
Message disk_read_only() { return msg("the disk is read-only"); }
Message disk_broken() { return msg("the disk is broken, or was taken away"); }

/// The C library speaks the user's language only where its own catalogue is installed.
Message system_reason(int number) {
  switch (number) {
    case ENOENT:
      return msg("there is no such file or folder");
    case EACCES:
    case EPERM:
      return msg("this account has not the right");
    case EISDIR:
      return msg("it is a folder");
    case ENOTDIR:
      return msg("a part of the path is not a folder");
    case EEXIST:
      return msg("it exists already");
    case ENOSPC:
    case EDQUOT:
      return disk_full();
    case EROFS:
      return disk_read_only();
    case EIO:
      return disk_broken();
    default:
      return msg("{0}", std::strerror(number));
  }
}

std::optional<Message> system_advice(int number) {
  switch (number) {
    case ENOENT:
      return msg("Look at the path: it is taken from the current folder, then from the workspace.");
    case EACCES:
    case EPERM:
      return msg("Ask for the right, or choose another place.");
    case EISDIR:
      return msg("Name the file itself.");
    case ENOSPC:
    case EDQUOT:
      return msg("Make room on this disk, or choose another place.");
    default:
      return std::nullopt;
  }
}

/// System calls by the name of what they do, as people say it.
Message failed_action(std::string_view action, const std::string& path) {
  if (action == "open" || action == "read") return msg("{0} cannot be read.", path);
  if (action == "write" || action == "create") return msg("{0} cannot be written.", path);
  return msg("{0}: the operation {1} failed.", path, action);
}

}  // namespace

bool is_disk_failure(const Error& e) {
  if (e.code() != Exit::disk) return false;
  for (const auto& known : {disk_full(), disk_read_only(), disk_broken()})
    for (const auto& cause : e.causes())
      if (cause.id() == known.id()) return true;
  return false;
}

void throw_errno(const char* action, const std::string& path) {
  const int number = errno;
  auto e = Error(Exit::disk, failed_action(action, path)).because(system_reason(number));
  if (const auto advice = system_advice(number)) throw std::move(e).hint(*advice);
  throw std::move(e);
}

}  // namespace versoir::core
