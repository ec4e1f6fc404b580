// Messages: English sentences with indexed placeholders, translated only where a person reads them.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

/// A sentence for people: its English message id with {0} {1} placeholders, and the arguments as text.
/// Kept untranslated inside the program (journal and JSON use the id), rendered at the edge by text().
class Message {
 public:
  Message() = default;
  Message(const char* id, std::vector<std::string> args) : id_(id), args_(std::move(args)) {}
  /// With a plural form; args[0] is the count, which text() writes as people of the language do.
  Message(const char* one, const char* many, unsigned long n, std::vector<std::string> args)
      : id_(one), many_(many), n_(n), args_(std::move(args)) {}

  [[nodiscard]] std::string_view id() const noexcept { return id_; }
  [[nodiscard]] const std::vector<std::string>& args() const noexcept { return args_; }
  [[nodiscard]] bool empty() const noexcept { return id_.empty(); }
  /// The sentence in the user's language. A wrong translation never throws: English is the fallback.
  [[nodiscard]] std::string text() const;
  /// The sentence in English, for machine-readable output and logs.
  [[nodiscard]] std::string english() const;

 private:
  std::string id_, many_;  ///< many_ "" when there is no plural form
  unsigned long n_ = 0;
  std::vector<std::string> args_;
};

/// Makes a Message; the id must be a literal so that xgettext (keyword msg) extracts it.
/// Arguments are anything libfmt formats; machine formats only (no locale).
template <class... Args>
[[nodiscard]] Message msg(const char* id, const Args&... args) {
  return Message{id, {fmt::format("{}", args)...}};
}

/// A Message that counts: {0} is n, the other arguments follow (xgettext keyword nmsg:1,2).
template <class... Args>
[[nodiscard]] Message nmsg(const char* one, const char* many, unsigned long n, const Args&... args) {
  return Message{one, many, n, {std::to_string(n), fmt::format("{}", args)...}};
}

/// Chooses the language for the process: "fr", "en", or "" for the environment's. Call once, first in main.
void set_language(std::string_view lang);

/// Translates a fixed string (no placeholders). The argument must be a literal: xgettext keyword tr.
[[nodiscard]] std::string tr(const char* id);

/// The BCP 47 code of the language that is spoken: "fr", "en".
[[nodiscard]] std::string language_tag();

/// Translates with plural forms; {0} is the count, written as people of the language do. xgettext keyword
/// ntr:1,2.
[[nodiscard]] std::string ntr(const char* one, const char* many, unsigned long n);

}  // namespace versoir::core
